"""What was decided about one body's report of one year: it holds for that year alone, moves the deadline or lifts the duty, and can end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from monitor.cli.main import main
from monitor.evaluate import evaluate_years
from storage import audit, duties, duty_decisions
from storage.database import Database, open_database
from storage.domain.clock import FixedClock
from storage.domain.duties import DutyDecision, DutyKey
from storage.domain.enums import DutyStatus
from storage.domain.errors import NotFoundError
from storage.domain.ids import BodyId
from tests.flows.alert_world import MORNING, at, look, new_world, settings_for

pytestmark = pytest.mark.flow
B0 = BodyId("b0")


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """Three departments, proven absent on three days after the deadline of 2024."""
    with new_world(tmp_path) as database:
        for day in (1, 2, 3, 4):
            look(database, at(day))
        yield database


def statuses(db: Database, year: int = 2024) -> dict[str, DutyStatus]:
    evaluate_years(db, FixedClock(MORNING), (2024, 2023))
    with db.read() as connection:
        found = {number: duties.get(connection, DutyKey(BodyId(number), year)) for number in ("b0", "b1", "b2")}
    return {number: one.state.status for number, one in found.items() if one is not None}


def decide(db: Database, **said: object) -> int:
    with db.write() as connection:
        return duty_decisions.add(connection, DutyDecision(B0, 2024, "机构改革", "张", MORNING, **said))  # type: ignore[arg-type]


def test_an_exemption_holds_for_its_body_and_year_alone(db: Database) -> None:
    assert statuses(db)["b0"] is DutyStatus.MISSING
    before = statuses(db, 2023)
    decide(db, authority="县政府办〔2025〕1号")
    assert statuses(db) == {"b0": DutyStatus.EXEMPT, "b1": DutyStatus.MISSING, "b2": DutyStatus.MISSING}
    assert statuses(db, 2023) == before
    with db.read() as connection:
        stored = duties.get(connection, DutyKey(B0, 2024))
    assert stored is not None
    assert stored.duty.exempt_reason == "机构改革（县政府办〔2025〕1号）"


def test_an_extension_moves_the_deadline_and_says_on_whose_word(db: Database) -> None:
    decide(db, due_on=date(2025, 3, 10), authority="县政府办")
    assert statuses(db) == {"b0": DutyStatus.NOT_DUE, "b1": DutyStatus.MISSING, "b2": DutyStatus.MISSING}
    with db.read() as connection:
        stored = duties.get(connection, DutyKey(B0, 2024))
    assert stored is not None
    assert (stored.duty.due_on, stored.duty.legal_basis) == (date(2025, 3, 10), "机构改革（县政府办）")


def test_a_later_decision_takes_the_place_of_the_one_before_and_a_revoked_one_is_kept(db: Database) -> None:
    first = decide(db, due_on=date(2025, 3, 10))
    second = decide(db)
    assert statuses(db)["b0"] is DutyStatus.EXEMPT
    with db.write() as connection:
        assert duty_decisions.end(connection, second, "李", MORNING).ended_by == "李"
        duty_decisions.end(connection, second, "王", MORNING)
    assert statuses(db)["b0"] is DutyStatus.MISSING
    with db.read() as connection:
        assert [(one.id, one.ended_by) for one in duty_decisions.list_all(connection)] == [(second, "李"), (first, "张")]
    with db.write() as connection, pytest.raises(NotFoundError):
        duty_decisions.end(connection, 99, "李", MORNING)
    with db.write() as connection, pytest.raises(NotFoundError):
        duty_decisions.add(connection, DutyDecision(BodyId("nobody"), 2024, "x", "张", MORNING))


def test_the_commands_want_a_reason_and_write_the_audit_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new_world(tmp_path).close()
    call = ["--data-dir", str(tmp_path), "body"]
    assert main([*call, "exempt", "b0", "--year", "2024", "--reason", " "]) == 2
    assert main([*call, "exempt", "nobody", "--year", "2024", "--reason", "撤销"]) == 5
    assert main([*call, "extend", "b1", "--year", "2024", "--to", "明天", "--reason", "延期"]) == 2
    assert main([*call, "extend", "b1", "--year", "2024", "--to", "2024-12-31", "--reason", "延期"]) == 2
    assert main([*call, "exempt", "b0", "--year", "2024", "--reason", "撤销", "--by", "张"]) == 0
    assert main([*call, "extend", "b1", "--year", "2024", "--to", "2025-03-10", "--reason", "延期", "--by", "张"]) == 0
    assert main([*call, "revoke", "1", "--by", "李"]) == 0
    capsys.readouterr()
    assert main([*call, "decisions"]) == 0
    listed = capsys.readouterr().out
    assert "免报：撤销" in listed
    assert "期限改为 2025-03-10：延期" in listed
    with open_database(settings_for(tmp_path).database_url) as database, database.read() as connection:
        acts = [(line.actor, line.action) for line in audit.recent(connection)]
    assert acts == [("李", "body.revoke"), ("张", "body.extend"), ("张", "body.exempt")]
