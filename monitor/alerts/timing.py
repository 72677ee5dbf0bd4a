"""When a digest is due: on working days; with news, with a deadline's reminder, and at least once a week as a sign of life. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from monitor.alerts.choosing import History
from monitor.alerts.workdays import WorkCalendar
from storage.domain.alerts import Destination
from storage.domain.clock import CHINA, local_date

REMIND_DAYS = (14, 7, 3, 1)
"""Days before a deadline on which people are reminded; on a day off, on the last working day before."""

AFTERWARDS = timedelta(days=14)
"""How long after a deadline its one grouped message may still be caught up."""

WEEK = timedelta(days=7)
DIGEST = "digest/"


@dataclass(frozen=True, slots=True)
class Today:
    """One moment as the digest's planning sees it."""

    now: datetime
    digest_at: time
    calendar: WorkCalendar

    @property
    def day(self) -> date:
        """The local date."""
        return local_date(self.now)

    @property
    def is_time(self) -> bool:
        """Whether digests may go out: a working day, after the hour."""
        return self.calendar.is_working(self.day) and self.now >= datetime.combine(self.day, self.digest_at, CHINA)


def last_digest(history: History, destination: Destination) -> datetime | None:
    """When the last digest was written for it."""
    return max((one.at for one in history.sent if one.destination_id == destination.id and one.key.startswith(DIGEST)), default=None)


def is_open(destination: Destination, last: datetime | None, today: Today) -> bool:
    """Whether a digest may be written now at all: one a day, on the days of its cadence."""
    if not today.is_time or (last is not None and local_date(last) >= today.day):
        return False
    return destination.cadence != "weekly" or last is None or today.day >= local_date(last) + WEEK or first_of_week(today)


def first_of_week(today: Today) -> bool:
    """Whether this is the first working day of its week."""
    return today.day == today.calendar.first_of_week(today.day)


def sign_of_life_due(last: datetime | None, today: Today) -> bool:
    """Whether silence would be mistaken for health: a week without a digest; the very first one on a week's first working day."""
    return first_of_week(today) if last is None else today.day >= local_date(last) + WEEK


def reminder_due(due_on: date, last: datetime | None, today: Today) -> bool:
    """Whether a stage before the deadline, or its passing, was reached since the last digest."""
    stages = [today.calendar.on_or_before(due_on - timedelta(days=days)) for days in REMIND_DAYS]
    stages.append(today.calendar.on_or_after(due_on + timedelta(days=1)))
    reached = [stage for stage in stages if stage <= today.day]
    if not reached or today.day > due_on + AFTERWARDS:
        return False
    return last is None or local_date(last) < max(reached)


def is_near(due_on: date, today: Today) -> bool:
    """Whether a deadline is worth a line before it passes."""
    return timedelta(0) <= due_on - today.day <= timedelta(days=max(REMIND_DAYS))


def has_just_passed(due_on: date, last: datetime | None, today: Today) -> bool:
    """Whether this is the first digest after the deadline."""
    return due_on < today.day <= due_on + AFTERWARDS and (last is None or local_date(last) <= due_on)


def next_by(today: Today) -> date:
    """The day on which the next digest comes at the latest."""
    return today.calendar.on_or_after(today.day + WEEK)
