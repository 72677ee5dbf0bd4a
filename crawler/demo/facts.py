"""The truth of one fictional report: every printed cell and every figure its sentences state.

`make_facts` gives a report that agrees with itself: all equations of `storage.forms` hold and the text says what the tables say. The
functions of `slips` break it in named ways. Neighbours: `sampling` draws the figures, `layout` places the cells, the renderers print them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from storage.domain.enums import BodyKind, CellKind, Edition
from storage.domain.ids import CellPath
from storage.domain.reports import Number

_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
_ANNOTATED = re.compile(r"(\d+)（(.+)）")


class Quirk(StrEnum):
    """Ways of printing the form that do not change a figure."""

    HEADER4_MISALIGNED = "header4_misaligned"
    """Table 4 has lost a head: 14 leaves stand over 15 figures."""

    TITLE_WITHOUT_BODY = "title_without_body"
    WORK_REPORT_TITLE = "work_report_title"
    NO_SIGNATURE = "no_signature"


@dataclass(frozen=True, slots=True)
class Truth:
    """What a right reading of one cell says."""

    kind: CellKind
    value: Number | None
    raw: str


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """One report: whose, which year, and what is printed in it.

    `cells` maps the path of every printed cell to its text as printed ("" is a blank cell); rows the report does not have are not in it.
    `stated` maps the metrics of the claims vocabulary to the figures the sentences state. `voice` chooses the wording.
    """

    body: str
    report_year: int
    edition: Edition
    cells: Mapping[CellPath, str]
    stated: Mapping[str, int] = field(default_factory=dict)
    signed_on: date | None = None
    kind: BodyKind = BodyKind.DEPARTMENT
    voice: int = 0
    quirks: frozenset[Quirk] = frozenset()

    @property
    def title(self) -> str:
        """The heading of the report."""
        body = "" if Quirk.TITLE_WITHOUT_BODY in self.quirks else self.body
        work = "工作报告" if Quirk.WORK_REPORT_TITLE in self.quirks else "工作年度报告"
        return f"{body}{self.report_year}年政府信息公开{work}"

    def text(self, path: str) -> str:
        """What is printed in the cell at `path`, "" if nothing or not there."""
        return self.cells.get(CellPath(path), "")

    def number(self, path: str) -> int:
        """The count printed in the cell at `path`, blank as 0."""
        value = truth_of(self.text(path)).value
        return int(value) if value is not None else 0

    def truth(self) -> dict[CellPath, Truth]:
        """What a right reading says of every printed cell."""
        return {path: truth_of(raw) for path, raw in self.cells.items()}

    def with_cells(self, changes: Mapping[str, str]) -> ReportFacts:
        """The same report with other text in some of its cells; nothing else is adjusted. KeyError if a cell is not printed."""
        unknown = [path for path in changes if path not in self.cells]
        if unknown:
            raise KeyError(f"the report does not print {unknown}")
        return replace(self, cells={**self.cells, **{CellPath(path): raw for path, raw in changes.items()}})

    def with_stated(self, metric: str, value: int) -> ReportFacts:
        """The same report whose sentences state another figure for `metric`."""
        if metric not in self.stated:
            raise KeyError(f"the report does not state {metric}")
        return replace(self, stated={**self.stated, metric: value})

    def with_quirks(self, *quirks: Quirk) -> ReportFacts:
        """The same report, printed with these oddities too."""
        return replace(self, quirks=self.quirks | set(quirks))


def truth_of(raw: str) -> Truth:
    """Classify a printed cell of this generator; it prints nothing that this cannot tell apart."""
    stripped = raw.strip()
    if not stripped:
        return Truth(CellKind.BLANK, None, raw)
    if stripped in {"/", "—", "-"}:
        return Truth(CellKind.DASH, None, raw)
    annotated = _ANNOTATED.fullmatch(stripped)
    if annotated:
        return Truth(CellKind.ANNOTATED, int(annotated[1]), raw)
    if _NUMBER.fullmatch(stripped):
        value: Number = Decimal(stripped) if "." in stripped else int(stripped)
        return Truth(CellKind.ZERO if value == 0 else CellKind.NUMBER, value, raw)
    return Truth(CellKind.TEXT, None, raw)
