"""Time as a value that is handed in: instants in UTC, dates and deadlines in Asia/Shanghai."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Anything that knows the time."""

    def now(self) -> datetime:
        """The current instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The current instant, aware, in UTC."""
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands still until moved; for the demo, tests and replays."""

    def __init__(self, instant: datetime) -> None:
        if instant.tzinfo is None:
            raise ValueError("a clock needs an aware instant")
        self._instant = instant.astimezone(UTC)

    def now(self) -> datetime:
        """The instant it was set to."""
        return self._instant

    def advance(self, delta: timedelta) -> None:
        """Move forward by `delta`."""
        self._instant += delta


@lru_cache(maxsize=8192)
def local_date(instant: datetime) -> date:
    """The calendar date in Asia/Shanghai at that instant."""
    return instant.astimezone(CHINA).date()


@lru_cache(maxsize=4096)
def deadline_instant(due_on: date) -> datetime:
    """The instant at which `due_on` has passed: 24:00 Asia/Shanghai of that date, in UTC."""
    return datetime.combine(due_on + timedelta(days=1), time(), CHINA).astimezone(UTC)
