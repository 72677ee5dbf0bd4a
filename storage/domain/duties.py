"""Who owes which report by when, what was seen of it, and what that amounts to.

Everything here is a value. `monitor.duties.state` turns `Duty` and `Evidence` into a `DutyState`; nothing stored takes part in that.
Instants are aware and in UTC, dates are Asia/Shanghai.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from storage.domain.enums import DateKind, DutyStatus, MissingConfidence, VisitOutcome
from storage.domain.ids import BodyId, EntryPointId, VisitId
from storage.domain.quick import quick


@quick
@dataclass(frozen=True, slots=True, order=True)
class DutyKey:
    """One body and the year its report covers (2024 is published in January 2025)."""

    body_id: BodyId
    report_year: int


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline as law or a local notice sets it; it falls at 24:00 Asia/Shanghai of `on`.

    `inner_on` is a stricter local date beside the statutory one: shown and reminded of, never a reason to call a report late.
    """

    on: date
    legal_basis: str
    version: str
    inner_on: date | None = None
    inner_basis: str = ""


@dataclass(frozen=True, slots=True)
class Exemption:
    """A documented decision that a body owes no report for a year."""

    body_id: BodyId
    report_year: int
    reason: str
    authority: str = ""


@dataclass(frozen=True, slots=True)
class DutyDecision:
    """What was decided about one body's report of one year, as a person wrote it down: none is owed (`due_on` None), or by another day.

    `authority` is who decided (an office, a document's number), `actor` who wrote it down; `ended_at` and `ended_by` when it was revoked.
    """

    body_id: BodyId
    report_year: int
    reason: str
    actor: str
    made_at: datetime
    due_on: date | None = None
    authority: str = ""
    id: int = 0
    ended_at: datetime | None = None
    ended_by: str = ""


@quick
@dataclass(frozen=True, slots=True)
class Duty:
    """What one body owes for one report year."""

    key: DutyKey
    due_on: date
    legal_basis: str
    due_version: str
    division_code: str
    exempt_reason: str = ""


@quick
@dataclass(frozen=True, slots=True)
class DateEvidence:
    """A date at which something claims the report was published, and where that was read."""

    kind: DateKind
    on: date
    source: str = ""


@quick
@dataclass(frozen=True, slots=True)
class Seen:
    """One address at which the report was seen: a line of a list, a page, an archived version.

    `archived` is False while only the list line is known (it counts as found all the same). `gone_since` is when its own address
    answered "gone".
    """

    url: str
    first_seen_at: datetime
    last_seen_at: datetime
    dates: tuple[DateEvidence, ...] = ()
    archived: bool = False
    gone_since: datetime | None = None
    version_id: int | None = None


@dataclass(frozen=True, slots=True)
class QualifiedNegative:
    """A visit that proved it could have seen the report, and did not."""

    at: datetime
    entry_point_id: EntryPointId
    visit_id: VisitId | None = None


@dataclass(frozen=True, slots=True)
class VisitFact:
    """How one visit to one of the body's columns ended."""

    at: datetime
    entry_point_id: EntryPointId
    outcome: VisitOutcome
    reason: str = ""
    qualified: bool = False
    inconclusive_reason: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A list line that may be the report: body or year not certain. It forbids saying "missing" until a person has decided."""

    url: str
    title: str
    first_seen_at: datetime


ALWAYS = datetime(2008, 5, 1, tzinfo=UTC)
"""When the first regulation on government information came into force: no report is older."""


@quick
@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known about one duty.

    `routes` are the enabled entry points on which the report is expected: absence must be proven on each of them. `visits` are the
    newest visits per route, in any order. `met_since` is when one of the routes first showed a report of this body, of whatever year; None
    where none ever did. Everything carries its instant, so that a state can be computed as of any moment.
    """

    routes: tuple[EntryPointId, ...] = ()
    seen: tuple[Seen, ...] = ()
    negatives: tuple[QualifiedNegative, ...] = ()
    visits: tuple[VisitFact, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    met_since: datetime | None = ALWAYS


@quick
@dataclass(frozen=True, slots=True)
class DutyState:
    """What evidence says of one duty as of one moment.

    `days_late_min`/`days_late_max` are calendar days after the due date, equal where a date is known, an interval where only the last
    qualified not-seen and the first sighting bound it, None where the report is not late. `reason` is one Chinese sentence for people,
    `notes` are doubts that change nothing by themselves (conflicting dates, possible back-dating).
    """

    key: DutyKey
    status: DutyStatus
    as_of: datetime
    missing_confidence: MissingConfidence | None = None
    days_late_min: int | None = None
    days_late_max: int | None = None
    published_on: date | None = None
    published_source: DateKind | None = None
    first_seen_at: datetime | None = None
    last_not_seen_at: datetime | None = None
    reason: str = ""
    notes: tuple[str, ...] = ()


@quick
@dataclass(frozen=True, slots=True)
class DutyTransition:
    """One change of a duty's status, kept for ever. `evidence` holds ids and instants, never prose."""

    key: DutyKey
    at: datetime
    from_status: DutyStatus | None
    to_status: DutyStatus
    cause: str
    actor: str
    evidence: Mapping[str, str] = field(default_factory=dict)
