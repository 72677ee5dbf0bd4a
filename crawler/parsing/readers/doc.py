"""Legacy Word documents, and WPS files, which are the same inside: text by the piece table, tables by their marks and printed edges."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from crawler.parsing import convert, ole, set_apart
from crawler.parsing.flowing_tables import UNREAD, Flow
from crawler.parsing.set_apart import Part, Spelling
from crawler.parsing.word_binary import Properties, WordBinary
from storage.domain.document import Document
from storage.domain.errors import Corrupt, UnknownFormat

MEDIA_TYPES: tuple[str, ...] = ("application/msword", "application/vnd.ms-works")

_CELL = "\x07"
_PICTURES = "\x01\x08"
_MARKS = frozenset("\r\x07\x0c")
_SIGNS = {"\x0b": "\n", "\x1e": "-", "\x1f": "", "\xa0": " "}
_FIELD, _RESULT, _FIELD_END = "\x13", "\x14", "\x15"


def sniff(data: bytes) -> bool:
    """Whether this is an OLE2 file with a Word text in it."""
    return "WordDocument" in (ole.names(data) or ())


def read(data: bytes) -> Document:
    """Read a DOC or WPS file. Raises Corrupt, Encrypted, TooLarge, NeedsLibreOffice for versions before Word 97."""
    main = ole.stream(data, "WordDocument")
    names = ole.names(data) or frozenset()
    tables: dict[str, bytes] = {name: ole.stream(data, name) for name in ("0Table", "1Table") if name in names}
    try:
        word = WordBinary(main, tables, ole.stream(data, "Data") if "Data" in names else b"")
    except UnknownFormat:
        return convert.read_converted(data, "doc")
    flow = Flow()
    try:
        for text, mark, properties in _paragraphs(word, flow):
            _take(flow, text, mark, properties)
    except (struct.error, IndexError) as error:
        raise Corrupt("文件不完整或已损坏", advice="请重新下载原件") from error
    blocks = flow.finish()
    if not blocks:
        raise Corrupt("文档是空白的")
    return Document(MEDIA_TYPES[0], blocks)


def _take(flow: Flow, text: str, mark: str, properties: Properties) -> None:
    depth = properties.depth
    if depth and properties.row_end:
        flow.end_row(depth, properties.shape)
        return
    flow.paragraph(depth, text, properties.style if 1 <= properties.style <= 9 else 0)
    if depth and ((mark == _CELL and depth == 1) or properties.inner_cell):
        flow.end_cell(depth)


def _paragraphs(word: WordBinary, flow: Flow) -> Iterator[tuple[str, str, Properties]]:
    """Each paragraph's shown text, the mark that ends it, and its properties."""
    text: list[Part] = []
    fields: list[str] = []  # the part each open field is in: codes are instructions, only results are text
    for character, offset, spelling in _characters(word):
        if character in _MARKS:
            properties = word.paragraph(offset)
            if character != "\x0c" or text:
                yield _joined(text), character, properties
            text = []
        elif character in (_FIELD, _RESULT, _FIELD_END):
            _field(fields, character)
            text.append((UNREAD, None))
        elif _FIELD in fields:
            continue
        elif character in _PICTURES:
            flow.picture()
            text.append((UNREAD, None))
        else:
            text.append((_SIGNS.get(character, character), spelling))
    if text:
        raise Corrupt("文件不完整或已损坏", advice="请重新下载原件")


def _field(fields: list[str], character: str) -> None:
    if fields and character != _FIELD:
        fields.pop()
    if character != _FIELD_END:
        fields.append(character)


def _joined(text: list[Part]) -> str:
    """Surrogate pairs made whole, control characters dropped."""
    joined = set_apart.spelled(text).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return "".join(c for c in joined if c >= " " or c in "\n\t")


def _characters(word: WordBinary) -> Iterator[tuple[str, int, Spelling | None]]:
    """Characters with their offsets and spelling; hidden and deleted ones are left out, paragraph marks never are."""
    for piece in word.pieces:
        look, until = word.look(piece.offset)
        for i, character in enumerate(piece.text):
            offset = piece.offset + i * piece.width
            if offset >= until:
                look, until = word.look(offset)
            if look.shown or character in _MARKS:
                yield character, offset, look.spelling
