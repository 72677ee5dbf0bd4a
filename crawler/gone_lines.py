"""Undecided rows of a list whose own page is not there: asked again for a while, as rows often stand before their pages, then seldom. Pure.

What is known of them goes from visit to visit in the visits' facts. A row counts as gone for good after as many looks over as many days as
it takes to call a report withdrawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

GONE_MARK = "page-gone; "
"""Begins the reason of an undecided line whose page is gone for good: a person sees it, and it is asked for seldom."""

LEAST_DAYS, LEAST_SPAN = 5, timedelta(days=14)
SELDOM = timedelta(days=28)
FACT = "gone_lines"
_MOST = 500
"""Rows remembered per list; a list with more of them is asked for the rest as before."""


@dataclass(frozen=True, slots=True)
class GoneLine:
    """On how many days the page of a row was asked for and not there, the first and the last of them."""

    since: date
    last: date
    days: int = 1

    @property
    def for_good(self) -> bool:
        """Whether it was looked for often and long enough."""
        return self.days >= LEAST_DAYS and self.last - self.since >= LEAST_SPAN

    def is_due(self, today: date) -> bool:
        """Whether it is to be asked for on this day."""
        return not self.for_good or not timedelta() <= today - self.last < SELDOM

    def again(self, today: date) -> GoneLine:
        """As it is after one more look; several on one day count once."""
        return self if today <= self.last else GoneLine(self.since, today, self.days + 1)


def from_facts(facts: Mapping[str, object]) -> dict[str, GoneLine]:
    """What the newest visit knew, by address; nothing where that cannot be understood."""
    found = facts.get(FACT)
    if not isinstance(found, Mapping):
        return {}
    try:
        return {str(url): GoneLine(date.fromisoformat(one[0]), date.fromisoformat(one[1]), int(one[2])) for url, one in found.items()}
    except (IndexError, KeyError, TypeError, ValueError):
        return {}


def as_fact(lines: Mapping[str, GoneLine], standing: Iterable[str]) -> dict[str, list[object]]:
    """The same as plain values, of rows that still stand in their list."""
    held = set(standing)
    kept = [(url, one) for url, one in lines.items() if url in held]
    return {url: [one.since.isoformat(), one.last.isoformat(), one.days] for url, one in kept[:_MOST]}
