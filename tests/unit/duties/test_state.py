from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from monitor.duties.absence import NEVER_MET
from monitor.duties.state import evaluate
from storage.domain.clock import CHINA, deadline_instant
from storage.domain.duties import Candidate, DateEvidence, Duty, DutyKey, DutyState, Evidence, QualifiedNegative, Seen, VisitFact
from storage.domain.enums import DateKind, DutyStatus, MissingConfidence, VisitOutcome
from storage.domain.ids import BodyId, EntryPointId

DUTY = Duty(DutyKey(BodyId("b1"), 2024), date(2025, 1, 31), "条例第四十九条", "law/1", "990102")
DEADLINE = deadline_instant(DUTY.due_on)
A, B = EntryPointId(1), EntryPointId(2)


def local(month: int, day: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(2025, month, day, hour, minute, tzinfo=CHINA).astimezone(UTC)


def no(*moments: datetime, route: EntryPointId = A) -> tuple[QualifiedNegative, ...]:
    return tuple(QualifiedNegative(at, route) for at in moments)


def seen(at: datetime, *dates: tuple[DateKind, date], last: datetime | None = None) -> Seen:
    return Seen("http://x.gov.test/1", at, last or at, tuple(DateEvidence(kind, on) for kind, on in dates), archived=True)


def judge(evidence: Evidence, now: datetime) -> DutyState:
    return evaluate(DUTY, evidence, now)


def test_the_deadline_falls_at_midnight_in_china() -> None:
    assert datetime(2025, 1, 31, 16, 0, tzinfo=UTC) == DEADLINE
    evidence = Evidence(routes=(A,), negatives=no(local(1, 30)))
    assert judge(evidence, DEADLINE - timedelta(seconds=1)).status is DutyStatus.NOT_DUE
    assert judge(evidence, DEADLINE).status is DutyStatus.UNKNOWN


def test_one_qualified_negative_after_the_deadline_is_provisional() -> None:
    state = judge(Evidence(routes=(A,), negatives=no(local(2, 1))), local(2, 1, 10))
    assert (state.status, state.missing_confidence) == (DutyStatus.MISSING, MissingConfidence.PROVISIONAL)
    assert "待确认" in state.reason


def test_three_on_three_days_are_established_while_fresh() -> None:
    evidence = Evidence(routes=(A,), negatives=no(local(2, 1), local(2, 2), local(2, 3)))
    assert judge(evidence, local(2, 3, 10)).missing_confidence is MissingConfidence.ESTABLISHED
    stale = judge(evidence, local(2, 5, 9))
    assert (stale.status, stale.missing_confidence) == (DutyStatus.MISSING, MissingConfidence.PROVISIONAL)
    assert "48小时" in stale.reason


def test_three_on_one_day_are_not_established() -> None:
    evidence = Evidence(routes=(A,), negatives=no(local(2, 1, 8), local(2, 1, 12), local(2, 1, 18)))
    assert judge(evidence, local(2, 1, 19)).missing_confidence is MissingConfidence.PROVISIONAL


def test_days_are_counted_in_china() -> None:
    # 07:30 and 08:30 in China of one day lie on two days of UTC.
    evidence = Evidence(routes=(A,), negatives=no(local(2, 1, 7, 30), local(2, 1, 8, 30), local(2, 2, 7)))
    assert judge(evidence, local(2, 2, 8)).missing_confidence is MissingConfidence.PROVISIONAL


def test_absence_must_be_proven_on_every_route() -> None:
    blocked = VisitFact(local(2, 3, 6), B, VisitOutcome.CHALLENGED, "HTTP 412")
    evidence = Evidence(routes=(A, B), negatives=no(local(2, 1), local(2, 2), local(2, 3)), visits=(blocked,))
    state = judge(evidence, local(2, 3, 10))
    assert state.status is DutyStatus.UNKNOWN
    assert "遇验证页" in state.reason
    assert "HTTP 412" in state.reason
    assert "不代表未发布" in state.reason


@pytest.mark.parametrize("outcome", [outcome for outcome in VisitOutcome if outcome is not VisitOutcome.COMPLETE])
def test_a_blind_visit_is_never_an_absence(outcome: VisitOutcome) -> None:
    visits = tuple(VisitFact(local(2, day), A, outcome, "x") for day in range(1, 11))
    state = judge(Evidence(routes=(A,), negatives=no(local(1, 30)), visits=visits), local(2, 11))
    assert state.status is DutyStatus.UNKNOWN
    assert outcome.label in state.reason
    assert "10次" in state.reason


def test_without_any_column_nothing_is_said() -> None:
    assert judge(Evidence(), local(2, 5)).status is DutyStatus.UNKNOWN


def test_a_possible_report_forbids_missing() -> None:
    maybe = (Candidate("http://x.gov.test/2", "工作报告", local(1, 20)),)
    evidence = Evidence(routes=(A,), negatives=no(local(2, 1), local(2, 2), local(2, 3)), candidates=maybe)
    assert judge(evidence, local(2, 3, 10)).status is DutyStatus.UNKNOWN


def test_an_exempt_body_owes_nothing() -> None:
    duty = Duty(DUTY.key, DUTY.due_on, DUTY.legal_basis, "law/1", "990102", exempt_reason="机构改革撤销")
    state = evaluate(duty, Evidence(routes=(A,), negatives=no(local(2, 1))), local(2, 5))
    assert (state.status, state.reason) == (DutyStatus.EXEMPT, "机构改革撤销")


def test_the_printed_date_comes_before_list_and_metadata() -> None:
    one = seen(local(2, 6), (DateKind.META, date(2025, 2, 5)), (DateKind.LIST, date(2025, 2, 4)), (DateKind.PRINTED, date(2025, 2, 4)))
    state = judge(Evidence(routes=(A,), seen=(one,)), local(2, 7))
    assert (state.status, state.days_late_min, state.days_late_max) == (DutyStatus.LATE, 4, 4)
    assert (state.published_on, state.published_source) == (date(2025, 2, 4), DateKind.PRINTED)


def test_a_signature_of_january_does_not_hide_a_publication_of_april() -> None:
    one = seen(local(4, 20), (DateKind.SIGNATURE, date(2025, 1, 15)), (DateKind.PRINTED, date(2025, 4, 10)))
    assert judge(Evidence(routes=(A,), seen=(one,)), local(4, 21)).status is DutyStatus.LATE


def test_a_signature_in_time_alone_proves_nothing() -> None:
    state = judge(Evidence(routes=(A,), seen=(seen(local(4, 20), (DateKind.SIGNATURE, date(2025, 1, 15))),)), local(4, 21))
    assert state.status is DutyStatus.UNDATED


def test_a_signature_after_the_deadline_proves_lateness() -> None:
    state = judge(Evidence(routes=(A,), seen=(seen(local(4, 20), (DateKind.SIGNATURE, date(2025, 2, 10))),)), local(4, 21))
    assert (state.status, state.days_late_min, state.days_late_max) == (DutyStatus.LATE, 10, 79)


def test_seen_before_the_deadline_is_on_time_whatever_is_claimed() -> None:
    state = judge(Evidence(routes=(A,), seen=(seen(local(1, 30), (DateKind.PRINTED, date(2025, 2, 14))),)), local(2, 20))
    assert state.status is DutyStatus.ON_TIME
    assert any("晚于首次发现" in note for note in state.notes)


def test_lateness_without_a_date_is_an_interval() -> None:
    evidence = Evidence(routes=(A,), negatives=no(local(2, 2), local(2, 3)), seen=(seen(local(2, 5)),))
    state = judge(evidence, local(2, 6))
    assert (state.status, state.days_late_min, state.days_late_max) == (DutyStatus.LATE, 3, 5)
    assert state.last_not_seen_at == local(2, 3)


def test_without_a_qualified_negative_a_late_first_look_is_undated() -> None:
    assert judge(Evidence(routes=(A,), negatives=no(local(1, 30)), seen=(seen(local(2, 5)),)), local(2, 6)).status is DutyStatus.UNDATED


def test_a_negative_on_one_of_two_routes_bounds_nothing() -> None:
    evidence = Evidence(routes=(A, B), negatives=no(local(2, 3)), seen=(seen(local(2, 5)),))
    assert judge(evidence, local(2, 6)).status is DutyStatus.UNDATED


def test_strong_dates_on_both_sides_of_the_deadline_accuse_nobody() -> None:
    one = seen(local(2, 20), (DateKind.PRINTED, date(2025, 2, 10)), (DateKind.LIST, date(2025, 1, 30)))
    state = judge(Evidence(routes=(A,), seen=(one,)), local(2, 21))
    assert state.status is DutyStatus.UNDATED
    assert any(note.startswith("日期不一致") for note in state.notes)


def test_a_printed_date_before_a_qualified_not_seen_is_noted_only() -> None:
    evidence = Evidence(routes=(A,), negatives=no(local(2, 3)), seen=(seen(local(2, 5), (DateKind.PRINTED, date(2025, 1, 30))),))
    state = judge(evidence, local(2, 6))
    assert state.status is DutyStatus.ON_TIME
    assert any("尚无此条" in note for note in state.notes)


@pytest.mark.parametrize("nonsense", [date(1970, 1, 1), date(2024, 1, 20)])
def test_a_date_before_the_year_covered_has_ended_is_not_used(nonsense: date) -> None:
    state = judge(Evidence(routes=(A,), seen=(seen(local(3, 5), (DateKind.PRINTED, nonsense)),)), local(3, 6))
    assert state.status is DutyStatus.UNDATED
    assert state.notes


def test_the_earliest_of_two_addresses_counts() -> None:
    central = seen(local(2, 9), (DateKind.PRINTED, date(2025, 2, 8)))
    own = seen(local(2, 10), (DateKind.PRINTED, date(2025, 1, 28)))
    state = judge(Evidence(routes=(A,), seen=(central, own)), local(2, 11))
    assert (state.status, state.published_on) == (DutyStatus.ON_TIME, date(2025, 1, 28))


def test_reason_codes_are_words_and_unknown_ones_stay() -> None:
    visits = (VisitFact(local(2, 3, 6), A, VisitOutcome.CHALLENGED, "status-412", inconclusive_reason="challenged:status-412"),)
    assert "遇验证页（HTTP 412）" in judge(Evidence(routes=(A,), visits=visits), local(2, 3)).reason
    strange = (VisitFact(local(2, 3, 6), A, VisitOutcome.BLOCKED, "something-new"),)
    assert "something-new" in judge(Evidence(routes=(A,), visits=strange), local(2, 3)).reason


@pytest.mark.parametrize("met", [None, local(2, 4)])
def test_a_body_whose_reports_no_list_ever_showed_is_never_said_to_be_missing_for_certain(met):
    negatives = no(local(2, 1), local(2, 2), local(2, 3))
    known = judge(Evidence(routes=(A,), negatives=negatives), local(2, 3, 12))
    strange = judge(Evidence(routes=(A,), negatives=negatives, met_since=met), local(2, 3, 12))
    assert (known.missing_confidence, strange.missing_confidence) == (MissingConfidence.ESTABLISHED, MissingConfidence.PROVISIONAL)
    assert NEVER_MET in strange.reason


def test_what_comes_while_one_judges_makes_no_body_met():
    later = VisitFact(local(2, 3, 13), A, VisitOutcome.ABANDONED)
    evidence = Evidence(routes=(A,), negatives=no(local(2, 1), local(2, 2), local(2, 3)), visits=(later,), met_since=None)
    assert judge(evidence, local(2, 3, 12)).missing_confidence is MissingConfidence.PROVISIONAL
