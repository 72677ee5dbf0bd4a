"""The list of one visit: first how this host says "absent", then the list, page by page, each row decided and recorded.

An unchanged first page saves the rest of a list only where that loses nothing: where the page itself states how many rows the whole list
has; where the end of the list is as it was, which is asked for (`crawler.list_tail` says why the two stand for the whole); or where
nobody's newest report is awaited any more. In the last case the visit proves nothing about absence, and says so.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from crawler.canary import ListFacts
from crawler.discovery.recognition import BARE, Clues, recognise
from crawler.discovery.troubles import Trouble, fingerprint, trouble
from crawler.families import keyed
from crawler.family_scan import get_family
from crawler.fetching import NO_VALIDATORS, Reply, Validators
from crawler.gone_lines import GONE_MARK
from crawler.list_reading import LEFT_OVER, AskPage, Reading, read_all
from crawler.list_tail import Led, ReadThrough, Tail
from crawler.listing import Ask, Listing, Start
from crawler.page import Page
from crawler.recording import READ_MARK
from crawler.robots import CONTROL_TTL, is_fresh
from crawler.scripted_list import ReadWhole, by_key, cut_and_read
from crawler.scrolled_list import by_scroll
from crawler.visit_state import VisitState, host_of
from storage.domain.clock import local_date
from storage.domain.enums import VisitOutcome
from storage.domain.errors import LayoutChanged
from storage.domain.visits import Decision, ListLine

_LEFT_OVER = frozenset({LEFT_OVER.reason, "later-page-not-understood"})


@dataclass(frozen=True, slots=True)
class ListVisit:
    """How the list was read, by which family, and what to send next time to learn cheaply that nothing changed."""

    facts: ListFacts
    family: str
    column: str
    validators: Validators


async def read_list(state: VisitState) -> ListVisit:
    """Read the visit's list and record its rows."""
    entry = state.before.entry
    await _take_control(state)
    if entry.tier == "browser" and (facts := await by_key(state, _by_key(state))) is not None:
        return ListVisit(facts, entry.family, "", NO_VALIDATORS)
    if (past := await _past_the_shell(state)) is not None:
        return past
    reply, digest = await state.ask(Ask(entry.url), "list", state.before.validators if state.before.list_sha256 else NO_VALIDATORS)
    page = state.before.list_page if reply.not_modified else reply.page
    if page is None or (reply.trouble is not None and not reply.not_modified):
        stop = reply.trouble or Trouble(VisitOutcome.UNREACHABLE, "no-answer")
        return ListVisit(ListFacts(stop=stop, first_page_failed=True), entry.family, "", NO_VALIDATORS)
    if entry.tier == "browser" and (facts := await cut_and_read(state, page, reply.exchanges, _by_key(state))) is not None:
        return ListVisit(facts, entry.family, "", NO_VALIDATORS)
    unchanged = reply.not_modified or digest == state.before.list_sha256
    state.list_pages.append({"url": entry.url, "sha256": digest or state.before.list_sha256, "not_modified": reply.not_modified})
    reading, facts = await _whole(state, Start(entry.url, entry.params), page, entry.family, unchanged=unchanged)
    if reading.pages == 1 and reading.last is not None and facts.stop is not None and facts.stop.reason in _LEFT_OVER:
        facts = await by_scroll(state, reading.last, reading.items, _by_key(state)) or facts
    return ListVisit(facts, reading.family_id, reading.column, state.before.validators if reply.not_modified else reply.validators)


async def _past_the_shell(state: VisitState) -> ListVisit | None:
    """The list that the page of this entry only leads to, asked for where that page was seen to lead; None where the page itself must be
    asked: it was not seen today and somebody's report is awaited, or the list is another than it was.
    """
    entry, through, now = state.before.entry, state.before.read_through, state.recorder.clock.now()
    led = through.led if through is not None and through.is_fresh(now) else None
    if led is None or entry.tier == "browser" or state.errand.whole or not (led.is_fresh(now) or _nobody_awaited(state)):
        return None
    reply = await _ask_page(state, led.ask, by_key=False)
    if reply.page is None or reply.trouble is not None:
        return None
    reading, facts = await _whole(state, Start(entry.url, entry.params), reply.page, entry.family, led=led)
    if reading.behind is not None or not (reading.early or _is_as_it_was(reading, state.before.whole_lines)):
        return None
    return ListVisit(facts, reading.family_id, reading.column, state.before.validators)


