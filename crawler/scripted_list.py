"""A list that only a browser shows: read by its key where one is kept, else rendered once and a key cut from what the page asked for.

A key is kept only if its request, made again at once without a browser, gives the very rows the page shows. When it no longer does, it is
retired, the page is rendered once more and a new one cut; keys that never outlive the visit they were cut on are given up for a month.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from urllib.parse import urlsplit

from crawler.canary import ListFacts
from crawler.discovery.troubles import Trouble
from crawler.egress import registrable
from crawler.families import keyed
from crawler.fetching import Reply
from crawler.keys import Exchange, Key, as_text, cut, from_text
from crawler.list_reading import Reading, choose_family
from crawler.listing import Item, Start
from crawler.page import Page
from crawler.visit_state import VisitState
from storage import list_keys
from storage.domain.enums import VisitOutcome
from storage.domain.errors import LayoutChanged

MAX_FAILED_CUTS = 2
REST = timedelta(days=30)
MAX_TRIED = 2
STALE = frozenset({VisitOutcome.LAYOUT_CHANGED, VisitOutcome.SOFT_ERROR, VisitOutcome.BLOCKED})
"""What an outlived key ends in. A host that does not answer, or wants a challenge solved, would not show its list to a browser either."""

ReadWhole = Callable[[Start, Page], Awaitable[tuple[Reading, ListFacts]]]
"""Reads the list whose first answer is at hand to its end, by a key."""


async def by_key(state: VisitState, read: ReadWhole) -> ListFacts | None:
    """Read the list by its key; None where there is none or it has outlived itself, so that the page must be rendered."""
    entry = state.before.entry
    stored = state.recorder.key_of(entry.id)
    if stored is None:
        return None
    try:
        key = from_text(stored.key)
    except (ValueError, KeyError, TypeError):
        _retire(state, "not-understood")
        return None
    reply, _ = await state.ask(key.ask(entry.url), "list", by_key=True)
    reading, facts = await _read(state, key, reply, read)
    if facts.first_page_failed and facts.stop is not None and facts.stop.outcome in STALE:
        _retire(state, f"{facts.stop.outcome.value}:{facts.stop.reason}")
        return None
    known = {version.found.url for version in state.before.versions if version.gone_since is None}
    if known and not facts.first_page_failed and not (reading and reading.early) and not known & state.lines.keys():
        # Rows of something else: the rendered page decides whether the reports are gone.
        _retire(state, "canary-lost")
        return None
    if not facts.first_page_failed:
        with state.recorder.writing() as connection:
            list_keys.used(connection, stored.id, state.recorder.clock.now())
        state.key_note = "used"
    return facts


def _retire(state: VisitState, reason: str) -> None:
    with state.recorder.writing() as connection:
        list_keys.retire(connection, state.before.entry.id, reason, state.recorder.clock.now())
    state.lines.clear()
    state.key_note = f"retired:{reason}"


async def cut_and_read(state: VisitState, page: Page, exchanges: Sequence[Exchange], read: ReadWhole) -> ListFacts | None:
    """Cut a key of the rendered page and read the list by it; None where no key fits, and the page itself must do."""
    if _rests(state):
        return None
    shown = _rows_shown(state, page)
    reason = "no-rows-shown" if not shown else "no-request-holds-the-rows"
    for key in _candidates(state, page, exchanges, shown)[:MAX_TRIED]:
        reply, _ = await state.ask(key.ask(state.before.entry.url), "list", by_key=True)
        if reply.page is not None and reply.trouble is None and _gives(state, key, reply.page, shown):
            _keep(state, key)
            return (await _read(state, key, reply, read))[1]
        reason = "replay-failed"
        if state.stopped is not None:
            break
    with state.recorder.writing() as connection:
        list_keys.failed(connection, state.before.entry.id, reason, state.recorder.clock.now())
    state.key_note = f"{state.key_note}; none:{reason}".removeprefix("; ")
    return None


def _rests(state: VisitState) -> bool:
    """Whether the last keys were of no use: none could be cut, or they never served a later visit."""
    last = state.recorder.keys_of(state.before.entry.id)[:MAX_FAILED_CUTS]
    now = state.recorder.clock.now()
    return len(last) == MAX_FAILED_CUTS and all(one.retired_at is not None and not one.uses and now - one.cut_at < REST for one in last)


def _rows_shown(state: VisitState, page: Page) -> tuple[Item, ...]:
    family = choose_family(page, state.before.entry.family)
    try:
        return family.read_list(page, state.before.entry.params).items if family is not None else ()
    except LayoutChanged:
        return ()


def _candidates(state: VisitState, page: Page, exchanges: Sequence[Exchange], shown: Sequence[Item]) -> list[Key]:
    own = registrable(urlsplit(state.before.portal.home_url).hostname or "")
    now = state.recorder.clock.now()
    mine = [one for one in exchanges if registrable(urlsplit(one.url).hostname or "") == own]
    return [key for one in mine if (key := cut(one, shown, page.url, now)) is not None]


def _gives(state: VisitState, key: Key, page: Page, shown: Sequence[Item]) -> bool:
    try:
        found = keyed.read_list(page, _params(state, key)).items
    except LayoutChanged:
        return False
    return [(item.url, item.title, item.listed_on) for item in found] == [(item.url, item.title, item.listed_on) for item in shown]


def _keep(state: VisitState, key: Key) -> None:
    with state.recorder.writing() as connection:
        list_keys.keep(connection, state.before.entry.id, as_text(key), state.recorder.clock.now())
    state.key_note = f"{state.key_note}; cut".removeprefix("; ")


def _params(state: VisitState, key: Key) -> dict[str, str]:
    return {"key": as_text(key), "list_url": state.before.entry.url}


async def _read(state: VisitState, key: Key, first: Reply, read: ReadWhole) -> tuple[Reading | None, ListFacts]:
    """The whole list by its key, whose first answer is at hand."""
    if first.page is None or first.trouble is not None:
        stop = first.trouble or Trouble(VisitOutcome.UNREACHABLE, "no-answer")
        return None, ListFacts(stop=stop, first_page_failed=True)
    state.list_pages.append({"url": key.url, "by_key": True})
    return await read(Start(state.before.entry.url, _params(state, key)), first.page)
