from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from monitor.alerts.choosing import History
from monitor.alerts.digest import MAX_ITEMS
from monitor.alerts.events import alert_key, of_duty, operator
from monitor.alerts.reach import in_scope
from storage.domain.alerts import EventKind
from storage.domain.duties import DutyKey, DutyState
from storage.domain.enums import DutyStatus, MissingConfidence
from storage.domain.ids import BodyId
from tests.unit.alerts.life import OFFICE, OPS, OPTIONS, Life, at, event, run, state


def test_one_digest_per_destination_and_day() -> None:
    life = Life()
    life.queue = [event(n, f"b{n}", DutyStatus.MISSING, at(4)) for n in range(1, 4)]
    life.tick(at(4, 8))
    assert life.sent == []
    life.tick(at(4, 9))
    assert len(life.sent) == 1
    life.queue = [event(9, "b9", DutyStatus.LATE, at(4, 10))]
    life.tick(at(4, 11))
    assert len(life.sent) == 1
    life.tick(at(5, 9))
    assert [message.message_key for _, message in life.sent] == ["digest/2025-02-04", "digest/2025-02-05"]


def test_the_two_audiences_never_mix() -> None:
    events = [
        event(1, "b1", DutyStatus.MISSING, at(4)),
        replace(operator(EventKind.SOURCE_BLIND, "栏目甲", "HTTP 412", at(4), episode="1"), id=2),
    ]
    made = run(events, History(), at(4))
    assert [(one.destination_id, one.event_ids) for one in made.messages] == [(1, (1,)), (2, (2,))]
    assert "栏目甲" not in made.messages[0].body_text
    assert "示例局1" not in made.messages[1].body_text
    assert made.settled == (1, 2)


def test_hundreds_at_once_are_one_message_with_ten_names_and_the_count() -> None:
    events = [event(n, f"b{n}", DutyStatus.MISSING, at(4), missing_confidence=MissingConfidence.ESTABLISHED) for n in range(1, 301)]
    (message,) = run(events, History(), at(4), OFFICE).messages
    assert message.body_text.count("   · ") == MAX_ITEMS
    assert "未发现（300）" in message.body_text
    assert "另有 290 项" in message.body_text
    assert len(message.body_html.encode()) <= 100_000
    assert len(message.event_ids) == 300


def test_only_the_newest_state_of_a_matter_is_told() -> None:
    events = [
        event(1, "b1", DutyStatus.MISSING, at(3)),
        event(2, "b1", DutyStatus.LATE, at(4), DutyStatus.MISSING),
    ]
    made = run(events, History(), at(4), OFFICE)
    assert made.messages[0].event_ids == (2,)
    assert made.settled == (1, 2)


def test_ten_flips_a_day_for_sixty_days_are_at_most_two_messages_a_week() -> None:
    life = Life()
    start, number = at(4), 0
    for day in range(60):
        for flip in range(10):
            number += 1
            when = start + timedelta(days=day, hours=flip)
            status = DutyStatus.UNKNOWN if number % 3 == 0 else DutyStatus.MISSING
            life.queue.append(event(number, "b1", status, when))
            life.tick(when)
    told = [when for when, _ in life.sent]  # signs of life count too
    assert len(told) > 8
    for first in told:
        assert sum(first <= other < first + timedelta(days=7) for other in told) <= 2


def test_held_back_is_told_once_it_rests() -> None:
    life = Life()
    for number, (day, status) in enumerate([(4, DutyStatus.MISSING), (5, DutyStatus.LATE), (6, DutyStatus.MISSING)], 1):
        life.queue.append(event(number, "b1", status, at(day)))
        life.tick(at(day, 10))
    assert [message.event_ids for _, message in life.sent] == [(1,), (2,)]
    for day in range(7, 15):
        life.tick(at(day, 10))
    assert [message.event_ids for _, message in life.sent if message.event_ids] == [(1,), (2,), (3,)]


def test_a_resolution_of_something_told_is_never_held() -> None:
    life = Life()
    steps = [
        (3, DutyStatus.MISSING, MissingConfidence.PROVISIONAL),
        (5, DutyStatus.MISSING, MissingConfidence.ESTABLISHED),
        (6, DutyStatus.LATE, None),
    ]
    for number, (day, status, confidence) in enumerate(steps, 1):
        life.queue.append(event(number, "b1", status, at(day), missing_confidence=confidence))
        life.tick(at(day, 10))
    assert [message.event_ids for _, message in life.sent] == [(1,), (2,), (3,)]


def test_a_quiet_week_has_one_sign_of_life() -> None:
    life = Life()
    for hour in range(24 * 14):
        life.tick(at(4) + timedelta(hours=hour))
    assert len(life.sent) == 2
    assert "一切正常" in life.sent[0][1].subject


def test_without_a_destination_nothing_is_settled() -> None:
    disabled = replace(OFFICE, enabled=False)
    assert run([event(1, "b1", DutyStatus.MISSING, at(4))], History(), at(4), disabled, OPS).settled == ()


def test_operators_get_few_messages_an_hour_and_lose_none() -> None:
    life = Life()
    for minute in range(60):
        now = at(4) + timedelta(minutes=minute)
        life.queue.append(replace(operator(EventKind.SOURCE_BLIND, f"栏目{minute}", "超时", now, episode="1"), id=minute + 1))
        life.tick(now)
    assert len(life.sent) == OPTIONS.per_hour
    life.tick(at(4) + timedelta(minutes=75))
    assert sorted(number for _, message in life.sent for number in message.event_ids) == list(range(1, 61))


@pytest.mark.parametrize(
    ("code", "scope", "inside"),
    [
        ("990102", "", True),
        ("990102", "990000", True),
        ("990102", "990100", True),
        ("990102", "990102", True),
        ("990102", "990200", False),
        ("990102", "990103", False),
        ("990102001000", "990102", True),
        ("990102001000", "990102001000", True),
        ("990102002000", "990102001000", False),
        ("991002", "991000", True),
        ("991102", "991000", False),
    ],
)
def test_scope_follows_division_codes(code: str, scope: str, inside: bool) -> None:
    assert in_scope(code, scope) is inside


def test_the_key_of_a_matter_holds_nothing_that_changes() -> None:
    one = event(1, "b1", DutyStatus.MISSING, at(4))
    other = event(2, "b1", DutyStatus.LATE, at(9), days_late_min=4, days_late_max=4, published_on=date(2025, 2, 4))
    assert alert_key(one) == alert_key(other) == "report/b1/2024"


def test_an_old_year_filled_in_is_recorded_and_not_told() -> None:
    old = DutyState(DutyKey(BodyId("b1"), 2019), DutyStatus.MISSING, at(4), reason="依据")
    (made,) = of_duty(old, None, "990102")
    assert made.planned_at is not None
    current = DutyState(DutyKey(BodyId("b1"), 2024), DutyStatus.MISSING, at(4), reason="依据")
    assert of_duty(current, None, "990102")[0].planned_at is None


def test_becoming_established_is_an_event_and_growing_old_is_not() -> None:
    first = state("b1", DutyStatus.MISSING, at(4), missing_confidence=MissingConfidence.PROVISIONAL)
    sure = state("b1", DutyStatus.MISSING, at(6), missing_confidence=MissingConfidence.ESTABLISHED)
    assert len(of_duty(sure, first, "99")) == 1
    assert of_duty(first, sure, "99") == ()
    assert of_duty(first, first, "99") == ()


def test_messages_of_the_same_plan_are_the_same() -> None:
    events = [event(1, "b1", DutyStatus.MISSING, at(4))]
    assert run(events, History(), at(4)) == run(events, History(), at(4))
