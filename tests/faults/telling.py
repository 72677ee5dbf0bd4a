"""R3, R6: an alert is never lost, and a repeat is the same message."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import func, select

from storage import outbox
from storage.database import open_database
from storage.domain.enums import Audience, SendState
from storage.schema import duty_transitions, events
from tests.faults.ground import NOT_KILLED, Ground, Installation
from tests.faults.table import Tally
from tests.flows.alert_world import (
    MORNING,
    Hook,
    Mailbox,
    add_destination,
    at,
    fill_world,
    look,
    report_line,
    smtp_server,
    webhook_server,
)

AFTER_THE_LEASE = timedelta(minutes=3)
DESTINATIONS = 2
TURNED = 3
"""Duties of this world that turn at the first look: one on time, one late, one absent."""


def r3(ground: Ground) -> Tally:
    tally = Tally("R3", "every turn is told, once to the eye", "kill -9 at every statement, commit, claim, send and result")
    with smtp_server() as mailbox, webhook_server() as hook:
        for engine in ground.engines:
            template = ground.new(engine, world(mailbox, hook))
            for point, place in ground.killed_everywhere(template, "tell", MORNING.isoformat()):
                tally.faults += point != NOT_KILLED
                tally.runs += 1
                again(ground, place)
                judge(tally, place, mailbox, hook, f"{engine} {point}")
                mailbox.taken.clear()
                hook.requests.clear()
    return tally


def r6(ground: Ground) -> Tally:
    tally = Tally(
        "R6", "a message taken twice is one message", "relay takes it and drops the line before 250, then kill -9 at every third step"
    )
    with smtp_server() as mailbox, webhook_server() as hook:
        for engine in ground.engines:
            template = ground.new(engine, world(mailbox, hook))
            mailbox.on_data = "drop"
            for point, place in ground.killed_everywhere(template, "tell", MORNING.isoformat(), every=3):
                tally.faults += point != NOT_KILLED
                tally.runs += 1
                mailbox.on_data = "250 OK"
                again(ground, place)
                judge(tally, place, mailbox, hook, f"{engine} {point}")
                mailbox.taken.clear()
                hook.requests.clear()
                mailbox.on_data = "drop"
            mailbox.on_data = "250 OK"
    return tally


def world(mailbox: Mailbox, hook: Hook) -> Callable[[Installation], None]:
    """Three departments, one of them proven absent, and two destinations."""

    def fill(place: Installation) -> None:
        with open_database(place.url) as database:
            fill_world(database)
            for day, month in ((20, 1), (1, 2), (2, 2), (3, 2)):
                look(database, at(day, month=month), (report_line(0, at(20, month=1)),))
            look(database, at(4), (report_line(0, at(20, month=1)), report_line(1, at(4))))
            add_destination(database, "办公室", mailbox.address)
            add_destination(database, "系统", hook.address, Audience.OVERSIGHT)

    return fill


def again(ground: Ground, place: Installation) -> None:
    """The restarted service: two turns, after the dead sender's lease."""
    code = ground.worker.run("tell", place, *((MORNING + turn * AFTER_THE_LEASE).isoformat() for turn in (1, 2)))
    if code:
        raise RuntimeError(f"a turn after a restart ended with {code}; see the worker's log")


def judge(tally: Tally, place: Installation, mailbox: Mailbox, hook: Hook, point: str) -> None:
    with open_database(place.url) as db, db.read() as connection:
        counts = outbox.counts(connection)
        written = connection.execute(select(func.count()).select_from(duty_transitions)).scalar_one()
        told = connection.execute(select(func.count()).select_from(events)).scalar_one()
    tally.expect(f"{point}: transitions", written, TURNED)
    tally.expect(f"{point}: events", told, TURNED)
    tally.expect(f"{point}: accepted messages", counts[SendState.ACCEPTED], DESTINATIONS)
    tally.too_many(f"{point}: messages beyond these", sum(counts.values()) - counts[SendState.ACCEPTED])
    tally.expect(f"{point}: mails as the reader sees them", len(set(mailbox.message_ids)), 1)
    tally.expect(f"{point}: webhooks as the receiver sees them", len({head["idempotency-key"] for head, _ in hook.requests}), 1)
