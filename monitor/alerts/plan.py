"""What is said to whom now: pure, from events, destinations, what each destination was already told, and the moment.

Oversight staff get one digest per destination and day; operators get one grouped message per round, few per hour. Per matter only the
newest state is told, and a state told within seven days is not told again: a matter that flaps stays quiet until it rests. What is held
back stays unplanned in the database and is looked at again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from monitor.alerts.digest import MAX_ITEMS, Group, Scene, digest
from monitor.alerts.events import NEWS_ONLY_AFTER_TROUBLE, alert_key, told_state
from monitor.alerts.reference import message_id, reference
from monitor.alerts.render import Rendered, render
from storage.domain.alerts import Destination, Event, Message
from storage.domain.clock import CHINA, local_date
from storage.domain.enums import Audience

MONDAY = 0


@dataclass(frozen=True, slots=True)
class Told:
    """That a destination was told an event, and when."""

    destination_id: int
    event: Event
    at: datetime


@dataclass(frozen=True, slots=True)
class History:
    """What went into the outbox before: events told (newest last) and message keys used, per destination."""

    told: tuple[Told, ...] = ()
    keys: frozenset[tuple[int, str]] = frozenset()
    messages: tuple[tuple[int, datetime], ...] = ()


@dataclass(frozen=True, slots=True)
class Options:
    """When and how much. `host` stands in Message-IDs; `digest_at` is Asia/Shanghai."""

    digest_at: time = time(8, 30)
    host: str = "nianbao.local"
    quiet_days: int = 7
    operator_per_hour: int = 10
    heartbeat_weekday: int = MONDAY


@dataclass(frozen=True, slots=True)
class Plan:
    """Messages to put into the outbox, and the events that need no further look."""

    messages: tuple[Message, ...] = ()
    settled: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """For one destination: events to tell, and ids held back for later."""

    tell: tuple[Event, ...]
    held: frozenset[int]


@dataclass(frozen=True, slots=True)
class Notice:
    """An operators' message, ready for rendering."""

    headline: str
    groups: tuple[Group, ...]
    at: str
    reference: str


def plan(
    events: Sequence[Event],
    destinations: Sequence[Destination],
    scenes: Mapping[int, Scene],
    history: History,
    now: datetime,
    options: Options,
) -> Plan:
    """Plan one round. `events` are unplanned ones in order of id; `scenes` is keyed by destination id (oversight only)."""
    messages: list[Message] = []
    open_ids: set[int] = set()
    served = [one for one in destinations if one.enabled]
    for destination in served:
        own = [event for event in events if concerns(event, destination)]
        choice = choose(own, destination, history, now, options)
        message = _message(destination, choice, scenes, history, now, options)
        if message is not None:
            messages.append(message)
            open_ids |= choice.held
        else:
            open_ids |= choice.held | {_id(event) for event in choice.tell}
    audiences = {destination.audience for destination in served}
    settled = tuple(_id(event) for event in events if event.audience in audiences and _id(event) not in open_ids)
    return Plan(tuple(messages), settled)


def concerns(event: Event, destination: Destination) -> bool:
    """Whether an event is for that destination: same audience, inside its region, and not about this very destination failing."""
    about_itself = event.payload.get("destination") == str(destination.id)
    return event.audience is destination.audience and in_scope(event.division_code, destination.scope) and not about_itself


GROUPS = ((9, 12), (6, 9), (4, 6), (2, 4))
"""Digits of a division code, finest first: village, township, county, prefecture; what is left is the province."""


def scope_prefix(scope: str) -> str:
    """The digits of a scope that mean something; groups of zeros at its end stand for "all"."""
    for start, end in GROUPS:
        if scope[start:end].strip("0"):
            break
        scope = scope[:start]
    return scope


def in_scope(division_code: str, scope: str) -> bool:
    """Whether a division lies in a scope."""
    return division_code.startswith(scope_prefix(scope))


def choose(events: Sequence[Event], destination: Destination, history: History, now: datetime, options: Options) -> Choice:
    """The newest event of each matter, unless the destination already knows it or has been told that state too lately."""
    told = [one for one in history.told if one.destination_id == destination.id]
    by_matter: dict[str, list[Told]] = defaultdict(list)
    for one in told:
        by_matter[alert_key(one.event)].append(one)
    newest: dict[str, Event] = {}
    for event in events:
        if event.planned_at is None:
            newest[alert_key(event)] = event
    tell, held = [], set()
    for matter, event in newest.items():
        known = by_matter[matter]
        if event.kind in NEWS_ONLY_AFTER_TROUBLE and not known:
            continue
        if known and (_id(event) <= _id(known[-1].event) or told_state(known[-1].event) == told_state(event)):
            continue
        lately = now - timedelta(days=options.quiet_days)
        if any(told_state(one.event) == told_state(event) and one.at > lately for one in known):
            held.add(_id(event))
        else:
            tell.append(event)
    return Choice(tuple(tell), frozenset(held))


def _message(
    destination: Destination, choice: Choice, scenes: Mapping[int, Scene], history: History, now: datetime, options: Options
) -> Message | None:
    if destination.audience is Audience.OPERATOR:
        return _operator_message(destination, choice, history, now, options)
    return _digest_message(destination, choice, scenes[destination.id], history, now, options)


def _digest_message(
    destination: Destination, choice: Choice, scene: Scene, history: History, now: datetime, options: Options
) -> Message | None:
    today = local_date(now)
    key = f"digest/{today}"
    due = now >= datetime.combine(today, options.digest_at, CHINA) and (destination.id, key) not in history.keys
    if not due or not (choice.tell or today.weekday() == options.heartbeat_weekday):
        return None
    made = digest(choice.tell, scene, now, reference(destination.id, key, today))
    return _addressed(render("digest", {"digest": made}), destination, key, choice, now, options)


def _operator_message(destination: Destination, choice: Choice, history: History, now: datetime, options: Options) -> Message | None:
    lately = [at for owner, at in history.messages if owner == destination.id and at > now - timedelta(hours=1)]
    if not choice.tell or len(lately) >= options.operator_per_hour:
        return None
    key = f"operator/{_id(choice.tell[0])}-{_id(choice.tell[-1])}"
    notice = _notice(choice.tell, now, reference(destination.id, key, local_date(now)))
    return _addressed(render("operator", {"notice": notice}), destination, key, choice, now, options)


def _notice(events: Sequence[Event], now: datetime, code: str) -> Notice:
    by_kind: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        by_kind[event.kind.label].append(event)
    groups = tuple(
        Group(label, tuple(_operator_line(event) for event in members[:MAX_ITEMS]), len(members)) for label, members in by_kind.items()
    )
    headline = "、".join(f"{group.heading} {group.count}" for group in groups)
    return Notice(headline, groups, now.astimezone(CHINA).strftime("%Y-%m-%d %H:%M"), code)


def _operator_line(event: Event) -> str:
    return f"{event.payload.get('subject', '')}：{event.payload.get('reason', '')}"


def _addressed(rendered: Rendered, destination: Destination, key: str, choice: Choice, now: datetime, options: Options) -> Message:
    today = local_date(now)
    return Message(
        destination_id=destination.id,
        message_key=key,
        reference=reference(destination.id, key, today),
        message_id=message_id(destination.id, key, today, options.host),
        subject=rendered.subject,
        body_text=rendered.text,
        body_html=rendered.html,
        event_ids=tuple(_id(event) for event in choice.tell),
    )


def _id(event: Event) -> int:
    assert event.id is not None, "only stored events are planned"
    return event.id
