"""What is crawled when no list is due, the most pressing first; one more kind of it is one more line here.

- `discover`: portals whose columns are to be looked for: new ones, lost ones, and each winter all.
- `gapfill`: by day, portals that carry a report not found within sixty days after it was due, each at most every three days.
- `backfill`: by night and outside the months of reports, lists that could not be read to their end for want of requests.
- `audit`: the same, where an archived report was not looked after for five weeks: the looks that go with every visit did not reach it.

The limits of each are in `crawler.errands`, the budgets per portal, platform and day hold for all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from crawler.gapfilling import APART, WITHIN
from monitor.dispatch import CRAWL
from storage import chores, discoveries
from storage.domain.clock import CHINA, local_date
from storage.domain.ids import EntryPointId

DAY = (8, 22)
NIGHT = (20, 7)
QUIET = ((4, 8), (12, 31))
"""The watched lists need their portals' budgets from January until a week after the governments' date."""

NEGLECTED = timedelta(days=35)
LATELY = timedelta(hours=12)

Due = Callable[[Connection, datetime, int], tuple[EntryPointId, ...]]


@dataclass(frozen=True, slots=True)
class Chore:
    """One kind of work: its errand, and at most so many entry points that it is due for at a moment."""

    spider: str
    due: Due


def _searches(connection: Connection, now: datetime, most: int) -> tuple[EntryPointId, ...]:
    return tuple(discoveries.home_entry(connection, portal, now).id for portal in discoveries.due(connection, now)[:most])


def _gaps(connection: Connection, now: datetime, most: int) -> tuple[EntryPointId, ...]:
    if not _hours(now, DAY):
        return ()
    asked = chores.asked_since(connection, CRAWL, "gapfill", now - APART)
    carrying = chores.lists_with_gaps(connection, local_date(now), within=WITHIN)
    return tuple(point for point in carrying if point not in asked)[:most]


def _history(connection: Connection, now: datetime, most: int) -> tuple[EntryPointId, ...]:
    return chores.unfinished_lists(connection, now - LATELY)[:most] if _quiet_night(now) else ()


def _neglected(connection: Connection, now: datetime, most: int) -> tuple[EntryPointId, ...]:
    return chores.unaudited_lists(connection, now - NEGLECTED, now - LATELY)[:most] if _quiet_night(now) else ()


CHORES = (Chore("discover", _searches), Chore("gapfill", _gaps), Chore("backfill", _history), Chore("audit", _neglected))


def _quiet_night(now: datetime) -> bool:
    today = local_date(now)
    return QUIET[0] <= (today.month, today.day) <= QUIET[1] and _hours(now, NIGHT)


def _hours(now: datetime, between: tuple[int, int]) -> bool:
    """Whether the local hour lies in a span, which may go over midnight."""
    hour, (first, last) = now.astimezone(CHINA).hour, between
    return first <= hour < last if first < last else hour >= first or hour < last
