"""A relay that takes the call and then says nothing, before the mail is handed over or after: others are served, and it is one message."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from monitor.alerts import channels
from monitor.alerts.mail import MailChannel
from monitor.alerts.outgoing import plan_due
from monitor.alerts.send import SendSummary, send_due
from monitor.evaluate import evaluate_duties
from storage import destinations, outbox
from storage.database import Database
from storage.domain.alerts import Message
from storage.domain.clock import FixedClock
from storage.domain.enums import SendState
from tests.flows.alert_world import MORNING, AnyPort, Mailbox, add_destination, at, look, new_world, settings_for, webhook_server

pytestmark = pytest.mark.flow

PATIENCE_SECONDS = 2.5
"""Of our side with the relay; long beside what a loaded machine needs for the steps before."""


@dataclass
class Hanging(Mailbox):
    """Says nothing any more at `where`: rcpt (no data yet), before (the data came, nothing kept) or after (kept, and no answer)."""

    where: str = ""
    hung: int = 0
    when_hanging: Callable[[], None] = lambda: None

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        await self._hang("rcpt")
        return await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        await self._hang("before")
        answer = await super().handle_DATA(server, session, envelope)
        await self._hang("after")
        return answer

    async def _hang(self, where: str) -> None:
        if self.where == where:
            self.hung += 1
            self.when_hanging()
            await asyncio.sleep(600)  # ended with the connection or the server, whichever comes first


@contextmanager
def hanging(where: str) -> Iterator[Hanging]:
    relay = Hanging(where=where)
    controller = AnyPort(relay, hostname="127.0.0.1", port=0)
    controller.start()
    try:
        relay.port = controller.port
        yield relay
    finally:
        controller.stop()


@pytest.fixture
def db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    patient: Any = partial(MailChannel, timeout=PATIENCE_SECONDS)
    monkeypatch.setattr(channels, "MailChannel", patient)
    with new_world(tmp_path) as database:
        for day in (2, 3, 4):
            look(database, at(day))
        yield database


def _queue(db: Database, destination: int, keys: str, when: datetime) -> None:
    with db.write() as connection:
        for key in keys:
            message = Message(destination, f"test:{key}", f"OA-{key}", f"<{destination}.{key}@nianbao.test>", f"提醒{key}", "正文", "", ())
            outbox.enqueue(connection, message, when)


def _attempts(db: Database) -> dict[str, list[SendState]]:
    with db.read() as connection:
        rows = outbox.recent(connection)
        return {
            f"{row.message.destination_id}{row.message.subject[-1]}": [d.state for d in outbox.deliveries_of(connection, row.id)]
            for row in rows
        }


def test_the_messages_behind_one_that_timed_out_wait_untried(db: Database, tmp_path: Path) -> None:
    """Two destinations on the relay that hangs, three messages each, all older than the one for another service."""
    clock, settings = FixedClock(MORNING), settings_for(tmp_path)
    with hanging("rcpt") as relay, webhook_server() as hook:
        office, county = add_destination(db, "办公室", relay.address), add_destination(db, "区县", relay.address.replace("to=", "to=x"))
        platform = add_destination(db, "平台", hook.address)
        for destination in (office, county):
            _queue(db, destination, "abc", MORNING - timedelta(hours=1))
        _queue(db, platform, "a", MORNING)
        assert send_due(db, settings, clock).waiting == 1
        assert (relay.hung, len(hook.requests)) == (1, 1), "one wait for the relay, not six"
        _queue(db, county, "d", clock.now())
        assert send_due(db, settings, clock) == SendSummary(), "while it is left alone nothing is tried, a new message neither"
        for waits in (2, 3):
            clock.advance(timedelta(minutes=waits))
            _queue(db, platform, "xyz"[waits - 2], clock.now())
            assert send_due(db, settings, clock).waiting == 1
            assert (relay.hung, len(hook.requests)) == (waits, waits), "one wait per retry, after the others were served"
        relay.where = ""
        clock.advance(timedelta(minutes=6))
        assert send_due(db, settings, clock).accepted == 7
    assert len(relay.taken) == len(set(relay.message_ids)) == 7, "none lost, none doubled"
    assert all(states[-1] is SendState.ACCEPTED for states in _attempts(db).values())
    with db.read() as connection:
        assert [one.timeouts for one in destinations.list_all(connection)] == [0, 0, 0]


def test_others_are_served_before_a_service_that_let_us_wait_is_asked_again(db: Database, tmp_path: Path) -> None:
    clock, settings = FixedClock(MORNING), settings_for(tmp_path)
    served: list[int] = []
    with hanging("rcpt") as relay, webhook_server() as hook:
        office, platform = add_destination(db, "办公室", relay.address), add_destination(db, "平台", hook.address)
        _queue(db, office, "ab", MORNING)
        send_due(db, settings, clock)
        clock.advance(timedelta(minutes=2))
        _queue(db, platform, "abc", clock.now())
        relay.when_hanging = lambda: served.append(len(hook.requests))
        send_due(db, settings, clock)
    assert served == [3], "all of them, though they were written later"


def test_a_refusal_holds_nobody_up_and_a_clock_that_ran_ahead_is_found_out(db: Database, tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    with hanging("rcpt") as relay:
        office = add_destination(db, "办公室", relay.address)
        _queue(db, office, "ab", MORNING)
        send_due(db, settings, FixedClock(MORNING + timedelta(days=3)))  # ... and is set right afterwards
        relay.where, relay.on_rcpt = "", "450 greylisted"
        clock = FixedClock(MORNING + timedelta(minutes=1))
        assert send_due(db, settings, clock).waiting == 1, "the one not tried yet; the other's own retry is in the days ahead"
        _queue(db, office, "cd", clock.now())
        assert send_due(db, settings, clock).waiting == 2, "refused at once, both"


@pytest.mark.parametrize(
    ("where", "state", "copies"),
    [("rcpt", SendState.RETRY, 1), ("before", SendState.UNKNOWN, 1), ("after", SendState.UNKNOWN, 2)],
)
def test_a_relay_that_hangs_delays_its_own_message_alone(db: Database, tmp_path: Path, where: str, state: SendState, copies: int) -> None:
    clock = FixedClock(MORNING)
    with hanging(where) as relay, webhook_server() as hook:
        office = add_destination(db, "办公室", relay.address)
        add_destination(db, "平台", hook.address)
        evaluate_duties(db, clock, 2024)
        plan_due(db, settings_for(tmp_path), clock)
        first = send_due(db, settings_for(tmp_path), clock)
        assert (first.accepted, first.waiting, first.dead) == (1, 1, 0)
        assert (relay.hung, len(hook.requests)) == (1, 1), "the other destination is served in the same round"
        relay.where = ""
        clock.advance(timedelta(minutes=3))
        assert send_due(db, settings_for(tmp_path), clock).accepted == 1
        assert send_due(db, settings_for(tmp_path), clock).accepted == 0
    with db.read() as connection:
        row = next(one for one in outbox.recent(connection) if one.message.destination_id == office)
        assert [one.state for one in outbox.deliveries_of(connection, row.id)] == [state, SendState.ACCEPTED]
    assert len(relay.taken) == copies
    assert set(relay.message_ids) == {row.message.message_id}, "one message to the eye"
    assert len({mail.as_bytes() for mail in relay.taken}) == 1
