"""What people decide: rules, acknowledgements, snoozes, silences, second recipients; and what no decision can hide."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.alerts.choosing import History, Told
from monitor.alerts.digest import Deadline, Item, Open
from monitor.alerts.escalation import unanswered
from monitor.alerts.events import alert_key, operator, told_state
from monitor.alerts.plan import Options
from monitor.alerts.workdays import WorkCalendar
from storage.domain.alerts import AlertRule, Destination, Event, EventKind, Hold, HoldSort, Mode
from storage.domain.duties import Duty, DutyKey
from storage.domain.enums import Audience, DutyStatus, MissingConfidence
from storage.domain.ids import BodyId
from storage.duties import StatusCounts, StoredDuty
from tests.unit.alerts.life import OFFICE, OPS, OPTIONS, Life, at, event, state

CHIEF = Destination(3, "处长", "mailto:c@x.test", Audience.OVERSIGHT)
MATTER = "report/b1/2024"
SURE = {"missing_confidence": MissingConfidence.ESTABLISHED}


def hold(sort: HoldSort, since: datetime, days: float, **more: object) -> Hold:
    matter = "" if sort is HoldSort.SILENCE else MATTER
    values: dict[str, object] = {"matter": matter, **more}
    return Hold(1, sort, "张", "已电话核实", since, since + timedelta(days=days), **values)  # type: ignore[arg-type]


def standing(since: datetime) -> Open:
    return Open(MATTER, EventKind.REPORT_MISSING, "990102", Item("示例局1", 2024, what="missing"), since)


def rule(mode: Mode, *kinds: EventKind, to: Destination = OFFICE, **more: object) -> AlertRule:
    return AlertRule(1, "规则", to.id, mode, kinds, **more)  # type: ignore[arg-type]


def told(life: Life, destination: Destination = OFFICE) -> list[tuple[int, ...]]:
    return [message.event_ids for _, message in life.sent if message.destination_id == destination.id and message.event_ids]


def test_what_a_rule_wants_at_once_comes_at_once_and_not_again() -> None:
    life = Life(rules=(rule(Mode.IMMEDIATE, EventKind.REPORT_WITHDRAWN),))
    life.queue = [event(1, "b1", DutyStatus.WITHDRAWN, at(5, 3)), event(2, "b2", DutyStatus.LATE, at(5, 3))]
    (message,) = life.tick(at(5, 3))  # three in the morning
    assert message.event_ids == (1,)
    assert "已撤下（1）" in message.body_text
    life.tick(at(5))
    assert told(life) == [(1,), (2,)]


def test_at_once_has_a_cap_and_the_rest_is_in_the_digest() -> None:
    life = Life(rules=(rule(Mode.IMMEDIATE, EventKind.REPORT_WITHDRAWN),), options=replace(OPTIONS, per_hour=2))
    for number in range(1, 6):
        life.queue.append(event(number, f"b{number}", DutyStatus.WITHDRAWN, at(5, 8)))
        life.tick(at(5, 8) + timedelta(minutes=number))
    assert told(life) == [(1,), (2,)]
    life.tick(at(5))
    assert sorted(number for ids in told(life) for number in ids) == [1, 2, 3, 4, 5]


def test_what_a_rule_does_not_want_is_settled_and_severity_and_region_are_asked() -> None:
    rules = (rule(Mode.NONE, EventKind.REPORT_LATE, scope="990100"), rule(Mode.NONE, EventKind.FINDING_OPENED, severity="S1"))
    life = Life(rules=rules)
    outside = replace(event(2, "b2", DutyStatus.LATE, at(5)), division_code="990200")
    mild = Event("f", EventKind.FINDING_OPENED, Audience.OVERSIGHT, at(5), BodyId("b3"), 2024, "990102", "S2", {"fingerprint": "a"}, 3)
    life.queue = [event(1, "b1", DutyStatus.LATE, at(5)), outside, mild]
    life.tick(at(5))
    assert told(life) == [(2, 3)]
    assert life.queue == []


def test_an_acknowledged_matter_is_not_repeated_and_a_change_of_it_is() -> None:
    life = Life(open=(standing(at(4)),))
    life.queue = [event(1, "b1", DutyStatus.MISSING, at(4), **SURE)]
    life.tick(at(5))
    life.holds.append(hold(HoldSort.ACK, at(5, 10), 14))
    (reminder,) = life.tick(at(12))
    assert "仍未解决（" not in reminder.body_text
    assert "已确认收到 1" in reminder.body_text
    life.queue.append(event(2, "b1", DutyStatus.WITHDRAWN, at(13, 6), DutyStatus.MISSING))
    life.tick(at(13))
    assert told(life) == [(1,), (2,)]


def test_an_acknowledgement_that_ran_out_speaks_again_and_weeks_list_what_is_open() -> None:
    life = Life(open=(standing(at(4)),))
    life.queue = [event(1, "b1", DutyStatus.MISSING, at(4), **SURE)]
    life.tick(at(5))
    life.holds.append(hold(HoldSort.ACK, at(5, 10), 6))
    assert life.tick(at(11)) == []
    (back,) = life.tick(at(11, 11))
    assert "确认、稍后处理或静默已到期，仍未解决（1）" in back.body_text
    assert life.tick(at(12, 11)) == []
    (weekly,) = life.tick(at(18, 11))
    assert "此前已告知，仍未解决（1）" in weekly.body_text


def test_what_was_acknowledged_before_it_was_told_waits_for_the_end_of_that() -> None:
    life = Life()
    life.queue = [event(1, "b1", DutyStatus.MISSING, at(4, 6), **SURE)]
    life.holds.append(hold(HoldSort.SNOOZE, at(4, 7), 3))
    assert life.tick(at(5)) == []
    life.tick(at(7, 11))
    assert told(life) == [(1,)]


def test_a_silence_keeps_back_counts_and_gives_back_at_its_end() -> None:
    life = Life()
    life.holds.append(hold(HoldSort.SILENCE, at(4), 6, scope="990102", kinds=(EventKind.REPORT_MISSING,)))
    life.queue = [event(1, "b1", DutyStatus.MISSING, at(5), **SURE), event(2, "b2", DutyStatus.LATE, at(5))]
    (digest,) = life.tick(at(5))
    assert digest.event_ids == (2,)
    assert "静默 1" in digest.body_text
    assert life.tick(at(7)) == []
    life.tick(at(10, 10))
    assert told(life) == [(2,), (1,)]


@pytest.mark.parametrize("sort", HoldSort)
def test_the_end_of_a_told_trouble_passes_every_hold(sort: HoldSort) -> None:
    life = Life()
    life.queue = [event(1, "b1", DutyStatus.MISSING, at(4), **SURE)]
    life.tick(at(5))
    life.holds.append(hold(sort, at(5, 10), 30))
    life.queue.append(event(2, "b1", DutyStatus.LATE, at(6), DutyStatus.MISSING))
    life.tick(at(6, 10))
    assert told(life) == [(1,), (2,)]


def test_a_new_matter_of_the_same_body_is_not_hidden() -> None:
    life = Life(holds=[hold(HoldSort.ACK, at(4), 14)])
    other = Event("f", EventKind.FINDING_OPENED, Audience.OVERSIGHT, at(5), BodyId("b1"), 2024, "990102", "S1", {"fingerprint": "a"}, 5)
    life.queue = [other]
    life.tick(at(5))
    assert told(life) == [(5,)]


def missing_duty(since: datetime) -> dict[str, StoredDuty]:
    duty = Duty(DutyKey(BodyId("b1"), 2024), date(2025, 1, 31), "条例第四十九条", "1", "990102", "")
    return {MATTER: StoredDuty(duty, state("b1", DutyStatus.MISSING, since, **SURE), since)}


ESCALATE = (rule(Mode.DIGEST, escalate_to=CHIEF.id, escalate_days=5),)


@pytest.mark.parametrize(
    ("day", "missing", "holds", "expected"),
    [
        (11, True, (), 0),  # four working days: 6, 7, 10, 11
        (12, True, (), 1),
        (12, False, (), 0),
        (12, True, (hold(HoldSort.ACK, at(6), 14),), 0),
        (12, True, (hold(HoldSort.SNOOZE, at(6), 14),), 0),
        (12, True, (hold(HoldSort.ACK, at(6), 14, matter="report/b2/2024"),), 1),
    ],
)
def test_nobody_acknowledged_for_working_days(day: int, missing: bool, holds: tuple[Hold, ...], expected: int) -> None:
    absent = event(1, "b1", DutyStatus.MISSING, at(4), **SURE)
    history = History((Told(OFFICE.id, absent, at(5)),))
    duties = missing_duty(at(4)) if missing else {}
    made = unanswered(ESCALATE, history, duties, holds, at(day), OPTIONS.calendar)
    assert len(made) == expected
    assert made == unanswered(ESCALATE, history, duties, holds, at(day), OPTIONS.calendar)


def test_an_escalation_reaches_the_second_recipient_only_and_so_does_its_end() -> None:
    off = AlertRule(2, "只听升级", CHIEF.id, Mode.NONE)
    life = Life(destinations=(OFFICE, CHIEF, OPS), rules=(*ESCALATE, off))
    life.queue = [event(1, "b1", DutyStatus.MISSING, at(4), **SURE)]
    life.tick(at(5))
    history = life.history
    (raised,) = unanswered(ESCALATE, history, missing_duty(at(4)), (), at(12), OPTIONS.calendar)
    life.queue.append(replace(raised, id=2))
    life.tick(at(12))
    assert told(life, CHIEF) == [(2,)]
    assert "久未确认" in life.sent[-1][1].subject + life.sent[-2][1].subject
    life.queue.append(event(3, "b1", DutyStatus.LATE, at(13), DutyStatus.MISSING))
    life.tick(at(13, 10))
    assert told(life, CHIEF) == [(2,), (3,)]
    for day in range(14, 28):
        life.tick(at(day))
    assert len([1 for _, message in life.sent if message.destination_id == CHIEF.id]) == 2
    assert all(2 not in ids for ids in told(life, OFFICE))


def near(due: date) -> Life:
    counts = StatusCounts({**dict.fromkeys(DutyStatus, 0), DutyStatus.NOT_DUE: 6, DutyStatus.ON_TIME: 4})
    return Life(deadlines=lambda now: (Deadline(due, 2024, (due - now.date()).days, counts),))


def test_people_are_reminded_before_a_deadline_on_working_days_and_once_after_it() -> None:
    life = near(date(2025, 3, 31))  # a Monday
    life.tick(at(10, month=3))
    days = [message.message_key.removeprefix("digest/2025-") for _, message in life.sent]
    assert days == ["03-10"]  # the week's sign of life
    for day in range(11, 32):
        life.tick(at(day, month=3))
    for day in range(1, 12):
        life.tick(at(day, month=4))
    days = [message.message_key.removeprefix("digest/2025-") for _, message in life.sent]
    # T-14 is Monday 17; T-7 Monday 24; T-3 Friday 28; T-1 is a Sunday, so Friday 28 too; then the day after, and a week's sign of life.
    assert days == ["03-10", "03-17", "03-24", "03-28", "04-01", "04-08"]
    assert "临近截止（1）\n   · 2025-03-31（2024年度）：还有 3 天，应发布 10，已发布 4，其余 6 个尚未见到" in life.sent[3][1].body_text
    assert "已截止（1）" in life.sent[4][1].body_text
    assert "已截止" not in life.sent[5][1].body_text


def test_a_reminder_missed_by_a_stopped_machine_is_caught_up() -> None:
    life = near(date(2025, 3, 31))
    life.tick(at(10, month=3))
    (late,) = life.tick(at(19, month=3))
    assert "临近截止" in late.body_text


def test_digests_rest_on_official_holidays_and_say_so_when_guessing() -> None:
    official = Life(options=Options())
    official.queue = [event(1, "b1", DutyStatus.MISSING, at(1))]
    for day in (1, 3, 4):  # Spring Festival of 2025 ended on 4 February
        assert official.tick(at(day)) == []
    (first,) = official.tick(at(5))
    assert "尚未收录" not in first.body_text
    guessing = Life(options=Options(calendar=WorkCalendar(lambda day: None)))
    guessing.queue = [event(1, "b1", DutyStatus.MISSING, at(1))]
    assert guessing.tick(at(1)) == []  # a Saturday
    (guessed,) = guessing.tick(at(3))
    assert "2025年的节假日安排尚未收录" in guessed.body_text


def test_a_weekly_recipient_gets_one_letter_a_week_with_everything() -> None:
    weekly = replace(OFFICE, cadence="weekly")
    life = Life(destinations=(weekly,))
    for day in range(3, 29):
        life.queue.append(event(day, f"b{day}", DutyStatus.MISSING, at(day, 3)))
        life.tick(at(day))
    assert [message.message_key[-2:] for _, message in life.sent] == ["03", "10", "17", "24"]
    assert sorted(number for ids in told(life) for number in ids) == list(range(3, 25))


def test_letters_are_numbered_without_a_gap() -> None:
    life = Life()
    for day in range(3, 8):
        life.queue.append(event(day, f"b{day}", DutyStatus.MISSING, at(day, 3)))
        life.tick(at(day))
    assert all(f"第 {number} 封" in message.body_text for number, (_, message) in enumerate(life.sent, 1))
    assert "（上一封第 4 封，2025-02-06）" in life.sent[-1][1].body_text


def test_operators_can_be_silenced_only_by_a_silence_for_all_regions() -> None:
    life = Life(destinations=(OPS,), holds=[hold(HoldSort.SILENCE, at(4), 30, scope="990100")])
    life.queue = [replace(operator(EventKind.SOURCE_BLIND, "栏目", "超时", at(5), episode="1"), id=1)]
    life.tick(at(5))
    assert told(life, OPS) == [(1,)]


STATUSES = (DutyStatus.MISSING, DutyStatus.UNKNOWN, DutyStatus.LATE, DutyStatus.WITHDRAWN)
STEP = st.one_of(
    st.tuples(st.just("state"), st.sampled_from(STATUSES)),
    st.tuples(st.just("hold"), st.tuples(st.sampled_from(HoldSort), st.integers(1, 20))),
    st.tuples(st.just("unhold"), st.none()),
    st.tuples(st.just("wait"), st.integers(1, 9)),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(STEP, max_size=14))
def test_no_sequence_of_decisions_loses_anything(steps: list[tuple[str, object]]) -> None:
    life, now, number = Life(destinations=(OFFICE,)), at(3), 0
    newest: Event | None = None
    for what, value in steps:
        now += timedelta(hours=1)
        if what == "state":
            number += 1
            assert isinstance(value, DutyStatus)
            newest = event(number, "b1", value, now, DutyStatus.NOT_DUE)
            life.queue.append(newest)
        elif what == "hold":
            assert isinstance(value, tuple)
            life.holds.append(hold(value[0], now, value[1]))
        elif what == "unhold":
            life.holds = [replace(one, ended_at=one.ended_at or now) for one in life.holds]
        else:
            assert isinstance(value, int)
            for _ in range(value):
                now += timedelta(days=1)
                life.tick(now)
        life.tick(now)
        relief = newest is not None and newest.kind is EventKind.REPORT_LATE
        known = [one for one in life.history.told if alert_key(one.event) == MATTER]
        if relief and known and newest is not None and newest not in [one.event for one in life.history.told]:
            # A resolution may wait for the next digest or for its own quiet week, never for a person's hold.
            free = Life(destinations=(OFFICE,), history=life.history, queue=list(life.queue))
            held = replace(life, sent=[], queue=list(life.queue))
            assert [m.event_ids for m in free.tick(now)] == [m.event_ids for m in held.tick(now)]
    for _ in range(40):
        now += timedelta(days=1)
        life.tick(now)
    if newest is not None:
        last = [one.event for one in life.history.told if alert_key(one.event) == MATTER][-1]
        assert told_state(last) == told_state(newest)
    assert life.queue == []
