"""Events in the database to messages in the outbox, in one transaction: what `plan` decided is enqueued and its events are settled."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import Connection

from monitor.alerts.digest import Scene
from monitor.alerts.plan import History, Options, Told, concerns, plan, scope_prefix
from monitor.alerts.reference import message_id, reference
from monitor.alerts.render import render
from storage import bodies, destinations, duties, events, outbox, portals
from storage.database import Database
from storage.domain.alerts import Destination, Event, Message
from storage.domain.clock import CHINA, Clock, local_date
from storage.domain.enums import Audience, BodyKind, DutyStatus, SourceHealth
from storage.domain.ids import BodyId
from storage.settings import Settings

MEMORY = timedelta(days=90)
"""How far back it is looked up what a destination was told; older matters count as new."""

MOST_EVENTS = 100_000


def plan_due(db: Database, settings: Settings, clock: Clock) -> int:
    """Plan one round; how many messages went into the outbox. Doing it again at once adds nothing."""
    now = clock.now()
    with db.write() as connection:
        served = destinations.list_all(connection, enabled_only=True)
        waiting = tuple(event for audience in Audience for event in events.unplanned(connection, audience, limit=MOST_EVENTS))
        if not served:
            return 0
        scenes = {
            one.id: scene(connection, one, [event for event in waiting if concerns(event, one)], settings, now)
            for one in served
            if one.audience is Audience.OVERSIGHT
        }
        made = plan(waiting, served, scenes, _history(connection, now), now, options_of(settings))
        enqueued = [outbox.enqueue(connection, message, now) for message in made.messages]
        events.mark_planned(connection, made.settled, now)
    return sum(number is not None for number in enqueued)


def enqueue_test(db: Database, settings: Settings, clock: Clock, destination_id: int) -> int:
    """Put a test message for one destination into the outbox; its id. It travels the same way as every other message."""
    now = clock.now()
    with db.write() as connection:
        destination = destinations.get(connection, destination_id)
        key = f"test/{now:%Y%m%dT%H%M%S%f}"
        code = reference(destination.id, key, local_date(now))
        instance = settings.public_url or socket.gethostname()
        said = render("test", {"instance": instance, "at": now.astimezone(CHINA).strftime("%Y-%m-%d %H:%M"), "reference": code})
        mark = message_id(destination.id, key, local_date(now), options_of(settings).host)
        number = outbox.enqueue(connection, Message(destination.id, key, code, mark, said.subject, said.text, said.html), now)
    assert number is not None, "the key holds the microsecond"
    return number


def options_of(settings: Settings) -> Options:
    """Planning options of an installation; its public host name stands in Message-IDs."""
    host = urlsplit(settings.public_url).hostname or settings.mail_from.rpartition("@")[2].strip("> ")
    return Options(host=host) if host else Options()


def scene(connection: Connection, destination: Destination, concerned: Sequence[Event], settings: Settings, now: datetime) -> Scene:
    """Numbers and names for one destination's region, for the report year now being published."""
    year, prefix = local_date(now).year - 1, scope_prefix(destination.scope)
    unknown = duties.list_for(connection, report_year=year, division_prefix=prefix, statuses=[DutyStatus.UNKNOWN])
    names = _names(connection, [*(event.body_id for event in concerned), *(one.duty.key.body_id for one in unknown)])
    sights = [status.health for status in portals.statuses(connection) if status.health is not SourceHealth.DISABLED]
    return Scene(
        title=_title(connection, destination.scope),
        report_year=year,
        as_of=now,
        counts=duties.counts(connection, year, division_prefix=prefix),
        names=names,
        unknown=tuple((names.get(one.duty.key.body_id, ""), one.state.reason) for one in unknown),
        sources_healthy=sights.count(SourceHealth.HEALTHY),
        sources_all=len(sights),
        link=settings.public_url,
    )


def _names(connection: Connection, body_ids: Iterable[BodyId | None]) -> dict[BodyId, str]:
    found = bodies.get_many(connection, [body_id for body_id in body_ids if body_id is not None])
    return {body_id: body.name for body_id, body in found.items()}


def _title(connection: Connection, scope: str) -> str:
    if not scope:
        return "全部单位"
    inside = bodies.list_all(connection, division_prefix=scope)
    seat = next((body.name for body in inside if body.division_code == scope and body.kind is BodyKind.GOVERNMENT), "")
    return seat or f"地区 {scope}"


def _history(connection: Connection, now: datetime) -> History:
    rows = outbox.written_since(connection, now - MEMORY)
    told = events.get_many(connection, [number for row in rows for number in row.message.event_ids])
    return History(
        told=tuple(
            Told(row.message.destination_id, told[number], row.created_at)
            for row in rows
            for number in row.message.event_ids
            if number in told
        ),
        keys=frozenset((row.message.destination_id, row.message.message_key) for row in rows),
        messages=tuple((row.message.destination_id, row.created_at) for row in rows),
    )
