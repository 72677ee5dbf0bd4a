"""The outbox: messages rest here from the transaction that caused them until a relay has accepted them, or told us it never will.

Claiming is a compare-and-set with a lease, committed before anything goes over the network; the result is a second transaction, bound
to that very claim. So two senders never hold one row, and a sender that died leaves a row that is sent again with the same Message-ID.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, case, func, insert, or_, select, update

from storage.destinations import get as get_destination
from storage.destinations import reachable
from storage.domain.alerts import Message, Outgoing, Reply
from storage.domain.enums import SendState
from storage.domain.errors import UsageError
from storage.events import kinds_of
from storage.schema import deliveries, destinations, outbox
from storage.statements import clean, clip, insert_new

LEASE = timedelta(minutes=2)
GIVE_UP_AFTER = timedelta(days=7)
BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440))
"""Waits after the first, second … attempt; the last one repeats until a message is a week old."""

JITTER = 0.2
WAITING = (SendState.PENDING.value, SendState.RETRY.value, SendState.UNKNOWN.value)
SETTLED = frozenset({SendState.ACCEPTED, SendState.DEAD})
KEY_LIMIT = 160


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt to deliver and what the service answered."""

    outbox_id: int
    attempt: int
    at: datetime
    state: SendState
    reply: str


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One message with where it stands; for pages and logs."""

    id: int
    message: Message
    state: SendState
    attempts: int
    created_at: datetime
    next_at: datetime
    accepted_at: datetime | None
    last_reply: str


def enqueue(connection: Connection, message: Message, now: datetime, *, next_at: datetime | None = None) -> int | None:
    """Put the message in; its id, or None when one with that key is there for the destination already.

    Raises UsageError for a key that does not fit: a shortened one could swallow another message.
    """
    if not 0 < len(message.message_key) <= KEY_LIMIT:
        raise UsageError(f"消息键长度必须在 1 到 {KEY_LIMIT} 之间：{message.message_key[:80]}")
    key = {"destination_id": message.destination_id, "message_key": message.message_key}
    values = {
        **key,
        "reference": message.reference,
        "message_id": message.message_id,
        "subject": clip(message.subject, 300),
        "body_text": clean(message.body_text),
        "body_html": clean(message.body_html),
        "event_ids": list(message.event_ids),
        "state": SendState.PENDING.value,
        "attempts": 0,
        "created_at": now,
        "next_at": next_at or now,
        "last_reply": "",
        "unsubscribe": message.unsubscribe,
    }
    if not insert_new(connection, outbox, values, key=list(key)):
        return None
    mine = and_(outbox.c.destination_id == message.destination_id, outbox.c.message_key == message.message_key)
    return int(connection.execute(select(outbox.c.id).where(mine)).scalar_one())


def claim(connection: Connection, now: datetime, limit: int, *, lease: timedelta = LEASE) -> tuple[Outgoing, ...]:
    """Take up to `limit` messages that are due, the longest waiting first; commit before sending.

    Those of a service that let us wait the last time come after all others, and none while it is left alone. A row whose lease has
    passed may have been sent by the one who died: it is claimed again and goes out with the same Message-ID.
    """
    ready = or_(
        and_(outbox.c.state.in_(WAITING), outbox.c.next_at <= now),
        and_(outbox.c.state == SendState.LEASED.value, outbox.c.lease_until <= now),
    )
    live = outbox.c.destination_id.in_(reachable(now))
    slow = outbox.c.destination_id.in_(select(destinations.c.id).where(destinations.c.timeouts > 0))
    order = (case((slow, 1), else_=0), outbox.c.next_at, outbox.c.id)
    query = select(outbox).where(ready, live).order_by(*order).limit(limit).with_for_update(skip_locked=True)
    claimed = []
    for row in connection.execute(query).all():
        same = and_(outbox.c.id == row.id, outbox.c.state == row.state, outbox.c.attempts == row.attempts)
        taken = {"state": SendState.LEASED.value, "attempts": row.attempts + 1, "lease_until": now + lease}
        if connection.execute(update(outbox).where(same).values(**taken)).rowcount:
            _note_lost_attempt(connection, row, now)
            destination = get_destination(connection, row.destination_id)
            message = replace(_message(row), kinds=kinds_of(connection, row.event_ids))
            claimed.append(Outgoing(row.id, destination, message, row.attempts + 1, row.created_at))
    return tuple(claimed)


def _note_lost_attempt(connection: Connection, row: Row[Any], now: datetime) -> None:
    if row.state == SendState.LEASED.value:
        _log(connection, row.id, row.attempts, now, SendState.UNKNOWN, "发送进程中断，结果不明")


def settle(connection: Connection, outgoing: Outgoing, reply: Reply, now: datetime) -> bool:
    """Record what became of a claimed message; False, and nothing written, when the claim has passed to another.

    `retry` and `unknown` wait longer each time and become `dead` when the message is a week old.
    """
    state = _final_state(outgoing, reply, now)
    values: dict[str, Any] = {"state": state.value, "lease_until": None, "last_reply": clip(reply.text, 500)}
    if state is SendState.ACCEPTED:
        values["accepted_at"] = now
    if state not in SETTLED:
        values["next_at"] = now + backoff(outgoing.attempt, outgoing.message.message_id)
    held = and_(outbox.c.id == outgoing.id, outbox.c.state == SendState.LEASED.value, outbox.c.attempts == outgoing.attempt)
    if not connection.execute(update(outbox).where(held).values(**values)).rowcount:
        return False
    _log(connection, outgoing.id, outgoing.attempt, now, state, reply.text)
    return True


def _final_state(outgoing: Outgoing, reply: Reply, now: datetime) -> SendState:
    if reply.state in {SendState.PENDING, SendState.LEASED}:
        raise UsageError(f"{reply.state.label}不是一次发送的结果")
    if reply.state not in SETTLED and now - outgoing.created_at >= GIVE_UP_AFTER:
        return SendState.DEAD
    return reply.state


def backoff(attempt: int, seed: str) -> timedelta:
    """How long to wait after that attempt; spread by up to a fifth, the same for the same message, so that retries do not march in step."""
    base = BACKOFF[min(max(attempt, 1), len(BACKOFF)) - 1]
    spread = int(hashlib.sha256(f"{seed}#{attempt}".encode()).hexdigest()[:8], 16) / 0xFFFFFFFF
    return base * (1 + JITTER * spread)


def revive(connection: Connection, outbox_id: int, now: datetime) -> bool:
    """Try a dead message once more, by a person's decision; False when it is not dead."""
    dead = and_(outbox.c.id == outbox_id, outbox.c.state == SendState.DEAD.value)
    return bool(connection.execute(update(outbox).where(dead).values(state=SendState.RETRY.value, next_at=now)).rowcount)


