"""TrueCMS lists: the first rows stand hidden in the page, more come as XML in a callback, by record numbers.

The interface answers only with the column's page as Referer, gives fewer rows than asked for where it likes, and is switched off on some
hosts. The next window therefore starts after the records really received; the hidden rows count even where nothing more can be had.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode, urljoin, urlsplit, urlunsplit

from lxml import html

from crawler.column_name import column_name
from crawler.list_answers import fragment_page, json_shown, mapping, query_of, whole_number
from crawler.list_rows import rows, says_nothing
from crawler.listing import Ask, Item, Listing, Start
from crawler.page import Page, tree
from storage.domain.errors import LayoutChanged

ID = "truecms"

_PATH = "/truecms/messageController/getMessage.do"
_MARK = "messageController/getMessage.do"
_PROXY = re.compile(r"""['"]([^'"\s]*messageController/getMessage\.do)[^'"]*['"]""", re.IGNORECASE)
_COLUMN_ID = re.compile(r"""\bcolumnId['"]?\s*[:=]\s*['"]([0-9A-Za-z\-]{4,64})['"]""")
_PER_PAGE = re.compile(r"""\bperPage['"]?\s*[:=]\s*['"]?(\d{1,3})""", re.IGNORECASE)
_GROUP = re.compile(r"""\bgroupSize['"]?\s*[:=]\s*['"]?(\d{1,2})""", re.IGNORECASE)
_TOTAL = re.compile(r"""\btotalRecord['"]?\s*[:=]\s*['"]?(\d{1,6})|<totalrecord>\s*(\d{1,6})\s*</totalrecord>""", re.IGNORECASE)
_RECORD = re.compile(r"<record\b[^>]*>\s*(?:<!\[CDATA\[)?(.*?)(?:\]\]>)?\s*</record>", re.DOTALL | re.IGNORECASE)
_DEFAULT_PER_PAGE, _DEFAULT_GROUP = 20, 3


def detect(page: Page) -> float:
    """Certainty that this is such a list."""
    return 0.96 if _MARK in page.text and _COLUMN_ID.search(page.text) else 0.0


def first_requests(start: Start) -> tuple[Ask, ...]:
    """The column page, which holds the first rows."""
    return (Ask(start.url),)


def read_list(page: Page, params: Mapping[str, str]) -> Listing:
    """The column page, or one answer of the interface. `params` carries `seen`, the records received so far, and `column_url`.

    Raises:
        LayoutChanged: no column id in the page; an answer without a data store, or with an empty one before any row was met.
    """
    asked = urlsplit(page.requested_url or page.url).path
    return _answer(page, params) if asked.endswith(_MARK) else _column(page)


def _column(page: Page) -> Listing:
    column_id = _COLUMN_ID.search(page.text)
    if column_id is None or _MARK not in page.text:
        raise LayoutChanged("页面里没有找到列表接口与栏目编号（TrueCMS）", advice="页面可能已改版，请核对栏目地址")
    records = _hidden(page)
    items, skipped = _items(page, records)
    total, per_page = _count(_TOTAL, page.text), _count(_PER_PAGE, page.text) or _DEFAULT_PER_PAGE
    group = per_page * (_count(_GROUP, page.text) or _DEFAULT_GROUP)
    proxy = _PROXY.search(page.text)
    # A site moved to another name keeps the old one in its pages: the path is the page's, the host is ours.
    path = urlsplit(proxy.group(1)).path if proxy else _PATH
    endpoint = urljoin(page.url, path if path.startswith("/") else _PATH)
    windows = (group,) if total is not None and total <= len(records) else tuple(dict.fromkeys((group, per_page)))
    return Listing(
        items=items,
        next=tuple(_ask(endpoint, column_id.group(1), _Window(len(records) + 1, size, per_page), page.url) for size in windows),
        declared_total=total,
        complete=skipped == 0,
        skipped=skipped,
        column=column_name(page),
        carry={"seen": str(len(records)), "column_url": page.url},
    )


def _hidden(page: Page) -> list[str]:
    """The rows written into the page, as markup."""
    stores = tree(page.text).xpath("//*[@id='initData']")
    found = [row for store in stores[:1] for row in store.iter("li", "tr") if row.find(".//a") is not None]
    return [html.tostring(row, encoding="unicode", with_tail=False) for row in found]


def _items(page: Page, records: list[str]) -> tuple[tuple[Item, ...], int]:
    if not records:
        return (), 0
    markup = "".join(record if re.match(r"\s*<(?:li|tr)\b", record) else f"<li>{record}</li>" for record in records)
    items, _ = rows(fragment_page(page, markup))
    return items, max(0, len(records) - len(items))


def _count(pattern: re.Pattern[str], text: str) -> int | None:
    found = pattern.search(text)
    return int(next(group for group in found.groups() if group)) if found else None


@dataclass(frozen=True, slots=True)
class _Window:
    """Which records to ask for: the first, how many, and the page size the page itself names beside them."""

    start: int
    size: int
    per_page: int


def _ask(endpoint: str, column_id: str, window: _Window, column_url: str) -> Ask:
    last = window.start + window.size - 1
    query = {"callback": "list", "startrecord": window.start, "endrecord": last, "perpage": window.per_page}
    query |= {"contentTemplate": "", "columnId": column_id}
    return Ask(f"{endpoint}?{urlencode(query)}", referer=column_url)


def _window_of(query: Mapping[str, str], start: int) -> _Window:
    """The window after one asked for: as wide as that."""
    per_page = whole_number(query.get("perpage")) or _DEFAULT_PER_PAGE
    first, last = whole_number(query.get("startrecord")), whole_number(query.get("endrecord"))
    size = last - first + 1 if first is not None and last is not None and last >= first else per_page
    return _Window(start, size, per_page)


def _answer(page: Page, params: Mapping[str, str]) -> Listing:
    value = json_shown(page)
    store = mapping(value).get("result") if value is not None else page.text
    seen, column_url = int(params.get("seen") or 0), params.get("column_url") or page.url
    if not isinstance(store, str) or "<recordset" not in store.lower():
        raise LayoutChanged("列表接口的回答里没有数据", advice="接口可能已停用或改版，请核对栏目地址")
    records, total = _RECORD.findall(store), _count(_TOTAL, store)
    if not records and not seen and total != 0 and not says_nothing(fragment_page(page, store)):
        raise LayoutChanged("列表接口没有返回条目，也没有“暂无信息”的说明", advice="接口可能已改版，请核对栏目地址")
    items, skipped = _items(replace(page, url=column_url), records)
    asked = urlsplit(page.requested_url or page.url)
    query = query_of(page.requested_url or page.url)
    endpoint = urlunsplit(asked._replace(query="", fragment=""))
    following = _ask(endpoint, query.get("columnId", ""), _window_of(query, seen + len(records) + 1), column_url)
    return Listing(
        items=items,
        next=(following,) if records else (),
        declared_total=total,
        complete=skipped == 0,
        skipped=skipped,
        says_empty=not records,
        carry={"seen": str(seen + len(records))},
    )
