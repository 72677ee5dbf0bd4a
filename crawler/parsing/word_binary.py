"""The binary Word format: text pieces, and what its property pages say of each paragraph and run. Pure.

Source: [MS-DOC], the public description of the format: FIB, piece table (Clx), FKP pages, Sprm operand sizes.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from crawler.parsing import set_apart, word_shading
from crawler.parsing.flowing_tables import Edge, RowShape
from crawler.parsing.set_apart import Spelling
from storage.domain.errors import Corrupt, Encrypted, UnknownFormat

_OLDEST = 0x00C1  # Word 97; earlier ones lay out everything differently
_MAX_CHARACTERS = 4_000_000
_OPERAND = (1, 1, 2, 4, 2, 2, -1, 3)  # bytes by the top three bits of a sprm, -1 counts itself
_IN_TABLE, _ROW_END, _DEPTH, _INNER_CELL, _INNER_ROW = 0x2416, 0x2417, 0x6649, 0x244B, 0x244C
_ROW_SHAPE, _VERTICAL, _JOIN, _HUGE, _HUGE_OLD, _TABS = 0xD608, 0xD62B, 0x5624, 0x6646, 0x6645, 0xC615
_DELETED, _HIDDEN = 0x0800, 0x083C
_STRUCK, _STRUCK_TWICE, _SCRIPT = 0x0837, 0x2A53, 0x2A48


@dataclass(frozen=True, slots=True)
class Properties:
    """What is said of one paragraph: style number, depth in tables, whether it ends an inner cell or a row, the row's shape."""

    style: int = 0
    depth: int = 0
    inner_cell: bool = False
    row_end: bool = False
    shape: RowShape | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """What is said of one character: whether it is neither hidden nor deleted, and how it is spelled where it is set apart."""

    shown: bool
    spelling: Spelling | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """Consecutive characters and where the first stands in the main stream; `width` is the bytes per character."""

    text: str
    offset: int
    width: int


