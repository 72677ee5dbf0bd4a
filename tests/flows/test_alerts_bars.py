"""The measured promises of telling: storms, flapping, blindness, two at once; on SQLite and on PostgreSQL."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert

from monitor.alerts.outgoing import plan_due
from monitor.alerts.send import send_due
from monitor.evaluate import evaluate_duties, tell_sources
from storage import alert_rules, duties, events, outbox, portals, schema
from storage.database import Database, open_database
from storage.domain.alerts import AlertRule, Event, EventKind, Mode
from storage.domain.clock import FixedClock
from storage.domain.duties import DutyKey
from storage.domain.enums import Audience, DutyStatus, SendState, SourceHealth, VisitOutcome
from storage.domain.ids import BodyId, EntryPointId
from storage.domain.visits import VisitResult
from storage.settings import Settings
from tests import servers
from tests.flows.alert_world import Hook, add_destination, at, fill_world, look, report_line, settings_for, webhook_server

pytestmark = pytest.mark.flow


DAYS = 60


@pytest.fixture(scope="module")
def cluster() -> Iterator[servers.Postgres | None]:
    if servers.postgres_bin() is None:
        yield None
        return
    with servers.postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, cluster: servers.Postgres | None, tmp_path: Path) -> Settings:
    """An installation on a database of its own."""
    if request.param == "sqlite":
        return settings_for(tmp_path)
    if cluster is None:
        pytest.skip("PostgreSQL is not installed")
    return settings_for(tmp_path).model_copy(update={"database_url": cluster.new_database()})


@pytest.fixture
def db(settings: Settings) -> Iterator[Database]:
    with open_database(settings.database_url) as database:
        fill_world(database)
        yield database


@pytest.fixture
def hook() -> Iterator[Hook]:
    with webhook_server() as server:
        yield server


def telling(db: Database, settings: Settings, clock: FixedClock, year: int = 2024) -> int:
    """One turn of the loops; how many messages were accepted."""
    evaluate_duties(db, clock, year)
    tell_sources(db, clock)
    plan_due(db, settings, clock)
    return send_due(db, settings, clock).accepted


def missing(number: int, when: datetime, kind: EventKind = EventKind.REPORT_MISSING, body: str = "") -> Event:
    payload = {"confidence": "established", "reason": "有效核查5次均未发现"} if kind is EventKind.REPORT_MISSING else {"reason": "遇验证页"}
    return Event(f"{kind.value}/{number}", kind, Audience.OVERSIGHT, when, BodyId(body or f"b{number}"), 2024, "990100", payload=payload)


def write_storm(connection: Connection, when: datetime) -> None:
    """5,000 bodies, and for each the event of its report's absence, all of one minute."""
    about = {"kind": "department", "level": "prefecture", "division_code": "990100", "created_at": when}
    connection.execute(insert(schema.bodies), [{"id": f"s{number}", "name": f"示例{number}局", **about} for number in range(5000)])
    told = {"kind": "report.missing", "audience": "oversight", "report_year": 2024, "division_code": "990100", "at": when}
    told["payload"] = {"confidence": "established", "reason": "有效核查5次均未发现"}
    rows = [{"event_key": f"storm/{number}", "body_id": f"s{number}", **told} for number in range(5000)]
    connection.execute(insert(schema.events), rows)


def test_five_thousand_duties_turning_at_one_minute_are_one_message_each(db: Database, settings: Settings, hook: Hook) -> None:
    quiet = add_destination(db, "摘要", hook.address)
    loud = add_destination(db, "立即", hook.address.replace("hook?", "loud?"))
    add_destination(db, "运维", hook.address.replace("hook?", "ops?"), Audience.OPERATOR)
    when = at(5, 9)
    with db.write() as connection:
        alert_rules.save(connection, AlertRule(0, "立即", loud, Mode.IMMEDIATE, (EventKind.REPORT_MISSING,)), now=when)
        write_storm(connection, when)
    clock = FixedClock(when)
    for _ in range(3):
        plan_due(db, settings, clock)
        send_due(db, settings, clock)
        clock.advance(timedelta(minutes=1))
    with db.read() as connection:
        written = outbox.recent(connection)
        assert events.unplanned(connection, Audience.OVERSIGHT) == ()
    told = {row.message.destination_id: row.message for row in written}
    assert sorted(row.message.destination_id for row in written) == [quiet, loud]
    for message in told.values():
        assert len(message.event_ids) == 5000
        assert "未发现（5000）" in message.body_text
        assert len(message.body_html.encode()) < 100_000
    assert len(hook.requests) == 2


def test_ten_flips_a_day_for_sixty_days_are_two_messages_a_week(db: Database, settings: Settings, hook: Hook) -> None:
    add_destination(db, "办公室", hook.address)
    add_destination(db, "运维", hook.address.replace("hook?", "ops?"), Audience.OPERATOR)
    number = 0
    for day in range(DAYS):
        clock = FixedClock(at(5, 9) + timedelta(days=day))
        for flips in (5 + day % 2, 5 - day % 2):  # so that it stands differently at the hour of the digest from day to day
            with db.write() as connection:
                for _ in range(flips):
                    number += 1
                    kind = EventKind.REPORT_UNKNOWN if number % 2 else EventKind.REPORT_MISSING
                    events.append(connection, missing(number, clock.now(), kind, "b1"))
                    clock.advance(timedelta(minutes=5))
            plan_due(db, settings, clock)
            clock.advance(timedelta(hours=6))
    with db.read() as connection:
        written = outbox.recent(connection, limit=1000)
        flapping = events.recent(connection, audience=Audience.OPERATOR, limit=1000)
    office = [row.created_at for row in written if row.message.message_key.startswith("digest/")]
    assert len(office) > 8
    assert all(sum(first <= other < first + timedelta(days=7) for other in office) <= 2 for first in office)
    assert {event.kind for event in flapping} == {EventKind.ALERT_FLAPPING}
    assert len(flapping) <= 3  # one a month
    assert any("反复出现" in row.message.body_text for row in written)
    texts = "".join(row.message.body_text for row in written)
    assert "未发现（1）" in texts


