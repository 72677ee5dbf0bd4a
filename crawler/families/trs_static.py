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

from crawler.list_pager import told
from crawler.list_prober import continues, probe
from crawler.list_rows import column_name, rows, says_nothing
from crawler.listing import Ask, Item, Listing, Start
from crawler.page import Page
from storage.domain.errors import LayoutChanged

ID = "trs_static"

_ARGUMENT = r"""\s*(?:"([^"]*)"|'([^']*)'|(-?\d+))\s*"""
_CALL = re.compile(r"createPageHTML\s*\(([^)]{1,200})\)")
_ONE = re.compile(_ARGUMENT)
_MARKERS = ("TRS_Editor", "trs_editor_view", "TRS_UEDITOR", "countPage")
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
    if not items and not says_nothing(page):
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


def _int(text: str) -> int | None:
    return int(text) if text else None


def _following(page: Page, items: tuple[Item, ...], params: Mapping[str, str]) -> tuple[tuple[Ask, ...], dict[str, str]]:
    """Ways to the next page, and what to carry: where the pager's call says it, how many `pages` and where it `counts_from`."""
    call = _CALL.search(page.text)
    arguments = [next((group for group in match if group), "") for match in _ONE.findall(call.group(1))] if call else []
    if len(arguments) < 4:
        return probe(page, items, params)
    asks, pages, counts_from = _numbered(page, arguments, params.get("counts_from", ""))
    # The place and the column of the page are checked here, too.
    _, carry = probe(page, items, params)
    return asks, carry | {"counts_from": counts_from, "pages": "" if pages is None else str(pages)}


def _numbered(page: Page, arguments: list[str], counts_from: str) -> tuple[tuple[Ask, ...], int | None, str]:
    """The next numbered file.

    A call that starts with the name of an element counts from 1. Without one it counts from 0, unless the first page already calls
    itself 1; later pages look alike in both, so what the first page showed is carried along.
    """
    named = not arguments[0].isdigit()
    if named:
        arguments = arguments[1:]
    if len(arguments) < 4 or not (arguments[0].isdigit() and arguments[1].isdigit()):
        return (), None, counts_from
    pages, current, name, suffix = int(arguments[0]), int(arguments[1]), arguments[2], arguments[3]
    own_number = re.search(rf"{re.escape(name)}_(\d+)\.", page.url)
    counts_from = counts_from or ("1" if named or (current == 1 and own_number is None) else "0")
    last = pages if counts_from == "1" else pages - 1
    if current >= last:
        return (), pages, counts_from
    numbers = (current + 1, current + 2) if current == 0 else (current + 1,)
    asks = tuple(Ask(urljoin(page.url, f"{name}_{number}.{suffix}"), referer=page.url) for number in numbers)
    return asks, pages, counts_from
