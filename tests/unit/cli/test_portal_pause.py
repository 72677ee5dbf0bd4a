"""A paused portal is not asked, and nobody is accused for it; `body show` says so."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.evaluate import evaluate_duties
from storage import bodies, duties, portals, visits
from storage.database import Database, open_database
from storage.domain.clock import FixedClock
from storage.domain.duties import DutyKey
from storage.domain.enums import BodyKind, BodyLevel, DutyStatus, VisitOutcome
from storage.domain.ids import BodyId, PortalId
from storage.domain.registry import Body, Portal
from storage.domain.visits import VisitResult
from tests.unit.cli.calling import Nianbao

BEFORE = datetime(2025, 1, 2, 3, tzinfo=UTC)
SEEN = VisitResult(VisitOutcome.COMPLETE, items_seen=3, whole_list=True, canary=True, negative_control=True, own_network=True)
KEY = DutyKey(BodyId("b1"), 2024)


@pytest.fixture
def db(tmp_path: Path, nianbao: Nianbao, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.setenv("NIANBAO_DATABASE_URL", f"sqlite:///{tmp_path / 'n.sqlite3'}")
    made = open_database(f"sqlite:///{tmp_path / 'n.sqlite3'}")
    with made.write() as c:
        bodies.upsert(c, Body(BodyId("b1"), "示例市教育局", BodyKind.DEPARTMENT, BodyLevel.PREFECTURE, "990100"), BEFORE)
        for host in ("a.gov.test", "b.gov.test"):
            portals.upsert(c, Portal(PortalId(host), host, f"http://{host}/", host), BEFORE)
            portals.add_entry_point(c, PortalId(host), f"http://{host}/nb/", now=BEFORE, body_ids=[BodyId("b1")])
    return made


def look(db: Database, day: int, *hosts: str) -> None:
    now = datetime(2025, 2, day, 3, tzinfo=UTC)
    with db.write() as c:
        for point in portals.entry_points_of(c):
            if point.portal_id in hosts:
                visits.finish(c, visits.start(c, point.id, now=now), SEEN, now)


def status(db: Database, day: int) -> DutyStatus:
    evaluate_duties(db, FixedClock(datetime(2025, 2, day, 4, tzinfo=UTC)), 2024)
    with db.read() as c:
        found = duties.get(c, KEY)
    assert found is not None
    return found.state.status


def test_silence_of_the_other_portal_proves_nothing_while_one_is_paused(nianbao: Nianbao, db: Database) -> None:
    told = nianbao("portal", "pause", "a.gov.test", "--reason", "主办单位通知改版")
    assert (told.code, "resume a.gov.test" in told.err) == (0, True)
    with db.read() as c:
        due = portals.due(c, datetime(2025, 2, 5, tzinfo=UTC), every=timedelta(days=1), retry_after=timedelta(hours=6))
    assert [point.portal_id for point in due] == ["b.gov.test"]
    for day in (2, 3, 4, 5):
        look(db, day, "b.gov.test")
    assert status(db, 5) is DutyStatus.UNKNOWN
    assert nianbao("portal", "resume", "a.gov.test").code == 0
    for day in (6, 7, 8):
        look(db, day, "a.gov.test", "b.gov.test")
    assert status(db, 8) is DutyStatus.MISSING


def test_what_body_show_says(nianbao: Nianbao, db: Database) -> None:
    nianbao("portal", "pause", "a.gov.test", "--reason", "改版")
    status(db, 5)
    told = json.loads(nianbao("body", "show", "示例市教育局", "--format", "json").out)
    assert [(one["portal"], one["paused"]) for one in told["lists"]] == [("a.gov.test", True), ("b.gov.test", False)]
    assert [(one["report_year"], one["status"]) for one in told["duties"]] == [(2024, "unknown")]
    assert "示例市教育局" in nianbao("body", "show", "b1").out
    with db.write() as c:
        bodies.upsert(c, Body(BodyId("b2"), "无门户局", BodyKind.DEPARTMENT, BodyLevel.PREFECTURE, "990100"), BEFORE)
    assert "没有登记门户" in nianbao("body", "show", "b2").out
    assert [row["lists"] for row in json.loads(nianbao("body", "list", "--format", "json").out)] == [2, 0]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("pause", "x.gov.test", "--reason", "改版"), 5),
        (("pause", "a.gov.test", "--reason", " "), 2),
        (("resume", "a.gov.test"), 2),
    ],
)
def test_a_pause_needs_a_portal_and_a_reason(nianbao: Nianbao, db: Database, words: tuple[str, ...], code: int) -> None:
    assert nianbao("portal", *words).code == code
