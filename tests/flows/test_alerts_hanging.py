"""A relay that takes the call and then says nothing, before the mail is handed over or after: others are served, and it is one message."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from monitor.alerts import channels
from monitor.alerts.mail import MailChannel
from monitor.alerts.outgoing import plan_due
from monitor.alerts.send import send_due
from monitor.evaluate import evaluate_duties
from storage import outbox
from storage.database import Database
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
