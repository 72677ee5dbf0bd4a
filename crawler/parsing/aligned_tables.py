"""Tables 3 and 4 where only white space is left of their borders, read by the columns figures stand in. Pure.

Rows and labels are matched as two sequences over the whole table; a label that is there without figures, or figures without a label, cast
doubt on their neighbours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from crawler.parsing import aligned_lines, sequence_tables
from crawler.parsing.aligned_lines import AlignedLine, FigureRow
from crawler.parsing.grids import Row, Slot
from crawler.parsing.labels import plain
from crawler.parsing.lines import Line
from crawler.parsing.numbers import BLANK, read
from crawler.parsing.printed import CHOSEN, DOUBTFUL, Printed, Way, doubt, settle, unreadable
from crawler.parsing.requests_table import Found, row_holds
from storage.domain.document import Document, GridCell, Locator
from storage.domain.reports import Cell
from storage.forms.loader import Form, Label, Table

_ENOUGH = 15  # rows: fewer are no table 3
_NAMED = 0.8  # share of a label's characters that must stand around its figures
_WORTH = 0.5


@dataclass(frozen=True, slots=True)
class _Matched:
    row: FigureRow
    label: Label
    sure: bool


def requests(document: Document, form: Form) -> Found:
    """Table 3 as white space draws it; what that leaves open by the order of the figures. Nothing found where there is neither."""
    region, _ = aligned_lines.regions(aligned_lines.lines(document), form)
    found = _by_rows(region, form.requests)
    second = sequence_tables.requests(region, form.requests)
    if any(_contradict(found.rows[key], cells) for key, cells in second.rows.items() if key in found.rows):
        return found
    for key, cells in second.rows.items():
        if key not in found.rows or not any(cell.value is not None for cell in found.rows[key]):
            found.rows[key], found.lines[key] = cells, second.lines[key]
            found.short.discard(key)
    return found


def _contradict(one: Sequence[Cell], other: Sequence[Cell]) -> bool:
    """Whether two readings of a row hold different figures."""
    return any(a.value != b.value for a, b in zip(one, other, strict=True) if a.value is not None and b.value is not None)


def _by_rows(region: Sequence[AlignedLine], table: Table) -> Found:
    found = Found()
    width = len(table.columns)
    rows = aligned_lines.figure_rows(region, width)
    if 2 * sum(len(row.figures) > 1 for row in rows) < len(rows):
        rows = aligned_lines.figure_runs(region, width)
    matched = _match(region, rows, table) if len(rows) >= _ENOUGH else []
    if len(matched) < _ENOUGH:
        return found
    ways = _ways(rows, width)
    order = _order(region, rows, table)
    for match in matched:
        _take(found, match, ways.get(id(match.row)), order, table)
    return found


def _match(region: Sequence[AlignedLine], rows: Sequence[FigureRow], table: Table) -> list[_Matched]:
    """Rows of figures and labels of the form, both in order, paired so that the words around each row fit best."""
    texts = [_around(region, rows, i) for i in range(len(rows))]
    scores = [[_score(near, own, label) for label in table.rows] for near, own in texts]
    pairs = _trace(scores)
    keys = {table.rows[j].key for _, j in pairs}
    pairs = [(i, j) for i, j in pairs if not keys & set(table.rows[j].alternative_to)]  # the heading of those rows, not a row
    taken = {j for _, j in pairs}
    held = {key for j in taken for key in table.rows[j].alternative_to}
    extra = len(pairs) < len(rows)
    matched = []
    for i, j in pairs:
        label = table.rows[j]
        near, own = texts[i]
        sure = scores[i][j] >= _NAMED and _covers(near, label) >= _NAMED
        # a row of figures too many may have pushed the next ones on: then only those that stand beside their own label are sure
        sure = sure and not (extra and _covers(own, label) < _NAMED)
        sure = sure and not any(_stands_alone(table, k, taken, held, near) for k in (j - 1, j + 1))
        matched.append(_Matched(rows[i], label, sure))
    return matched


def _around(region: Sequence[AlignedLine], rows: Sequence[FigureRow], i: int) -> tuple[str, str]:
    """The words between the figures of the rows before and after, and the words on the row's own lines."""
    row = rows[i]
    before = rows[i - 1].last + 1 if i else row.first - 3
    after = rows[i + 1].first - 1 if i + 1 < len(rows) else row.last + 3
    own = plain(aligned_lines.stretch(region, row.first, row.last))
    return plain(aligned_lines.stretch(region, before, after)), own


def _covers(text: str, label: Label) -> float:
    seen = Counter(text)
    return max(
        sum((Counter(w) & seen).values()) / len(w) for wording in label.wordings if len(w := plain(wording)) >= 4 or w == plain(label.label)
    )


def _score(near: str, own: str, label: Label) -> float:
    """How well a label fits: all of it must be near; on the row's own lines at least a part (a wrapped label stands around them)."""
    return 0.7 * _covers(near, label) + 0.3 * (_covers(own, label) if own else 0.7)


def _stands_alone(table: Table, j: int, taken: set[int], held: set[str], text: str) -> bool:
    """Whether the form's row `j` is printed near `text` but no figures were matched with it."""
    if not 0 <= j < len(table.rows) or j in taken:
        return False
    label = table.rows[j]
    if label.alternative_to or label.key in held:
        return False
    return _covers(text, label) >= _NAMED


