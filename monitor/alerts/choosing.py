"""For one destination: what is news to it now, what must wait, what it need not hear. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import overload

from monitor.alerts.events import NEWS_ONLY_AFTER_TROUBLE, alert_key, told_state
from monitor.alerts.holding import RELIEF, holding
from monitor.alerts.reach import concerns, mode_of
from storage.domain.alerts import AlertRule, Destination, Event, Hold, HoldSort, Mode


@dataclass(frozen=True, slots=True)
class Told:
    """That a destination was told an event, and when."""

    destination_id: int
    event: Event
    at: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """That a message was written for a destination."""

    destination_id: int
    key: str
    at: datetime


class OnDemand(Sequence[Told]):
    """What was told, read when somebody looks: on a quiet minute nobody does."""

    def __init__(self, load: Callable[[], tuple[Told, ...]]) -> None:
        self._load = cache(load)

    @overload
    def __getitem__(self, index: int) -> Told: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Told]: ...

    def __getitem__(self, index: int | slice) -> Told | Sequence[Told]:
        """As a tuple's."""
        return self._load()[index]

    def __len__(self) -> int:
        """As a tuple's."""
        return len(self._load())


@dataclass(frozen=True, slots=True)
class History:
    """What went into the outbox before: events told (oldest first), messages written lately, and how many ever per destination."""

    told: Sequence[Told] = ()
    sent: tuple[Sent, ...] = ()
    counts: Mapping[int, int] = field(default_factory=dict)

    def of(self, destination: Destination) -> dict[str, list[Told]]:
        """What one destination was told, by matter."""
        found: dict[str, list[Told]] = defaultdict(list)
        for one in self.told:
            if one.destination_id == destination.id:
                found[alert_key(one.event)].append(one)
        return found


@dataclass(frozen=True, slots=True)
class Choice:
    """For one destination: events to tell at once and in the digest, ids kept for later, and matters a person holds."""

    urgent: tuple[Event, ...] = ()
    tell: tuple[Event, ...] = ()
    held: frozenset[int] = frozenset()
    on_hold: Mapping[str, HoldSort] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Terms:
    """What the choice depends on besides the events: standing rules and holds, the moment, how long a told state stays told."""

    rules: tuple[AlertRule, ...]
    holds: tuple[Hold, ...]
    now: datetime
    quiet_days: int


def choose(events: Sequence[Event], destination: Destination, history: History, terms: Terms) -> Choice:
    """The newest event of each matter, unless known already, told too lately, held by a person or not wanted."""
    if not events:
        return Choice()
    known = history.of(destination)
    urgent: list[Event] = []
    tell: list[Event] = []
    held: set[int] = set()
    on_hold: dict[str, HoldSort] = {}
    for matter, event in _newest(events, destination, known).items():
        mode = mode_of(event, destination, terms.rules)
        relief = event.kind in RELIEF and bool(known.get(matter))
        if _is_no_news(event, known.get(matter, [])) or (mode is Mode.NONE and not relief):
            continue
        hold = None if relief else holding(terms.holds, matter, event.kind, event.division_code, changed_at=event.at)
        if hold is not None:
            on_hold[matter] = hold.sort
            held.add(event_id(event))
        elif _told_lately(event, known.get(matter, []), terms):
            held.add(event_id(event))
        else:
            (urgent if mode is Mode.IMMEDIATE else tell).append(event)
    return Choice(tuple(urgent), tuple(tell), frozenset(held), on_hold)


def _newest(events: Sequence[Event], destination: Destination, known: Mapping[str, list[Told]]) -> dict[str, Event]:
    newest: dict[str, Event] = {}
    for event in events:
        matter = alert_key(event)
        told_before = event.audience is destination.audience and matter in known and "to" not in event.payload
        if event.planned_at is None and (concerns(event, destination) or told_before):
            newest[matter] = event
    return newest


def _is_no_news(event: Event, known: Sequence[Told]) -> bool:
    if not known:
        return event.kind in NEWS_ONLY_AFTER_TROUBLE
    return event_id(event) <= event_id(known[-1].event) or told_state(known[-1].event) == told_state(event)


def _told_lately(event: Event, known: Sequence[Told], terms: Terms) -> bool:
    lately = terms.now - timedelta(days=terms.quiet_days)
    return any(told_state(one.event) == told_state(event) and one.at > lately for one in known)


def event_id(event: Event) -> int:
    """The id of a stored event."""
    assert event.id is not None, "only stored events are planned"
    return event.id