async def _whole(  # noqa: PLR0913 - what is known of the list before it is read, by keyword
    state: VisitState,
    start: Start,
    page: Page,
    family_id: str,
    *,
    unchanged: bool = False,
    by_key: bool = False,
    led: Led | None = None,
) -> tuple[Reading, ListFacts]:
    """The list whose first page is at hand, read to its end or as far as it must be. What a key answers, and what `led` gave, is never the
    page that was archived last: there, unchanged is what has the same first rows.
    """

    async def ask_page(ask: Ask) -> Reply:
        return await _ask_page(state, ask, by_key=by_key)

    beyond = by_key or led is not None
    reading = Reading(_recorder(state), state.max_pages, family_id, enough=_enough(state, unchanged), led=beyond)
    facts = await read_all(start, page, reading, ask_page)
    if reading.early:
        taken = await _take_over(state, reading, facts, ask_page)
        if taken is None:
            reading = Reading(_recorder(state), state.max_pages, family_id, led=beyond)
            facts = await read_all(start, page, reading, ask_page)
        facts = taken or facts
    if facts.ended and not reading.early:
        now, trail = state.recorder.clock.now(), reading.trail
        state.read_through = ReadThrough(
            now, int(state.visit_id), trail.first_pages, trail.end(), trail.first_total, trail.parts, _led_now(state, reading) or led
        )
    return reading, facts


def _led_now(state: VisitState, reading: Reading) -> Led | None:
    """Where the page of the list was seen to lead on this visit."""
    return Led(reading.behind, state.recorder.clock.now()) if reading.behind is not None else None


def _by_key(state: VisitState) -> ReadWhole:
    async def whole(start: Start, page: Page) -> tuple[Reading, ListFacts]:
        return await _whole(state, start, page, keyed.ID, by_key=True)

    return whole


async def _ask_page(state: VisitState, ask: Ask, *, by_key: bool) -> Reply:
    """One page of the list behind the first; where the server says that nothing changed, the page as it is in the archive."""
    known = state.recorder.validators_of(ask.url) if ask.method == "GET" else NO_VALIDATORS
    reply, sha256 = await state.ask(ask, "list", known, by_key=by_key)
    unchanged = reply.not_modified
    archived = state.recorder.newest_page(ask.url) if unchanged else None
    if archived is not None:
        page, sha256 = archived
        reply = replace(reply, page=page, trouble=state.wrong_with(page, "list"))
    state.list_pages.append({"url": ask.url, "sha256": sha256, "not_modified": unchanged})
    return reply


def _recorder(state: VisitState) -> Callable[[Listing, int], None]:
    def on_page(listing: Listing, _rows_before: int) -> None:
        lines = [
            _decide(state, ListLine(item.url, item.title, item.listed_on, item.raw_date, item.position), listing.column)
            for item in listing.items
        ]
        state.lines.update((line.url, line) for line in lines)
        state.written(state.recorder.record_list(state.visit_id, state.before.entry.id, lines))

    return on_page


def _enough(state: VisitState, unchanged: bool) -> Callable[[Reading], bool] | None:
    """Whether unchanged first rows may be enough of a list that was read page by page a short while ago: the first page is the same, or,
    where that only leads to the rows, the rows are.
    """
    before, through = state.before, state.before.read_through
    if not before.whole_lines or state.errand.whole or through is None or not through.is_fresh(state.recorder.clock.now()):
        return None
    nobody_awaited = _nobody_awaited(state)

    def enough(reading: Reading) -> bool:
        if not (_same_rows(reading, before.whole_lines) if reading.led else unchanged):
            return False
        if reading.declared_total is not None:
            said_then = through.total if through.total is not None else len(before.whole_lines)
            return reading.declared_total == said_then and (nobody_awaited or not through.parts)
        return nobody_awaited or (through.tail is not None and through.pages == reading.declared_pages)

    return enough


def _nobody_awaited(state: VisitState) -> bool:
    """Whether this list showed the newest report of every body it is known for."""
    before = state.before
    awaited_year = local_date(state.recorder.clock.now()).year - 1
    have = {s.line.body_id for s in before.lines.values() if s.line.decision is Decision.REPORT and s.line.report_year == awaited_year}
    return all(body.id in have for body in before.bodies)


