"""The three tables of a report in the layout of the official form, ready to be drawn; pure, from the form's data and the cells read.

Every value cell names the ids of all its headings, so that a screen reader can say what the figure is. Nothing is computed or repaired:
what is shown is what is printed, and the five ways of not being a number look different from each other and from 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from storage.domain.enums import CellKind, Certainty
from storage.domain.ids import CellPath
from storage.domain.reports import ABSENT_CELL, Cell
from storage.forms.loader import Form, Label, Table

WORDS = {
    CellKind.BLANK: "空白",
    CellKind.MERGED: "合并格",
    CellKind.ABSENT: "无此格",
    CellKind.UNREADABLE: "无法读取",
    CellKind.CONFLICT: "读取不一致",
}
"""Said in the cell where nothing printed can be shown."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A failed or doubtful check on a cell: the number of the finding on the page, how sure it is, and whether it is about many cells at
    once, of which most will be innocent.
    """

    number: int
    certainty: Certainty
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """One value cell. `text` is the printed text, or `word` says why there is none; `headings` are the ids of its `th`.

    `placed` where the original can be shown at that place.
    """

    path: CellPath
    kind: CellKind
    text: str
    word: str
    headings: str
    doubtful: bool
    marks: tuple[Mark, ...]
    title: str
    placed: bool = False

    @property
    def css(self) -> str:
        """Class names: kind, doubt, and the gravest mark."""
        names = [f"kind-{self.kind.value}"]
        if self.doubtful:
            names.append("doubtful")
        if self.marks:
            names.append(f"mark-{self.marks[0].certainty.value}")
            names += ["mark-wide"] if all(mark.wide for mark in self.marks) else []
        return " ".join(names)


@dataclass(frozen=True, slots=True)
class Heading:
    """One `th`."""

    id: str
    text: str
    scope: str
    rowspan: int = 1
    colspan: int = 1


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its headings from the left, then its value cells."""

    headings: tuple[Heading, ...]
    cells: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """One table: caption, heading rows, value rows. `corner` is the width of the row headings in columns."""

    key: str
    caption: str
    head: tuple[tuple[Heading, ...], ...]
    lines: tuple[Line, ...]
    note: str = ""


