"""The list of one visit: first how this host says "absent", then the list, page by page, each row decided and recorded.

An unchanged first page saves the rest of the list only where that loses nothing: where the page itself states how many rows the whole
list has, or where nobody's newest report is awaited any more. In the second case the visit proves nothing about absence, and says so.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from crawler.canary import ListFacts
from crawler.discovery.recognition import Clues, recognise
from crawler.discovery.troubles import Trouble, fingerprint, trouble
from crawler.fetching import NO_VALIDATORS, Reply, Validators
from crawler.list_reading import Reading, read_all
from crawler.listing import Ask, Listing, Start
from crawler.page import Page
from crawler.page import page as make_page
from crawler.recording import READ_MARK
from crawler.robots import CONTROL_TTL, is_fresh
from crawler.visit_state import VisitState, host_of
from storage.domain.clock import local_date
from storage.domain.enums import VisitOutcome
from storage.domain.visits import Decision, ListLine


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
    reply, digest = await state.ask(Ask(entry.url), "list", state.before.validators if state.before.list_sha256 else NO_VALIDATORS)
    page = _first_page(state, reply)
    if page is None or (reply.trouble is not None and not reply.not_modified):
        stop = reply.trouble or Trouble(VisitOutcome.UNREACHABLE, "no-answer")
        return ListVisit(ListFacts(stop=stop, first_page_failed=True), entry.family, "", NO_VALIDATORS)
    unchanged = reply.not_modified or digest == state.before.list_sha256
    state.list_pages.append({"url": entry.url, "sha256": digest or state.before.list_sha256, "not_modified": reply.not_modified})
    reading = Reading(_recorder(state), state.max_pages, entry.family, enough=_enough(state, unchanged))

    async def ask_page(ask: Ask) -> Reply:
        found, sha256 = await state.ask(ask, "list")
        state.list_pages.append({"url": ask.url, "sha256": sha256})
        return found

    facts = await read_all(Start(entry.url, entry.params), page, reading, ask_page)
    if reading.early and facts.declared_total is not None:
        facts = _take_over(state, facts)
    return ListVisit(facts, reading.family_id, reading.column, state.before.validators if reply.not_modified else reply.validators)


def _first_page(state: VisitState, reply: Reply) -> Page | None:
    if not reply.not_modified:
        return reply.page
    if state.before.list_sha256 is None:
        return None
    body = state.recorder.archive.get(state.before.list_sha256)
    return make_page(state.before.entry.url, 200, body, {"content-type": state.before.list_content_type})


def _recorder(state: VisitState) -> Callable[[Listing, int], None]:
    def on_page(listing: Listing, _rows_before: int) -> None:
        lines = [
            _decide(state, ListLine(item.url, item.title, item.listed_on, item.raw_date, item.position), listing.column)
            for item in listing.items
        ]
        state.lines.update((line.url, line) for line in lines)
        state.recorder.record_list(state.visit_id, state.before.entry.id, lines)

    return on_page


def _enough(state: VisitState, unchanged: bool) -> Callable[[Reading], bool] | None:
    """Whether unchanged first rows are enough of a list that was read whole before: the first page is the same, or, where that only leads
    to the rows, the rows are.
    """
    before = state.before
    if not before.whole_lines or state.errand.whole:
        return None
    awaited_year = local_date(state.recorder.clock.now()).year - 1
    have = {s.line.body_id for s in before.lines.values() if s.line.decision is Decision.REPORT and s.line.report_year == awaited_year}
    nobody_awaited = all(body.id in have for body in before.bodies)

    def enough(reading: Reading) -> bool:
        if not (_same_rows(reading, before.whole_lines) if reading.led else unchanged):
            return False
        return reading.declared_total == len(before.whole_lines) or nobody_awaited

    return enough


def _same_rows(reading: Reading, lines: Sequence[ListLine]) -> bool:
    """Whether the rows met so far are the first ones of these, in their order, with the same words and days."""
    found = [(item.url, item.title, item.listed_on) for item in reading.items]
    return found == [(line.url, line.title, line.listed_on) for line in lines[: len(found)]]


def _take_over(state: VisitState, facts: ListFacts) -> ListFacts:
    """The rows of the other pages stand as they did: the first ones are unchanged, and so is the total they come with."""
    if facts.declared_total != len(state.before.whole_lines):
        return facts
    rest = [line for line in state.before.whole_lines if line.url not in state.lines]
    state.lines.update((line.url, line) for line in rest)
    state.recorder.record_list(state.visit_id, state.before.entry.id, rest)
    return replace(facts, items_seen=len(state.lines), ended=len(state.lines) == facts.declared_total)


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
    found = recognise(Clues(line.title, column, line.listed_on, url=line.url), state.before.bodies)
    if found.decision is Decision.UNRESOLVED and known is not None and known.line.decision is not Decision.UNRESOLVED:
        # Its own page, or a person, decided it before.
        return replace(known.line, title=line.title, listed_on=line.listed_on, raw_date=line.raw_date, position=line.position)
    reason = found.reason
    if known is not None and known.line.reason.startswith(READ_MARK):
        reason = READ_MARK + reason
    return replace(line, decision=found.decision, reason=reason, body_id=found.body_id, report_year=found.report_year)
