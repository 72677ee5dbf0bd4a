"""Rows written many at a time are the rows written one by one, whatever they hold."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Insert, delete, insert, select
from sqlalchemy.exc import StatementError

from storage.database import Database
from storage.many import FEW, _way, execute_many
from storage.schema import bodies, duties, events, heartbeats
from storage.statements import upsert

CHINA = timezone(timedelta(hours=8))
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=9)
PLAIN = st.recursive(st.none() | st.booleans() | st.integers(-9, 9) | TEXTS, lambda one: st.lists(one, max_size=3))
INSTANTS = st.integers(0, 4 * 10**15).map(lambda micros: datetime(1970, 1, 1, tzinfo=CHINA) + timedelta(microseconds=micros))
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "legal_basis": TEXTS,
            "due_on": st.dates(date(1990, 1, 1), date(2100, 1, 1)),
            "as_of": INSTANTS,
            "first_seen_at": st.none() | INSTANTS,
            "notes": st.lists(PLAIN, max_size=3),
            "days_late_min": st.none() | st.integers(0, 9),
        }
    ),
    min_size=FEW,
    max_size=FEW + 1,
)


def _whole(rows: list[dict[str, Any]], now: datetime) -> list[dict[str, Any]]:
    fixed: dict[str, Any] = {column.name: "" for column in duties.c}
    fixed |= {"report_year": 2024, "status_since": now} | dict.fromkeys(
        ("days_late_max", "published_on", "last_not_seen_at", "next_change_at")
    )
    return [{**fixed, **row, "body_id": f"b{number}"} for number, row in enumerate(rows)]


def _stored(connection: Connection) -> list[Any]:
    return [tuple(row) for row in connection.execute(select(duties).order_by(duties.c.body_id))]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=12, deadline=None)
@given(rows=ROWS)
def test_many_at_once_are_each_by_itself(db: Database, now: datetime, rows: list[dict[str, Any]]) -> None:
    whole = _whole(rows, now)
    with db.write() as connection:
        connection.execute(delete(duties))
        connection.execute(delete(bodies))
        connection.execute(insert(bodies), [_body(one["body_id"], now) for one in whole])
        upsert(connection, duties, whole, key=("body_id", "report_year"), update=["reason"])
        assert connection.dialect.name != "sqlite" or _way(connection.dialect, insert(duties), tuple(whole[0])) is not None
        at_once = _stored(connection)
        connection.execute(delete(duties))
        for one in whole:
            connection.execute(insert(duties), [one])
        assert _stored(connection) == at_once
        again = [{**one, "reason": "再判"} for one in whole]
        upsert(connection, duties, again, key=("body_id", "report_year"), update=["reason"])
        assert {row.reason for row in connection.execute(select(duties))} == {"再判"}


def _body(body_id: str, now: datetime) -> dict[str, Any]:
    return {"id": body_id, "name": body_id, "level": "county", "kind": "department", "division_code": "1", "created_at": now}


def test_what_others_fill_in_goes_the_usual_way(db: Database, now: datetime) -> None:
    rows = [{"event_key": f"k{number}", "kind": "report.late", "audience": "oversight", "at": now} for number in range(FEW)]
    with db.write() as connection:
        statement: Insert = insert(events)
        if connection.dialect.name == "sqlite":
            assert _way(connection.dialect, statement, tuple(rows[0])) is None, "severity and payload have defaults of ours"
        execute_many(connection, statement, rows)
        assert [row.event_key for row in connection.execute(select(events).order_by(events.c.id))] == [one["event_key"] for one in rows]
        assert {repr(row.payload) for row in connection.execute(select(events))} == {"{}"}


def test_a_row_of_other_columns_is_an_error_and_no_shift_of_values(db: Database, now: datetime) -> None:
    rows: list[dict[str, Any]] = [{"name": f"n{number}", "at": now, "facts": {}} for number in range(FEW)]
    with pytest.raises(StatementError), db.write() as connection:
        execute_many(connection, insert(heartbeats), [*rows, {"name": "x", "facts": {}}])
    with db.read() as connection:
        assert connection.execute(select(heartbeats)).all() == []


def test_a_naive_instant_is_refused(db: Database) -> None:
    rows = [{"name": f"n{number}", "at": datetime(2025, 1, 1), "facts": {}} for number in range(FEW)]
    with pytest.raises(Exception, match="naive"), db.write() as connection:
        execute_many(connection, insert(heartbeats), rows)