def health(db: Database, state: SourceHealth, clock: FixedClock) -> None:
    with db.write() as connection:
        portals.set_health(connection, EntryPointId(1), state, "" if state is SourceHealth.HEALTHY else "unreachable:timeout", clock.now())


def test_a_portal_down_ten_days_across_the_deadline_accuses_nobody_and_catches_up(db: Database, settings: Settings, hook: Hook) -> None:
    add_destination(db, "办公室", hook.address)
    add_destination(db, "运维", hook.address.replace("hook?", "ops?"), Audience.OPERATOR)
    away = VisitResult(VisitOutcome.UNREACHABLE, "timeout")
    seen = (report_line(0, at(20, month=1)),)
    look(db, at(26, month=1), seen)
    clock = FixedClock(at(26, 9, month=1))
    for day in range(10):
        clock.advance(timedelta(days=1))
        look(db, clock.now() - timedelta(hours=3), result=away)
        health(db, SourceHealth.BLIND if day else SourceHealth.DEGRADED, clock)  # two failures, hours apart, as the crawler has it
        telling(db, settings, clock)
    with db.read() as connection:
        kinds = [event.kind for event in events.recent(connection, limit=1000)]
        alarms = [row for row in outbox.recent(connection) if row.message.message_key.startswith("operator/")]
        states = {body: duties.get(connection, DutyKey(BodyId(body), 2024)) for body in ("b0", "b1", "b2")}
    assert EventKind.REPORT_MISSING not in kinds
    assert kinds.count(EventKind.SOURCE_BLIND) == 1
    assert len(alarms) == 1
    assert states["b0"] is not None
    assert states["b0"].state.status is DutyStatus.ON_TIME
    assert {one.state.status for body, one in states.items() if one is not None and body != "b0"} == {DutyStatus.UNKNOWN}

    for _ in range(4):  # back: b1 was published meanwhile, b2 was not
        clock.advance(timedelta(days=1))
        look(db, clock.now() - timedelta(hours=3), (*seen, report_line(1, at(28, month=1))))
        health(db, SourceHealth.HEALTHY, clock)
        telling(db, settings, clock)
    with db.read() as connection:
        after = [event.kind for event in events.recent(connection, limit=1000)]
        published = duties.get(connection, DutyKey(BodyId("b1"), 2024))
        absent = duties.get(connection, DutyKey(BodyId("b2"), 2024))
        eyes = [status.health for status in portals.statuses(connection)]
        operators = [row for row in outbox.recent(connection) if row.message.message_key.startswith("operator/")]
    assert published is not None
    assert absent is not None
    assert published.state.published_on == date(2025, 1, 28)
    assert published.state.status in {DutyStatus.ON_TIME, DutyStatus.UNDATED}
    assert absent.state.status is DutyStatus.MISSING
    assert eyes == [SourceHealth.HEALTHY]
    assert after.count(EventKind.SOURCE_RECOVERED) >= 1
    assert len(operators) == 2  # blind, recovered


def test_two_planners_and_two_senders_at_once_say_everything_once(db: Database, settings: Settings, hook: Hook) -> None:
    """Both start together, twenty times; a barrier makes them meet, the database decides."""
    add_destination(db, "办公室", hook.address)
    ops = add_destination(db, "运维", hook.address.replace("hook?", "ops?"), Audience.OPERATOR)
    clock, faults = FixedClock(at(5, 9)), []

    def loop(barrier: threading.Barrier) -> None:
        with open_database(settings.database_url) as own:
            for round_ in range(6):
                try:
                    barrier.wait(30)
                    with own.write() as connection:
                        for kind in (EventKind.RUN_FAILED, EventKind.RUN_OVERDUE):
                            payload = {"subject": f"任务{round_}", "reason": "x"}
                            events.append(connection, Event(f"{kind}/{round_}", kind, Audience.OPERATOR, clock.now(), payload=payload))
                    plan_due(own, settings, clock)
                    send_due(own, settings, clock)
                except Exception as error:  # noqa: BLE001 - told to the test
                    faults.append(error)
                    barrier.abort()

    meeting = threading.Barrier(2)
    pair = [threading.Thread(target=loop, args=(meeting,)) for _ in range(2)]
    for thread in pair:
        thread.start()
    for thread in pair:
        thread.join(120)
    assert faults == []
    with db.read() as connection:
        mine = [row for row in outbox.recent(connection, limit=1000) if row.message.destination_id == ops]
        told = [number for row in mine for number in row.message.event_ids]
    assert len(told) == len(set(told)) == 12
    assert {row.state for row in mine} == {SendState.ACCEPTED}
    assert len(hook.requests) == len({body for _, body in hook.requests})
    numbers = [int(number) for row in mine for number in re.findall(r"｜第 (\d+) 封", row.message.body_text)]
    assert sorted(numbers) == list(range(1, len(mine) + 1))


def test_history_filled_in_alarms_nobody(db: Database, settings: Settings, hook: Hook) -> None:
    add_destination(db, "办公室", hook.address)
    for day in (2, 3, 4):
        look(db, at(day))
    clock = FixedClock(at(7, 9))  # a Friday: no sign of life is due
    for year in (2019, 2020, 2021, 2022):
        evaluate_duties(db, clock, year)
    plan_due(db, settings, clock)
    assert send_due(db, settings, clock).accepted == 0
    with db.read() as connection:
        assert events.unplanned(connection, Audience.OVERSIGHT) == ()
