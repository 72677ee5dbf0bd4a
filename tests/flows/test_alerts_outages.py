"""Relays that are away for hours, days, a week; eyes that go blind after a verdict: nothing lost, nothing doubled, nothing taken back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.alerts.outgoing import plan_due
from monitor.alerts.send import send_due
from monitor.evaluate import evaluate_duties
from storage import duties, events, outbox
from storage.database import Database
from storage.domain.alerts import EventKind
from storage.domain.clock import FixedClock
from storage.domain.duties import DutyKey
from storage.domain.enums import Audience, DutyStatus, SendState, VisitOutcome
from storage.domain.ids import BodyId
from storage.domain.visits import VisitResult
from tests.flows.alert_world import MORNING, Mailbox, add_destination, at, look, new_world, report_line, settings_for, smtp_server

pytestmark = pytest.mark.flow


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """Three departments proven absent on three days."""
    with new_world(tmp_path) as database:
        for day in (2, 3, 4):
            look(database, at(day))
        yield database


def first_message(db: Database, tmp_path: Path, mailbox: Mailbox, clock: FixedClock) -> int:
    """The office's digest is in the outbox; its row."""
    add_destination(db, "办公室", mailbox.address)
    evaluate_duties(db, clock, 2024)
    plan_due(db, settings_for(tmp_path), clock)
    with db.read() as connection:
        (row,) = outbox.recent(connection)
    return row.id


@pytest.mark.parametrize(
    ("away", "reply"), [(timedelta(hours=3), "drop"), (timedelta(days=3), "421 try later"), (timedelta(days=6, hours=12), "drop")]
)
def test_a_relay_away_for_days_gets_the_message_once_when_it_is_back(db: Database, tmp_path: Path, away: timedelta, reply: str) -> None:
    clock = FixedClock(MORNING)
    with smtp_server() as mailbox:
        number = first_message(db, tmp_path, mailbox, clock)
        mailbox.on_data = reply
        while clock.now() < MORNING + away:
            send_due(db, settings_for(tmp_path), clock)
            clock.advance(timedelta(hours=1))
        mailbox.on_data = "250 OK"
        back = clock.now()
        while clock.now() < back + timedelta(days=1, hours=7):  # the longest wait, with its spread
            send_due(db, settings_for(tmp_path), clock)
            clock.advance(timedelta(hours=1))
    with db.read() as connection:
        (row,) = outbox.recent(connection)
        tries = outbox.deliveries_of(connection, number)
    assert row.state is SendState.ACCEPTED
    assert [one.state for one in tries].count(SendState.ACCEPTED) == 1
    assert len(tries) <= 14  # a relay that is away is not hammered
    assert set(mailbox.message_ids) == {row.message.message_id}
    if reply != "drop":
        assert len(mailbox.taken) == 1


def test_after_a_week_it_is_dead_and_operators_hear_once_elsewhere(db: Database, tmp_path: Path) -> None:
    clock, states = FixedClock(MORNING), []
    with smtp_server() as mailbox, smtp_server() as other:
        add_destination(db, "运维", other.address, Audience.OPERATOR)
        number = first_message(db, tmp_path, mailbox, clock)
        mailbox.on_rcpt = "450 later"
        while clock.now() < MORNING + timedelta(days=9):
            send_due(db, settings_for(tmp_path), clock)
            plan_due(db, settings_for(tmp_path), clock)
            with db.read() as connection:
                states.append((clock.now() - MORNING, next(row.state for row in outbox.recent(connection) if row.id == number)))
            clock.advance(timedelta(hours=2))
        told = [mail.get_body(("plain",)).get_content() for mail in other.taken]
    assert mailbox.taken == []
    died = next(age for age, state in states if state is SendState.DEAD)
    assert timedelta(days=7) <= died <= timedelta(days=8, hours=6)
    with db.read() as connection:
        alarms = [event.kind for event in events.recent(connection, audience=Audience.OPERATOR, limit=1000)]
    assert alarms.count(EventKind.DELIVERY_FAILING) >= 1
    assert alarms.count(EventKind.DELIVERY_DEAD) == 1
    assert sum("消息无法送达（1）" in text for text in told) == 1
    assert any("仍在重试" in text for text in told)


def test_a_verdict_stands_when_the_portal_goes_blind_and_its_end_is_told(db: Database, tmp_path: Path) -> None:
    """Blindness keeps new verdicts from being made; it takes none back, and holds no good news."""
    clock = FixedClock(MORNING)
    with smtp_server() as mailbox:
        first_message(db, tmp_path, mailbox, clock)
        send_due(db, settings_for(tmp_path), clock)
        for _ in range(3):
            clock.advance(timedelta(days=1))
            look(db, clock.now() - timedelta(hours=3), result=VisitResult(VisitOutcome.CHALLENGED, "HTTP 412"))
            evaluate_duties(db, clock, 2024)
            plan_due(db, settings_for(tmp_path), clock)
        with db.read() as connection:
            stored = duties.get(connection, DutyKey(BodyId("b1"), 2024))
        assert stored is not None
        assert stored.state.status is DutyStatus.MISSING
        clock.advance(timedelta(days=3))
        look(db, clock.now() - timedelta(hours=3), (report_line(1, clock.now()),))
        evaluate_duties(db, clock, 2024)
        plan_due(db, settings_for(tmp_path), clock)
        send_due(db, settings_for(tmp_path), clock)
        assert "示例市示例1局（2024年度），逾期" in mailbox.taken[-1].get_body(("plain",)).get_content()
