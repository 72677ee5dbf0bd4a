"""Draw a table as a PNG picture, as reports without any table text show it."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from crawler.demo.layout import DrawnTable, Placed

_FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/System/Library/Fonts/PingFang.ttc",
    "C:/Windows/Fonts/simsun.ttc",
)
_ROW_HEIGHT = 46
_MARGIN = 12


def draw_table(table: DrawnTable, *, dots_per_inch: int = 150) -> bytes:
    """The table as PNG bytes, black rules on white. Without a Chinese font on the machine only ASCII is drawn."""
    widths = _column_widths(table)
    edges = [_MARGIN + sum(widths[:number]) for number in range(table.columns + 1)]
    picture = Image.new("L", (edges[-1] + _MARGIN, table.rows * _ROW_HEIGHT + 2 * _MARGIN), 255)
    pen = ImageDraw.Draw(picture)
    for cell in table.cells:
        _draw_cell(pen, cell, edges)
    target = io.BytesIO()
    picture.save(target, "PNG", dpi=(dots_per_inch, dots_per_inch))
    return target.getvalue()


def can_draw_chinese() -> bool:
    """Whether a Chinese font was found on this machine."""
    return _font_file() is not None


def _column_widths(table: DrawnTable) -> list[int]:
    if table.key == "requests":
        return [90, 130, 330, *([96] * 7)]
    return [150] + [120] * (table.columns - 1) if table.key == "proactive" else [78] * table.columns


def _draw_cell(pen: ImageDraw.ImageDraw, cell: Placed, edges: list[int]) -> None:
    left, right = edges[cell.column], edges[cell.column + cell.colspan]
    top = _MARGIN + cell.row * _ROW_HEIGHT
    bottom = top + cell.rowspan * _ROW_HEIGHT
    pen.rectangle((left, top, right, bottom), outline=0, width=2)
    if not cell.text:
        return
    font = _font(18)
    lines = _wrap(cell.text if can_draw_chinese() else _ascii(cell.text), right - left - 8, pen, font)
    height = 20 * len(lines)
    for number, line in enumerate(lines):
        width = pen.textlength(line, font=font)
        pen.text((left + (right - left - width) / 2, top + (bottom - top - height) / 2 + 20 * number), line, fill=0, font=font)


def _wrap(text: str, width: float, pen: ImageDraw.ImageDraw, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> list[str]:
    lines = [""]
    for character in text:
        if lines[-1] and pen.textlength(lines[-1] + character, font=font) > width:
            lines.append("")
        lines[-1] += character
    return lines


def _ascii(text: str) -> str:
    return "".join(character for character in text if character.isascii())


@cache
def _font_file() -> str | None:
    return next((name for name in _FONTS if Path(name).is_file()), None)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    name = _font_file()
    return ImageFont.truetype(name, size) if name else ImageFont.load_default()
