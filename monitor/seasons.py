"""How often we look, by the calendar of the duty: often while reports come in, daily while they are chased, weekly the rest of the year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Season:
    """A stretch of the year, both days included, and how often every column is visited in it."""

    name: str
    first: tuple[int, int]
    last: tuple[int, int]
    every: timedelta


SEASONS = (
    Season("部门公布期", (1, 1), (1, 31), timedelta(hours=6)),
    Season("催报期", (2, 1), (4, 7), timedelta(days=1)),
    Season("复查期", (4, 8), (11, 30), timedelta(days=7)),
    Season("准备期", (12, 1), (12, 31), timedelta(days=1)),
)
"""January every six hours; until a week after the governments' date daily, so that absence can be established by three days of looking."""


def season(on: date) -> Season:
    """The season of a local date."""
    return next(one for one in SEASONS if one.first <= (on.month, on.day) <= one.last)
