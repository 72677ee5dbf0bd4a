"""Duties judged as far as something changed, and once a night all of them, to find out whether anything was overlooked.

A verdict is a function of a duty, its evidence and the clock. What changes the first two says so (`storage.changes`); when the clock alone
changes it is stored beside the verdict (`monitor.duties.next_change`). So a tick need look at nothing else, and at the end of a tick every
stored state is what judging all of them would give. Whether that is so is checked: a duty that the nightly pass finds otherwise is set
right, and told to the operators as a fault of ours.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from importlib.resources import files

from sqlalchemy import Connection

from monitor import snapshots
from monitor.alerts.events import operator
from monitor.evaluate import Evaluation, current_scope, evaluate_bodies, report_years
from monitor.verdicts import Verdict
from storage import bodies, changes, duties, events, installation
from storage.database import Database
from storage.domain.alerts import EventKind
from storage.domain.clock import Clock, local_date
from storage.domain.duties import DutyKey
from storage.domain.registry import Body
from storage.duties import StoredDuty

JUDGED_BY = "duties_judged_by"
GATHERS = {
    "monitor": ("evaluate.py", "verdicts.py"),
    "storage": (
        *("bodies.py", "duties.py", "duty_decisions.py", "evidence.py", "portals.py"),
        *("readings.py", "reports.py", "searches.py", "sightings.py", "visits.py"),
    ),
}
"""Beside the judging itself, where the evidence comes from and how a verdict is stored: what is gathered otherwise is judged otherwise.
`tests/house` holds this against what the judging imports.
"""

SHOWN = 3
"""Duties named in the notice of overlooked ones; the rest is counted."""


def evaluate_changed(db: Database, clock: Clock) -> tuple[Evaluation, ...]:
    """Judge every duty whose evidence, deadline or clock-bound state changed; per report year what was judged.

    All duties where nobody can tell: at the first time, in a new year, and after an update that judges otherwise.
    """
    now = clock.now()
    with db.read() as connection:
        everything = not _is_ours(connection, now)
        waiting = changes.pending(connection)
        scope = current_scope(connection, now)
        if everything or waiting.everything:
            registry: Sequence[Body] = bodies.list_all(connection)
        else:
            turning = duties.keys_to_change(connection, now, scope.years)
            wanted = sorted(waiting.body_ids | {key.body_id for key in turning})
            registry = [body for _, body in sorted(bodies.get_many(connection, wanted).items())]
            scope = replace(scope, wanted=lambda key: key.body_id in waiting.body_ids or key in turning)
    found = evaluate_bodies(db, now, registry, scope) if registry else ()
    if everything or waiting.ids:
        with db.write() as connection:
            changes.settle(connection, waiting)
            if everything or waiting.owed:
                snapshots.owed_changed(connection)
            installation.put(connection, JUDGED_BY, judged_by(now))
    return found


@dataclass(slots=True)
class Check:
    """What the pass over all duties came to. `overlooked` are those that `evaluate_changed` should have judged and did not."""

    evaluations: tuple[Evaluation, ...] = ()
    overlooked: list[DutyKey] = field(default_factory=list)


def check_all(db: Database, clock: Clock, say: Callable[[str, int, int], None] = lambda stage, done, total: None) -> Check:
    """Judge all duties, set right what was overlooked, and tell operators of it.

    May run beside `evaluate_changed`: what waits for that, or was judged since, is no oversight.
    """
    now, check = clock.now(), Check()
    with db.read() as connection:
        registry, scope, ours = bodies.list_all(connection), current_scope(connection, now), _is_ours(connection, now)

    def left(connection: Connection, news: Sequence[tuple[Verdict, StoredDuty | None]]) -> None:
        say("复核发布状态", 0, 1)
        if not ours or not news:
            return
        waiting = changes.pending(connection)
        overlooked = (one.duty.key for one, stored in news if not waiting.may_concern(one.duty.key.body_id) and _held(stored, now))
        check.overlooked.extend(overlooked)

    check.evaluations = evaluate_bodies(db, now, registry, scope, left=left)
    if check.overlooked:
        _tell(db, check.overlooked, now)
    return check


def _held(stored: StoredDuty | None, now: datetime) -> bool:
    """Whether what is stored was said to hold still at that moment."""
    return stored is None or (stored.state.as_of <= now and (stored.next_change_at is None or stored.next_change_at > now))


def _tell(db: Database, overlooked: Sequence[DutyKey], now: datetime) -> None:
    names = "、".join(f"{key.body_id} {key.report_year}年度" for key in overlooked[:SHOWN])
    reason = (
        f"全部复核时发现{len(overlooked)}项状态没有随依据及时更新，现已更正：{names}{'等' if len(overlooked) > SHOWN else ''}；请报告开发者"
    )
    with db.write() as connection:
        event = operator(EventKind.PROCESS_FAILED, "发布状态复核", reason, now, episode=f"overlooked/{local_date(now)}")
        events.append(connection, event)


def _is_ours(connection: Connection, now: datetime) -> bool:
    """Whether the stored states were judged as this program judges today."""
    return installation.get(connection, JUDGED_BY) == judged_by(now)


def judged_by(now: datetime) -> str:
    """What all stored states were judged by: the code and data of judging, and the report years of that day."""
    return f"{_code()} {'-'.join(map(str, report_years(now)))}"


@cache
def _code() -> str:
    """One short string that changes whenever the judging of duties does: nobody has to remember to raise a number."""
    named = [(place, one.name, one) for place in ("monitor.duties", "storage.domain") for one in files(place).iterdir()]
    named += [(place, name, files(place).joinpath(name)) for place, names in GATHERS.items() for name in names]
    digest = hashlib.sha256()
    for place, name, one in sorted(named, key=lambda found: found[:2]):
        if name.endswith((".py", ".toml")):
            digest.update(f"{place}/{name}\0".encode() + one.read_bytes())
    return digest.hexdigest()[:16]
