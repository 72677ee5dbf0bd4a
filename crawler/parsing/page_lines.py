"""Characters on a page to lines, and lines to paragraphs by the margins they keep. Pure: y downwards, in points."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from crawler.parsing import set_apart
from storage.domain.quick import quick

_PAGE_NUMBER = re.compile(r"[-—–－\s·]*第?\s*\d{1,3}\s*页?[-—–－\s·]*\Z")
# Digits are set without a gap: what parts two of them is a space, and the two are not one figure ("3 2" is not 32).
_FIGURES_APART = 0.12


_SMALLER = 0.75  # of its neighbour's height: a footnote mark has 0.6 of it
_LEAST = 4.0  # points: the height of a line is never taken for less


class Glyph(NamedTuple):
    """One printed character with its rectangle and its place in the content stream.

    A tuple: a page has hundreds, and a frozen dataclass takes twice as long to make.
    """

    char: str
    left: float
    top: float
    right: float
    bottom: float
    number: int

    @property
    def middle(self) -> float:
        """Vertical middle."""
        return (self.top + self.bottom) / 2


@quick
@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of text with its rectangle."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float


def lines(glyphs: Sequence[Glyph]) -> list[TextLine]:
    """Lines from top to bottom; a space where a gap is wider than half a character."""
    rows: list[list[Glyph]] = []
    above, height = 0.0, 0.0
    for middle, _, _, glyph in sorted([((g[2] + g[4]) / 2, g[1], i, g) for i, g in enumerate(glyphs)]):
        own = glyph.bottom - glyph.top
        # small glyphs (stops, dashes) sit off the middle of their line, so the taller of two neighbours sets the measure
        if rows and middle - above <= max(own, height, _LEAST) * 0.45:
            rows[-1].append(glyph)
        else:
            rows.append([glyph])
        above, height = middle, own
    return [_line(sorted(row, key=_left)) for row in rows]


def text(glyphs: Sequence[Glyph]) -> str:
    """The text of the lines; most cells of a form hold one digit."""
    return glyphs[0].char.strip() if len(glyphs) == 1 else "\n".join([line.text for line in lines(glyphs)])


def _left(glyph: Glyph) -> float:
    return glyph[1]


def _line(row: Sequence[Glyph]) -> TextLine:
    chars, lefts, tops, rights, bottoms, _ = zip(*row, strict=True)
    heights = [bottom - top for top, bottom in zip(tops, bottoms, strict=True)]
    if min(heights) < _SMALLER * max(heights):
        chars = _set_apart(row)
    size = max(_middle_one(heights), _LEAST)
    parts: list[str] = [chars[0]]
    for i in range(1, len(row)):
        gap = lefts[i] - rights[i - 1]
        if gap > _FIGURES_APART * size and gap > (_FIGURES_APART if chars[i - 1].isdigit() and chars[i].isdigit() else 0.6) * size:
            parts.append(" ")
        parts.append(chars[i])
    return TextLine("".join(parts).strip(), lefts[0], min(tops), rights[-1], max(bottoms), size)


def _set_apart(row: Sequence[Glyph]) -> tuple[str, ...]:
    """The characters of a line, digits smaller than the one beside them parted from it: as raised ones where they are, else by a space."""
    chars = [glyph.char for glyph in row]
    for i in range(1, len(row)):
        before, glyph = row[i - 1], row[i]
        if not (before.char.isdigit() and glyph.char.isdigit()):
            continue
        tall, own = before.bottom - before.top, glyph.bottom - glyph.top
        if own < _SMALLER * tall:
            chars[i] = set_apart.raised(glyph.char) if _is_raised(glyph, before) else " " + glyph.char
        elif tall < _SMALLER * own:
            chars[i - 1] = set_apart.raised(before.char) if _is_raised(before, glyph) else before.char + " "
        elif chars[i - 1] == set_apart.raised(before.char):
            chars[i] = set_apart.raised(glyph.char)
    return tuple(chars)


def _is_raised(glyph: Glyph, beside: Glyph) -> bool:
    """Whether a small glyph hangs from the top of the one beside it; one measured by its ink alone would reach neither top nor bottom."""
    height = beside.bottom - beside.top
    return glyph.top <= beside.top + 0.12 * height and glyph.bottom <= beside.bottom - 0.27 * height


def _middle_one(sizes: list[float]) -> float:
    """The median, without the library's care for other kinds of numbers."""
    sizes.sort()
    half = len(sizes) // 2
    return sizes[half] if len(sizes) % 2 else (sizes[half - 1] + sizes[half]) / 2


def is_page_number(text: str) -> bool:
    """Whether a line holds nothing but a page number."""
    return bool(_PAGE_NUMBER.match(text))


def continues(before: TextLine, line: TextLine, left: float, right: float) -> bool:
    """Whether a line carries on the paragraph of the line before it, given the text block's margins."""
    full = before.right >= right - 2.2 * before.size
    indented = line.left > left + 1.2 * line.size
    near = line.top - before.bottom < 3 * line.size
    return full and near and not indented
