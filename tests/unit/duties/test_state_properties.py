from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.duties.state import as_of, evaluate
from storage.domain.clock import deadline_instant, local_date
from storage.domain.duties import DateEvidence, Duty, DutyKey, Evidence, QualifiedNegative, Seen, VisitFact
from storage.domain.enums import DateKind, DutyStatus, MissingConfidence, VisitOutcome
from storage.domain.ids import BodyId, EntryPointId

DUTY = Duty(DutyKey(BodyId("b1"), 2024), date(2025, 1, 31), "basis", "v", "990102")
DEADLINE = deadline_instant(DUTY.due_on)
START = datetime(2025, 1, 1, tzinfo=UTC)
FOUND = {DutyStatus.ON_TIME, DutyStatus.LATE, DutyStatus.UNDATED, DutyStatus.WITHDRAWN}

moments = st.integers(0, 120 * 24).map(lambda hours: START + timedelta(hours=hours))
routes = st.sampled_from([EntryPointId(1), EntryPointId(2)])
dates = st.builds(DateEvidence, st.sampled_from(list(DateKind)), st.dates(date(2024, 6, 1), date(2025, 6, 1)))


@st.composite
def sightings(draw: st.DrawFn) -> Seen:
    first = draw(moments)
    last = first + timedelta(hours=draw(st.integers(0, 1000)))
    return Seen("http://x.gov.test/1", first, last, tuple(draw(st.lists(dates, max_size=4))))


evidences = st.builds(
    Evidence,
    routes=st.sets(routes, max_size=2).map(lambda chosen: tuple(sorted(chosen))),
    seen=st.lists(sightings(), max_size=2).map(tuple),
    negatives=st.lists(st.builds(QualifiedNegative, moments, routes), max_size=8).map(tuple),
    visits=st.lists(st.builds(VisitFact, moments, routes, st.sampled_from(list(VisitOutcome))), max_size=5).map(tuple),
)


@given(evidences, moments)
def test_missing_only_by_a_qualified_negative_after_the_deadline_on_every_route(evidence: Evidence, now: datetime) -> None:
    state = evaluate(DUTY, evidence, now)
    after = [one for one in evidence.negatives if DEADLINE <= one.at <= now]
    if state.status is DutyStatus.MISSING:
        assert evidence.routes
        assert {one.entry_point_id for one in after} >= set(evidence.routes)
        assert not any(one.first_seen_at <= now for one in evidence.seen)
    if state.missing_confidence is MissingConfidence.ESTABLISHED:
        for route in evidence.routes:
            own = [one.at for one in after if one.entry_point_id == route]
            assert len({local_date(at) for at in own}) >= 3
            assert now - max(own) < timedelta(hours=48)


@given(evidences, moments, moments)
def test_what_was_found_is_never_unfound(evidence: Evidence, one: datetime, other: datetime) -> None:
    earlier, later = sorted((one, other))
    if evaluate(DUTY, evidence, earlier).status in FOUND:
        assert evaluate(DUTY, evidence, later).status in FOUND
    if evaluate(DUTY, evidence, later).status is DutyStatus.NOT_DUE:
        assert evaluate(DUTY, evidence, earlier).status is DutyStatus.NOT_DUE


@given(evidences, moments)
def test_a_verdict_uses_nothing_from_after_its_moment(evidence: Evidence, now: datetime) -> None:
    assert evaluate(DUTY, evidence, now) == evaluate(DUTY, as_of(evidence, now), now)


@given(evidences, moments)
def test_the_order_of_evidence_does_not_matter(evidence: Evidence, now: datetime) -> None:
    turned = Evidence(
        tuple(reversed(evidence.routes)),
        tuple(reversed(evidence.seen)),
        tuple(reversed(evidence.negatives)),
        tuple(reversed(evidence.visits)),
    )
    mine, theirs = evaluate(DUTY, evidence, now), evaluate(DUTY, turned, now)
    assert replace(mine, notes=(), reason="", published_source=None) == replace(theirs, notes=(), reason="", published_source=None)


@given(evidences, moments)
def test_lateness_is_bounded_and_never_without_lateness(evidence: Evidence, now: datetime) -> None:
    state = evaluate(DUTY, evidence, now)
    if state.status is DutyStatus.LATE:
        assert state.days_late_min is not None
        assert state.days_late_max is not None
        assert 1 <= state.days_late_min <= state.days_late_max
        assert min(one.first_seen_at for one in evidence.seen) > DEADLINE
    if state.status in {DutyStatus.ON_TIME, DutyStatus.UNDATED, DutyStatus.MISSING, DutyStatus.UNKNOWN}:
        assert state.days_late_min is None


@given(evidences, moments)
def test_every_state_gives_its_reason_and_blames_nobody(evidence: Evidence, now: datetime) -> None:
    state = evaluate(DUTY, evidence, now)
    assert 0 < len(state.reason) <= 300
    assert not any(word in state.reason for word in ("造假", "瞒报", "抄袭", "未公布"))