def _same_rows(reading: Reading, lines: Sequence[ListLine]) -> bool:
    """Whether the rows met so far are the first ones of these, in their order, with the same words and days."""
    found = [(item.url, item.title, item.listed_on) for item in reading.items]
    return found == [(line.url, line.title, line.listed_on) for line in lines[: len(found)]]


def _is_as_it_was(reading: Reading, lines: Sequence[ListLine]) -> bool:
    return bool(reading.items) and len(reading.items) == len(lines) and _same_rows(reading, lines)


async def _take_over(state: VisitState, reading: Reading, facts: ListFacts, ask_page: AskPage) -> ListFacts | None:
    """The rows of the other pages stand as they did: the first ones are unchanged, and so is the total they come with or the end of the
    list. None where the end is another now, so that the list must be read.
    """
    whole, through = state.before.whole_lines, state.before.read_through
    assert through is not None
    state.read_through = replace(through, led=_led_now(state, reading) or through.led)
    if facts.declared_total is None or through.parts:
        if _nobody_awaited(state):
            return facts
        if through.tail is None or not await _still_ends(state, reading, through.tail, ask_page):
            state.read_through = None
            return None
    rest = [line for line in whole if line.url not in state.lines]
    state.lines.update((line.url, line) for line in rest)
    state.written(state.recorder.record_list(state.visit_id, state.before.entry.id, rest))
    # What the first page declares was borne out by the reading that these rows are of, whatever it counts twice.
    total = None if facts.declared_total is None else min(facts.declared_total, len(whole))
    return replace(facts, items_seen=len(state.lines), declared_total=total, ended=len(state.lines) == len(whole))


async def _still_ends(state: VisitState, reading: Reading, tail: Tail, ask_page: AskPage) -> bool:
    """Ask for the end of the list; whether it is as it was."""
    reply = await ask_page(tail.ask)
    if reply.page is None or reply.trouble is not None:
        return False
    try:
        return tail.is_shown_by(get_family(reading.family_id).read_list(reply.page, tail.params))
    except LayoutChanged:
        return False


async def _take_control(state: VisitState) -> None:
    """Ask for an address that cannot exist and remember how this host says "absent"; once a week per host."""
    host = host_of(state.before.entry.url)
    notes, now = state.memory.get(host), state.recorder.clock.now()
    if is_fresh(notes.control_at, now, CONTROL_TTL):
        return
    reply, _ = await state.ask(Ask(f"{host}/{uuid.uuid4().hex}.html"), "control")
    if reply.page is None or reply.trouble is not None:
        return
    found = trouble(reply.page)
    if found is not None and found.outcome is not VisitOutcome.SOFT_ERROR:
        return
    # A host that answers 200 for everything is known by that page's words; nothing with the same words is believed.
    words = fingerprint(reply.page)
    disguised = words if reply.page.status < 400 else ""
    absent = found is not None or bool(words)
    state.memory.put(host, replace(state.memory.get(host), control_at=now.isoformat(), control_absent=absent, control_print=disguised))


def _decide(state: VisitState, line: ListLine, column: str) -> ListLine:
    known = state.before.lines.get(line.url)
    state.column = column or state.column
    found = recognise(Clues(line.title, column, line.listed_on, url=line.url), state.before.bodies)
    if found.decision is Decision.UNRESOLVED and known is not None and known.line.decision is not Decision.UNRESOLVED:
        # Its own page, or a person, decided it before.
        return replace(known.line, title=line.title, listed_on=line.listed_on, raw_date=line.raw_date, position=line.position)
    if found.reason == BARE and host_of(line.url) != host_of(state.before.entry.url):
        # An index of names may lead to portals, which are no reports and have lists of their own.
        return replace(line, decision=Decision.NOT_REPORT, reason=f"{BARE}; elsewhere")
    reason = found.reason
    mark = next((mark for mark in (READ_MARK, GONE_MARK) if known is not None and known.line.reason.startswith(mark)), "")
    if mark == READ_MARK or (mark and found.decision is Decision.UNRESOLVED):
        reason = mark + reason
    return replace(line, decision=found.decision, reason=reason, body_id=found.body_id, report_year=found.report_year)
