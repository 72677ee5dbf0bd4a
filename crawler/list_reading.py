"""Reading one list from its first page to its last, whatever its family: asks page after page until nothing new comes.

A pager may offer several ways to the next page, and declared totals lie; so a way counts only if it brings rows not seen before.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from crawler.canary import ListFacts
from crawler.discovery.troubles import Trouble
from crawler.family_scan import get_family, rank
from crawler.fetching import Reply
from crawler.list_leftover import more_is_shown, names_further_pages
from crawler.list_tail import Trail
from crawler.listing import Ask, Family, Item, Listing, Start
from crawler.page import Page
from storage.domain.enums import VisitOutcome
from storage.domain.errors import LayoutChanged

AskPage = Callable[[Ask], Awaitable[Reply]]
"""Asks for one list page and keeps what came."""

OnPage = Callable[[Listing, int], None]
"""Told of each page's new rows and of how many rows came before."""

REPEATS = Trouble(VisitOutcome.PARTIAL, "next-page-repeats")
LEFT_OVER = Trouble(VisitOutcome.PARTIAL, "pager-not-understood")
SHELLS = Trouble(VisitOutcome.PARTIAL, "shell-in-shell")
ABSENT = "status-404"
MAX_HOPS = 2
LAYOUT = Trouble(VisitOutcome.LAYOUT_CHANGED, "list-not-understood")


@dataclass(slots=True)
class Reading:
    """The state of one list while it is read. `enough`, where given, may end the reading early once the first rows are there; the list
    then counts as not read to its end, and `early` says so. `led` means that the rows are not of the first page but of one it led to;
    `behind` is the request for that one, where the first page only leads there, and `around` are such pages.
    """

    on_page: OnPage
    max_pages: int
    family_id: str = ""
    enough: Callable[[Reading], bool] | None = None
    seen: set[str] = field(default_factory=set)
    items: list[Item] = field(default_factory=list)
    column: str = ""
    pages: int = 0
    skipped: int = 0
    declared_total: int | None = None
    declared_pages: int | None = None
    declared_before: int = 0
    led: bool = False
    behind: Ask | None = None
    around: list[Page] = field(default_factory=list)
    early: bool = False
    last: Page | None = None
    trail: Trail = field(default_factory=Trail)

    def take(self, listing: Listing) -> int:
        """Add the rows not met before; how many they were."""
        before = len(self.items)
        fresh = [item for item in listing.items if item.url not in self.seen]
        placed = [Item(i.url, i.title, i.raw_date, i.listed_on, before + place) for place, i in enumerate(fresh)]
        self.seen.update(item.url for item in placed)
        self.items.extend(placed)
        self.pages += 1
        self.skipped += listing.skipped
        self.column = self.column or listing.column
        if listing.declared_total is not None:
            self.declared_total = self.declared_before + listing.declared_total
        self.declared_pages = listing.declared_pages if listing.declared_pages is not None else self.declared_pages
        self.on_page(Listing(tuple(placed), column=self.column, skipped=listing.skipped), before)
        return len(placed)

    def next_part(self) -> None:
        """What the list declares from now on is of its next part: it adds to what was declared, or else met, before."""
        self.declared_before = self.declared_total if self.declared_total is not None else len(self.items)
        self.trail.mixed = self.trail.parts = True

    def may_stop(self) -> bool:
        """Whether the first rows are enough. A page without rows never changes, whatever the list behind it does: it is no ground."""
        self.early = bool(self.items) and self.enough is not None and self.enough(self)
        return self.early

    @property
    def total_met(self) -> bool:
        """Whether as many rows were met as the list says it has."""
        return self.declared_total is not None and len(self.items) >= self.declared_total

    def facts(self, *, ended: bool, stop: Trouble | None = None) -> ListFacts:
        """What to say of the list so far."""
        # A first page that only leads to the rows has shown nothing yet: what stopped the rows stopped the list.
        return ListFacts(len(self.items), self.pages, self.declared_total, self.skipped, ended, stop, stop is not None and not self.items)


def choose_family(page: Page, family_id: str) -> Family | None:
    """The family registered for this list, else the one that explains the page best."""
    if family_id:
        return get_family(family_id)
    ranked = rank(page)
    return get_family(ranked[0][0]) if ranked else None


async def read_all(start: Start, first: Page, reading: Reading, ask_page: AskPage) -> ListFacts:
    """Read the list whose first page is at hand; the rest is asked for with `ask_page`."""
    found = await _behind_shells(start, first, reading, ask_page)
    if isinstance(found, Trouble):
        return reading.facts(ended=False, stop=found)
    family, listing = found
    reading.take(listing)
    if listing.items:
        reading.trail.page(listing, None, start.params)
    reading.led = reading.led or not listing.items
    if (listing.next or listing.also) and reading.may_stop():
        return reading.facts(ended=False)
    params: Mapping[str, str] = {**start.params, **listing.carry}
    stop = await _to_the_end(family, listing, params, reading, ask_page)
    for ask in listing.also:
        if stop is not None or reading.early:
            break
        reading.next_part()
        stop = await _part(family, ask, params, reading, ask_page)
    return reading.facts(ended=stop is None and not reading.early, stop=stop)


