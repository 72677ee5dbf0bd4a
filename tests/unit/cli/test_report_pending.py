"""The queue of lines nobody could tell: seen by a person, decided by a person, and that word holds."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from monitor.evaluate import evaluate_duties
from storage import audit, duties, reports, sightings
from storage.domain.duties import DutyKey
from storage.domain.enums import DutyStatus
from storage.domain.ids import BodyId
from storage.domain.visits import Decision
from tests.unit.cli.calling import Nianbao
from tests.unit.crawling.site import LIST, Office, Site, listing, report, row
from tests.unit.crawling.site import reports as pages_of

RIDDLE = "2024年度报告"
NAMES = ("云溪县教育局", "云溪县财政局")


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """A list whose newest line names nobody, and whose page does not either."""
    pages, rows = pages_of(2022, 2023)
    pages[LIST + "x.html"] = report(RIDDLE)
    site = Site({**pages, LIST: listing(*rows, row("x.html", RIDDLE, "2025-01-20"))})
    (tmp_path / "data").mkdir()
    made = Office(tmp_path / "data", site, body_names=NAMES)
    asyncio.run(made.visit())
    return made


@pytest.fixture
def ready(nianbao: Nianbao, office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Nianbao:
    monkeypatch.setenv("NIANBAO_DATABASE_URL", f"sqlite:///{tmp_path / 'data' / 'n.sqlite3'}")
    monkeypatch.setenv("NIANBAO_NOW", office.clock.now().isoformat())
    return nianbao


def status(office: Office) -> DutyStatus:
    evaluate_duties(office.database, office.clock, 2024)
    with office.database.read() as c:
        found = duties.get(c, DutyKey(BodyId("b0"), 2024))
    assert found is not None
    return found.state.status


def queue(ready: Nianbao) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(ready("report", "pending", "--format", "json").out)
    return found


def test_a_line_nobody_could_tell_is_given_its_body_and_year_and_fetched(ready: Nianbao, office: Office) -> None:
    (one,) = queue(ready)
    assert (one["title"], one["url"]) == (RIDDLE, LIST + "x.html")
    assert status(office) is DutyStatus.UNKNOWN
    told = ready("report", "assign", str(one["id"]), "--body", NAMES[0], "--year", "2024", "--by", "张三")
    assert (told.code, queue(ready)) == (0, [])
    asyncio.run(office.visit(days=1))
    with office.database.read() as c:
        assert [version.found.url for version in reports.versions(c, BodyId("b0"), 2024)] == [LIST + "x.html"]
        assert sightings.get(c, int(str(one["id"]))).line.reason == "person:张三"
        assert audit.recent(c)[0].action == "sighting.assign"
    assert status(office) in {DutyStatus.ON_TIME, DutyStatus.LATE, DutyStatus.UNDATED}


def test_what_a_person_rejected_stays_rejected_and_may_be_taken_back(ready: Nianbao, office: Office) -> None:
    number = str(queue(ready)[0]["id"])
    assert ready("report", "reject", number, "--reason", "是封面").code == 0
    asyncio.run(office.visit(days=1))
    assert queue(ready) == []
    with office.database.read() as c:
        assert sightings.get(c, int(number)).line.decision is Decision.NOT_REPORT
    assert ready("report", "assign", number, "--body", NAMES[1], "--year", "2024").code == 0


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("assign", "N", "--body", NAMES[0], "--year", "2025"), 2),
        (("assign", "N", "--body", NAMES[0], "--year", "1999"), 2),
        (("assign", "N", "--body", "没有这个局", "--year", "2024"), 5),
        (("assign", "9999", "--body", NAMES[0], "--year", "2024"), 5),
        (("assign", "2", "--body", NAMES[1], "--year", "2024"), 2),
        (("reject", "N", "--reason", " "), 2),
    ],
)
def test_a_word_that_cannot_hold_changes_nothing(ready: Nianbao, words: tuple[str, ...], code: int) -> None:
    before = queue(ready)
    told = ready("report", *(str(before[0]["id"]) if word == "N" else word for word in words))
    assert told.code == code, told.err
    assert queue(ready) == before
