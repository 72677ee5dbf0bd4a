"""Server-written list pages, numbered files: TRS WCM and everything that looks like it.

Page 1 is `index.html`; what page 2 is called depends on the dialect. `createPageHTML(total, current, "index", "html")` counts from 0, so
the second page is `index_1.html`; the form with a leading element name counts from 1, so it is `index_2.html`. Both are offered, the
likelier first: the caller keeps the one that brings rows not seen before. Where there is no such call, the page is probed
(`crawler/list_prober.py`). Declared totals are kept as declared, never trusted to end the list.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urljoin

from crawler.column_name import column_name
from crawler.list_answers import ends_here
from crawler.list_pager import PagerCall, pager_call, told
from crawler.list_prober import continues, probe
from crawler.list_rows import rows, says_nothing
from crawler.listing import Ask, Item, Listing, Start
from crawler.page import Page, body_words
from storage.domain.errors import LayoutChanged

ID = "trs_static"

_CALL = re.compile(r"createPageHTML\s*\(([^)]{1,200})\)")
_MARKERS = ("TRS_Editor", "trs_editor_view", "TRS_UEDITOR", "countPage")
_NO_MORE = re.compile(r"没有更多|没有了|(?:已经?|全部)加载完|到底了|no more", re.IGNORECASE)
_TRS_LINK = re.compile(r"/t20\d{6}_\d+\.s?html?")


def detect(page: Page) -> float:
    """Certainty that this is such a list; a page with document rows and no better explanation scores low."""
    if _CALL.search(page.text):
        return 0.9
    if _TRS_LINK.search(page.text) or any(marker in page.text for marker in _MARKERS):
        return 0.7
    return 0.35 if rows(page)[0] else 0.0


def first_requests(start: Start) -> tuple[Ask, ...]:
    """The list page itself."""
    return (Ask(start.url),)


def read_list(page: Page, params: Mapping[str, str]) -> Listing:
    """The rows of one such page.

    Raises:
        LayoutChanged: no row and no words that say there is none.
    """
    items, skipped = rows(page)
    if not items and not says_nothing(page) and not (params.get("scrolled") and _ends_scrolling(page)):
        raise LayoutChanged("列表页上没有找到任何条目，也没有“暂无信息”的说明", advice="页面可能已改版，请核对栏目地址")
    continues(page, items, params)
    following, carry = _following(page, items, params)
    said = told(page)
    return Listing(
        items=items,
        next=following,
        declared_total=said.rows,
        declared_pages=_int(carry.pop("pages", "")) or said.pages,
        complete=skipped == 0,
        skipped=skipped,
        says_empty=not items,
        column=column_name(page),
        carry=carry,
    )


def _ends_scrolling(page: Page) -> bool:
    """Whether a piece of a page is what a script that loads more is told behind the last row."""
    return bool(_NO_MORE.search(body_words(page))) or ends_here(page)


def _int(text: str) -> int | None:
    return int(text) if text else None


def _following(page: Page, items: tuple[Item, ...], params: Mapping[str, str]) -> tuple[tuple[Ask, ...], dict[str, str]]:
    """Ways to the next page, and what to carry: where the pager's call says it, how many `pages` and where it `counts_from`."""
    asks, carry = probe(page, items, params)
    call = pager_call(page.text)
    if call is None:
        return asks, carry
    # What the call says is offered instead; the place and the column of the next page are checked as those of a probed one are.
    counts_from = params.get("counts_from") or _counts_from(page, call)
    return _numbered(page, call, counts_from), carry | {"counts_from": counts_from, "pages": str(call.pages)}


def _counts_from(page: Page, call: PagerCall) -> str:
    """A call that starts with the name of an element counts from 1. Without one it counts from 0, unless the first page already calls
    itself 1; later pages look alike in both, so what the first page showed is carried along.
    """
    own_number = re.search(rf"{re.escape(call.name)}_(\d+)\.", page.url)
    return "1" if call.named or (call.current == 1 and own_number is None) else "0"


def _numbered(page: Page, call: PagerCall, counts_from: str) -> tuple[Ask, ...]:
    """The next numbered file."""
    if call.current >= (call.pages if counts_from == "1" else call.pages - 1):
        return ()
    numbers = (call.current + 1, call.current + 2) if call.current == 0 else (call.current + 1,)
    return tuple(Ask(urljoin(page.url, f"{call.name}_{number}.{call.suffix}"), referer=page.url) for number in numbers)
