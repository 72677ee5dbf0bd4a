"""Reports that arrive together: what `reports.record_version` does to each of them, for all in a handful of statements.

A crawl's first pass meets hundreds of reports nobody has seen; those share their statements. One whose report is known already is
compared with what is there, by itself. Both give the same rows as one call after the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, tuple_

from storage import changes
from storage import reports as one_by_one
from storage.domain.ids import BodyId
from storage.domain.originals import NewVersion
from storage.schema import report_versions, reports
from storage.statements import CHUNK, chunks, insert_missing

Key = tuple[BodyId, int]

_IDS = (
    select(reports.c.id, reports.c.body_id, reports.c.report_year)
    .where(tuple_(reports.c.body_id, reports.c.report_year).in_(bindparam("keys", expanding=True)))
    # Two writers that meet the same reports in another order would each hold what the other waits for.
    .order_by(reports.c.id)
    .with_for_update()
)
_KNOWN = select(report_versions.c.report_id).where(report_versions.c.report_id.in_(bindparam("ids", expanding=True))).distinct()


@dataclass(frozen=True, slots=True)
class Arrival:
    """What stood behind a line of a list at that moment: whose report it is, of which year, and its files."""

    body_id: BodyId
    report_year: int
    found: NewVersion
    at: datetime

    @property
    def key(self) -> Key:
        """The report."""
        return self.body_id, self.report_year


def record(connection: Connection, arrivals: Sequence[Arrival]) -> list[bool]:
    """Record these versions in their order; for each, whether it is a new one."""
    return [new for chunk in chunks(arrivals, CHUNK) for new in _record(connection, chunk)]


def _record(connection: Connection, arrivals: Sequence[Arrival]) -> list[bool]:
    ids = _report_ids(connection, arrivals)
    changes.of_bodies(connection, {arrival.body_id for arrival in arrivals})
    known = {int(number) for number in connection.execute(_KNOWN, {"ids": list(ids.values())}).scalars()}
    first: dict[int, Arrival] = {}
    for arrival in arrivals:
        if ids[arrival.key] not in known:
            first.setdefault(ids[arrival.key], arrival)
    if first:
        connection.execute(insert(report_versions), [_first_version(number, arrival) for number, arrival in first.items()])
    return [
        first.get(ids[arrival.key]) is arrival
        or one_by_one.record_version(connection, arrival.body_id, arrival.report_year, arrival.found, arrival.at)[1]
        for arrival in arrivals
    ]


def _report_ids(connection: Connection, arrivals: Sequence[Arrival]) -> dict[Key, int]:
    """The row of each report, made where there is none, and held until the transaction ends."""
    first: dict[Key, Arrival] = {}
    for arrival in arrivals:
        first.setdefault(arrival.key, arrival)
    # Two writers that meet the same new reports in another order would each wait for what the other has just made.
    first = dict(sorted(first.items()))
    made = [{"body_id": one.body_id, "report_year": one.report_year, "created_at": one.at} for one in first.values()]
    insert_missing(connection, reports, made, key=["body_id", "report_year"])
    rows = connection.execute(_IDS, {"keys": list(first)})
    return {(BodyId(row.body_id), row.report_year): row.id for row in rows}


def _first_version(report_id: int, arrival: Arrival) -> dict[str, Any]:
    seen = {"number": 1, "first_seen_at": arrival.at, "last_seen_at": arrival.at}
    return one_by_one.values_of(arrival.found) | {"report_id": report_id} | seen
