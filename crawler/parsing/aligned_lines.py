"""Tables drawn by white space alone: the lines of a text carrier as words with their columns, and the runs of figures at their ends. Pure.

An extractor that keeps the layout sets each figure under its column, wraps long labels over lines above and below the figures, and may
part one row's figures over two lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from crawler.parsing import numbers
from crawler.parsing.furniture import furniture
from crawler.parsing.labels import plain
from storage.domain.document import Document, Locator, TextBlock
from storage.domain.enums import CellKind
from storage.forms.loader import Form

_WORD = re.compile(r"\S+")
_LITIGATION = 120  # lines; a head one character per line has 60
_COUNTED = re.compile(r"line:(\d+)\Z")
_APART = 3  # lines between the parts of one row whose figures stand on two lines
_FIGURES = frozenset({CellKind.NUMBER, CellKind.ZERO, CellKind.DASH, CellKind.ANNOTATED})


@dataclass(frozen=True, slots=True)
class Word:
    """Characters between spaces with the columns they cover."""

    text: str
    left: int
    right: int
    at: Locator

    @property
    def middle(self) -> float:
        """Middle column."""
        return (self.left + self.right) / 2


@dataclass(frozen=True, slots=True)
class AlignedLine:
    """A line: the words that name something, then the run of figures at its end. `order` counts the lines of the document."""

    order: int
    page: int
    words: tuple[Word, ...]
    figures: tuple[Word, ...]
    number: int = -1

    @property
    def label(self) -> str:
        """The words before the figures, run together."""
        return "".join(word.text for word in self.words)


@dataclass
class FigureRow:
    """A row of figures: the lines it stands on, and its figures from left to right, or one under the other."""

    lines: list[AlignedLine] = field(default_factory=list)
    upright: bool = False
    follows: bool = False
    """Whether its first figure is on the line right after the words before it, so that no blank line parts cells."""

    @property
    def figures(self) -> list[Word]:
        """All figures by column; as they follow each other where they stand one under the other."""
        return self.in_order if self.upright else sorted(self.in_order, key=lambda word: word.left)

    @property
    def in_order(self) -> list[Word]:
        """All figures as they follow each other in the text."""
        return [word for line in self.lines for word in line.figures]

    def cells(self, width: int) -> list[int]:
        """The column of each figure where every cell has a line of its own, the blank ones too; empty where the lines do not tell."""
        start = self.lines[0].number
        columns = [line.number - start for line in self.lines]
        alone = start >= 0 and all(len(line.figures) == 1 for line in self.lines)
        return columns if alone and columns[-1] == width - 1 else []

    @property
    def first(self) -> int:
        """Order of its first line."""
        return self.lines[0].order

    @property
    def last(self) -> int:
        """Order of its last line."""
        return self.lines[-1].order


def lines(document: Document) -> list[AlignedLine]:
    """The text lines of a document, page furniture left out."""
    found: list[AlignedLine] = []
    aside = furniture(document.blocks)
    page = 0
    for i, block in enumerate(document.blocks):
        if i in aside:
            page += 1
        elif isinstance(block, TextBlock) and len(block.text) <= 400:
            found.append(_line(len(found), page, block))
    return found


def _line(order: int, page: int, block: TextBlock) -> AlignedLine:
    words = [Word(m[0], block.indent + m.start(), block.indent + m.end(), block.at) for m in _WORD.finditer(block.text)]
    cut = len(words)
    while cut and numbers.read(words[cut - 1].text).kind in _FIGURES:
        cut -= 1
    counted = _COUNTED.match(block.at.path)
    return AlignedLine(order, page, tuple(words[:cut]), tuple(words[cut:]), int(counted[1]) if counted else -1)


def figure_rows(found: Sequence[AlignedLine], width: int) -> list[FigureRow]:
    """Rows of figures; a row short of `width` is made whole by the next short one where both stand side by side and fill it exactly."""
    rows: list[FigureRow] = []
    for line in found:
        if not line.figures:
            continue
        last = rows[-1] if rows else None
        if last and last.lines[-1].page == line.page and line.order - last.last <= _APART and _completes(last, line, width):
            last.lines.append(line)
        else:
            rows.append(FigureRow([line]))
    return rows


def figure_runs(found: Sequence[AlignedLine], width: int) -> list[FigureRow]:
    """Rows of figures that stand one under the other: unbroken runs of exactly `width`; two runs that a piece of a label parted are one
    where they fill a row together. Nothing where any figure would be left over.
    """
    runs: list[FigureRow] = []
    open_run = False
    named = -1
    for line in found:
        if line.words:
            open_run = False
            named = line.number
        if line.figures:
            if open_run:
                runs[-1].lines.append(line)
            else:
                runs.append(FigureRow([line], upright=True, follows=line.number == named + 1))
            open_run = True
    return _whole(runs, width)


def _whole(runs: Sequence[FigureRow], width: int) -> list[FigureRow]:
    if runs and all(run.cells(width) and run.follows for run in runs):
        return list(runs)
    rows: list[FigureRow] = []
    missing = 0
    for run in runs:
        size = len(run.in_order)
        if missing and size == missing:
            rows[-1].lines.extend(run.lines)
            missing = 0
        elif missing or size > width:
            return []
        else:
            rows.append(FigureRow(list(run.lines), upright=True))
            missing = width - size
    return [] if missing else rows


def _completes(row: FigureRow, line: AlignedLine, width: int) -> bool:
    mine = row.figures
    if len(mine) + len(line.figures) != width:
        return False
    return all(a.right <= b.left or b.right <= a.left for a in mine for b in line.figures)


def stretch(found: Sequence[AlignedLine], first: int, last: int) -> str:
    """What stands before the figures on lines `first` to `last` of the same sequence, run together."""
    return "".join(line.label for line in found if first <= line.order <= last)


def medians(rows: Sequence[FigureRow], width: int) -> list[float]:
    """The middle of each column as told by the full rows; empty where fewer than two are full."""
    full = [row.figures for row in rows if len(row.figures) == width]
    if len(full) < 2:
        return []
    return [sorted(figures[i].middle for figures in full)[len(full) // 2] for i in range(width)]


def nearest(place: float, middles: Sequence[float]) -> int:
    """The column a place belongs to."""
    return min(range(len(middles)), key=lambda i: abs(middles[i] - place))


def pages(rows: Sequence[FigureRow]) -> Iterator[list[FigureRow]]:
    """Rows by page: each page is laid out by itself."""
    group: list[FigureRow] = []
    for row in rows:
        if group and row.lines[0].page != group[-1].lines[-1].page:
            yield group
            group = []
        group.append(row)
    if group:
        yield group


def regions(found: Sequence[AlignedLine], form: Form) -> tuple[list[AlignedLine], list[AlignedLine]]:
    """The lines of table 3, from its head up to the heading of table 4, and those of table 4, up to the next heading."""
    head = plain(form.requests.header_labels[0])
    first = next((line.order for line in found if head in plain(line.label)), None)
    if first is None:
        return [], []
    second = next((line.order for line in found[first + 1 :] if _opens_litigation(plain(line.label))), len(found))
    return list(found[first:second]), list(found[second : second + _LITIGATION])


def _opens_litigation(text: str) -> bool:
    return "复议" in text and ("诉讼" in text or text.startswith("行政复议"))
