"""Events in the database to messages in the outbox, in one transaction: what `plan` decided is enqueued and its events are settled."""

from __future__ import annotations

import socket
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import Connection

from monitor.alerts import escalation
from monitor.alerts.choosing import History, OnDemand, Sent, Told
from monitor.alerts.events import operator
from monitor.alerts.links import unsubscribe_link
from monitor.alerts.plan import Options, World, plan
from monitor.alerts.reference import message_id, reference
from monitor.alerts.render import Letter, render
from monitor.alerts.scenes import deadlines, missing_now, scene
from monitor.alerts.timing import Today
from storage import alert_holds, alert_rules, destinations, events, installation, outbox
from storage.database import Database
from storage.domain.alerts import Destination, EventKind, Message
from storage.domain.clock import CHINA, Clock, local_date
from storage.domain.enums import Audience
from storage.settings import Settings

MEMORY = timedelta(days=400)
"""How far back it is looked up what a destination was told; older matters count as new. Longer than the year of one report."""

LATELY = timedelta(days=30)
FLIPS = 3
"""So often into one same state within `LATELY`, and a matter goes to and fro; becoming established as missing is twice the same."""

MOST_EVENTS = 100_000
ESCALATED_ON = "escalated_on"


def plan_due(db: Database, settings: Settings, clock: Clock, options: Options | None = None) -> int:
    """Plan one round; how many messages went into the outbox. Doing it again at once adds nothing."""
    now, options = clock.now(), options or options_of(settings)
    with db.write() as connection:
        outbox.planning_turn(connection)
        served = destinations.list_all(connection, enabled_only=True)
        if not served:
            return 0
        history = _history(connection, now)
        world = _world(connection, settings, now)
        _escalate(connection, world, history, now, options)
        waiting = tuple(event for audience in Audience for event in events.unplanned(connection, audience, limit=MOST_EVENTS))
        made = plan(waiting, served, world, history, now, options)
        enqueued = [outbox.enqueue(connection, message, now) for message in made.messages]
        events.mark_planned(connection, made.settled, now)
        _note_flapping(connection, now)
    return sum(number is not None for number in enqueued)


def message_of_test(connection: Connection, destination: Destination, settings: Settings, now: datetime) -> Message:
    """The test message for one destination; it travels the same way as every other one. Needs a writing transaction."""
    key, today = f"test/{now:%Y%m%dT%H%M%S%f}", local_date(now)
    code = reference(destination.id, key, today)
    letter = Letter(code, outbox.sent_to(connection, destination.id) + 1)
    at = now.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
    said = render("test", {"instance": settings.public_url or socket.gethostname(), "at": at, "letter": letter}, destination.lang)
    mark = message_id(destination.id, key, today, options_of(settings).host)
    return Message(destination.id, key, code, mark, said.subject, said.text, said.html)


def enqueue_test(db: Database, settings: Settings, clock: Clock, destination_id: int) -> int:
    """Put a test message for one destination into the outbox; its id."""
    now = clock.now()
    with db.write() as connection:
        message = message_of_test(connection, destinations.get(connection, destination_id), settings, now)
        number = outbox.enqueue(connection, message, now)
    assert number is not None, "the key holds the microsecond"
    return number


def options_of(settings: Settings) -> Options:
    """Planning options of an installation; its public host name stands in Message-IDs."""
    host = urlsplit(settings.public_url).hostname or settings.mail_from.rpartition("@")[2].strip("> ")
    return Options(host=host) if host else Options()


def _world(connection: Connection, settings: Settings, now: datetime) -> World:
    key = installation.link_key(connection)
    flips = events.flips(connection, now - LATELY, least=FLIPS)
    return World(
        scene=lambda destination, concerned: scene(connection, destination, concerned, settings, now, flips),
        deadlines=lambda destination: deadlines(connection, destination.scope, now),
        unsubscribe=lambda destination: unsubscribe_link(destination, key, settings.public_url),
        rules=alert_rules.list_all(connection),
        holds=alert_holds.active(connection, now),
        ended=alert_holds.ended(connection, now - LATELY, now),
    )


def _escalate(connection: Connection, world: World, history: History, now: datetime, options: Options) -> None:
    """Once a working day: absences that nobody acknowledged, as events for the second recipient of their rule."""
    today = Today(now, options.digest_at, options.calendar)
    if not any(rule.escalate_to for rule in world.rules) or not today.is_time:
        return
    if installation.get(connection, ESCALATED_ON) == str(today.day):
        return
    for event in escalation.unanswered(world.rules, history, missing_now(connection), world.holds, now, options.calendar):
        events.append(connection, event)
    installation.put(connection, ESCALATED_ON, str(today.day))


def _note_flapping(connection: Connection, now: datetime) -> None:
    """Operators hear once a month of each report whose state goes to and fro: our eyes, or the portal, are at fault."""
    for (body, year), count in events.flips(connection, now - LATELY, least=FLIPS).items():
        reason = f"{year}年度同一状态30天内反复出现{count}次，请人工查看该栏目"
        events.append(connection, operator(EventKind.ALERT_FLAPPING, str(body), reason, now, episode=f"{year}/{local_date(now):%Y-%m}"))


def _history(connection: Connection, now: datetime) -> History:
    rows = outbox.written_since(connection, now - MEMORY)

    def told() -> tuple[Told, ...]:
        known = events.get_many(connection, [number for row in rows for number in row.event_ids])
        pairs = ((row, known[number]) for row in rows for number in row.event_ids if number in known)
        return tuple(Told(row.destination_id, event, row.created_at) for row, event in pairs)

    sent = tuple(Sent(row.destination_id, row.message_key, row.created_at) for row in rows)
    return History(OnDemand(told), sent, outbox.numbers(connection))