class Drawing:
    """Draws the tables of one report. `marks` maps cell paths to the findings about them."""

    def __init__(self, form: Form, cells: Mapping[CellPath, Cell], marks: Mapping[str, Sequence[Mark]]) -> None:
        self._form = form
        self._cells = cells
        self._marks = marks

    def proactive(self) -> tuple[Drawn, ...]:
        """One drawn table per sub-table (第二十条第…项) of the table of proactive disclosure."""
        tables = []
        for block in self._form.proactive:
            stem = f"p-{block.key}"
            head = (
                Heading(f"{stem}-info", "信息内容", "col"),
                *(Heading(f"{stem}-{column.key}", column.label, "col") for column in block.columns),
            )
            lines = []
            for row in block.rows:
                heading = Heading(f"{stem}-r-{row.key}", row.label, "row")
                values = tuple(
                    self._shown(self._form.proactive_path(row, position), f"{heading.id} {stem}-{column.key}")
                    for position, column in enumerate(block.columns)
                )
                lines.append(Line((heading,), values))
            unit = f"（单位：{block.unit}）" if block.unit else ""
            tables.append(Drawn(stem, f"{block.title}{unit}", (head,), tuple(lines)))
        return tuple(tables)

    def requests(self) -> Drawn:
        """Table of section three: applicants across, results down in their groups."""
        table = self._form.requests
        rows = [row for row in table.rows if self._printed(table, row)]
        outcomes = [row for row in rows if _in_results(row)]
        lines: list[Line] = []
        for position, row in enumerate(rows):
            headings: list[Heading] = []
            above: list[str] = []
            if _in_results(row):
                if row is outcomes[0]:
                    headings.append(Heading("r-results", table.outcome_group, "rowgroup", rowspan=len(outcomes)))
                above.append("r-results")
            if row.group:
                group_id = f"r-g-{row.group[:3].strip('（）')}"
                if position == 0 or rows[position - 1].group != row.group:
                    span = sum(other.group == row.group for other in rows)
                    headings.append(Heading(group_id, row.group, "rowgroup", rowspan=span))
                above.append(group_id)
            own = Heading(f"r-{row.key}", row.label, "row", colspan=3 - len(above))
            headings.append(own)
            ids = " ".join([*above, own.id])
            lines.append(Line(tuple(headings), self._values(table, row, ids, "r-c")))
        return Drawn("requests", table.title, _requests_head(table), tuple(lines), table.balance_label)

    def litigation(self) -> Drawn:
        """Table of section four: three groups of five outcomes side by side, one row of figures."""
        table = self._form.litigation
        width = len(table.columns)
        first, *courts = table.rows
        top = (
            Heading(f"l-{first.key}", first.label, "colgroup", colspan=width, rowspan=2),
            Heading("l-courts", (table.header_labels or ("行政诉讼",))[0], "colgroup", colspan=width * len(courts)),
        )
        middle = tuple(Heading(f"l-{row.key}", row.label, "colgroup", colspan=width) for row in courts)
        bottom = tuple(Heading(f"l-{row.key}-{column.key}", column.label, "col") for row in table.rows for column in table.columns)
        cells = []
        for row in table.rows:
            above = f"l-{row.key}" if row is first else f"l-courts l-{row.key}"
            cells += [self._shown(table.path(row.key, column.key), f"{above} l-{row.key}-{column.key}") for column in table.columns]
        return Drawn("litigation", table.title, (top, middle, bottom), (Line((), tuple(cells)),))

    def _values(self, table: Table, row: Label, above: str, stem: str) -> tuple[Shown, ...]:
        return tuple(self._shown(table.path(row.key, column.key), f"{above} {stem}-{column.key}") for column in table.columns)

    def _printed(self, table: Table, row: Label) -> bool:
        """Of rows that exclude each other (其他处理 as one row or as three) those that are printed; all parts where neither is."""
        here = self._any(table, row.key)
        if row.alternative_to:
            return here
        rivals = [other for other in table.rows if row.key in other.alternative_to]
        return here or not any(self._any(table, rival.key) for rival in rivals)

    def _any(self, table: Table, row: str) -> bool:
        return any(self._cell(table.path(row, column.key)).kind is not CellKind.ABSENT for column in table.columns)

    def _cell(self, path: CellPath) -> Cell:
        return self._cells.get(path, ABSENT_CELL)

    def _shown(self, path: CellPath, headings: str) -> Shown:
        cell = self._cell(path)
        word = WORDS.get(cell.kind, "")
        text = cell.raw.strip() or ("" if cell.value is None else str(cell.value))
        if cell.kind is CellKind.CONFLICT:
            text = " / ".join(str(value) for value in cell.candidates)
        elif cell.kind in {CellKind.BLANK, CellKind.ABSENT}:
            text = ""
        return Shown(
            path=path,
            kind=cell.kind,
            text=text,
            word=word,
            headings=headings,
            doubtful=not cell.trusted,
            marks=tuple(sorted(self._marks.get(path, ()), key=lambda mark: _GRAVITY.index(mark.certainty))),
            title=_title(cell),
            placed=cell.at is not None,
        )


_GRAVITY = (Certainty.INCONSISTENT, Certainty.SUSPECT, Certainty.DOUBTFUL_READING, Certainty.NOT_CHECKABLE)


def _in_results(row: Label) -> bool:
    """Rows under 三、本年度办理结果: the outcomes and their total."""
    return row.outcome or row.key == "total_handled"


def _requests_head(table: Table) -> tuple[tuple[Heading, ...], ...]:
    applicants, legal = (*table.header_labels, "申请人情况", "法人或其他组织")[:2]
    natural, *others, total = table.columns
    return (
        (Heading("r-applicants", applicants, "colgroup", colspan=len(table.columns)),),
        (
            Heading(f"r-c-{natural.key}", natural.label, "col", rowspan=2),
            Heading("r-c-legal-persons", legal, "colgroup", colspan=len(others)),
            Heading(f"r-c-{total.key}", total.label, "col", rowspan=2),
        ),
        tuple(Heading(f"r-c-{column.key}", column.label, "col") for column in others),
    )


def _title(cell: Cell) -> str:
    parts = [cell.kind.label]
    if cell.at is not None:
        parts.append(f"位置 {cell.at.path}")
    if cell.confidence < 1:
        parts.append(f"读取把握 {cell.confidence:.0%}")
    if cell.suggestion is not None:
        parts.append(f"按校验式应为 {cell.suggestion}（仅供核对）")
    return "；".join(parts)
