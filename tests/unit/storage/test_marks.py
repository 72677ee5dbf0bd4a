"""Marks of reports: who shares some, and that a stock phrase names nobody. On both databases."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from storage import bodies, marks
from storage.database import Database
from storage.domain.enums import BodyKind, BodyLevel
from storage.domain.ids import BodyId
from storage.domain.registry import Body

BIG = (1 << 33) - 1


def registered(db: Database, now: datetime, count: int) -> list[BodyId]:
    ids = [BodyId(f"b{number:03}") for number in range(count)]
    with db.write() as connection:
        for body_id in ids:
            bodies.upsert(connection, Body(body_id, f"示例市第{body_id}局", BodyKind.DEPARTMENT, BodyLevel.COUNTY, "990101"), now)
    return ids


def shared(connection: Connection, body_id: BodyId, wanted: set[int], least: int = 1) -> dict[BodyId, int]:
    return marks.holders(connection, body_id, 2024, wanted, least=least, decisive=BIG)


def test_those_that_share_marks_of_the_year_are_named_with_what_they_share(db: Database, now: datetime) -> None:
    one, other, third = registered(db, now, 3)
    with db.write() as connection:
        marks.replace(connection, one, 2024, {1, 2, BIG})
        marks.replace(connection, other, 2024, {2, BIG, 7})
        marks.replace(connection, third, 2023, {1, 2, BIG})
        assert shared(connection, one, {1, 2, BIG}) == {other: 2}
        marks.replace(connection, other, 2024, {8})
        assert marks.of_body(connection, other) == {2024: frozenset({8})}
        assert shared(connection, one, {1, 2, BIG}) == {}
        assert shared(connection, one, set()) == {}


def test_a_stock_phrase_names_nobody(db: Database, now: datetime) -> None:
    ids = registered(db, now, marks.MOST_HOLDERS + 2)
    with db.write() as connection:
        for body_id in ids:
            marks.replace(connection, body_id, 2024, {1})
        marks.replace(connection, ids[1], 2024, {1, 2})
        assert shared(connection, ids[0], {1, 2}) == {ids[1]: 1}


def test_few_marks_in_common_count_only_where_one_is_decisive(db: Database, now: datetime) -> None:
    one, other, third = registered(db, now, 3)
    with db.write() as connection:
        marks.replace(connection, other, 2024, {1, 2, 3, 4})
        marks.replace(connection, third, 2024, {4, BIG})
        assert shared(connection, one, {1, 2, 3, BIG}, least=3) == {other: 3, third: 1}
        assert shared(connection, one, {1, 2, 3, BIG}, least=4) == {third: 1}
        assert shared(connection, one, {1, 2, 3, 4}, least=4) == {other: 4}
