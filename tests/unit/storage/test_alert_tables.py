"""Rules, holds, rates and the signing key, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from storage import alert_holds, alert_rules, destinations, installation, send_rates
from storage.database import Database
from storage.domain.alerts import AlertRule, EventKind, Hold, HoldSort, Mode
from storage.domain.enums import Audience
from storage.domain.errors import NotFoundError, UsageError
from storage.send_rates import Rate
from tests.unit.storage.conftest import NOW

DAY = timedelta(days=1)


def hold(sort: HoldSort = HoldSort.ACK, **more: object) -> Hold:
    values: dict[str, object] = {"actor": "张", "reason": "已电话核实", "at": NOW, "until": NOW + DAY, "matter": "report/b1/2024", **more}
    return Hold(0, sort, **values)  # type: ignore[arg-type]


def test_a_rule_of_the_same_name_is_replaced(db: Database) -> None:
    with db.write() as connection:
        first = destinations.add(connection, "甲", "a@x.test", Audience.OVERSIGHT, now=NOW, lang="en", cadence="weekly")
        other = destinations.add(connection, "乙", "b@x.test", Audience.OVERSIGHT, now=NOW)
        rule = AlertRule(0, "规则", first, Mode.IMMEDIATE, (EventKind.REPORT_MISSING,), "S1", "990100", other, 5)
        number = alert_rules.save(connection, rule, now=NOW)
        assert alert_rules.save(connection, AlertRule(0, "规则", first, Mode.NONE), now=NOW) == number
        (stored,) = alert_rules.list_all(connection)
        assert (stored.mode, stored.kinds, stored.escalate_to) == (Mode.NONE, (), None)
        assert (destinations.get(connection, first).lang, destinations.named(connection, "甲").cadence) == ("en", "weekly")
        alert_rules.remove(connection, "规则")
        with pytest.raises(NotFoundError):
            alert_rules.remove(connection, "规则")


def test_an_escalation_goes_to_another_after_some_days(db: Database) -> None:
    with db.write() as connection:
        one = destinations.add(connection, "甲", "a@x.test", Audience.OVERSIGHT, now=NOW)
        for bad in (
            AlertRule(0, "r", one, Mode.DIGEST, escalate_to=one, escalate_days=5),
            AlertRule(0, "r", one, Mode.DIGEST, escalate_days=5),
        ):
            with pytest.raises(UsageError):
                alert_rules.save(connection, bad, now=NOW)


def test_a_hold_ends_by_its_date_or_by_a_person_and_stays_on_record(db: Database) -> None:
    with db.write() as connection:
        first = alert_holds.add(connection, hold())
        second = alert_holds.add(connection, hold(HoldSort.SILENCE, matter="", scope="990100", kinds=(EventKind.REPORT_LATE,)))
        assert [one.id for one in alert_holds.active(connection, NOW)] == [first, second]
        assert alert_holds.end(connection, second, actor="李", now=NOW + DAY / 2)
        assert not alert_holds.end(connection, second, actor="李", now=NOW + DAY / 2)
        assert [one.id for one in alert_holds.active(connection, NOW + DAY / 2)] == [first]
        assert alert_holds.active(connection, NOW + DAY) == ()
        assert [(one.id, one.ended_by) for one in alert_holds.recent(connection)] == [(second, "李"), (first, "")]


@pytest.mark.parametrize(
    "bad",
    [
        hold(until=NOW),
        hold(until=NOW + 91 * DAY),
        hold(actor=" "),
        hold(HoldSort.SNOOZE, reason=" "),
        hold(HoldSort.SILENCE),
        hold(matter=""),
    ],
)
def test_a_hold_nobody_answers_for_is_refused(db: Database, bad: Hold) -> None:
    with db.write() as connection, pytest.raises(UsageError):
        alert_holds.add(connection, bad)


def test_a_bucket_never_gives_more_than_its_minute(db: Database) -> None:
    rate, moment, given = Rate(burst=10, per_minute=10), NOW, []
    with db.write() as connection:
        for _ in range(200):
            if not send_rates.take(connection, "robot", 3, rate, moment):
                given += [moment] * 3
            moment += timedelta(seconds=2)
    assert len(given) > 60
    for first in given:
        assert sum(first <= other < first + timedelta(minutes=1) for other in given) <= 20


def test_a_bucket_says_how_long_to_wait_and_a_clock_gone_back_gives_nothing(db: Database) -> None:
    rate = Rate(burst=2, per_minute=2)
    with db.write() as connection:
        assert send_rates.take(connection, "a", 2, rate, NOW) == timedelta(0)
        assert send_rates.take(connection, "b", 2, rate, NOW) == timedelta(0)
        wait = send_rates.take(connection, "a", 1, rate, NOW)
        assert wait == timedelta(seconds=30)
        assert send_rates.take(connection, "a", 1, rate, NOW - timedelta(hours=1)) == wait
        assert send_rates.take(connection, "a", 1, rate, NOW + wait) == timedelta(0)


def test_the_signing_key_is_made_once(db: Database) -> None:
    with db.write() as connection:
        key = installation.link_key(connection)
    with db.write() as connection:
        assert installation.link_key(connection) == key
        assert len(key) == 32
        installation.put(connection, "x", "1")
        installation.put(connection, "x", "2")
        assert installation.get(connection, "x") == "2"
