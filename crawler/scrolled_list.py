"""A list that shows its first rows and asks for the rest by a script as it is scrolled: asked in the script's own words.

Proven like a key (`crawler.scripted_list`): the request for the first page must give the very rows the page shows, and a later one rows
that differ, or the answer must count no more than those shown. Else nothing is taken, and the list stays half read.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from crawler.canary import ListFacts
from crawler.fetching import Reply
from crawler.keys import Exchange, Key, as_text, cut
from crawler.list_scroll import loads_on_scroll
from crawler.listing import Ask, Item, Start
from crawler.page import Page
from crawler.script_requests import script_requests
from crawler.scripted_list import ReadWhole
from crawler.visit_state import VisitState

MAX_TRIED = 3
"""Requests made to find out whether a script's words give the rows shown."""


async def by_scroll(state: VisitState, page: Page, shown: Sequence[Item], read: ReadWhole) -> ListFacts | None:
    """Read the whole list as the page's script would; None where that cannot be told, or brings nothing that the page does not show."""
    if not shown or not loads_on_scroll(page):
        return None
    found = await _key(state, page, shown)
    if found is None:
        return None
    key, first = found
    before = state.read_through
    state.list_pages.append({"url": key.url, "by_script": True})
    _, facts = await read(Start(page.url, {"key": as_text(key), "list_url": page.url}), first)
    if facts.items_seen > len(shown) or facts.declared_total == len(shown):
        return facts
    state.read_through = before
    return None


async def _key(state: VisitState, page: Page, shown: Sequence[Item]) -> tuple[Key, Page] | None:
    tried = 0
    for request in script_requests(page):
        for number in (1, 0):
            if tried >= MAX_TRIED or state.stopped is not None:
                return None
            tried += 1
            ask = request.ask(number, page.url)
            reply, _ = await state.ask(ask, "list", by_key=True)
            if reply.page is None or reply.trouble is not None:
                continue
            key = cut(_exchange(ask, reply, reply.page), shown, page.url, state.recorder.clock.now())
            if key is not None and key.page_field:
                return key, reply.page
    return None


def _exchange(ask: Ask, reply: Reply, page: Page) -> Exchange:
    sent = {"content-type": "application/x-www-form-urlencoded"} if ask.form else {}
    return Exchange(ask.url, ask.method, sent, urlencode(ask.form), page.status, page.media_type, page.body)
