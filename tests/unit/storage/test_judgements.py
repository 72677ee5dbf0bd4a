"""Duties and findings: projections with a history, and what people said, kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import bodies, duties, findings
from storage.database import Database
from storage.domain.duties import Duty, DutyKey, DutyState
from storage.domain.enums import Certainty, DateKind, DutyStatus, FindingState, MissingConfidence, Outcome, ReadingQuality, Severity
from storage.domain.errors import NotFoundError, UsageError
from storage.domain.ids import BodyId, CellPath, RuleId
from storage.domain.judgement import CheckResult, Finding, Judgement
from storage.domain.reports import ParsedReport
from storage.findings import Judged
from tests.unit.storage.test_reports import parsed
from tests.unit.storage.values import HOUR, MINISTRY, place

KEY = DutyKey(MINISTRY, 2024)
DUTY = Duty(KEY, date(2025, 1, 31), "条例 art. 49", "2019", "330100")


def state(status: DutyStatus, as_of: datetime) -> DutyState:
    return DutyState(
        key=KEY,
        status=status,
        as_of=as_of,
        missing_confidence=MissingConfidence.PROVISIONAL if status is DutyStatus.MISSING else None,
        days_late_min=1,
        days_late_max=3,
        published_on=date(2025, 2, 2),
        published_source=DateKind.LIST,
        first_seen_at=as_of,
        last_not_seen_at=as_of - HOUR,
        reason="原因",
        notes=("甲", "乙"),
    )


def test_a_status_has_a_history(db: Database, now: datetime) -> None:
    with db.write() as connection:
        place(connection, now)
        steps = [DutyStatus.NOT_DUE, DutyStatus.NOT_DUE, DutyStatus.MISSING, DutyStatus.LATE]
        changes = [
            duties.save_state(connection, DUTY, state(status, now + number * HOUR), cause="c", actor="a", evidence={"visit": str(number)})
            for number, status in enumerate(steps)
        ]
        assert [change is not None for change in changes] == [True, False, True, True]
        history = duties.transitions(connection, KEY)
        assert history == tuple(change for change in changes if change)
        assert [(line.from_status, line.to_status) for line in history] == [
            (None, DutyStatus.NOT_DUE),
            (DutyStatus.NOT_DUE, DutyStatus.MISSING),
            (DutyStatus.MISSING, DutyStatus.LATE),
        ]
        stored = duties.get(connection, KEY)
        assert stored == duties.StoredDuty(DUTY, state(DutyStatus.LATE, now + 3 * HOUR), now + 3 * HOUR)
        duties.save_state(connection, DUTY, state(DutyStatus.LATE, now + 9 * HOUR), cause="c", actor="a")
        again = duties.get(connection, KEY)
        assert again is not None
        assert (again.status_since, again.state.as_of) == (now + 3 * HOUR, now + 9 * HOUR)
        assert duties.get(connection, DutyKey(MINISTRY, 1999)) is None


def test_lists_and_counts(db: Database, now: datetime) -> None:
    with db.write() as connection:
        place(connection, now, of=tuple(f"b{number}" for number in range(8)))
        for number, status in enumerate(DutyStatus):
            key = DutyKey(BodyId(f"b{number}"), 2024)
            code = "330100" if number < 4 else "440000"
            duties.save_state(
                connection, replace(DUTY, key=key, division_code=code), replace(state(status, now), key=key), cause="c", actor="a"
            )
        counts = duties.counts(connection, 2024)
        assert (counts.registered, counts.due, counts.published) == (8, 6, 3)
        assert counts.on_time_share == 1 / 6
        assert duties.counts(connection, 2023).on_time_share is None
        assert duties.counts(connection, 2024, division_prefix="33").registered == 4
        assert len(duties.list_for(connection, report_year=2024, division_prefix="44")) == 4
        assert [found.duty.key.body_id for found in duties.list_for(connection, statuses=[DutyStatus.LATE])] == ["b2"]
        assert [found.duty.key.body_id for found in duties.list_for(connection, limit=2, offset=1)] == ["b1", "b2"]
        assert len(duties.list_for(connection, body_id=BodyId("b3"))) == 1
        assert duties.report_years(connection) == (2024,)


@given(st.lists(st.sampled_from(DutyStatus), max_size=60))
def test_the_count_identity(statuses: list[DutyStatus]) -> None:
    counts = duties.StatusCounts({status: statuses.count(status) for status in DutyStatus})
    by = counts.by_status
    assert counts.registered == len(statuses)
    assert counts.due == counts.registered - by[DutyStatus.EXEMPT] - by[DutyStatus.NOT_DUE]
    assert counts.due == counts.published + by[DutyStatus.MISSING] + by[DutyStatus.UNKNOWN] + by[DutyStatus.WITHDRAWN]


# --- findings --------------------------------------------------------------------------------------------------------------------------

CELL = CellPath("proactive/fees")
RULE = RuleId("T3-02")


def check(left: int = 3, outcome: Outcome = Outcome.FAIL) -> CheckResult:
    return CheckResult(RULE, "requests/total", outcome, left, 4, (CELL,))


def finding(left: int = 3, *, fingerprint: str = "f", message: str = "m") -> Finding:
    return Finding(RULE, Severity.S1, Certainty.INCONSISTENT, "总计不平", message, fingerprint, (CELL,), results=(check(left),))


def judgement(*found: Finding, checks: tuple[CheckResult, ...] = ()) -> Judgement:
    return Judgement(checks or tuple(result for entry in found for result in entry.results), found)


NONE = Judgement((check(outcome=Outcome.PASS),), ())
PARSED = parsed()


@pytest.fixture
def place_made(db: Database, now: datetime) -> None:
    with db.write() as connection:
        place(connection, now)


def judge(db: Database, now: datetime, said: Judgement, report: ParsedReport | None = PARSED) -> dict[str, list[FindingState]]:
    with db.write() as connection:
        changes = findings.apply(connection, MINISTRY, 2024, said, report, Judged(now))
    named = {"opened": changes.opened, "reopened": changes.reopened, "resolved": changes.resolved, "kept": changes.kept}
    return {name: [entry.state for entry in entries] for name, entries in named.items() if entries}


def say(db: Database, now: datetime, what: FindingState, **more: object) -> None:
    with db.write() as connection:
        findings.set_state(connection, 1, what, reason="已核实", judged=Judged(now, actor="张三"), **more)  # type: ignore[arg-type]


@pytest.mark.usefixtures("place_made")
def test_judging_again_changes_nothing(db: Database, now: datetime) -> None:
    assert judge(db, now, judgement(finding())) == {"opened": [FindingState.OPEN]}
    assert judge(db, now + HOUR, judgement(finding(message="改了措辞"))) == {"kept": [FindingState.OPEN]}
    with db.read() as connection:
        (stored,) = findings.for_report(connection, MINISTRY, 2024)
        assert stored.finding == finding(message="改了措辞")
        assert (stored.opened_at, stored.updated_at) == (now, now + HOUR)
        assert len(findings.log(connection, stored.id)) == 1


@pytest.mark.parametrize("said", [FindingState.CONFIRMED, FindingState.DISMISSED, FindingState.SNOOZED])
@pytest.mark.usefixtures("place_made")
def test_what_a_person_said_holds_until_an_operand_changes(db: Database, now: datetime, said: FindingState) -> None:
    judge(db, now, judgement(finding()))
    say(db, now, said, until=now + 99 * HOUR if said is FindingState.SNOOZED else None)
    assert judge(db, now, judgement(finding())) == {"kept": [said]}
    assert judge(db, now, judgement(finding(left=9))) == {"reopened": [FindingState.OPEN]}


@pytest.mark.usefixtures("place_made")
def test_a_cell_read_otherwise_is_an_operand_changed(db: Database, now: datetime) -> None:
    judge(db, now, judgement(finding()))
    say(db, now, FindingState.DISMISSED)
    reread = replace(PARSED, cells={CELL: replace(PARSED.cells[CELL], value=2)})
    same = replace(PARSED, cells={CELL: replace(PARSED.cells[CELL], raw="１.50", confidence=0.95)})
    assert judge(db, now, judgement(finding()), same) == {"kept": [FindingState.DISMISSED]}
    assert judge(db, now, judgement(finding()), reread) == {"reopened": [FindingState.OPEN]}


@pytest.mark.usefixtures("place_made")
def test_what_vanished_is_resolved_and_comes_back_as_it_was(db: Database, now: datetime) -> None:
    judge(db, now, judgement(finding()))
    say(db, now, FindingState.CONFIRMED)
    assert judge(db, now + HOUR, NONE) == {"resolved": [FindingState.RESOLVED]}
    assert judge(db, now + HOUR, NONE) == {}
    assert judge(db, now + HOUR, judgement(finding())) == {"reopened": [FindingState.CONFIRMED]}


@pytest.mark.usefixtures("place_made")
def test_what_a_person_resolved_stays_resolved(db: Database, now: datetime) -> None:
    judge(db, now, judgement(finding()))
    say(db, now, FindingState.RESOLVED)
    assert judge(db, now, judgement(finding())) == {"kept": [FindingState.RESOLVED]}
    assert judge(db, now, judgement(finding(left=8))) == {"reopened": [FindingState.OPEN]}


@pytest.mark.usefixtures("place_made")
def test_a_dismissed_finding_that_vanishes_stays_dismissed(db: Database, now: datetime) -> None:
    judge(db, now, judgement(finding()))
    say(db, now, FindingState.DISMISSED)
    assert judge(db, now, NONE) == {}
    assert judge(db, now, judgement(finding())) == {"kept": [FindingState.DISMISSED]}


@pytest.mark.usefixtures("place_made")
def test_what_cannot_be_judged_is_not_resolved(db: Database, now: datetime) -> None:
    judge(db, now, judgement(finding()))
    unreadable = replace(PARSED, reading=replace(PARSED.reading, quality=ReadingQuality.NONE))
    assert judge(db, now, Judgement(), unreadable) == {"kept": [FindingState.OPEN]}
    assert judge(db, now, Judgement((check(outcome=Outcome.UNDETERMINED),), ())) == {"kept": [FindingState.OPEN]}
    elsewhere = CheckResult(RULE, "requests/legal", Outcome.UNDETERMINED)
    assert judge(db, now, Judgement((elsewhere,), ())) == {"resolved": [FindingState.RESOLVED]}


@pytest.mark.usefixtures("place_made")
def test_a_snooze_ends(db: Database, now: datetime) -> None:
    judge(db, now, judgement(finding()))
    say(db, now, FindingState.SNOOZED, until=now + HOUR)
    with db.write() as connection:
        assert findings.wake_snoozed(connection, now) == ()
        (woken,) = findings.wake_snoozed(connection, now + HOUR)
        assert (woken.state, woken.snoozed_until) == (FindingState.OPEN, None)
        assert [(line.to_state, line.actor) for line in findings.log(connection, 1)][1:] == [
            (FindingState.SNOOZED, "张三"),
            (FindingState.OPEN, "nianbao"),
        ]


@pytest.mark.usefixtures("place_made")
def test_decisions_need_their_reasons(db: Database, now: datetime) -> None:
    judge(db, now, judgement(finding()))
    person = Judged(now, actor="张三")
    with db.write() as connection:
        for wrong in (
            {"state": FindingState.DISMISSED, "reason": " ", "judged": person},
            {"state": FindingState.SNOOZED, "reason": "r", "judged": person},
            {"state": FindingState.SNOOZED, "reason": "r", "judged": person, "until": now},
            {"state": FindingState.CONFIRMED, "reason": "r", "judged": Judged(now)},
        ):
            with pytest.raises(UsageError):
                findings.set_state(connection, 1, **wrong)  # type: ignore[arg-type]
        with pytest.raises(NotFoundError):
            findings.get(connection, 99)


@pytest.mark.usefixtures("place_made")
def test_findings_of_other_reports_are_left_alone(db: Database, now: datetime) -> None:
    judge(db, now, judgement(finding(), finding(fingerprint="g")))
    with db.write() as connection:
        bodies.upsert(connection, replace(bodies.get(connection, MINISTRY), id=BodyId("zf")), now)
        findings.apply(connection, BodyId("zf"), 2024, judgement(finding()), PARSED, Judged(now))
        findings.apply(connection, MINISTRY, 2023, NONE, PARSED, Judged(now))
        assert [entry.id for entry in findings.list_for(connection, report_year=2024, states=[FindingState.OPEN])] == [3, 2, 1]
        assert [entry.id for entry in findings.list_for(connection, limit=1, offset=1)] == [2]
        assert findings.list_for(connection, division_prefix="44") == ()
        assert findings.list_for(connection, certainties=[Certainty.SUSPECT]) == ()
