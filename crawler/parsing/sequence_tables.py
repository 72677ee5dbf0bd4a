"""Table 3 where an extractor kept the figures in printed order but moved the labels about: rows of seven in the order of the form. Pure.

Only a table whose figures are all there is read this way (as many rows of seven as the form has rows), and only a row that stands whole
behind its own label is sure. The others are handed on as doubtful.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from crawler.parsing.aligned_lines import AlignedLine, Word
from crawler.parsing.grids import Row, Slot
from crawler.parsing.labels import plain
from crawler.parsing.lines import Line
from crawler.parsing.numbers import read
from crawler.parsing.printed import CHOSEN, DOUBTFUL, Printed, cell
from crawler.parsing.requests_table import Found, row_holds
from storage.domain.document import GridCell
from storage.forms.loader import Label, Table

_BEHIND = 0.95  # share of a label's characters among the words right before a row
_ANCHORS = 6
_WHOLE = 0.8  # share of the rows that must add up: figures chunked at the wrong places do not


def requests(region: Sequence[AlignedLine], table: Table) -> Found:
    """The table in the order of the form; nothing found where figures are missing or too many."""
    found = Found()
    width = len(table.columns)
    figures = [(i, word) for i, line in enumerate(region) for word in line.figures]
    labels = _labels(table, len(figures), width)
    if labels is None or _tangled(region) or not _fits(region, labels, table):
        return found
    chunks = [figures[k : k + width] for k in range(0, len(figures), width)]
    ways = [tuple(Printed(read(word.text), word.text, word.at) for _, word in chunk) for chunk in chunks]
    holding = [bool(row_holds(way)) for way in ways]
    behind = [_behind(region, chunks, k, labels) for k in range(len(labels))]
    if sum(holding) < _WHOLE * len(ways) or sum(behind) < _ANCHORS:
        return found
    for k, label in enumerate(labels):
        if holding[k]:
            confidence = CHOSEN if behind[k] else DOUBTFUL
            found.rows[label.key] = tuple(cell(printed, confidence) for printed in ways[k])
            found.lines[label.key] = _line([word for _, word in chunks[k]], label)
    return found


def _labels(table: Table, figures: int, width: int) -> list[Label] | None:
    """The rows of the form that a table of so many figures has."""
    replaced = {key for label in table.rows for key in label.alternative_to}
    full = [label for label in table.rows if not label.alternative_to]
    single = [label for label in table.rows if label.key not in replaced]
    return next((rows for rows in (full, single) if len(rows) * width == figures), None)


def _tangled(region: Sequence[AlignedLine]) -> bool:
    """Whether figures stand among the words of a line: they are lost for the rows."""
    return any(read(word.text).value is not None for line in region for word in line.words)


def _fits(region: Sequence[AlignedLine], labels: Sequence[Label], table: Table) -> bool:
    """Whether the labels of the rows left out (three rows of 其他处理, or the one in their place) are not printed."""
    text = plain("".join(line.label for line in region))
    keys = {label.key for label in labels}
    return not any(_printed(text, label) for label in table.rows if label.key not in keys and not label.alternative_to)


def _printed(text: str, label: Label) -> bool:
    """Whether a long label's own wording is there, cut into pieces or not."""
    words = plain(label.label)
    pieces = [words[i : i + 4] for i in range(len(words) - 3)]
    return len(pieces) >= 6 and sum(piece in text for piece in pieces) >= 0.4 * len(pieces)


def _behind(region: Sequence[AlignedLine], chunks: Sequence[Sequence[tuple[int, Word]]], k: int, labels: Sequence[Label]) -> bool:
    """Whether the row stands whole, and its label and none of its neighbours' right before it."""
    first, last = chunks[k][0][0], chunks[k][-1][0]
    if any(region[i].words for i in range(first + 1, last + 1)):
        return False
    start = chunks[k - 1][-1][0] + 1 if k else 0
    before = Counter(plain("".join(region[i].label for i in range(start, first + 1))))
    near = [i for i in range(max(0, k - 2), min(len(labels), k + 3)) if _held(before, plain(labels[i].label))]
    return near == [k]


def _held(text: Counter[str], label: str) -> bool:
    return sum((Counter(label) & text).values()) >= _BEHIND * len(label)


def _line(words: Sequence[Word], label: Label) -> Line:
    cells = [GridCell(0, 1 + i, word.text, word.at) for i, word in enumerate(words)]
    slots = tuple(Slot(one, read(one.text), above=False) for one in cells)
    name = GridCell(0, 0, label.label, words[0].at)
    row = Row(0, 0, 0, "tokens", (Slot(name, read(name.text), above=False), *slots))
    text = plain(label.label)
    return Line(row, (text,), slots, len(slots), (text,))
