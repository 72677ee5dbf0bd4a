"""Printed lines back to paragraphs: page numbers dropped, lines that the page width or a page break cut joined again. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from storage.domain.document import Locator

_PAGE_NUMBER = re.compile(r"\s*(?:[-—–－]+\s*\d{1,3}\s*[-—–－]+|第\s*\d{1,3}\s*页(?:\s*共\s*\d{1,3}\s*页)?|\d{1,3}\s*/\s*\d{1,3})\s*")
_ITEM = re.compile(
    r"\s*(?:[（(]\s*[一二三四五六七八九十\d]{1,3}\s*[)）]|[一二三四五六七八九十]{1,3}\s*[、.．]|\d{1,2}\s*[、.．](?!\d)|[一二三四五六七八九十]是|[①-⑳]|第[一二三四五六七八九十]+[,，、]|附[件：:]|注[：:])"
)
_CLOSED = ("。", "！", "？", "；", "：", "!", "?", ";", ":", "…", "。”", "。）", "]")
_OPEN = ("，", "、", ",", "“", "（", "(", "《", "—")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Joined text and, per offset in it, the place from there on."""

    text: str
    places: tuple[tuple[int, Locator], ...]


def is_page_number(line: str) -> bool:
    """Whether a line is only a page number."""
    return _PAGE_NUMBER.fullmatch(line) is not None


def starts_item(line: str) -> bool:
    """Whether a line opens an enumerated item, so that it never continues the line before."""
    return _ITEM.match(line) is not None


def page_width(lengths: list[int]) -> int:
    """The line length at which the carrier wraps text, 0 where lines are whole paragraphs.

    A wrapped page shows many lines of almost the same, largest length; paragraphs do not.
    """
    long = sorted(n for n in lengths if n >= 15)
    if len(long) < 6:
        return 0
    width = long[-max(1, len(long) // 20)]
    near = sum(1 for n in long if width - 5 <= n <= width + 3)
    return width if width <= 80 and near * 2 >= len(long) else 0


def join(lines: list[tuple[str, Locator]], width: int) -> list[Paragraph]:
    """Paragraphs of consecutive lines; `width` as `page_width` found it."""
    paragraphs: list[Paragraph] = []
    text, places = "", list[tuple[int, Locator]]()
    for line, at in lines:
        bare = line.strip()
        if not bare or is_page_number(bare):
            continue
        if text and not _continues(text, bare, places, width):
            paragraphs.append(Paragraph(text, tuple(places)))
            text, places = "", []
        glue = " " if text and text[-1].isascii() and text[-1].isalnum() and bare[0].isascii() and bare[0].isalpha() else ""
        places.append((len(text) + len(glue), at))
        text += glue + bare
    if text:
        paragraphs.append(Paragraph(text, tuple(places)))
    return paragraphs


def _continues(text: str, line: str, places: list[tuple[int, Locator]], width: int) -> bool:
    """Whether `line` goes on with the paragraph `text`, judged by how its last printed line ends."""
    if starts_item(line) and not text.endswith(_OPEN):
        return False
    if text.endswith(_OPEN):
        return True
    last = len(text) - places[-1][0]
    if width:
        return last >= width - 6 and not (text.endswith(_CLOSED) and last < width - 1 and _short_end(text, last, width))
    return last >= 25 and not text.endswith(_CLOSED)


def _short_end(text: str, last: int, width: int) -> bool:
    return text.endswith(("。", "！", "？")) and last <= width - 3
