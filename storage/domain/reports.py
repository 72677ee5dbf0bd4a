"""One report as read: cells of the official tables, sentences that state figures, dates, identity, and every doubt about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from storage.domain.document import Locator, Problem
from storage.domain.enums import CellKind, DateKind, Edition, ReadingQuality, Scope
from storage.domain.ids import CellPath
from storage.domain.quick import quick

Number = int | Decimal
"""Counts are int (件); money is Decimal as printed (万元)."""

Evidence = Literal["title", "publisher", "signature", "text"]


@quick
@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of an official table as printed.

    `value` is None unless `kind` is number, zero or annotated. `raw` is the untouched text. `candidates` holds the values two extractions
    disagree about (kind conflict). `note` is the bracketed part of an annotated cell. `suggestion` is a value the equations would want;
    it is never read as reported.
    """

    kind: CellKind
    raw: str = ""
    value: Number | None = None
    at: Locator | None = None
    confidence: float = 1.0
    note: str = ""
    candidates: tuple[Number, ...] = ()
    suggestion: Number | None = None

    @property
    def trusted(self) -> bool:
        """Read without doubt: a number, zero, blank or dash whose reading is not in question."""
        return self.confidence >= TRUSTED and self.kind not in DOUBTFUL_KINDS


TRUSTED = 0.9
"""Confidence from which on a reading is not in question."""

DOUBTFUL_KINDS = frozenset({CellKind.UNREADABLE, CellKind.CONFLICT, CellKind.MERGED})

ABSENT_CELL = Cell(kind=CellKind.ABSENT)


@quick
@dataclass(frozen=True, slots=True)
class Claim:
    """One figure stated in prose.

    `metric` is a name of the claims vocabulary (`requests_received`, `carried_out`, …). `value` is the figure, `unit` its printed unit
    (`%` for shares and growth). `scope` is whose figures they are, `period` the phrase naming another year if any. `quote` is the whole
    sentence, `at` its place, `section` 1–6 or 0.
    """

    metric: str
    value: Number
    unit: str
    quote: str
    at: Locator
    scope: Scope = Scope.UNKNOWN
    period: str = ""
    section: int = 0
    qualifier: str = ""


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date with the place it was read from."""

    kind: DateKind
    value: date
    raw: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """One of the six prescribed sections; `number` 1–6 by meaning, `printed` as its heading stands.

    Number 0 is the text before the first heading. `places` gives, per offset in `text`, the place in the original from there on.
    """

    number: int
    title: str
    printed: str
    text: str
    at: Locator
    places: tuple[tuple[int, Locator], ...] = ()


@dataclass(frozen=True, slots=True)
class BodyName:
    """The publishing body's name as the report gives it, and where it was found."""

    name: str
    evidence: Evidence
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """How far the reading can be trusted, and each doubt. `tables` holds the quality per table key."""

    quality: ReadingQuality
    problems: tuple[Problem, ...] = ()
    tables: Mapping[str, ReadingQuality] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ParsedReport:
    """Everything one version of the parser saw in one report.

    `cells` maps every cell of the edition's form to what is printed there; a row the report does not have is `absent`, never left out.
    """

    source: str
    sha256: str
    media_type: str
    parser_version: str
    reading: Reading
    title: str = ""
    body: BodyName | None = None
    report_year: int | None = None
    year_evidence: str = ""
    form: Edition | None = None
    form_cited: Edition | None = None
    cells: Mapping[CellPath, Cell] = field(default_factory=dict)
    sections: tuple[Section, ...] = ()
    claims: tuple[Claim, ...] = ()
    dates: tuple[DateMention, ...] = ()
    text: str = ""
    meta: Mapping[str, str] = field(default_factory=dict)

    def cell(self, path: str) -> Cell:
        """The cell at `path`, absent if the report has none."""
        return self.cells.get(CellPath(path), ABSENT_CELL)