class WordBinary:
    """One file's main text. Raises Corrupt, Encrypted, or UnknownFormat for versions before Word 97."""

    def __init__(self, main: bytes, tables: dict[str, bytes], extra: bytes) -> None:
        self._main, self._extra = main, extra
        if len(main) < 0x01AA or struct.unpack_from("<H", main)[0] != 0xA5EC:
            raise UnknownFormat("不是 Word 97 以后的文档")
        version, flags = _u16(main, 2), _u16(main, 10)
        if flags & 0x0100:
            raise Encrypted("文件设有密码，无法读取", advice="请取得没有密码的版本")
        if version < _OLDEST:
            raise UnknownFormat("不是 Word 97 以后的文档")
        name = "1Table" if flags & 0x0200 else "0Table"
        if name not in tables:
            raise Corrupt("文件不完整或已损坏", advice="请重新下载原件")
        self._table = tables[name]
        try:
            self.pieces = tuple(self._pieces())
            self._paragraphs = _Pages(self, 0x0102, 13)
            self._runs = _Pages(self, 0x00FA, 1)
        except (struct.error, IndexError, ValueError) as error:
            raise Corrupt("文件不完整或已损坏", advice="请重新下载原件") from error

    def located(self, pair: int) -> bytes:
        """The part of the table stream that a pair (offset, length) in the header points to."""
        start, size = struct.unpack_from("<II", self._main, pair)
        return self._table[start : start + size]

    def page(self, number: int) -> bytes:
        """A property page of the main stream."""
        return self._main[number * 512 : number * 512 + 512]

    def _pieces(self) -> Iterator[Piece]:
        clx, at, left = self.located(0x01A2), 0, struct.unpack_from("<I", self._main, 0x4C)[0]
        while clx[at] == 1:
            at += 3 + _u16(clx, at + 1)
        if clx[at] != 2 or left > _MAX_CHARACTERS:
            raise Corrupt("文件不完整或已损坏", advice="请重新下载原件")
        plc = clx[at + 5 : at + 5 + struct.unpack_from("<I", clx, at + 1)[0]]
        count = (len(plc) - 4) // 12
        ends = struct.unpack_from(f"<{count + 1}I", plc)
        for i in range(count):
            size = min(ends[i + 1] - ends[i], left)
            if size <= 0:
                continue
            left -= size
            code = struct.unpack_from("<I", plc, 4 * (count + 1) + 8 * i + 2)[0]
            narrow = bool(code & 0x40000000)
            start = (code & 0x3FFFFFFF) // 2 if narrow else code & 0x3FFFFFFF
            raw = self._main[start : start + size * (1 if narrow else 2)]
            text = (
                raw.decode("cp1252", "replace")
                if narrow
                else "".join(map(chr, struct.unpack(f"<{len(raw) // 2}H", raw[: len(raw) // 2 * 2])))
            )
            if len(text) < size:
                raise Corrupt("文件不完整或已损坏", advice="请重新下载原件")
            yield Piece(text, start, 1 if narrow else 2)
        if left:
            raise Corrupt("文件不完整或已损坏", advice="请重新下载原件")

    def paragraph(self, offset: int) -> Properties:
        """Properties of the paragraph whose mark stands at an offset. Raises Corrupt where nothing is said of it."""
        stored = self._paragraphs.at(offset)
        if stored is None or len(stored) < 2:
            raise Corrupt("文件不完整或已损坏", advice="请重新下载原件")
        return self._properties(_u16(stored, 0), stored[2:])

    def look(self, offset: int) -> tuple[Look, int]:
        """How the character at an offset is shown, and the offset up to which this holds."""
        told = dict(sprms(self._runs.at(offset) or b""))
        marks = {code: operand[:1] for code, operand in told.items()}
        shown = b"\x01" not in (marks.get(_DELETED), marks.get(_HIDDEN))
        struck = b"\x01" in (marks.get(_STRUCK), marks.get(_STRUCK_TWICE))
        script = {b"\x01": set_apart.raised, b"\x02": set_apart.lowered}.get(marks.get(_SCRIPT, b""))
        spelling = set_apart.struck if struck else script
        if shown and word_shading.is_white(told) and not word_shading.behind(told):
            shown, spelling = self._shaded, set_apart.unsure
        return Look(shown, spelling), self._runs.until(offset)

    @cached_property
    def _shaded(self) -> bool:
        """Whether anything is shaded: what is white may then be seen. Rows say so after their text, so all of them are asked."""
        return any(word_shading.shades(self._all(stored[2:], 0)) for stored in self._paragraphs.stored())

    def _properties(self, style: int, stored: bytes) -> Properties:
        state: dict[int, bytes] = {}
        shape: _Shape | None = None
        for code, operand in self._all(stored, 0):
            if code == _ROW_SHAPE:
                shape = _Shape.of(operand)
            elif code in (_VERTICAL, _JOIN) and shape is not None:
                shape.change(code, operand)
            else:
                state[code] = operand
        inside = state.get(_IN_TABLE, b"\0")[:1] == b"\x01"
        depth = struct.unpack("<i", state[_DEPTH][:4])[0] if len(state.get(_DEPTH, b"")) >= 4 else int(inside)
        inner_row = state.get(_INNER_ROW, b"\0")[:1] == b"\x01"
        row = state.get(_ROW_END, b"\0")[:1] == b"\x01"
        inner_cell = state.get(_INNER_CELL, b"\0")[:1] == b"\x01"
        return Properties(style, max(depth, int(inside)), inner_cell, row or inner_row, shape.finished() if shape else None)

    def _all(self, stored: bytes, level: int) -> Iterator[tuple[int, bytes]]:
        """Sprms of a paragraph, those kept apart in the data stream included."""
        for code, operand in sprms(stored):
            if code in (_HUGE, _HUGE_OLD) and level < 3 and len(operand) == 4:
                start = struct.unpack("<I", operand)[0]
                if start + 2 <= len(self._extra):
                    yield from self._all(self._extra[start + 2 : start + 2 + _u16(self._extra, start)], level + 1)
            else:
                yield code, operand


class _Pages:
    """Property pages: which stretch of the main stream has which stored properties."""

    def __init__(self, file: WordBinary, pair: int, entry: int) -> None:
        plc = file.located(pair)
        count = (len(plc) - 4) // 8
        found: dict[int, tuple[int, bytes]] = {}
        for i in range(count):
            number = struct.unpack_from("<I", plc, 4 * (count + 1) + 4 * i)[0] & 0x3FFFFF
            found.update(_page(file.page(number), entry))
        self._starts = sorted(found)
        self._found = found

    def stored(self) -> set[bytes]:
        """All that is stored for any character."""
        return {stored for _, stored in self._found.values()}

    def at(self, offset: int) -> bytes | None:
        """What is stored for the character at an offset."""
        i = bisect_right(self._starts, offset) - 1
        if i < 0:
            return None
        end, stored = self._found[self._starts[i]]
        return stored if offset < end else None

    def until(self, offset: int) -> int:
        """The offset from which something else may hold."""
        i = bisect_right(self._starts, offset)
        return self._starts[i] if i < len(self._starts) else 1 << 32


def _page(page: bytes, entry: int) -> Iterator[tuple[int, tuple[int, bytes]]]:
    if len(page) < 512:
        raise Corrupt("文件不完整或已损坏", advice="请重新下载原件")
    count = page[511]
    bounds = struct.unpack_from(f"<{count + 1}I", page)
    for i in range(count):
        at = 2 * page[4 * (count + 1) + entry * i]
        yield bounds[i], (bounds[i + 1], _stored(page, at, paragraphs=entry == 13) if at else b"\0\0")


def _stored(page: bytes, at: int, *, paragraphs: bool) -> bytes:
    size = page[at]
    if not paragraphs:
        return page[at + 1 : at + 1 + size]
    if size == 0:
        return page[at + 2 : at + 2 + 2 * page[at + 1]]
    return page[at + 1 : at + 2 * size]


def sprms(stored: bytes) -> Iterator[tuple[int, bytes]]:
    """Property modifiers and their operands, length bytes of long ones left out."""
    at = 0
    while at + 3 <= len(stored):
        code = _u16(stored, at)
        at += 2
        size = _OPERAND[code >> 13]
        if code == _ROW_SHAPE:
            if at + 2 > len(stored):
                return
            size, at = _u16(stored, at) - 1, at + 2
        elif size < 0:
            if code == _TABS and stored[at] == 255:
                return
            size, at = stored[at], at + 1
        if size < 0:
            return
        yield code, stored[at : at + size]
        at += size


@dataclass
class _Shape:
    """A row's edges and merges while its sprms are applied."""

    bounds: list[int] = field(default_factory=list)
    across: list[int] = field(default_factory=list)
    down: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, operand: bytes) -> _Shape | None:
        """From the operand of sprmTDefTable; None where it is cut."""
        count = operand[0] if operand else 0
        if not 0 < count <= 63 or len(operand) < 1 + 2 * (count + 1):
            return None
        bounds = list(struct.unpack_from(f"<{count + 1}h", operand, 1))
        start = 1 + 2 * (count + 1)
        flags = [_u16(operand, start + 20 * i) if start + 20 * i + 2 <= len(operand) else 0 for i in range(count)]
        return cls(bounds, [f & 3 for f in flags], [f >> 5 & 3 for f in flags])

    def change(self, code: int, operand: bytes) -> None:
        """Apply a later merge."""
        if len(operand) < 2:
            return
        if code == _VERTICAL and operand[0] < len(self.down):
            self.down[operand[0]] = operand[1] & 3
        elif code == _JOIN:
            for i in range(operand[0], min(operand[1], len(self.across))):
                self.across[i] = 1 if i == operand[0] else 2

    def finished(self) -> RowShape:
        """The row's shape. Which of the two horizontal flags marks the first cell differs between writers: the first one met does."""
        edges, first = [], 0
        for right, across, down in zip(self.bounds[1:], self.across, self.down, strict=True):
            joins_left = bool(first and across and across != first)
            first = 0 if not across else first or across
            edges.append(Edge(right, joins_left, down in (1, 2)))
        return RowShape(self.bounds[0], tuple(edges))


def _u16(data: bytes, at: int) -> int:
    return int(struct.unpack_from("<H", data, at)[0])
