"""Working days in China, make-up Saturdays and Sundays included, as far as the State Council's arrangement is known.

The arrangement of a year is published in November of the year before; for a year not yet known, Monday to Friday count, and whoever asks
can see that it was a guess.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import chinese_calendar

SATURDAY = 5
DAY = timedelta(days=1)


def official(day: date) -> bool | None:
    """Whether a day is worked by the published arrangement, None where that year is not known."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return None


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Questions about working days; `known` answers for one day, None where it cannot."""

    known: Callable[[date], bool | None] = official

    def is_working(self, day: date) -> bool:
        """Whether that day is worked."""
        told = self.known(day)
        return day.weekday() < SATURDAY if told is None else told

    def guessed(self, day: date) -> bool:
        """Whether the answer for that day is Monday-to-Friday for lack of better."""
        return self.known(day) is None

    def on_or_after(self, day: date) -> date:
        """The first working day from that day on."""
        while not self.is_working(day):
            day += DAY
        return day

    def on_or_before(self, day: date) -> date:
        """The last working day up to that day."""
        while not self.is_working(day):
            day -= DAY
        return day

    def first_of_week(self, day: date) -> date:
        """The first working day on or after that week's Monday; the day itself may lie in a week without any."""
        return self.on_or_after(day - timedelta(days=day.weekday()))

    def passed_between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`."""
        return sum(self.is_working(start + DAY * number) for number in range(1, (end - start).days + 1))