def counts(connection: Connection) -> dict[SendState, int]:
    """How many messages are in each state, every state named."""
    found = {
        SendState(state): number for state, number in connection.execute(select(outbox.c.state, func.count()).group_by(outbox.c.state))
    }
    return {state: found.get(state, 0) for state in SendState}


def oldest_waiting(connection: Connection) -> datetime | None:
    """When the oldest message that is not yet accepted or dead was written."""
    waiting = outbox.c.state.in_([*WAITING, SendState.LEASED.value])
    return connection.execute(select(func.min(outbox.c.created_at)).where(waiting)).scalar_one_or_none()


def recent(connection: Connection, *, limit: int = 100, state: SendState | None = None) -> tuple[OutboxRow, ...]:
    """The newest messages first; with `state`, those in that state."""
    query = select(outbox).order_by(outbox.c.id.desc()).limit(limit)
    rows = connection.execute(query if state is None else query.where(outbox.c.state == state.value))
    return tuple(
        OutboxRow(row.id, _message(row), SendState(row.state), row.attempts, row.created_at, row.next_at, row.accepted_at, row.last_reply)
        for row in rows
    )


def sent_to(connection: Connection, destination_id: int) -> int:
    """How many messages were ever written for one destination; the sequence number people see."""
    return int(connection.execute(select(func.count()).where(outbox.c.destination_id == destination_id)).scalar_one())


