"""A small life of alerts: planned tick after tick, remembered as the database would."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from monitor.alerts.choosing import History, Sent, Told
from monitor.alerts.digest import Deadline, Open, Scene
from monitor.alerts.events import of_duty
from monitor.alerts.plan import Options, Plan, World, plan
from monitor.alerts.workdays import WorkCalendar
from storage.domain.alerts import AlertRule, Destination, Event, Hold, Message
from storage.domain.clock import CHINA
from storage.domain.duties import DutyKey, DutyState
from storage.domain.enums import Audience, DutyStatus
from storage.domain.ids import BodyId
from storage.duties import StatusCounts

OFFICE = Destination(1, "办公室", "mailto:a@x.test", Audience.OVERSIGHT)
OPS = Destination(2, "运维", "mailto:b@x.test", Audience.OPERATOR)
OPTIONS = Options(calendar=WorkCalendar(lambda day: day.weekday() < 5))


def at(day: int, hour: int = 9, month: int = 2) -> datetime:
    return datetime(2025, month, day, hour, 0, tzinfo=CHINA).astimezone(UTC)


def state(body: str, status: DutyStatus, when: datetime, **more: object) -> DutyState:
    return DutyState(DutyKey(BodyId(body), 2024), status, when, reason="依据", **more)  # type: ignore[arg-type]


def event(number: int, body: str, status: DutyStatus, when: datetime, previous: DutyStatus = DutyStatus.NOT_DUE, **more: object) -> Event:
    (made,) = of_duty(state(body, status, when, **more), state(body, previous, when), "990102")
    return replace(made, id=number)


def scene(now: datetime) -> Scene:
    counts = StatusCounts({**dict.fromkeys(DutyStatus, 0), DutyStatus.MISSING: 2, DutyStatus.ON_TIME: 30})
    return Scene("示例市", 2024, now, counts, {BodyId(f"b{n}"): f"示例局{n}" for n in range(400)})


def run(events: list[Event], history: History, now: datetime, *destinations: Destination) -> Plan:
    chosen = destinations or (OFFICE, OPS)
    return plan(events, chosen, World(lambda destination, concerned: scene(now)), history, now, OPTIONS)


@dataclass
class Life:
    """Plans day after day as the database would: told events are remembered, settled ones leave the queue."""

    destinations: tuple[Destination, ...] = (OFFICE, OPS)
    options: Options = OPTIONS
    rules: tuple[AlertRule, ...] = ()
    holds: list[Hold] = field(default_factory=list)
    deadlines: Callable[[datetime], tuple[Deadline, ...]] = lambda now: ()
    open: tuple[Open, ...] = ()
    history: History = field(default_factory=History)
    queue: list[Event] = field(default_factory=list)
    sent: list[tuple[datetime, Message]] = field(default_factory=list)

    def tick(self, now: datetime) -> list[Message]:
        made = plan(self.queue, self.destinations, self._world(now), self.history, now, self.options)
        by_id = {one.id: one for one in self.queue}
        for message in made.messages:
            told = tuple(Told(message.destination_id, by_id[number], now) for number in message.event_ids)
            self.history = History(
                self.history.told + told,
                (*self.history.sent, Sent(message.destination_id, message.message_key, now)),
                {**self.history.counts, message.destination_id: self.history.counts.get(message.destination_id, 0) + 1},
            )
            self.sent.append((now, message))
        self.queue = [one for one in self.queue if one.id not in made.settled]
        return list(made.messages)

    def _world(self, now: datetime) -> World:
        return World(
            scene=lambda destination, concerned: replace(scene(now), open=self.open),
            deadlines=lambda destination: self.deadlines(now),
            rules=self.rules,
            holds=tuple(one for one in self.holds if one.active(now)),
            ended=tuple(one for one in self.holds if one.at <= now and not one.active(now)),
        )
