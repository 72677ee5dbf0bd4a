"""Events, destinations, outbox, heartbeats and the audit log."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import audit, destinations, events, heartbeats, outbox
from storage.database import Database
from storage.domain.alerts import Event, EventKind, Message, Outgoing, Reply
from storage.domain.enums import Audience, SendState
from storage.domain.errors import NotFoundError, UsageError

MINUTE = timedelta(minutes=1)


def event(key: str = "k", audience: Audience = Audience.OVERSIGHT, at: datetime | None = None) -> Event:
    assert at is not None
    return Event(key, EventKind.REPORT_MISSING, audience, at, payload={"name": "甲\0"})


def test_an_event_is_told_once(db: Database, now: datetime) -> None:
    with db.write() as connection:
        first, new = events.append(connection, event(at=now))
        assert new
        assert events.append(connection, event(at=now + MINUTE)) == (first, False)
        events.append(connection, event("o", Audience.OPERATOR, now))
        (waiting,) = events.unplanned(connection, Audience.OVERSIGHT)
        assert (waiting.id, waiting.at, waiting.payload) == (first, now, {"name": "甲\ufffd"})
        events.mark_planned(connection, [first], now)
        events.mark_planned(connection, [first], now + MINUTE)
        assert events.unplanned(connection, Audience.OVERSIGHT) == ()
        assert [found.planned_at for found in events.recent(connection, audience=Audience.OVERSIGHT)] == [now]
        assert [found.key for found in events.recent(connection)] == ["o", "k"]
        with pytest.raises(UsageError):
            events.append(connection, event("x" * 161, at=now))


def test_destinations(db: Database, now: datetime) -> None:
    with db.write() as connection:
        first = destinations.add(connection, "监督科", "mailto://a", Audience.OVERSIGHT, now=now)
        assert destinations.add(connection, "监督科", "mailto://b", Audience.OPERATOR, now=now, scope="33") == first
        found = destinations.get(connection, first)
        assert (found.address, found.audience, found.scope, found.enabled) == ("mailto://b", Audience.OPERATOR, "33", True)
        destinations.set_enabled(connection, first, False)
        assert destinations.list_all(connection, enabled_only=True) == ()
        assert len(destinations.list_all(connection)) == 1
        with pytest.raises(NotFoundError):
            destinations.get(connection, 99)


@pytest.fixture
def to(db: Database, now: datetime) -> int:
    with db.write() as connection:
        return destinations.add(connection, "监督科", "mailto://a", Audience.OVERSIGHT, now=now)


def message(to: int, key: str = "m") -> Message:
    return Message(to, key, f"NB-{key}", f"<{key}@x>", "主题", "正文", "<p>正文</p>", (1, 2))


def put(db: Database, to: int, now: datetime, *keys: str) -> None:
    with db.write() as connection:
        for key in keys:
            outbox.enqueue(connection, message(to, key), now)


def take(db: Database, now: datetime, limit: int = 10) -> tuple[Outgoing, ...]:
    with db.write() as connection:
        return outbox.claim(connection, now, limit)


def settle(db: Database, outgoing: Outgoing, reply: Reply, now: datetime) -> bool:
    with db.write() as connection:
        return outbox.settle(connection, outgoing, reply, now)


def test_a_message_is_put_in_once(db: Database, to: int, now: datetime) -> None:
    with db.write() as connection:
        assert outbox.enqueue(connection, message(to), now) is not None
        assert outbox.enqueue(connection, message(to), now) is None
        assert outbox.sent_to(connection, to) == 1
        with pytest.raises(UsageError):
            outbox.enqueue(connection, message(to, "x" * 161), now)


def test_claim_send_accept(db: Database, to: int, now: datetime) -> None:
    put(db, to, now, "a", "b")
    first, second = take(db, now)
    assert (first.message, first.attempt, first.destination.name) == (message(to, "a"), 1, "监督科")
    assert take(db, now) == ()
    assert settle(db, first, Reply(SendState.ACCEPTED, "250 ok"), now)
    assert not settle(db, first, Reply(SendState.ACCEPTED, "250 ok"), now)
    assert settle(db, second, Reply(SendState.DEAD, "550 no such user"), now)
    with db.read() as connection:
        counts = outbox.counts(connection)
        assert {state: number for state, number in counts.items() if number} == {SendState.ACCEPTED: 1, SendState.DEAD: 1}
        assert outbox.oldest_waiting(connection) is None
        assert [(line.state, line.reply) for line in outbox.deliveries_of(connection, first.id)] == [(SendState.ACCEPTED, "250 ok")]
        newest = outbox.recent(connection)[0]
        assert (newest.state, newest.last_reply, newest.attempts) == (SendState.DEAD, "550 no such user", 1)
    assert take(db, now + timedelta(days=8)) == ()
    with db.write() as connection:
        assert not outbox.revive(connection, first.id, now)
        assert outbox.revive(connection, second.id, now)
    assert [found.attempt for found in take(db, now)] == [2]


@pytest.mark.parametrize("state", [SendState.RETRY, SendState.UNKNOWN])
def test_what_failed_waits_longer_each_time_until_a_week_is_over(db: Database, to: int, now: datetime, state: SendState) -> None:
    put(db, to, now, "a")
    at, waits = now, []
    for _ in range(40):
        (outgoing,) = take(db, at)
        assert settle(db, outgoing, Reply(state, "421"), at)
        with db.read() as connection:
            row = outbox.recent(connection)[0]
        if row.state is SendState.DEAD:
            break
        waits.append(row.next_at - at)
        assert take(db, row.next_at - timedelta(seconds=1)) == ()
        at = row.next_at
    assert row.state is SendState.DEAD
    assert timedelta(days=7) <= at - now <= timedelta(days=8, hours=6)
    assert all(low <= wait <= low * 1.2 for low, wait in zip([*outbox.BACKOFF, *[outbox.BACKOFF[-1]] * 20], waits, strict=False))


def test_a_dead_senders_message_goes_out_again_with_the_same_id(db: Database, to: int, now: datetime) -> None:
    put(db, to, now, "a")
    (dead,) = take(db, now)
    assert take(db, now + MINUTE) == ()
    (again,) = take(db, now + 2 * MINUTE)
    assert (again.message.message_id, again.attempt) == (dead.message.message_id, 2)
    assert not settle(db, dead, Reply(SendState.ACCEPTED), now + 2 * MINUTE)
    assert settle(db, again, Reply(SendState.ACCEPTED), now + 2 * MINUTE)
    with db.read() as connection:
        assert [(line.attempt, line.state) for line in outbox.deliveries_of(connection, dead.id)] == [
            (1, SendState.UNKNOWN),
            (2, SendState.ACCEPTED),
        ]


def test_a_stopped_destination_waits(db: Database, to: int, now: datetime) -> None:
    put(db, to, now, "a")
    with db.write() as connection:
        destinations.set_enabled(connection, to, False)
    assert take(db, now) == ()
    with db.write() as connection:
        destinations.set_enabled(connection, to, True)
        assert outbox.oldest_waiting(connection) == now
    assert len(take(db, now)) == 1


def test_claiming_is_no_result(db: Database, to: int, now: datetime) -> None:
    put(db, to, now, "a")
    (outgoing,) = take(db, now)
    with pytest.raises(UsageError):
        settle(db, outgoing, Reply(SendState.PENDING), now)


def test_senders_share_and_never_double(db: Database, to: int, now: datetime) -> None:
    keys = [str(number) for number in range(60)]
    put(db, to, now, *keys)
    taken: list[str] = []
    start = threading.Barrier(3)

    def send() -> None:
        start.wait(30)
        while found := take(db, now, 5):
            taken.extend(outgoing.message.message_key for outgoing in found)

    threads = [threading.Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(taken) == sorted(keys)


@given(st.integers(1, 100), st.text(max_size=20))
def test_backoff_is_bounded_and_repeatable(attempt: int, seed: str) -> None:
    wait = outbox.backoff(attempt, seed)
    assert MINUTE <= wait <= timedelta(days=1) * 1.2
    assert outbox.backoff(attempt, seed) == wait


def test_heartbeats(db: Database, now: datetime) -> None:
    with db.write() as connection:
        heartbeats.beat(connection, "sender", now)
        heartbeats.beat(connection, "sender", now + MINUTE, {"queue": 3})
        heartbeats.beat(connection, "scheduler", now)
        found = heartbeats.list_all(connection)
        assert {name: beat.at for name, beat in found.items()} == {"scheduler": now, "sender": now + MINUTE}
        assert found["sender"].facts == {"queue": 3}


def test_the_audit_log(db: Database, now: datetime) -> None:
    with db.write() as connection:
        for number in range(3):
            audit.append(connection, actor="张三", action="finding.dismiss", target=f"finding/{number}", now=now, payload={"reason": "r"})
        assert [line.target for line in audit.recent(connection, limit=2)] == ["finding/2", "finding/1"]
