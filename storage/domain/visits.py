"""What we did and saw: runs, visits to list pages, and the lines met there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from storage.domain.enums import Labelled, RunState, VisitOutcome
from storage.domain.ids import BodyId, EntryPointId, VisitId
from storage.domain.quick import quick

ABANDONED_REASON = "the run that made this visit was abandoned"


class Decision(Labelled):
    """What a line of a list is."""

    REPORT = "report", "年报"
    NOT_REPORT = "not_report", "不是年报"
    UNRESOLVED = "unresolved", "待确认"


@dataclass(frozen=True, slots=True)
class Run:
    """One scheduled piece of work. `owner` is the one attempt that holds it: only that owner may renew or finish it."""

    id: int
    kind: str
    slot: str
    state: RunState
    owner: str
    scheduled_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    lease_until: datetime | None = None
    summary: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VisitResult:
    """How a visit ended and what it proved about our eyes.

    `canary`: an already archived report was found again by the same path; `negative_control`: an address that cannot exist was answered
    as absent; `own_network`: our own connection worked; None means not tried. `inconclusive_reason` names whatever else forbids
    concluding absence (a drop of the count, an undecided line …), empty if nothing does.
    """

    outcome: VisitOutcome
    reason: str = ""
    items_seen: int = 0
    declared_total: int | None = None
    pages_read: int = 0
    whole_list: bool = False
    canary: bool | None = None
    negative_control: bool | None = None
    own_network: bool | None = None
    inconclusive_reason: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)

    @property
    def qualified(self) -> bool:
        """Whether not having seen a report means that it was not there."""
        proofs = (self.whole_list, self.canary, self.negative_control, self.own_network)
        return self.outcome is VisitOutcome.COMPLETE and all(proof is True for proof in proofs) and not self.inconclusive_reason


@dataclass(frozen=True, slots=True)
class Visit:
    """One attempt to read a list page. `finished_at` is None while it runs; until then its outcome is `abandoned`."""

    id: VisitId
    run_id: int | None
    entry_point_id: EntryPointId
    started_at: datetime
    finished_at: datetime | None
    result: VisitResult
    qualified: bool

    @property
    def took(self) -> timedelta | None:
        """How long it took, None while it runs."""
        return None if self.finished_at is None else self.finished_at - self.started_at


@quick
@dataclass(frozen=True, slots=True)
class ListLine:
    """One line of a list as met on a visit. `position` counts from 0 over the whole list; `raw_date` is what was printed."""

    url: str
    title: str
    listed_on: date | None = None
    raw_date: str = ""
    position: int = 0
    decision: Decision = Decision.UNRESOLVED
    reason: str = ""
    body_id: BodyId | None = None
    report_year: int | None = None


@quick
@dataclass(frozen=True, slots=True)
class Sighting:
    """One line of one list over time."""

    id: int
    entry_point_id: EntryPointId
    line: ListLine
    first_seen_at: datetime
    last_seen_at: datetime
    first_visit_id: VisitId | None = None
    last_visit_id: VisitId | None = None
