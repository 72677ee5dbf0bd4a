"""Numbers, names and standing matters for messages, read from the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from monitor.alerts.digest import Deadline, Item, Open, Scene
from monitor.alerts.reach import scope_prefix
from storage import bodies, duties, findings, portals
from storage.domain.alerts import Destination, Event, EventKind
from storage.domain.clock import local_date
from storage.domain.enums import BodyKind, Certainty, DutyStatus, FindingState, MissingConfidence, Severity, SourceHealth
from storage.domain.ids import BodyId
from storage.settings import Settings

OPEN_STATUSES = {DutyStatus.MISSING: (EventKind.REPORT_MISSING, "missing"), DutyStatus.WITHDRAWN: (EventKind.REPORT_WITHDRAWN, "withdrawn")}
OPEN_CERTAINTIES = {Certainty.INCONSISTENT: "inconsistent", Certainty.SUSPECT: "suspect"}


def scene(
    connection: Connection,
    destination: Destination,
    concerned: Sequence[Event],
    settings: Settings,
    now: datetime,
    flips: Mapping[tuple[BodyId | None, int | None], int],
) -> Scene:
    """Numbers and names for one destination's region, for the report year now being published."""
    year, prefix = local_date(now).year - 1, scope_prefix(destination.scope)
    unknown = duties.list_for(connection, report_year=year, division_prefix=prefix, statuses=[DutyStatus.UNKNOWN])
    names = _names(connection, [*(event.body_id for event in concerned), *(one.duty.key.body_id for one in unknown)])
    sights = [status.health for status in portals.statuses(connection) if status.health is not SourceHealth.DISABLED]
    return Scene(
        title=_title(connection, destination.scope),
        report_year=year,
        as_of=now,
        counts=duties.counts(connection, year, division_prefix=prefix),
        names=names,
        unknown=tuple((names.get(one.duty.key.body_id, ""), one.state.reason) for one in unknown),
        sources_healthy=sights.count(SourceHealth.HEALTHY),
        sources_all=len(sights),
        link=settings.public_url,
        open=open_matters(connection, year, prefix),
        flips=flips,
    )


def deadlines(connection: Connection, scope: str, now: datetime) -> tuple[Deadline, ...]:
    """The due dates of the reports now being published, with how their bodies stand."""
    today = local_date(now)
    found = duties.by_deadline(connection, today.year - 1, division_prefix=scope_prefix(scope))
    return tuple(Deadline(due_on, today.year - 1, (due_on - today).days, counts) for due_on, counts in found.items())


def open_matters(connection: Connection, year: int, prefix: str) -> tuple[Open, ...]:
    """What stands open in a region: reports established as missing, withdrawn ones, grave findings nobody has settled."""
    absent = [one for one in duties.list_for(connection, report_year=year, division_prefix=prefix, statuses=OPEN_STATUSES) if _is_sure(one)]
    states, sure = (FindingState.OPEN, FindingState.CONFIRMED), tuple(OPEN_CERTAINTIES)
    found = findings.list_for(connection, report_year=year, division_prefix=prefix, states=states, certainties=sure)
    grave = [one for one in found if one.finding.severity in {Severity.S1, Severity.S2}]
    known = bodies.get_many(connection, [*(one.duty.key.body_id for one in absent), *(one.body_id for one in grave)])
    return (
        *(_open_duty(one, known[one.duty.key.body_id].name) for one in absent),
        *(_open_finding(one, known[one.body_id].name, known[one.body_id].division_code) for one in grave),
    )


def missing_now(connection: Connection) -> dict[str, duties.StoredDuty]:
    """Duties established as missing, of any year, by matter."""
    found = duties.list_for(connection, statuses=[DutyStatus.MISSING])
    return {f"report/{one.duty.key.body_id}/{one.duty.key.report_year}": one for one in found if _is_sure(one)}


def _is_sure(one: duties.StoredDuty) -> bool:
    return one.state.status is not DutyStatus.MISSING or one.state.missing_confidence is MissingConfidence.ESTABLISHED


def _open_duty(one: duties.StoredDuty, name: str) -> Open:
    kind, what = OPEN_STATUSES[one.state.status]
    key = one.duty.key
    item = Item(name, key.report_year, what=what, since=str(local_date(one.status_since)))
    return Open(f"report/{key.body_id}/{key.report_year}", kind, one.duty.division_code, item, one.status_since)


def _open_finding(one: findings.StoredFinding, name: str, division: str) -> Open:
    matter = f"finding/{one.body_id}/{one.report_year}/{one.finding.fingerprint}"
    about = one.finding
    item = Item(
        name,
        one.report_year,
        rule=about.rule,
        title=about.title,
        what=OPEN_CERTAINTIES[about.certainty],
        since=str(local_date(one.opened_at)),
    )
    return Open(matter, EventKind.FINDING_OPENED, division, item, one.opened_at)


def _names(connection: Connection, body_ids: Iterable[BodyId | None]) -> dict[BodyId, str]:
    found = bodies.get_many(connection, [body_id for body_id in body_ids if body_id is not None])
    return {body_id: body.name for body_id, body in found.items()}


def _title(connection: Connection, scope: str) -> str:
    if not scope:
        return "全部单位"
    inside = bodies.list_all(connection, division_prefix=scope)
    seat = next((body.name for body in inside if body.division_code == scope and body.kind is BodyKind.GOVERNMENT), "")
    return seat or f"地区 {scope}"
