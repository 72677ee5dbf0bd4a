"""Of two copies both are told, whichever came first, and reports read before marks were kept are found too. On both databases."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from monitor.judging import SILENT, judge_around, judge_stored
from monitor.marking import mark_all
from monitor.shelf import Shelf
from storage import bodies, findings, marks, originals, readings, reports, schema
from storage.database import Database
from storage.domain.document import Locator
from storage.domain.enums import BodyKind, BodyLevel, FindingState, ReadingQuality
from storage.domain.ids import BodyId, Sha256
from storage.domain.originals import NewVersion, StoredOriginal
from storage.domain.registry import Body
from storage.domain.reports import BodyName, ParsedReport, Reading, Section

FIRST, SECOND = BodyId("one"), BodyId("two")
NAMES = {FIRST: "示例县水利局", SECOND: "他省某县档案馆"}
DAY = timedelta(days=1)
COPIED = "XL-08"


@pytest.fixture
def world(db: Database, now: datetime) -> Database:
    with db.write() as connection:
        for number, (body_id, name) in enumerate(NAMES.items()):
            bodies.upsert(connection, Body(body_id, name, BodyKind.DEPARTMENT, BodyLevel.COUNTY, f"{880123 + 100 * number}"), now)
    return db


def words(seed: int) -> str:
    rng = random.Random(seed)
    return "".join(chr(0x4E00 + rng.randrange(3000)) for _ in range(800))


def publish(db: Database, now: datetime, body_id: BodyId, text: str) -> None:
    """A new version of the body's report of 2024 at its one address, read."""
    sha = Sha256(f"{random.Random(text + body_id).getrandbits(256):064x}")
    place = Locator("text[1]")
    section = Section(1, "总体情况", "一、总体情况", text, place)
    parsed = ParsedReport(
        "x", sha, "text/html", "1", Reading(ReadingQuality.HIGH), body=BodyName(NAMES[body_id], "title"), report_year=2024
    )
    with db.write() as connection:
        originals.record(connection, StoredOriginal(sha, 1, f"blobs/{sha}", "raw", "text/html", now))
        found = NewVersion(f"http://{body_id}.gov.test/2024.html", sha)
        version, _ = reports.record_version(connection, body_id, 2024, found, now)
        readings.record(connection, version.id, replace(parsed, sections=(section,), text=text), now)


def arrives(db: Database, now: datetime, body_id: BodyId, text: str) -> None:
    publish(db, now, body_id, text)
    with db.write() as connection:
        judge_around(connection, Shelf(), bodies.get(connection, body_id), 2024, now, SILENT)


def copied(db: Database) -> Mapping[BodyId, FindingState | None]:
    with db.read() as connection:
        found = {body_id: {one.finding.rule: one.state for one in findings.for_report(connection, body_id, 2024)} for body_id in NAMES}
    return {body_id: states.get(COPIED) for body_id, states in found.items()}


def test_the_first_of_two_copies_is_told_when_the_second_arrives_and_both_when_one_is_replaced(world: Database, now: datetime) -> None:
    arrives(world, now, FIRST, words(1))
    assert copied(world) == {FIRST: None, SECOND: None}
    arrives(world, now + DAY, SECOND, words(1))
    assert copied(world) == {FIRST: FindingState.OPEN, SECOND: FindingState.OPEN}
    arrives(world, now + 2 * DAY, SECOND, words(2))
    assert copied(world) == {FIRST: FindingState.RESOLVED, SECOND: FindingState.RESOLVED}


def test_reports_without_marks_get_them_and_are_found(world: Database, now: datetime) -> None:
    publish(world, now, FIRST, words(1))
    publish(world, now, SECOND, words(1))
    with world.write() as connection:
        judge_stored(connection, Shelf(), bodies.get(connection, SECOND), 2024, now, SILENT)
    assert copied(world)[SECOND] is None
    assert (mark_all(world), mark_all(world)) == (1, 0)
    with world.write() as connection:
        judge_stored(connection, Shelf(), bodies.get(connection, SECOND), 2024, now, SILENT)
    assert copied(world)[SECOND] is FindingState.OPEN


def test_a_report_too_short_for_marks_is_looked_at_once(world: Database, now: datetime) -> None:
    publish(world, now, FIRST, "全年未收到申请。")
    assert (mark_all(world), mark_all(world)) == (1, 0)
    with world.read() as connection:
        assert marks.of_body(connection, FIRST) == {2024: frozenset()}


def test_a_damaged_reading_keeps_no_other_from_its_marks(world: Database, now: datetime) -> None:
    publish(world, now, FIRST, words(1))
    with world.write() as connection:
        connection.execute(update(schema.readings).values(payload=b"nonsense"))
    publish(world, now, SECOND, words(2))
    mark_all(world)
    with world.read() as connection:
        assert marks.of_body(connection, FIRST) == {}
        assert len(marks.of_body(connection, SECOND)[2024]) == 20
