"""What a server and a file say of themselves: bounds and notes, never a verdict."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.duties.state import evaluate
from monitor.rules import tl_04_date_conflict
from monitor.subject import Subject
from storage.domain.duties import DateEvidence, DutyState, Evidence
from storage.domain.enums import DateKind, DutyStatus, Outcome
from tests.rules.builder import report
from tests.unit.duties.test_state import DUTY, A, judge, local, no, seen


def late_by(*dates: tuple[DateKind, date]) -> DutyState:
    """Not there on the 3rd of February, there on the 1st of March, without a word about the day."""
    evidence = Evidence(routes=(A,), negatives=no(local(2, 2), local(2, 3)), seen=(seen(local(3, 1), *dates),))
    return judge(evidence, local(3, 2))


@pytest.mark.parametrize(
    ("served", "latest"),
    [
        (date(2025, 2, 10), 10),  # since then it has been as it is: no later than that
        (date(2025, 2, 3), 3),
        (date(2025, 1, 20), 29),  # before we proved it absent: the file waited, or its clock is wrong
        (date(2025, 3, 1), 29),  # the page was made when it was asked for
        (date(2025, 3, 20), 29),
        (date(2019, 5, 1), 29),
    ],
)
def test_last_modified_narrows_a_proven_lateness_in_the_bodys_favour(served: date, latest: int) -> None:
    state = late_by((DateKind.HTTP, served))
    assert (state.status, state.days_late_min, state.days_late_max) == (DutyStatus.LATE, 3, latest)
    assert ("HTTP Last-Modified" in state.reason) == (latest != 29)


@pytest.mark.parametrize("kind", [DateKind.HTTP, DateKind.FILE])
@pytest.mark.parametrize("on", [date(2025, 1, 20), date(2025, 2, 14)])
def test_neither_dates_a_publication_alone(kind: DateKind, on: date) -> None:
    state = judge(Evidence(routes=(A,), seen=(seen(local(3, 1), (kind, on)),)), local(3, 2))
    assert (state.status, state.published_on, state.published_source) == (DutyStatus.UNDATED, None, None)


def test_a_file_finished_after_its_claimed_day_is_a_note_and_changes_nothing() -> None:
    claimed = seen(local(3, 20), (DateKind.PRINTED, date(2025, 1, 30)))
    filed = replace(claimed, dates=(*claimed.dates, DateEvidence(DateKind.FILE, date(2025, 3, 8))))
    plain, noted = (judge(Evidence(routes=(A,), seen=(one,)), local(3, 21)) for one in (claimed, filed))
    assert plain.status is DutyStatus.ON_TIME
    assert replace(noted, notes=()) == replace(plain, notes=())
    assert not plain.notes
    assert any("文件属性中的日期为2025-03-08" in note and "待核实" in note for note in noted.notes)


@given(st.lists(st.tuples(st.sampled_from([DateKind.HTTP, DateKind.FILE]), st.dates(date(2000, 1, 1), date(2040, 1, 1))), max_size=6))
def test_no_such_date_ever_accuses(said: list[tuple[DateKind, date]]) -> None:
    """Whatever they say: the status stays, and the interval of a lateness only shrinks from above."""
    for claims in ((), ((DateKind.PRINTED, date(2025, 1, 30)),), ((DateKind.LIST, date(2025, 2, 9)),)):
        bare, full = late_by(*claims), late_by(*claims, *said)
        assert (bare.status, bare.published_on, bare.days_late_min) == (full.status, full.published_on, full.days_late_min)
        assert (full.days_late_max or 0) <= (bare.days_late_max or 0)
        assert (full.days_late_min or 0) <= (full.days_late_max or 0)


def test_dates_of_one_address_are_compared_and_not_those_of_two() -> None:
    first = seen(local(1, 20), (DateKind.PRINTED, date(2025, 1, 20)), (DateKind.LIST, date(2025, 1, 20)))
    again = replace(
        seen(local(3, 20), (DateKind.PRINTED, date(2025, 3, 18)), (DateKind.LIST, date(2025, 3, 18))), url="http://y.gov.test/2"
    )
    late_file = replace(first, dates=(*first.dates, DateEvidence(DateKind.FILE, date(2025, 3, 8))))
    for addresses, outcome in (((first, again), Outcome.PASS), ((late_file, again), Outcome.FAIL)):
        known = Evidence(routes=(A,), seen=addresses)
        subject = Subject(report=report({}), duty=DUTY, evidence=known, state=evaluate(DUTY, known, local(3, 21)))
        (result,) = tl_04_date_conflict.check(subject)
        assert result.outcome is outcome, result
