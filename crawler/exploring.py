"""Finding the column of annual reports from a home page: asks a bounded number of pages, the most promising first.

A candidate is believed for what it holds, not for its name: its rows are read by its own family and must be annual reports. Nothing is
stored here; whoever calls decides where pages are kept and what becomes of the candidates.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit

from crawler.addresses import plain_host
from crawler.discovery.anchors import COLUMN, Link, is_part_link, lies_below, links, of_its_year, score_of
from crawler.discovery.article import read_article
from crawler.discovery.attachments import is_report_text
from crawler.discovery.columns import MIN_REPORTS, TRUSTED, Evidence, is_article, judge, names_itself, one_year
from crawler.discovery.leads import column_of_article, sitemap_columns, sitemaps_of, trail_of
from crawler.discovery.outbound import named_after_bodies
from crawler.discovery.recognition import is_report
from crawler.discovery.troubles import Trouble
from crawler.discovery.years import find_year
from crawler.egress import registrable
from crawler.fetching import Reply
from crawler.list_reading import AskPage, Reading, choose_family, read_all
from crawler.list_rows import looks_like_article, rows
from crawler.listing import Ask, Item, Start
from crawler.page import Page
from storage.domain.enums import VisitOutcome
from storage.domain.visits import Decision

MAX_PAGES, MAX_DEPTH, LIST_PAGES = 40, 3, 3
_PAGER = re.compile(r"[<>《》«»\s]*(?:第?\s*\d{1,4}\s*页?|[上下前后]一?页|[首尾末]页|最后一页|更早|更新)[<>《》«»\s]*|[<>‹›«»←→▶◀\s]+")
_BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)
_ENOUGH = Trouble(VisitOutcome.PARTIAL, "page-limit")
_FATAL = frozenset({VisitOutcome.CHALLENGED, VisitOutcome.BLOCKED, VisitOutcome.UNREACHABLE})


@dataclass(frozen=True, slots=True)
class Candidate:
    """One page that may be the column: where, what led there, how it reads, what it holds. `found_on` is the page with the link."""

    url: str
    words: str
    found_on: str
    family: str
    evidence: Evidence
    items: tuple[Item, ...]
    column: str = ""
    series: bool = False


@dataclass(frozen=True, slots=True)
class Exploration:
    """What one search found, best first. `stop` is why the portal could not be looked at; `exhausted` means every promising link was
    asked. `outbound` are columns and indexes on other hosts, `led_out` says which page led to each.
    """

    candidates: tuple[Candidate, ...]
    asked: int
    stop: Trouble | None = None
    exhausted: bool = True
    outbound: tuple[Link, ...] = ()
    troubles: tuple[tuple[str, str], ...] = ()
    led_out: Mapping[str, str] = field(default_factory=dict)

    @property
    def trusted(self) -> tuple[Candidate, ...]:
        """Columns sure enough to be watched."""
        return tuple(found for found in self.candidates if found.evidence.trusted)


@dataclass(slots=True)
class _Search:
    home: str
    ask_page: AskPage
    max_pages: int
    same_site: Callable[[str], bool]
    queue: list[tuple[float, int, int, Link, str]] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    found: list[Candidate] = field(default_factory=list)
    outbound: dict[str, Link] = field(default_factory=dict)
    led_out: dict[str, str] = field(default_factory=dict)
    troubles: list[tuple[str, str]] = field(default_factory=list)
    asked: int = 0
    asked_at: datetime = _BEFORE_ALL
    stop: Trouble | None = None
    by_link: bool = False
    hinted: set[str] = field(default_factory=set)
    hint_pages: set[str] = field(default_factory=set)
    linked: set[str] = field(default_factory=set)
    words: dict[str, str] = field(default_factory=dict)
    unsure: dict[str, tuple[Page, str]] = field(default_factory=dict)
    held: dict[str, set[str]] = field(default_factory=dict)

    @property
    def led_there(self) -> bool:
        """Whether the pages from the home page on led to a column."""
        return self.by_link or bool(self.hinted & self.linked)

    def believe(self, candidate: Candidate, *, hint: bool) -> None:
        """Note a column. One known from before says nothing of how the portal is arranged now: beside it there may be this year's, so it
        counts as found only when a page leads to it.
        """
        self.found.append(candidate)
        if candidate.evidence.trusted and hint:
            self.hinted.add(candidate.url)
        elif candidate.evidence.trusted:
            self.by_link = True

    def push(self, link: Link, depth: int, found_on: str) -> None:
        """Remember a way onward once; a way off the site is only noted."""
        if link.why != "hint" and found_on not in self.hint_pages:
            self.linked.add(link.url)
        if link.words:
            self.words.setdefault(link.url, link.words)
        if not self.same_site(link.url):
            if link.score >= COLUMN:
                self.outbound.setdefault(link.url, link)
                self.led_out.setdefault(link.url, found_on)
            return
        if link.url in self.known or depth > MAX_DEPTH:
            return
        self.known.add(link.url)
        heapq.heappush(self.queue, (-link.score, depth, len(self.known), link, found_on))

    async def ask(self, ask: Ask) -> Page | None:
        """The page behind an address, None where it is of no use; a challenge or a refusal ends the search."""
        if self.asked >= self.max_pages or self.stop is not None:
            return None
        reply = await self.reply(ask)
        return reply.page if reply.trouble is None else None

    async def reply(self, ask: Ask) -> Reply:
        """What came from an address, the one way in which this search asks: nothing is asked once the portal told us to stop, nor beyond
        the number of pages; what was in the way is noted.
        """
        refused = self.stop or (_ENOUGH if self.asked >= self.max_pages else None)
        if refused is not None:
            now = self.asked_at
            return Reply(None, refused, now, now)
        self.asked += 1
        reply = await self.ask_page(ask)
        self.asked_at = reply.received_at
        if reply.trouble is not None:
            self.troubles.append((ask.url, f"{reply.trouble.outcome.value}:{reply.trouble.reason}"))
            challenged = reply.trouble.outcome is VisitOutcome.CHALLENGED
            if challenged or (reply.trouble.outcome in _FATAL and ask.url == self.home):
                self.stop = reply.trouble
        return reply


async def explore(
    home: str,
    ask_page: AskPage,
    *,
    hints: Sequence[str] = (),
    max_pages: int = MAX_PAGES,
    known_hosts: Sequence[str] = (),
    within: str = "",
) -> Exploration:
    """Search from a home page, a column page, or a report. `hints` are addresses worth a try (earlier columns, a sister portal's path);
    what lies outside the folder `within` is somebody else's.
    """
    site = registrable(urlsplit(home).hostname or "")
    hosts = {urlsplit(home).hostname, *known_hosts}
    plain = {plain_host(f"//{host}") for host in hosts if host}

    def same_site(url: str) -> bool:
        host = urlsplit(url).hostname or ""
        if within and not url.startswith(within):
            return False
        return host in hosts or (registrable(host) == site and plain_host(url) in plain)

    search = _Search(home, ask_page, max_pages, same_site)
    search.push(Link(home, "", 1.0, "home"), 0, "")
    for hint in hints:
        search.push(Link(hint, "", 0.58, "hint"), 1, home)
    await _run(search)
    if not any(found.evidence.trusted for found in search.found) and search.stop is None:
        await _by_sitemap(search)
    exhausted = search.stop is None and not search.queue and search.asked < search.max_pages
    found = [_by_its_words(one, search.words.get(one.url, "")) for one in search.found]
    return Exploration(
        _settled(found),
        search.asked,
        search.stop,
        exhausted,
        tuple(search.outbound.values()),
        tuple(search.troubles),
        search.led_out,
    )


async def _run(search: _Search) -> None:
    while search.queue and search.asked < search.max_pages and search.stop is None:
        score, depth, _, link, found_on = heapq.heappop(search.queue)
        if looks_like_article(link.url) and len(search.held.get(found_on, ())) >= MIN_REPORTS:
            # The page links to reports under names that do not say so. Two prove it; the rest are asked when the column is watched.
            continue
        if -score < COLUMN and link.why not in {"home", "hint"} and search.led_there:
            # The column is known, and what is left are only pages on the way to it.
            continue
        page = await search.ask(Ask(link.url, referer=found_on))
        if page is not None:
            await _look(search, page, link, depth, found_on)


async def _look(search: _Search, page: Page, link: Link, depth: int, found_on: str) -> None:
    """Read one page as a column where it may be one, and follow its links."""
    if link.why == "hint":
        search.hint_pages.add(page.url)
    if link.why not in {"home", "hint"} and is_report_text(page):
        _holds(search, found_on, page)
        return
    named = names_itself(page)
    likely = named or link.score >= COLUMN or link.why == "hint"
    found = await _as_column(search, page, link, found_on) if likely else None
    in_column = named or (link.score >= COLUMN and link.why != "home")
    others = named_after_bodies(page) if in_column else ()
    for onward in (*links(page, in_column=in_column), *(one for one in others if not search.same_site(one.url))):
        # A pager's words lead through the same list, never to another.
        if _PAGER.fullmatch(onward.words.strip()):
            continue
        if not is_part_link(onward):
            search.push(onward, depth + 1, page.url)
        elif lies_below(onward.url, page.url) or found is None or not found.evidence.trusted:
            # A part is no further away than its column. Beside a column that has rows, such words are those of the site's own menu.
            search.push(of_its_year(onward, link), depth, page.url)
    if link.why == "home":
        _from_own_article(search, page)
    if found is None or not found.evidence.trusted:
        await _by_article(search, page, depth)


async def _as_column(search: _Search, page: Page, link: Link, found_on: str) -> Candidate | None:
    reading = Reading(lambda _listing, _before: None, LIST_PAGES)

    if choose_family(page, "") is not None:
        await read_all(Start(page.url, {}), page, reading, search.reply)
    words = "" if link.why == "home" else link.words
    evidence = judge(page, reading.items, words=words, column=reading.column)
    # A report without its publisher in the title is linked by the words of a column; the one row of such a page is its own attachment.
    # An article that lists several reports is an index, and may be the only one.
    single = is_article(page) and evidence.reports < MIN_REPORTS
    if single or (not evidence.reports and not names_itself(page)):
        return None
    candidate = Candidate(link.url, link.words, found_on, reading.family_id, evidence, tuple(reading.items), reading.column)
    search.believe(candidate, hint=link.why == "hint")
    if not evidence.trusted:
        search.unsure[page.url] = (page, words)
    return candidate


def _holds(search: _Search, column: str, report: Page) -> None:
    """Note that a page links to a report, whatever the link is called; two make a column of a page whose rows alone did not."""
    held = search.held.setdefault(column, set())
    held.update({report.url, report.requested_url})
    if column not in search.unsure:
        return
    page, words = search.unsure[column]
    for place, one in enumerate(search.found):
        if one.url not in {page.url, page.requested_url} or one.evidence.trusted:
            continue
        evidence = judge(page, one.items, words=words, column=one.column, held=held)
        if evidence.reports >= MIN_REPORTS:
            search.found.pop(place)
            search.believe(replace(one, evidence=evidence), hint=False)
        return


def _from_own_article(search: _Search, page: Page) -> None:
    """Where the search was given a report instead of a home page: its address or its trail names the column, its host the home page."""
    if is_report(read_article(page).title)[0] is not Decision.REPORT:
        return
    column = column_of_article(page.url)
    ways = [Link(column, "", 0.62, "article")] if column else []
    for link in (*ways, *trail_of(page), Link(urljoin(page.url, "/"), "", 0.5, "host")):
        search.push(link, 1, page.url)


async def _by_article(search: _Search, page: Page, depth: int) -> None:
    """A single report linked from a page gives its column away: by its address, else by its own trail."""
    titled = [item for item in rows(page)[0] if is_report(item.title)[0] is Decision.REPORT and search.same_site(item.url)]
    for item in titled[:1]:
        column = column_of_article(item.url)
        if column:
            search.push(Link(column, "", 0.62, "article"), min(depth + 1, MAX_DEPTH), item.url)
        elif item.url not in search.known:
            search.known.add(item.url)
            article = await search.ask(Ask(item.url, referer=page.url))
            for link in trail_of(article) if article is not None else ():
                search.push(link, min(depth + 1, MAX_DEPTH), item.url)


async def _by_sitemap(search: _Search) -> None:
    parts = urlsplit(search.home)
    robots = await search.ask(Ask(f"{parts.scheme}://{parts.netloc}/robots.txt"))
    for address in sitemaps_of(robots.text if robots is not None else "", search.home)[:2]:
        page = await search.ask(Ask(address)) if search.same_site(address) else None
        for link in sitemap_columns(page.text) if page is not None else ():
            search.push(link, 1, address)
    await _run(search)


def _by_its_words(one: Candidate, words: str) -> Candidate:
    """A column known from before is asked without the words of a link; those that a page had for it say of which year it is."""
    if one.words or not words:
        return one
    year = one.evidence.year or one_year(one.url, one.column, words)
    return replace(one, words=words, evidence=replace(one.evidence, year=year))


def _year_of(one: Candidate) -> int | None:
    """The year of a column: the one it names, else, where it is named as the column, the only one its reports are of."""
    if one.evidence.year is not None:
        return one.evidence.year
    if score_of(one.column, "")[0] < COLUMN:
        return None
    years = {find_year(item.title).value for item in one.items if is_report(item.title, one.column)[0] is Decision.REPORT}
    return years.pop() if len(years) == 1 else None


def _with_its_series(one: Candidate, others: Sequence[Candidate]) -> Candidate:
    """In January the new year's column holds one report among look-alikes: it is believed for its sister columns, which hold many."""
    year = _year_of(one)
    sisters = [o for o in others if o.evidence.trusted and o.family == one.family and _year_of(o) not in {None, year}]
    if one.evidence.trusted or year is None or not one.evidence.reports or not sisters:
        return one
    evidence = replace(one.evidence, confidence=TRUSTED, reasons=(*one.evidence.reasons, f"series of {len(sisters) + 1}"))
    return replace(one, evidence=evidence)


def _settled(found: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Best first, without those whose reports all stand in a better one: a home page repeats the newest rows of its column."""
    ranked = sorted(found, key=lambda one: (not one.evidence.trusted, -one.evidence.confidence, -len(one.items), one.url))
    kept: list[Candidate] = []
    for one in ranked:
        held = {item.url for item in one.items}
        if held and any(held <= {item.url for item in better.items} for better in kept):
            continue
        if one.evidence.trusted or one.evidence.reports or not any(better.evidence.trusted for better in kept):
            # A stable page above columns of one year each has no rows of its own: once those are known, nobody needs to look at it.
            kept.append(one)
    kept = [_with_its_series(one, kept) for one in kept]
    series = sum(one.evidence.year is not None and one.evidence.reports > 0 for one in kept) > 0
    return tuple(replace(one, series=series) for one in kept)
