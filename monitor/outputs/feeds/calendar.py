"""Deadlines as a calendar (iCalendar, RFC 5545). Folding and escaping are the library's; identifiers and wording are ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from icalendar import Alarm, Calendar, Event, Timezone, TimezoneStandard, vText

from monitor.outputs.feeds.entries import line, plain

MEDIA_TYPE = "text/calendar"
REFRESH = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Deadline:
    """One day on which something is due; `uid` stays whatever else about it changes."""

    uid: str
    on: date
    title: str
    text: str
    url: str = ""


def calendar(title: str, deadlines: Sequence[Deadline], *, stamp: datetime, remind_days: int = 0) -> bytes:
    """The calendar, every deadline a whole day, as it ends at 24:00. Nobody is reminded unless `remind_days` says how long before."""
    made = Calendar()
    made.add("prodid", "-//nianbao//deadlines//ZH")
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    for name in ("name", "x-wr-calname"):
        made.add(name, vText(line(title)))  # the library knows neither as text (7.3) and would leave it unescaped
    made.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    for deadline in deadlines:
        made.add_component(_event(deadline, stamp, remind_days))
    if not deadlines:
        made.add_component(_zone())  # a calendar must hold at least one component (RFC 5545, 3.6)
    return bytes(made.to_ical())


def _event(deadline: Deadline, stamp: datetime, remind_days: int) -> Event:
    event = Event()
    event.add("uid", deadline.uid)
    event.add("dtstamp", stamp)
    event.add("dtstart", deadline.on)
    event.add("dtend", deadline.on + timedelta(days=1))
    event.add("summary", line(deadline.title))
    event.add("description", plain(deadline.text))
    event.add("transp", "TRANSPARENT")
    if deadline.url:
        event.add("url", deadline.url)
    if remind_days:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", line(deadline.title))
        alarm.add("trigger", timedelta(days=-remind_days))
        event.add_component(alarm)
    return event


def _zone() -> Timezone:
    """Asia/Shanghai, eight hours ahead without summer time since 1991."""
    zone, standard = Timezone(), TimezoneStandard()
    zone.add("tzid", "Asia/Shanghai")
    standard.add("dtstart", datetime(1991, 9, 15, 1))  # noqa: DTZ001 - local by definition
    standard.add("tzoffsetfrom", timedelta(hours=9))
    standard.add("tzoffsetto", timedelta(hours=8))
    zone.add_component(standard)
    return zone
