"""The characters of a PDF page with their boxes."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence

import pypdfium2 as pdfium
from pypdfium2 import raw

from crawler.parsing.drawn_pages import Page
from crawler.parsing.page_lines import Glyph
from crawler.parsing.pdfium import calls
from crawler.parsing.pdfium.turn import Rectangle, Turn
from storage.domain.errors import TooLarge

_MAX_CHARS = 200_000  # per page
_SAMPLE = 100  # characters of a page asked how they are drawn
_GARBLED_SHARE = 0.2
_BLANK = frozenset({*range(33), 0xA0, 0x3000, 0xFEFF, 0x200B})
_FLOAT, _DOUBLE = ctypes.sizeof(ctypes.c_float), ctypes.sizeof(ctypes.c_double)


def read(page: pdfium.PdfPage, turn: Turn, drawn: Page) -> None:
    """Put the glyphs of a page on the drawn page; a page whose characters have no meaning is garbled. Raises TooLarge."""
    textpage = page.get_textpage()
    try:
        count = textpage.count_chars()
        if count > _MAX_CHARS:
            raise TooLarge(f"PDF 第 {drawn.number} 页字符过多")
        odd = _glyphs(calls.address(textpage.raw), count, turn, drawn)
    finally:
        textpage.close()
    if drawn.glyphs and odd > _GARBLED_SHARE * len(drawn.glyphs):
        drawn.garbled = True
        drawn.glyphs.clear()


def unseen(page: pdfium.PdfPage, drawn: Page) -> bool:
    """Whether the text of a page lies invisible over its pictures: what a scanner's software made of them."""
    if not drawn.glyphs or not drawn.pictures:
        return False
    textpage = page.get_textpage()
    try:
        text = calls.address(textpage.raw)
        objects = [calls.text_object(text, glyph.number) for glyph in drawn.glyphs[:: max(1, len(drawn.glyphs) // _SAMPLE)]]
        hidden = sum(bool(item) and calls.render_mode(item) == raw.FPDF_TEXTRENDERMODE_INVISIBLE for item in objects)
    finally:
        textpage.close()
    return bool(2 * hidden > len(objects))


def _glyphs(text: calls.Address, count: int, turn: Turn, drawn: Page) -> int:
    """Gather the glyphs; returns how many characters have no meaning."""
    # the loose box has the font's height and advance: stops and dashes then sit on their line, and gaps are real gaps
    loose, tight = (ctypes.c_float * (4 * count))(), (ctypes.c_double * (4 * count))()
    loose_at, tight_at = ctypes.addressof(loose), ctypes.addressof(tight)
    unicode_at, loose_box, tight_box = calls.unicode_at, calls.loose_box, calls.tight_box
    kept: list[tuple[str, int]] = []
    odd = 0
    for i in range(count):
        code = unicode_at(text, i)
        if code in _BLANK or not loose_box(text, i, loose_at):
            continue
        odd += code == 0xFFFD or 0xE000 <= code <= 0xF8FF or 0x80 <= code < 0xA0
        if not tight_box(text, i, tight_at, tight_at + _DOUBLE, tight_at + 2 * _DOUBLE, tight_at + 3 * _DOUBLE):
            continue
        kept.append((chr(code), i))
        loose_at, tight_at = loose_at + 4 * _FLOAT, tight_at + 4 * _DOUBLE
    size = 4 * len(kept)
    left, top, right, bottom = (loose[k:size:4] for k in range(4))
    font = turn.boxes(zip(left, bottom, right, top, strict=True))
    left, right, bottom, top = (tight[k:size:4] for k in range(4))
    ink = turn.boxes(zip(left, bottom, right, top, strict=True))
    _put(drawn.glyphs, kept, font, ink)
    return odd


def _put(glyphs: list[Glyph], kept: Sequence[tuple[str, int]], font: Sequence[Rectangle], ink: Sequence[Rectangle]) -> None:
    """A glyph's ink says where it is, its font box how it lines up; the box is useless where it is far from the ink (vertical fonts)."""
    for (char, index), (left, top, right, bottom), (x0, y0, x1, y1) in zip(kept, font, ink, strict=True):
        near = left <= (x0 + x1) / 2 <= right and top - 1 <= (y0 + y1) / 2 <= bottom + 1
        if near and "\u3400" <= char <= "\u9fff":  # an ideograph in a box far larger than its ink
            across, down, wide, high = x1 - x0, y1 - y0, right - left, bottom - top
            near = (across if across > down else down) >= 0.45 * (wide if wide > high else high)
        glyphs.append(Glyph(char, left, top, right, bottom, index) if near else Glyph(char, x0, y0, x1, y1, index))
