"""Between now and the next change nothing but new evidence changes a verdict: tried with evidence of every kind, past and to come."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from monitor.duties.next_change import next_change
from monitor.duties.state import evaluate
from storage.domain.duties import Candidate, Duty, Evidence, QualifiedNegative, Seen
from storage.domain.enums import DutyStatus, MissingConfidence
from storage.domain.ids import EntryPointId
from tests.unit.duties.test_state_properties import DEADLINE, DUTY, evidences, moments

ROUTE = EntryPointId(1)
HOUR = timedelta(hours=1)
candidates = st.builds(Candidate, st.just("http://x.gov.test/2"), st.just("年报"), moments)
gone = st.one_of(st.none(), moments)


@st.composite
def whole(draw: st.DrawFn) -> Evidence:
    """Evidence with lines that wait for a decision and addresses that answered "gone", too."""
    found = draw(evidences)
    seen = tuple(replace(one, gone_since=draw(gone)) for one in found.seen)
    return replace(found, seen=seen, candidates=tuple(draw(st.lists(candidates, max_size=1))))


def looks(*hours: int) -> Evidence:
    return Evidence((ROUTE,), negatives=tuple(QualifiedNegative(DEADLINE + hour * HOUR, ROUTE) for hour in hours))


@given(whole(), moments, st.integers(1, 3000), st.sampled_from([DUTY, replace(DUTY, exempt_reason="已撤并")]))
@example(looks(1, 30, 60), DEADLINE + 61 * HOUR, 46, DUTY)
@example(Evidence((ROUTE,)), DEADLINE - HOUR, 1, DUTY)
def test_until_the_next_change_the_verdict_stands(evidence: Evidence, now: datetime, hours: int, duty: Duty) -> None:
    at = next_change(duty, evidence, now)
    last = now + hours * HOUR if at is None else min(now + hours * HOUR, at - timedelta(microseconds=1))
    before = evaluate(duty, evidence, now)
    assert at is None or at > now
    assert replace(evaluate(duty, evidence, last), as_of=now) == before


def test_the_deadline_and_the_age_of_the_newest_look_are_such_instants() -> None:
    before = Evidence((ROUTE,))
    assert next_change(DUTY, before, DEADLINE - HOUR) == DEADLINE
    assert evaluate(DUTY, before, DEADLINE - HOUR).status is DutyStatus.NOT_DUE
    assert evaluate(DUTY, before, DEADLINE).status is DutyStatus.UNKNOWN
    assert next_change(DUTY, before, DEADLINE) is None, "only a look can tell more"

    proven = looks(1, 30, 60)
    stale = DEADLINE + (60 + 48) * HOUR
    assert evaluate(DUTY, proven, DEADLINE + 61 * HOUR).missing_confidence is MissingConfidence.ESTABLISHED
    assert next_change(DUTY, proven, DEADLINE + 61 * HOUR) == stale
    assert evaluate(DUTY, proven, stale).missing_confidence is MissingConfidence.PROVISIONAL


def test_what_was_found_waits_for_nothing() -> None:
    found = Evidence((ROUTE,), seen=(Seen("http://x.gov.test/1", DEADLINE - HOUR, DEADLINE),))
    assert next_change(DUTY, found, DEADLINE + HOUR) is None
    assert next_change(DUTY, found, DEADLINE - HOUR / 2) == DEADLINE, "a clock that went back will be there again"
