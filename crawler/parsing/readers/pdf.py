"""PDF through pypdfium2: characters with their boxes, ruled lines, and the tables they enclose; pages without text are pictures.

PDFium is not safe across threads; parsing runs in child processes (`crawler.parsing.sandbox`).
"""

from __future__ import annotations

import ctypes
import io
import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pypdfium2 as pdfium
from pypdfium2 import raw

from crawler.parsing import drawn_pages
from crawler.parsing.drawn_pages import Page
from crawler.parsing.ocr import engine
from crawler.parsing.page_lines import Glyph
from crawler.parsing.ruling import Stroke
from crawler.parsing.upright import upright
from storage.domain.document import Document, Problem
from storage.domain.errors import Corrupt, Encrypted, TooLarge

MEDIA_TYPES: tuple[str, ...] = ("application/pdf",)

_MAX_PAGES = 300
_MAX_CHARS = 200_000  # per page
_MAX_DEPTH = 4  # forms in forms
_MAX_OBJECTS = 60_000  # per page
_THIN = 3.0  # a filled rectangle thinner than this is a line
_GARBLED_SHARE = 0.2
_LARGE = 0.05  # of the page: smaller pictures are emblems
_DOTS = 200 / 72  # pixels per point of a page shown to the recogniser
_MOST_PIXELS = 40_000_000


def sniff(data: bytes) -> bool:
    """Whether these bytes are a PDF; some portals put bytes before the mark."""
    return b"%PDF-" in data[:1024]


def read(data: bytes) -> Document:
    """Read a PDF. Raises Corrupt, Encrypted, TooLarge."""
    try:
        pdf = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if "assword" in str(error) or "ecurity" in str(error):
            raise Encrypted("文件设有密码，无法读取", advice="请取得没有密码的版本") from error
        raise Corrupt("PDF 不完整或已损坏", advice="请重新下载原件") from error
    try:
        if len(pdf) > _MAX_PAGES:
            raise TooLarge(f"PDF 超过 {_MAX_PAGES} 页")
        pages = [_page(pdf, number) for number in range(len(pdf))]
        blocks = [block for page in pages for block in drawn_pages.blocks(upright(page))]
        meta = {key.lower(): value for key, value in pdf.get_metadata_dict().items() if value}
    finally:
        pdf.close()
    if not blocks:
        raise Corrupt("PDF 是空白的")
    problems = tuple(
        Problem("text-garbled", f"第 {p.number} 页的文字无法还原，按图片处理", at=f"page:{p.number}") for p in pages if p.garbled
    )
    return Document(MEDIA_TYPES[0], tuple(blocks), meta=meta, problems=problems, page_count=len(pages))


def _page(pdf: pdfium.PdfDocument, number: int) -> Page:
    try:
        page = pdf[number]
    except pdfium.PdfiumError as error:
        raise Corrupt(f"PDF 第 {number + 1} 页已损坏", advice="请重新下载原件") from error
    try:
        turn = _Turn(page)
        drawn = Page(number + 1, turn.width, turn.height)
        _characters(page, turn, drawn)
        _strokes(page, turn, drawn)
    finally:
        page.close()
    if engine.available():
        drawn.show = partial(_shown, pdf, number)
    return drawn


def _shown(pdf: pdfium.PdfDocument, number: int, left: float, top: float, right: float, bottom: float) -> bytes:
    """A rectangle of a page, in points as displayed, as a grey or colour picture."""
    page = pdf[number]
    try:
        width, height = page.get_size()
        scale = min(_DOTS, math.sqrt(_MOST_PIXELS / max(1.0, width * height)))
        shown = page.render(scale=scale).to_pil().convert("RGB")
    finally:
        page.close()
    cut = shown.crop((int(left * scale), int(top * scale), math.ceil(right * scale), math.ceil(bottom * scale)))
    target = io.BytesIO()
    cut.save(target, "PNG", compress_level=1)
    return target.getvalue()


class _Turn:
    """From PDF coordinates (origin bottom left, unrotated) to the page as displayed (origin top left)."""

    def __init__(self, page: pdfium.PdfPage) -> None:
        self.width, self.height = page.get_size()
        self._rotation = page.get_rotation()
        self._left, self._bottom, right, top = page.get_bbox()
        self._w, self._h = right - self._left, top - self._bottom

    def point(self, x: float, y: float) -> tuple[float, float]:
        """One point."""
        x, y = x - self._left, y - self._bottom
        if self._rotation == 90:
            return y, x
        if self._rotation == 180:
            return self._w - x, y
        if self._rotation == 270:
            return self._h - y, self._w - x
        return x, self._h - y

    def box(self, left: float, bottom: float, right: float, top: float) -> tuple[float, float, float, float]:
        """Left, top, right, bottom as displayed."""
        if not self._rotation:
            x0, x1 = left - self._left, right - self._left
            y0, y1 = self._h - (bottom - self._bottom), self._h - (top - self._bottom)
            return (x0 if x0 <= x1 else x1, y0 if y0 <= y1 else y1, x1 if x0 <= x1 else x0, y1 if y0 <= y1 else y0)
        x0, y0 = self.point(left, bottom)
        x1, y1 = self.point(right, top)
        return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _characters(page: pdfium.PdfPage, turn: _Turn, drawn: Page) -> None:
    textpage = page.get_textpage()
    try:
        count = textpage.count_chars()
        if count > _MAX_CHARS:
            raise TooLarge(f"PDF 第 {drawn.number} 页字符过多")
        handle = textpage.raw
        box = raw.FS_RECTF()
        left, right, bottom, top = (ctypes.c_double() for _ in range(4))
        odd = 0
        code_at, loose_at, tight_at, place = raw.FPDFText_GetUnicode, raw.FPDFText_GetLooseCharBox, raw.FPDFText_GetCharBox, turn.box
        for i in range(count):
            code = code_at(handle, i)
            if code <= 32 or code in (0xA0, 0x3000, 0xFEFF, 0x200B):
                continue
            # the loose box has the font's height and advance: stops and dashes then sit on their line, and gaps are real gaps
            if not loose_at(handle, i, box):
                continue
            odd += code == 0xFFFD or 0xE000 <= code <= 0xF8FF or 0x80 <= code < 0xA0
            loose = place(box.left, box.bottom, box.right, box.top)
            if not tight_at(handle, i, left, right, bottom, top):
                continue
            tight = place(left.value, bottom.value, right.value, top.value)
            drawn.glyphs.append(_glyph(chr(code), loose, tight, i))
    finally:
        textpage.close()
    if drawn.glyphs and odd > _GARBLED_SHARE * len(drawn.glyphs):
        drawn.garbled = True
        drawn.glyphs.clear()


