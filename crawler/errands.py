"""What a crawl goes out for: the same visit, with other limits. One more errand is one more line here.

- `watch`: the list, what is new in it, and a few archived reports looked after.
- `backfill`: the whole list and everything it holds, with the platform's budget for the one portal; old reports look after themselves.
- `discover`: no list at all: the portal is searched for its lists.
- `gapfill`: no list either: the portal's own search is asked for reports still not found shortly after their due date.
- `audit`: the whole list, and every archived report asked for again, for silent edits and withdrawals.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from storage.settings import Settings


@dataclass(frozen=True, slots=True)
class Errand:
    """Limits of one kind of visit.

    `audit_every` is the age from which an archived report is asked for again, `audits` how many of them per list and day. `whole` reads a
    list to its end even where its first page did not change. `whole_budget` lets one portal have what its platform may be asked in a day.
    `anywhere` says that its rows stand in nobody's list, so that only a full name tells whose they are.
    """

    name: str
    audit_every: timedelta
    audits: int
    whole: bool = False
    whole_budget: bool = False
    anywhere: bool = False

    def portal_budget(self, settings: Settings) -> int:
        """Requests per portal and day."""
        return settings.crawl_budget_platform if self.whole_budget else settings.crawl_budget_portal


DISCOVER = Errand("discover", timedelta(), 0, whole_budget=True)
"""A search of the portal for its columns (`crawler.discovering`), not a visit to a list."""

WATCH = Errand("watch", timedelta(days=6), 20)
"""Twenty audits a day, so that a list with a long history does not spend the portal's day on old reports, however often it is read that
day; the rest follows on the next days. A report that left the list is asked for besides, once a day.
"""

GAPFILL = Errand("gapfill", timedelta(days=6), 5, anywhere=True)
"""A search for single reports (`crawler.gapfilling`); what it found before is looked after, as no list does that."""

ERRANDS: Mapping[str, Errand] = MappingProxyType(
    {
        "watch": WATCH,
        "discover": DISCOVER,
        "gapfill": GAPFILL,
        "backfill": Errand("backfill", timedelta(days=36_500), 0, whole=True, whole_budget=True),
        "audit": Errand("audit", timedelta(), 10_000, whole=True, whole_budget=True),
    }
)
