"""What is said to whom now: pure, from events, destinations, what each destination was already told, and the moment.

Oversight staff get one digest per destination and working day, and at once what a rule asks for at once; operators get one grouped message
per round. Both at most a few per hour: what does not fit waits, nothing is dropped. Per matter only the newest state is told, and a state
told within seven days is not told again: a matter that flaps stays quiet until it rests. What is held back stays unplanned in the database
and is looked at again.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from monitor.alerts import timing
from monitor.alerts.choosing import Choice, History, Terms, choose, event_id
from monitor.alerts.digest import MAX_ITEMS, Deadline, Group, Item, Open, Scene, digest, groups_of
from monitor.alerts.holding import covers
from monitor.alerts.reach import only_escalations
from monitor.alerts.reference import message_id, reference
from monitor.alerts.render import Letter, render
from monitor.alerts.workdays import WorkCalendar
from storage.domain.alerts import AlertRule, Destination, Event, EventKind, Hold, HoldSort, Message
from storage.domain.clock import CHINA, local_date
from storage.domain.enums import Audience

ROBOTS = frozenset({"wecombot", "dingtalk", "feishu", "lark"})
"""Schemes of group chats: they get the short form."""


@dataclass(frozen=True, slots=True)
class Options:
    """When and how much. `host` stands in Message-IDs; `digest_at` is Asia/Shanghai."""

    digest_at: time = time(8, 30)
    host: str = "nianbao.local"
    quiet_days: int = 7
    per_hour: int = 10
    calendar: WorkCalendar = field(default_factory=WorkCalendar)


@dataclass(frozen=True, slots=True)
class World:
    """What a plan asks for beyond events. The callables are asked only where a message may come of it.

    `holds` are in force now, `ended` are holds that ended within the last weeks. `deadlines` gives the due dates of a destination's
    region, `scene` its numbers and names for these events, `unsubscribe` its signed address or nothing.
    """

    scene: Callable[[Destination, Sequence[Event]], Scene]
    deadlines: Callable[[Destination], tuple[Deadline, ...]] = lambda destination: ()
    unsubscribe: Callable[[Destination], str] = lambda destination: ""
    rules: tuple[AlertRule, ...] = ()
    holds: tuple[Hold, ...] = ()
    ended: tuple[Hold, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """Messages to put into the outbox, and the events that need no further look."""

    messages: tuple[Message, ...] = ()
    settled: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """A message outside the digest, ready for rendering."""

    title: str
    groups: tuple[Group, ...]
    at: str
    link: str = ""


def plan(
    events: Sequence[Event], destinations: Sequence[Destination], world: World, history: History, now: datetime, options: Options
) -> Plan:
    """Plan one round. `events` are unplanned ones in order of id."""
    messages: list[Message] = []
    open_ids: set[int] = set()
    served = [one for one in destinations if one.enabled]
    for destination in served:
        desk = _Desk(destination, world, history, now, options)
        choice = choose(events, destination, history, Terms(world.rules, world.holds, now, options.quiet_days))
        written = desk.operator(choice) if destination.audience is Audience.OPERATOR else desk.oversight(choice)
        messages += written
        told = {number for message in written for number in message.event_ids}
        open_ids |= choice.held | ({event_id(event) for event in (*choice.urgent, *choice.tell)} - told)
    audiences = {destination.audience for destination in served}
    settled = tuple(event_id(event) for event in events if event.audience in audiences and event_id(event) not in open_ids)
    return Plan(tuple(messages), settled)


@dataclass
class _Desk:
    """The messages for one destination in one round."""

    destination: Destination
    world: World
    history: History
    now: datetime
    options: Options
    written: int = 0

    def operator(self, choice: Choice) -> list[Message]:
        events = (*choice.urgent, *choice.tell)
        if not events or not self._room():
            return []
        notice = Notice("", _by_kind(events), self._at())
        return [self._message("operator", f"operator/{_span(events)}", {"notice": notice}, events)]

    def oversight(self, choice: Choice) -> list[Message]:
        """At once what a rule wants at once, then the day's digest with the rest; what has no room now is left for the digest."""
        made = []
        for kind, events in _urgent(choice.urgent):
            if self._room():
                scene = self.world.scene(self.destination, events)
                notice = Notice(scene.title, groups_of(events, scene), self._at(), scene.link)
                made.append(self._message(kind, f"{kind}/{_span(events)}", {"notice": notice}, events))
        told = {number for message in made for number in message.event_ids}
        rest = [event for event in (*choice.urgent, *choice.tell) if event_id(event) not in told]
        return made + self._digest(sorted(rest, key=event_id), choice)

    def _digest(self, events: Sequence[Event], choice: Choice) -> list[Message]:
        today = timing.Today(self.now, self.options.digest_at, self.options.calendar)
        last = timing.last_digest(self.history, self.destination)
        if not timing.is_open(self.destination, last, today):
            return []
        quiet = only_escalations(self.destination, self.world.rules)
        deadlines = () if quiet else self.world.deadlines(self.destination)
        # A message at once is a sign of life, too: on its day none is added.
        alive = not self.written and timing.sign_of_life_due(last or self._last_sent(), today)
        due = not quiet and (alive or any(timing.reminder_due(one.due_on, last, today) for one in deadlines))
        ended = () if quiet else self._ended_since(last)
        if not (events or due or ended):
            return []
        scene = self.world.scene(self.destination, events)
        returned = _returned(scene.open, ended, self.world.holds)
        if not (events or due or returned):
            return []
        made = digest(events, self._completed(scene, choice, returned, deadlines, (last, today)), self.now)
        letter = {"next_by": str(timing.next_by(today))} if not quiet and self.destination.cadence == "daily" else {}
        return [self._message("digest", f"{timing.DIGEST}{today.day}", {"digest": made}, events, letter)]

    def _completed(
        self,
        scene: Scene,
        choice: Choice,
        returned: tuple[Open, ...],
        deadlines: Sequence[Deadline],
        when: tuple[datetime | None, timing.Today],
    ) -> Scene:
        """The scene with what is due in this very digest."""
        last, today = when
        held = {one.matter: hold.sort for one in scene.open if (hold := _over(one, self.world.holds)) is not None} | dict(choice.on_hold)
        weekly = last is None or local_date(last) < today.calendar.first_of_week(today.day)
        told_now = {one.matter for one in returned}
        known = self.history.of(self.destination) if weekly else {}
        standing = [one for one in scene.open if one.matter in known and one.matter not in held and one.matter not in told_now]
        counted = Counter(held.values())
        return replace(
            scene,
            near=tuple(one for one in deadlines if timing.is_near(one.due_on, today)),
            passed=tuple(one for one in deadlines if timing.has_just_passed(one.due_on, last, today)),
            returned=returned,
            still_open=tuple(standing),
            held=tuple((sort.value, counted[sort]) for sort in HoldSort if counted[sort]),
        )

    def _ended_since(self, last: datetime | None) -> tuple[Hold, ...]:
        since = last or self.now - timing.WEEK
        return tuple(one for one in self.world.ended if since < min(one.until, one.ended_at or one.until) <= self.now)

    def _room(self) -> bool:
        lately = sum(one.destination_id == self.destination.id and one.at > self.now - timedelta(hours=1) for one in self.history.sent)
        return lately + self.written < self.options.per_hour

    def _at(self) -> str:
        return self.now.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")

    def _message(
        self, kind: str, key: str, values: Mapping[str, Any], events: Sequence[Event], letter: Mapping[str, str] | None = None
    ) -> Message:
        self.written += 1
        to, today = self.destination, local_date(self.now)
        number = self.history.counts.get(to.id, 0) + self.written
        code, link = reference(to.id, key, today), self.world.unsubscribe(to)
        about = Letter(code, number, self._previous(), unsubscribe=link, guessed_year=self._guessed(today), **(letter or {}))
        short = to.address.partition("://")[0].lower() in ROBOTS
        said = render(kind, {**values, "letter": about}, to.lang, short=short)
        mark = message_id(to.id, key, today, self.options.host)
        return Message(to.id, key, code, mark, said.subject, said.text, said.html, tuple(event_id(one) for one in events), link)

    def _previous(self) -> str:
        last = self.now if self.written > 1 else self._last_sent()
        return "" if last is None else str(local_date(last))

    def _last_sent(self) -> datetime | None:
        return max((one.at for one in self.history.sent if one.destination_id == self.destination.id), default=None)

    def _guessed(self, today: date) -> int | None:
        return today.year if self.options.calendar.guessed(today) else None