def _trace(scores: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    n, columns = len(scores), len(scores[0])
    best = [[0.0] * (columns + 1) for _ in range(n + 1)]
    for i in range(n - 1, -1, -1):
        for j in range(columns - 1, -1, -1):
            best[i][j] = max(best[i + 1][j] - 0.2, best[i][j + 1], best[i + 1][j + 1] + scores[i][j] - _WORTH)
    found, i, j = [], 0, 0
    while i < n and j < columns:
        if best[i][j] == best[i + 1][j + 1] + scores[i][j] - _WORTH:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i][j + 1]:
            j += 1
        else:
            i += 1
    return found


def _ways(rows: Sequence[FigureRow], width: int) -> Mapping[int, tuple[Way, bool]]:
    """Per row its figures by column and whether columns and count agree; a short row needs full ones on its page to be placed."""
    found: dict[int, tuple[Way, bool]] = {}
    for group in aligned_lines.pages(rows):
        middles = aligned_lines.medians(group, width)
        for row in group:
            way = _upright(row, width) if row.upright else _placed(row, middles, width)
            if way is not None:
                found[id(row)] = way
    return found


def _upright(row: FigureRow, width: int) -> tuple[Way, bool] | None:
    """Figures one under the other: sure where nothing stands between them, or where they add up."""
    way = tuple(Printed(read(word.text), word.text, word.at) for word in row.figures)
    if len(way) < width and (columns := row.cells(width)):
        by_column = dict(zip(columns, way, strict=True))
        way = tuple(by_column.get(i, Printed(BLANK, "", row.figures[0].at)) for i in range(width))
        return way, bool(row_holds(way))
    unbroken = row.last - row.first == len(row.lines) - 1
    return (way, unbroken or bool(row_holds(way))) if len(way) == width else None


def _placed(row: FigureRow, middles: Sequence[float], width: int) -> tuple[Way, bool] | None:
    words = row.figures
    printed = [Printed(read(word.text), word.text, word.at) for word in words]
    columns = [aligned_lines.nearest(word.middle, middles) for word in words] if middles else []
    if len(words) == width:
        loose = all(b.left - a.right == 1 for a, b in pairwise(words))
        placed = loose or not middles or columns == list(range(width))
        return tuple(printed), placed and (len(row.lines) == 1 or bool(row_holds(tuple(printed))))
    gap = min((b - a for a, b in pairwise(middles)), default=0.0)
    near = all(abs(word.middle - middles[c]) < 0.35 * gap for word, c in zip(words, columns, strict=True)) if middles else False
    if not near or len(set(columns)) < len(columns) or len(words) > width or gap < 3:
        return None
    by_column = dict(zip(columns, printed, strict=True))
    way = tuple(by_column.get(i, Printed(BLANK, "", words[0].at)) for i in range(width))
    return way, bool(row_holds(way))  # two figures glued into one leave a gap that looks like a blank


def _order(region: Sequence[AlignedLine], rows: Sequence[FigureRow], table: Table) -> list[int] | None:
    """The form's column for each printed one, as the words above the first figures tell; None where they contradict each other."""
    width = len(table.columns)
    middles = aligned_lines.medians(next(aligned_lines.pages(rows)), width)
    usual = list(range(width))
    if not middles or rows[0].upright:
        return usual
    gap = min(b - a for a, b in pairwise(middles))
    above = [""] * width
    for line in region:
        if line.order < rows[0].first:
            for word in line.words:
                column = aligned_lines.nearest(word.middle, middles)
                if abs(word.middle - middles[column]) <= 0.5 * gap:
                    above[column] += plain(word.text)
    named = {i: k for i, text in enumerate(above) if (k := _column(text, table)) is not None}
    if all(i == k for i, k in named.items()):
        return usual
    return [named[i] for i in usual] if sorted(named.values()) == usual else None


def _column(text: str, table: Table) -> int | None:
    """The column whose heading has exactly these characters (set one under the other, they may come in another order)."""
    seen = Counter(text)
    return next((k for k, column in enumerate(table.columns) if seen == Counter(plain(column.label))), None)


def _take(found: Found, match: _Matched, placed: tuple[Way, bool] | None, order: list[int] | None, table: Table) -> None:
    key, width = match.label.key, len(table.columns)
    found.lines[key] = _as_line(match)
    if placed is None:
        found.short.add(key)
        words = match.row.figures
        values = [v for word in words if (v := read(word.text).value) is not None]
        found.rows[key] = tuple(unreadable(" ".join(w.text for w in words), words[0].at, values) for _ in range(width))
        return
    way, agreed = placed
    if order is not None:
        way = tuple(way[order.index(i)] for i in range(width))
    sure = agreed and match.sure and order is not None
    cells: tuple[Cell, ...] = settle([way], row_holds, CHOSEN)
    found.rows[key] = cells if sure else tuple(doubt(cell, DOUBTFUL) for cell in cells)


def _as_line(match: _Matched) -> Line:
    words = match.row.figures
    cells = [GridCell(0, 1 + i, word.text, word.at) for i, word in enumerate(words)]
    slots = tuple(Slot(cell, read(cell.text), above=False) for cell in cells)
    name = GridCell(0, 0, match.label.label, words[0].at if words else Locator(""))
    row = Row(match.row.first, 0, 0, "tokens", (Slot(name, read(name.text), above=False), *slots))
    text = plain(match.label.label)
    return Line(row, (text,), slots, len(slots), (text,))