async def _to_the_end(family: Family, listing: Listing, params: Mapping[str, str], reading: Reading, ask_page: AskPage) -> Trouble | None:
    """Ask page after page from this one on; None where the list ended, else what stopped the reading."""
    while listing.next:
        if reading.pages >= reading.max_pages:
            return Trouble(VisitOutcome.PARTIAL, "page-limit")
        rowless = not reading.items
        following, stop = await _next_page(family, listing, params, reading, ask_page)
        if following is None:
            return stop
        if rowless and following.next and reading.may_stop():
            return None
        listing = following
        params = {**params, **listing.carry}
    return LEFT_OVER if _is_left_over(reading) else None


def _is_left_over(reading: Reading) -> bool:
    """Whether the page nothing leads on from shows that there is more. What says how long it is, is counted elsewhere."""
    if reading.last is None or reading.declared_total is not None:
        return False
    if reading.declared_pages is not None:
        return reading.pages < reading.declared_pages
    # Where the list stands in a frame, its pager may stand around it.
    around = any(names_further_pages(page, reading.pages) for page in reading.around)
    return around or more_is_shown(reading.last, len(reading.items), reading.pages)


async def _part(family: Family, ask: Ask, params: Mapping[str, str], reading: Reading, ask_page: AskPage) -> Trouble | None:
    """Read a further part of the list; it may be empty, but it must be understood."""
    if reading.pages >= reading.max_pages:
        return Trouble(VisitOutcome.PARTIAL, "page-limit")
    reply = await ask_page(ask)
    if reply.page is None or reply.trouble is not None:
        return reply.trouble or LAYOUT
    try:
        listing = family.read_list(reply.page, params)
    except LayoutChanged:
        return Trouble(VisitOutcome.PARTIAL, "part-not-understood")
    reading.take(listing)
    reading.last = reply.page
    return await _to_the_end(family, listing, {**params, **listing.carry}, reading, ask_page)


async def _behind_shells(start: Start, page: Page, reading: Reading, ask_page: AskPage) -> tuple[Family, Listing] | Trouble:
    """The first page that is a list, and its family: a shell (frame, refresh, script) is followed at most twice, never round in a ring."""
    been = {start.url, page.url}
    family_id, named = reading.family_id, ""
    for _ in range(MAX_HOPS + 1):
        found = _as_list(page, family_id, start.params)
        if found is None:
            return LAYOUT
        family, listing = found
        if not listing.elsewhere:
            reading.family_id = family.ID
            reading.column = listing.column or named
            reading.last = page
            return family, listing
        named, reading.led = listing.column or named, True
        reading.around.append(page)
        ask = next((ask for ask in listing.elsewhere if ask.url not in been), None)
        if ask is None:
            return LAYOUT
        been.add(ask.url)
        reply = await ask_page(ask)
        if reply.page is None:
            return reply.trouble or LAYOUT
        if reply.trouble is not None:
            return reply.trouble
        page, family_id, reading.behind = reply.page, "", ask
    return SHELLS


def _as_list(page: Page, family_id: str, params: Mapping[str, str]) -> tuple[Family, Listing] | None:
    """The page understood: as a shell where that is what it looks like most, else as a list of the family remembered for it."""
    # The family remembered for a list may be that of the page behind its shell, whose menu that family would take for rows.
    shell = _shell(page, params) if family_id else None
    family = choose_family(page, family_id)
    if shell is not None or family is None:
        return shell
    try:
        return family, family.read_list(page, params)
    except LayoutChanged:
        return None


def _shell(page: Page, params: Mapping[str, str]) -> tuple[Family, Listing] | None:
    """The page as a shell, if no family explains it better than one that is led on by it."""
    family = choose_family(page, "")
    try:
        listing = family.read_list(page, params) if family is not None else None
    except LayoutChanged:
        return None
    return (family, listing) if family is not None and listing is not None and listing.elsewhere else None


async def _next_page(
    family: Family, listing: Listing, params: Mapping[str, str], reading: Reading, ask_page: AskPage
) -> tuple[Listing | None, Trouble | None]:
    """The first of the offered pages that brings new rows; else whether that is the end of the list (None) or trouble."""
    stop: Trouble | None = None
    exhausted = doubtful = False
    for ask in listing.next:
        reply = await ask_page(ask)
        if reply.trouble is not None or reply.page is None:
            stop = stop or reply.trouble
            doubtful = doubtful or reply.trouble is None or reply.trouble.reason != ABSENT
            # Some servers have no page after the last one; as many rows as the list says it has were met before it was asked for.
            exhausted = exhausted or (reading.total_met and reply.trouble is not None and reply.trouble.reason == ABSENT)
            if reply.trouble is not None and reply.trouble.outcome in {
                VisitOutcome.CHALLENGED,
                VisitOutcome.BLOCKED,
                VisitOutcome.UNREACHABLE,
            }:
                return None, reply.trouble
            continue
        try:
            found = family.read_list(reply.page, params)
        except LayoutChanged:
            doubtful = True
            stop = stop or (Trouble(VisitOutcome.PARTIAL, "later-page-not-understood") if reading.items else LAYOUT)
            continue
        if found.passed or any(item.url not in reading.seen or listing.restarts for item in found.items):
            reading.take(found)
            reading.last = reply.page
            reading.trail.page(found, ask, params)
            return found, None
        reading.trail.nothing_new(found, ask, params)
        exhausted = exhausted or (not found.items and not listing.restarts) or reading.total_met
        # A server that answers every page with the first one hides the rest: that is no end of the list.
        stop = stop or REPEATS
    # Before any row was met, an empty answer is no end of the list if another way might have had the rows.
    return None, None if exhausted and (reading.items or not doubtful) else stop