def _urgent(events: Sequence[Event]) -> list[tuple[str, tuple[Event, ...]]]:
    """Events to tell at once by the message that tells them."""
    unanswered = tuple(event for event in events if event.kind is EventKind.REPORT_UNANSWERED)
    others = tuple(event for event in events if event.kind is not EventKind.REPORT_UNANSWERED)
    return [(kind, found) for kind, found in (("unanswered", unanswered), ("urgent", others)) if found]


def _over(one: Open, holds: Sequence[Hold]) -> Hold | None:
    return next((hold for hold in holds if covers(hold, one.matter, one.kind, one.division, one.since)), None)


def _returned(standing: Sequence[Open], ended: Sequence[Hold], holds: Sequence[Hold]) -> tuple[Open, ...]:
    """Open matters that a hold covered until lately, and none covers now."""
    return tuple(one for one in standing if _over(one, ended) is not None and _over(one, holds) is None)


def _by_kind(events: Sequence[Event]) -> tuple[Group, ...]:
    by_kind: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        by_kind[event.kind.value].append(event)
    return tuple(
        Group(
            kind, tuple(Item(one.payload.get("subject", ""), detail=one.payload.get("reason", "")) for one in found[:MAX_ITEMS]), len(found)
        )
        for kind, found in by_kind.items()
    )


def _span(events: Sequence[Event]) -> str:
    return f"{event_id(events[0])}-{event_id(events[-1])}"
