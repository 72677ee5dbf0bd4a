"""Reports recorded together are the same rows as reports recorded one after the other."""

from __future__ import annotations

import random
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Connection, select

from storage import arrivals, bodies, reports
from storage.arrivals import Arrival
from storage.database import Database
from storage.domain.ids import BodyId
from storage.domain.originals import NewVersion, Part
from storage.schema import report_versions
from storage.schema import reports as report_rows
from tests.unit.storage.values import HOUR, body, original

BODIES = tuple(BodyId(f"b{number}") for number in range(3))
LETTERS = "abcd"


def _drawn(seed: int, now: datetime) -> list[list[Arrival]]:
    """Batches in which reports, addresses and bytes come again, as they do when lists are read again."""
    rng = random.Random(seed)

    def arrival(at: datetime) -> Arrival:
        letter = rng.choice(LETTERS)
        parts = (Part(rng.choice(LETTERS) * 64, "http://a/p.pdf", "attachment"),) if rng.random() < 0.2 else ()  # type: ignore[arg-type]
        text = rng.choice(["", "t1", "t2"])
        found = NewVersion(f"http://a/{rng.randrange(3)}", letter * 64, title="年度报告", parts=parts, text_sha256=text)  # type: ignore[arg-type]
        return Arrival(rng.choice(BODIES), rng.choice([2022, 2023]), found, at)

    return [[arrival(now + batch * HOUR) for _ in range(rng.randrange(1, 9))] for batch in range(5)]


def _prepare(connection: Connection, now: datetime) -> None:
    for body_id in BODIES:
        bodies.upsert(connection, body(body_id, f"甲市{body_id}局"), now)
    for letter in LETTERS:
        original(connection, now, letter)


def _rows(connection: Connection) -> list[tuple[Any, ...]]:
    """Every version with its report, whatever the numbers of the rows are."""
    wanted = [column for column in report_versions.c if column.name not in {"id", "report_id"}]
    query = select(report_rows.c.body_id, report_rows.c.report_year, report_rows.c.created_at, *wanted).join(
        report_versions, report_versions.c.report_id == report_rows.c.id
    )
    return sorted(map(repr, connection.execute(query)))  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(12))
def test_together_as_one_after_the_other(db: Database, now: datetime, seed: int) -> None:
    batches = _drawn(seed, now)
    single: list[tuple[list[bool], list[tuple[Any, ...]]]] = []
    with db.write() as connection:
        _prepare(connection, now)
        with connection.begin_nested() as undone:
            for batch in batches:
                news = [reports.record_version(connection, one.body_id, one.report_year, one.found, one.at)[1] for one in batch]
                single.append((news, _rows(connection)))
            undone.rollback()
        assert _rows(connection) == []
        together = [(arrivals.record(connection, batch), _rows(connection)) for batch in batches]
    assert together == single
    assert any(not all(news) for news, _ in single), "nothing came again: the drawing tests nothing"


def test_nothing_arrives(db: Database) -> None:
    with db.write() as connection:
        assert arrivals.record(connection, []) == []


def test_two_writers_that_meet_the_same_reports_in_another_order_do_not_wait_for_each_other(db: Database, now: datetime) -> None:
    """Asked of the statements: a real meeting of two writers is a race that only a loaded server loses."""
    with db.write() as connection:
        _prepare(connection, now)
    met = [Arrival(body_id, 2023, NewVersion("http://a/1", "a" * 64), now) for body_id in BODIES]  # type: ignore[arg-type]
    made: list[str] = []
    for order in (met, met[::-1]):
        with db.write() as connection, connection.begin_nested() as undone:
            arrivals.record(connection, order)
            made.append(repr(connection.execute(select(report_rows.c.body_id).order_by(report_rows.c.id)).scalars().all()))
            undone.rollback()
    assert made[0] == made[1]
