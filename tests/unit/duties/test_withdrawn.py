"""Withdrawn is said only after two weeks of good looks that did not meet the report; until then there is a doubt, which is shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.events import of_duty
from storage.domain.alerts import EventKind
from storage.domain.clock import local_date
from storage.domain.duties import Evidence, QualifiedNegative
from storage.domain.enums import DutyStatus
from tests.unit.duties.test_state import A, B, judge, local, no, seen

THERE = replace(seen(local(1, 20), last=local(2, 1)), archived=False)
"""A line of a list whose page was never had."""
FIVE = (local(2, 2), local(2, 5), local(2, 8), local(2, 12), local(2, 16, 12))
MARCH = local(3, 1)
DOUBT = "是否撤下待确认"


CASES = (
    ("one look", FIVE[:1], False),
    ("two of one day", (local(2, 2), local(2, 2, 15)), False),
    ("two a day apart", (local(2, 2), local(2, 3)), True),
    ("five in five days", tuple(local(2, day) for day in range(2, 7)), True),
    ("four over three weeks", (local(2, 2), local(2, 9), local(2, 16), local(2, 23)), True),
    ("six on two days two weeks apart", tuple(local(2, day, hour) for day in (2, 17) for hour in (8, 12, 16)), True),
    ("five, an hour short of two weeks", (*FIVE[:4], FIVE[0] + timedelta(days=14, hours=-1)), True),
)


@pytest.mark.parametrize(("looks", "doubted"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_too_little_is_a_doubt_at_most(looks: tuple[datetime, ...], doubted: bool) -> None:
    state = judge(Evidence(routes=(A,), seen=(THERE,), negatives=no(*looks)), MARCH)
    assert state.status is DutyStatus.ON_TIME
    assert any(DOUBT in note for note in state.notes) is doubted
    assert of_duty(state, replace(state, notes=()), "990102") == (), "nobody is told of a doubt"


def test_two_weeks_and_five_days_of_looks_on_every_list() -> None:
    state = judge(Evidence(routes=(A,), seen=(THERE,), negatives=no(*FIVE)), MARCH)
    assert state.status is DutyStatus.WITHDRAWN
    assert "有效核查5次均不在栏目中" in state.reason
    assert state.notes[0].startswith("2025-01-20已发现"), "what is known of the publication stays"
    (told,) = of_duty(state, replace(state, status=DutyStatus.ON_TIME), "990102")
    assert told.kind is EventKind.REPORT_WITHDRAWN
    assert judge(Evidence(routes=(A,), seen=(THERE,), negatives=no(*FIVE)), FIVE[-1] - timedelta(hours=1)).status is DutyStatus.ON_TIME
    both = Evidence(routes=(A, B), seen=(THERE,), negatives=no(*FIVE))
    assert judge(both, MARCH).status is DutyStatus.ON_TIME, "on the other list it may stand"


def test_an_archived_address_that_did_not_answer_gone_may_still_show_it() -> None:
    archived = replace(THERE, archived=True)
    silent = judge(Evidence(routes=(A,), seen=(archived,), negatives=no(*FIVE)), MARCH)
    assert silent.status is DutyStatus.ON_TIME
    assert any(DOUBT in note for note in silent.notes)
    gone = judge(Evidence(routes=(A,), seen=(replace(archived, gone_since=local(2, 3)),), negatives=no(*FIVE)), MARCH)
    assert gone.status is DutyStatus.WITHDRAWN
    assert "存档有原件" in gone.reason
    copy = replace(archived, url="http://x.gov.test/copy")
    two = Evidence(routes=(A,), seen=(replace(archived, gone_since=local(2, 3)), copy), negatives=no(*FIVE))
    assert judge(two, MARCH).status is DutyStatus.ON_TIME, "of two copies one may stand"


def test_a_copy_that_was_met_again_is_the_report() -> None:
    copy = replace(seen(local(2, 10), last=local(2, 20)), url="http://x.gov.test/copy")
    state = judge(Evidence(routes=(A,), seen=(THERE, copy), negatives=no(*FIVE)), MARCH)
    assert state.status is DutyStatus.ON_TIME
    assert not any(DOUBT in note for note in state.notes)


def test_what_comes_back_is_restored_and_told_as_such() -> None:
    away = judge(Evidence(routes=(A,), seen=(THERE,), negatives=no(*FIVE)), MARCH)
    back = judge(Evidence(routes=(A,), seen=(replace(THERE, last_seen_at=local(3, 2)),), negatives=no(*FIVE)), local(3, 3))
    assert (back.status, back.notes) == (DutyStatus.ON_TIME, ())
    (told,) = of_duty(back, away, "990102")
    assert told.kind is EventKind.REPORT_RESTORED


@given(st.lists(st.integers(0, 40 * 24), max_size=12), st.booleans())
def test_withdrawn_is_never_said_on_less(hours: list[int], gone: bool) -> None:
    looks = [local(2, 1) + timedelta(hours=hour) for hour in hours]
    there = replace(THERE, archived=gone, gone_since=local(2, 3) if gone else None)
    evidence = Evidence(routes=(A,), seen=(there,), negatives=tuple(QualifiedNegative(at, A) for at in looks))
    after = [at for at in looks if at > THERE.last_seen_at]
    enough = len({local_date(at) for at in after}) >= 5 and max(after) - min(after) >= timedelta(days=14)
    assert (judge(evidence, local(4, 20)).status is DutyStatus.WITHDRAWN) is enough