def deliveries_of(connection: Connection, outbox_id: int) -> Sequence[Delivery]:
    """All attempts at one message in order."""
    rows = connection.execute(select(deliveries).where(deliveries.c.outbox_id == outbox_id).order_by(deliveries.c.id))
    return tuple(Delivery(row.outbox_id, row.attempt, row.at, SendState(row.state), row.reply) for row in rows)


def _log(connection: Connection, outbox_id: int, attempt: int, at: datetime, state: SendState, reply: str) -> None:
    values = {"outbox_id": outbox_id, "attempt": attempt, "at": at, "state": state.value, "reply": clip(reply, 500)}
    connection.execute(insert(deliveries).values(**values))


def _message(row: Row[Any]) -> Message:
    return Message(
        destination_id=row.destination_id,
        message_key=row.message_key,
        reference=row.reference,
        message_id=row.message_id,
        subject=row.subject,
        body_text=row.body_text,
        body_html=row.body_html,
        event_ids=tuple(row.event_ids),
        unsubscribe=row.unsubscribe,
    )


@dataclass(frozen=True, slots=True)
class Written:
    """That a message was written, without its text."""

    id: int
    destination_id: int
    message_key: str
    created_at: datetime
    event_ids: tuple[int, ...]


def written_since(connection: Connection, since: datetime) -> tuple[Written, ...]:
    """The messages written since that moment, the oldest first; what destinations were told lately."""
    named = (outbox.c.id, outbox.c.destination_id, outbox.c.message_key, outbox.c.created_at, outbox.c.event_ids)
    rows = connection.execute(select(*named).where(outbox.c.created_at >= since).order_by(outbox.c.id))
    return tuple(Written(row.id, row.destination_id, row.message_key, row.created_at, tuple(row.event_ids)) for row in rows)


def by_reference(connection: Connection, code: str) -> Written | None:
    """The message with that code printed in it, None where there is none."""
    named = (outbox.c.id, outbox.c.destination_id, outbox.c.message_key, outbox.c.created_at, outbox.c.event_ids)
    row = connection.execute(select(*named).where(outbox.c.reference == code).order_by(outbox.c.id).limit(1)).one_or_none()
    return None if row is None else Written(row.id, row.destination_id, row.message_key, row.created_at, tuple(row.event_ids))


def numbers(connection: Connection) -> dict[int, int]:
    """How many messages were ever written, by destination; the numbers people see go on from there."""
    query = select(outbox.c.destination_id, func.count().label("messages")).group_by(outbox.c.destination_id)
    return {row.destination_id: row.messages for row in connection.execute(query)}


PLANNING_LOCK = 7_201_101


def planning_turn(connection: Connection) -> None:
    """Wait for whoever else is planning messages, until the end of this transaction: two plans at once could tell one thing twice.

    On SQLite every writing transaction is alone already.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(PLANNING_LOCK)))


def postpone(connection: Connection, outgoing: Outgoing, until: datetime) -> None:
    """Give a claimed message back untried: its service takes no more right now. It was no attempt."""
    held = and_(outbox.c.id == outgoing.id, outbox.c.state == SendState.LEASED.value, outbox.c.attempts == outgoing.attempt)
    state = SendState.PENDING if outgoing.attempt == 1 else SendState.RETRY
    values = {"state": state.value, "attempts": outgoing.attempt - 1, "lease_until": None, "next_at": until}
    connection.execute(update(outbox).where(held).values(**values))
