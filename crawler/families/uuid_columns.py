"""Columns named by UUIDs (`/columns/<uuid>/index.html`): the page names a block of its template, which gives the rows page by page.

The block answers with a piece of HTML. Whether it counts its pages from 0 or from 1 is nowhere said: where the column page has rows of its
own, page 1 is asked for and may repeat them; where it has none, page 0 is asked for first and page 1 may repeat that.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit, urlunsplit

from crawler.column_name import column_name
from crawler.list_answers import ends_here, fragment_page, query_of, whole_number
from crawler.list_pager import next_link, told
from crawler.list_rows import absolute, rows, says_nothing
from crawler.listing import Ask, Listing, Start
from crawler.page import Page
from storage.domain.errors import LayoutChanged

ID = "uuid_columns"

_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_COLUMN = re.compile(rf"/columns/({_UUID})/(?:index\.s?html)?$", re.IGNORECASE)
_BLOCK = re.compile(rf"(?:https?://[\w.\-:]+)?/columns/({_UUID})/templates/{_UUID}/blocks/{_UUID}", re.IGNORECASE)
_ARTICLE = re.compile(rf"/columns/{_UUID}/\d{{6}}/\d{{2}}/{_UUID}\.s?html", re.IGNORECASE)
MAX_BLOCKS = 4


def detect(page: Page) -> float:
    """Certainty that this is such a column; its articles lie two folders below."""
    path = urlsplit(page.url).path
    if _ARTICLE.search(path):
        return 0.0
    if _COLUMN.search(path):
        return 0.93 if _BLOCK.search(page.text) or _ARTICLE.search(page.text) else 0.6
    return 0.0


def first_requests(start: Start) -> tuple[Ask, ...]:
    """The column page."""
    return (Ask(start.url),)


def read_list(page: Page, params: Mapping[str, str]) -> Listing:
    """The column page, or one answer of its block. `params` carries `column_url` and `met` (rows before).

    Raises:
        LayoutChanged: an article; no row, no block, and no words that say there is none.
    """
    path = urlsplit(page.requested_url or page.url).path
    if _ARTICLE.search(path):
        raise LayoutChanged("这是一篇文章，不是列表页", advice="请核对栏目地址")
    return _answer(page, params) if _BLOCK.search(path) else _column(page)


def _column(page: Page) -> Listing:
    items, skipped = rows(page)
    blocks, said = _blocks(page), told(page)
    if not items and not blocks and not says_nothing(page):
        raise LayoutChanged("列表页上没有找到任何条目，也没有“暂无信息”的说明", advice="页面可能已改版，请核对栏目地址")
    asks: list[Ask] = []
    if not items:
        asks = [_ask(block, number, page.url) for block in blocks for number in (0, 1)]
    elif said.pages is None or said.pages > 1:
        linked = next_link(page)
        asks = [_ask(block, 1, page.url) for block in blocks] or ([Ask(linked, referer=page.url)] if linked else [])
    return Listing(
        items=items,
        next=tuple(asks),
        declared_total=said.rows,
        declared_pages=said.pages,
        complete=skipped == 0,
        skipped=skipped,
        says_empty=not items and says_nothing(page),
        column=column_name(page),
        restarts=bool(items and blocks and asks),
        carry={"column_url": page.url, "met": str(len(items))},
    )


def _blocks(page: Page) -> list[str]:
    """The blocks the page names, those of its own column where there are such."""
    column = _COLUMN.search(urlsplit(page.url).path)
    found = {absolute(page.url, block.group()): block.group(1).lower() for block in _BLOCK.finditer(page.text)}
    own = [address for address, of in found.items() if column is not None and of == column.group(1).lower()]
    return (own or [address for address in found if address])[:MAX_BLOCKS]


def _answer(page: Page, params: Mapping[str, str]) -> Listing:
    asked = page.requested_url or page.url
    number, met = whole_number(query_of(asked).get("page")) or 0, int(params.get("met") or 0)
    piece = fragment_page(page, page.text)
    items, skipped = rows(piece)
    if not items and (skipped or not ends_here(piece)):
        raise LayoutChanged("栏目的列表接口没有给出条目，也没有“暂无信息”的说明", advice="接口可能已改版，请核对栏目地址")
    said = told(piece)
    last = said.pages is not None and said.place is not None and said.place >= said.pages
    more = bool(items) and not last
    return Listing(
        items=items,
        next=(_ask(asked, number + 1, params.get("column_url") or page.url),) if more else (),
        declared_total=said.rows,
        declared_pages=said.pages,
        complete=skipped == 0,
        skipped=skipped,
        says_empty=not items,
        restarts=more and number == 0 and not met,
        carry={"met": str(met + len(items))},
    )


def _ask(block: str, number: int, referer: str) -> Ask:
    query = query_of(block) | {"page": str(number)}
    return Ask(urlunsplit(urlsplit(block)._replace(query=urlencode(query))), referer=referer)