_Handle = Any  # a pointer of the C library
_Rectangle = tuple[float, float, float, float]


def _glyph(char: str, loose: _Rectangle, tight: _Rectangle, index: int) -> Glyph:
    """A glyph's ink says where it is, its font box how it lines up; the box is useless where it is far from the ink (vertical fonts)."""
    middle_x, middle_y = (tight[0] + tight[2]) / 2, (tight[1] + tight[3]) / 2
    apart = not (loose[0] <= middle_x <= loose[2] and loose[1] - 1 <= middle_y <= loose[3] + 1)
    hollow = False
    if "\u3400" <= char <= "\u9fff":
        ink = max(tight[2] - tight[0], tight[3] - tight[1])
        hollow = ink < 0.45 * max(loose[2] - loose[0], loose[3] - loose[1])
    return Glyph(char, *(tight if apart or hollow else loose), index)


def _strokes(page: pdfium.PdfPage, turn: _Turn, drawn: Page) -> None:
    for count, (kind, item) in enumerate(_objects(page.raw, raw.FPDFPage_CountObjects, raw.FPDFPage_GetObject)):
        if count > _MAX_OBJECTS:
            raise TooLarge(f"PDF 第 {drawn.number} 页图形过多")
        if kind == raw.FPDF_PAGEOBJ_IMAGE:
            box = turn.box(*_bounds(item))
            if (box[2] - box[0]) * (box[3] - box[1]) > _LARGE * turn.width * turn.height:
                drawn.pictures.append((max(0.0, box[0]), max(0.0, box[1]), min(turn.width, box[2]), min(turn.height, box[3])))
            continue
        for x0, y0, x1, y1 in _segments(item, turn):
            if abs(y1 - y0) <= _THIN and abs(x1 - x0) > abs(y1 - y0):
                drawn.across.append(Stroke((y0 + y1) / 2, min(x0, x1), max(x0, x1)))
            elif abs(x1 - x0) <= _THIN and abs(y1 - y0) > abs(x1 - x0):
                drawn.down.append(Stroke((x0 + x1) / 2, min(y0, y1), max(y0, y1)))


def _objects(
    parent: _Handle, count: Callable[[_Handle], int], get: Callable[[_Handle, int], _Handle], depth: int = 0
) -> Iterator[tuple[int, _Handle]]:
    """Paths and pictures in drawing order with their kind, those in forms included; the library's wrappers cost more than it."""
    number = count(parent)
    if number < 0:
        raise pdfium.PdfiumError("objects of a page cannot be counted")
    for i in range(number):
        item = get(parent, i)
        kind = raw.FPDFPageObj_GetType(item) if item else raw.FPDF_PAGEOBJ_UNKNOWN
        if kind == raw.FPDF_PAGEOBJ_UNKNOWN:
            raise pdfium.PdfiumError("an object of a page cannot be had")
        if kind in (raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_IMAGE):
            yield kind, item
        elif kind == raw.FPDF_PAGEOBJ_FORM and depth < _MAX_DEPTH - 1:
            yield from _objects(item, raw.FPDFFormObj_CountObjects, raw.FPDFFormObj_GetObject, depth + 1)


def _bounds(item: _Handle) -> tuple[float, float, float, float]:
    left, bottom, right, top = ctypes.c_float(), ctypes.c_float(), ctypes.c_float(), ctypes.c_float()
    if not raw.FPDFPageObj_GetBounds(item, left, bottom, right, top):
        return 0.0, 0.0, 0.0, 0.0
    return left.value, bottom.value, right.value, top.value


def _matrix(item: _Handle) -> pdfium.PdfMatrix:
    found = raw.FS_MATRIX()
    if not raw.FPDFPageObj_GetMatrix(item, found):
        raise pdfium.PdfiumError("an object of a page has no matrix")
    return pdfium.PdfMatrix.from_raw(found)


def _segments(item: _Handle, turn: _Turn) -> Iterator[tuple[float, float, float, float]]:
    """The straight strokes of a path; a thin filled shape is one stroke, a stroked rectangle four."""
    box = turn.box(*_bounds(item))
    if min(box[2] - box[0], box[3] - box[1]) <= _THIN:
        yield box
        return
    mode, stroked = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(item, mode, stroked)
    if not stroked.value:
        return
    matrix = _matrix(item)
    before = start = None
    x, y = ctypes.c_float(), ctypes.c_float()
    for i in range(min(raw.FPDFPath_CountSegments(item), 5000)):
        segment = raw.FPDFPath_GetPathSegment(item, i)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        here = turn.point(*matrix.on_point(x.value, y.value))
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            start = here
        elif kind == raw.FPDF_SEGMENT_LINETO and before is not None:
            yield (*before, *here)
        if raw.FPDFPathSegment_GetClose(segment) and start is not None:
            yield (*here, *start)
        before = here
