"""How a list ended when it was last read page by page, and whether it still ends so: what lets a visit not read the pages between again.

The rows of a list stand in one order, cut into pages of one size. A row that comes or goes anywhere moves all rows behind it (or, where
pages are counted from the oldest row, all before it), so it shows on the first page or at the end. An unchanged first page alone says
nothing of rows put in further down with an old date; an unchanged first page with an unchanged end leaves one case: as many rows went as
came between the two. So the list is still read page by page again after `REREAD_EVERY`, and after any visit that was not complete.

What the end is: the last page with rows where it was shorter than the first or led nowhere; where it was full, the page behind it, which
brought nothing new and must do so again, as the first row too many would stand there.

A list that says how many rows it has is held against what its first page said then, not against the rows met: a first page that counts a
document entered twice says more than there are.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from crawler.listing import Ask, Item, Listing

REREAD_EVERY = timedelta(days=6)
"""A list is read page by page at least this often, whatever its first page and its end say; the same age as for archived reports."""


@dataclass(frozen=True, slots=True)
class Tail:
    """The request that showed the end of a list and what its answer held: a digest of the rows, and whether it offered a further page."""

    ask: Ask
    params: Mapping[str, str]
    rows: str
    leads_on: bool

    def is_shown_by(self, listing: Listing) -> bool:
        """Whether this answer to the same request shows the same end."""
        return (rows_digest(listing.items), bool(listing.next)) == (self.rows, self.leads_on)

    def as_facts(self) -> dict[str, object]:
        """As plain values, for a visit's facts."""
        return {"ask": asdict(self.ask), "params": dict(self.params), "rows": self.rows, "leads_on": self.leads_on}


SHELL_AGAIN = timedelta(hours=20)
"""A page that only leads to a list is asked for at least on every day on which its silence is to count: one that leads elsewhere since
yesterday hides whatever came there.
"""


@dataclass(frozen=True, slots=True)
class Led:
    """Where a page that only leads to a list was seen to lead, and when it was last seen to."""

    ask: Ask
    seen_at: datetime

    def is_fresh(self, now: datetime) -> bool:
        """Whether it was seen to lead there today."""
        return timedelta() <= now - self.seen_at < SHELL_AGAIN

    def as_facts(self) -> dict[str, object]:
        """As plain values, for a visit's facts."""
        return {"ask": asdict(self.ask), "seen_at": self.seen_at.isoformat()}


@dataclass(frozen=True, slots=True)
class ReadThrough:
    """The last page-by-page reading of a list whose rows still stood at the newest visit: when it was, by which visit, how many pages and
    rows the first page declared, how the list ended, and where it was found if a page only led to it. `parts` means that the list was put
    together from several, so that what the first page declares is not of the whole.
    """

    read_at: datetime
    visit_id: int
    pages: int | None = None
    tail: Tail | None = None
    total: int | None = None
    parts: bool = False
    led: Led | None = None

    def is_fresh(self, now: datetime) -> bool:
        """Whether it is new enough to lean on."""
        return timedelta() <= now - self.read_at < REREAD_EVERY

    def as_facts(self) -> dict[str, object]:
        """As plain values, for a visit's facts."""
        return {
            "read_at": self.read_at.isoformat(),
            "visit": self.visit_id,
            "pages": self.pages,
            "tail": self.tail.as_facts() if self.tail else None,
            "total": self.total,
            "parts": self.parts,
            "led": self.led.as_facts() if self.led else None,
        }


@dataclass(slots=True)
class Trail:
    """What a reading notes on its way, so that its end can be asked for again.

    `mixed` means that rows do not tell the end: the list is put together from several (`parts`), or rows of others stand between its own.
    `first_pages` and `first_total` are how many pages and rows the first page with rows declared.
    """

    first_rows: int = 0
    first_pages: int | None = None
    first_total: int | None = None
    mixed: bool = False
    parts: bool = False
    last: Tail | None = None
    last_rows: int = 0
    behind: Tail | None = None

    def page(self, listing: Listing, ask: Ask | None, params: Mapping[str, str]) -> None:
        """A page that brought rows; `ask` is None for the page at hand from the start."""
        if not self.first_rows:
            self.first_rows, self.first_pages, self.first_total = len(listing.items), listing.declared_pages, listing.declared_total
        self.mixed = self.mixed or bool(listing.passed or listing.skipped)
        self.last_rows, self.behind = len(listing.items), None
        self.last = None if ask is None else tail_of(listing, ask, params)

    def nothing_new(self, listing: Listing, ask: Ask, params: Mapping[str, str]) -> None:
        """An answer behind the last rows that brought nothing new; the first such is the one to ask for again."""
        self.mixed = self.mixed or bool(listing.passed or listing.skipped)
        self.behind = self.behind or tail_of(listing, ask, params)

    def end(self) -> Tail | None:
        """The request to repeat, None where one request cannot show this list's end."""
        if self.mixed:
            return None
        short = self.last is not None and (self.last_rows < self.first_rows or not self.last.leads_on)
        return self.last if short else self.behind


def tail_of(listing: Listing, ask: Ask, params: Mapping[str, str]) -> Tail:
    """The answer to that request as the end of a list."""
    return Tail(ask, dict(params), rows_digest(listing.items), bool(listing.next))


def rows_digest(items: Sequence[Item]) -> str:
    """Addresses, words and days of rows in their order, as one short text."""
    rows = [(item.url, item.title, str(item.listed_on or "")) for item in items]
    return hashlib.sha256(json.dumps(rows, ensure_ascii=True).encode("ascii")).hexdigest()[:32]


def read_through_from(facts: Mapping[str, object]) -> ReadThrough | None:
    """What a visit's facts say of the last page-by-page reading; None where they say nothing that can be understood."""
    found = facts.get("read_through")
    if not isinstance(found, Mapping):
        return None
    try:
        tail, led = found["tail"], found.get("led")
        return ReadThrough(
            datetime.fromisoformat(str(found["read_at"])),
            int(str(found["visit"])),
            _count(found["pages"]),
            _tail(tail) if isinstance(tail, Mapping) else None,
            _count(found.get("total")),
            bool(found.get("parts")),
            Led(_ask(led["ask"]), datetime.fromisoformat(str(led["seen_at"]))) if isinstance(led, Mapping) else None,
        )
    except (KeyError, TypeError, ValueError):
        return None


def _count(found: object) -> int | None:
    return None if found is None else int(str(found))


def _tail(found: Mapping[str, object]) -> Tail:
    params = found["params"]
    if not isinstance(params, Mapping):
        raise TypeError
    return Tail(_ask(found["ask"]), {str(key): str(value) for key, value in params.items()}, str(found["rows"]), bool(found["leads_on"]))


def _ask(ask: object) -> Ask:
    if not isinstance(ask, Mapping):
        raise TypeError
    pairs = {name: tuple((str(key), str(value)) for key, value in ask[name]) for name in ("form", "headers")}
    return Ask(str(ask["url"]), pairs["form"], str(ask["referer"]), str(ask["json"]), bool(ask["post"]), pairs["headers"])
