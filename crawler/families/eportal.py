"""eportal lists: one address for everything, told apart by its query; the list is a module of the page, which takes a page number.

The query is kept whole and in its order: without the page's or the module's id the server shows another page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from lxml import html

from crawler.column_name import column_name
from crawler.list_answers import placed, query_of, whole_number
from crawler.list_rows import absolute, find_date, rows, says_nothing, title_of
from crawler.listing import Ask, Item, Listing, Start
from crawler.page import Page, body_words, tree, visible_text
from storage.domain.errors import LayoutChanged

ID = "eportal"

_PATH = re.compile(r"/eportal/ui$")
_MODULE = re.compile(r"""\bmoduleId['"]?\s*[:=]\s*['"]?([\w\-]{1,64})""")
_TURNS = re.compile(r"currentPage")
_PLACE = re.compile(r"第?\s*(\d{1,5})\s*/\s*(\d{1,5})\s*页?|第\s*(\d{1,5})\s*页\s*[,，/]?\s*共\s*(\d{1,5})\s*页")
_TOTAL = re.compile(r"共\s*(\d{1,6})\s*[条篇]")
_ROW_TAGS = frozenset({"li", "tr", "dd", "p", "div"})


def detect(page: Page) -> float:
    """Certainty that this is such a list; an article is asked for by its key."""
    asked = query_of(page.url)
    if not _PATH.search(urlsplit(page.url).path) or "pageId" not in asked or asked.get("articleKey"):
        return 0.0
    return 0.9 if _MODULE.search(page.text) or "articleKey=" in page.text else 0.6


def first_requests(start: Start) -> tuple[Ask, ...]:
    """The column page."""
    return (Ask(start.url),)


def read_list(page: Page, params: Mapping[str, str]) -> Listing:
    """One page of the list. `params` carries `seen` (rows before) and `module`.

    Raises:
        LayoutChanged: no row and no words that say there is none; an article.
    """
    asked = page.requested_url or page.url
    if query_of(asked).get("articleKey"):
        raise LayoutChanged("这是一篇文章，不是列表页", advice="请核对栏目地址")
    number = whole_number(query_of(asked).get("currentPage")) or 1
    found, skipped = _rows(page)
    if not found and (skipped or not says_nothing(page)):
        raise LayoutChanged("列表页上没有找到任何条目，也没有“暂无信息”的说明", advice="页面可能已改版，请核对栏目地址")
    body = " ".join(body_words(page).split())
    shown, pages = _place(body)
    # Asked for a page after the last one, the server shows the last one again and says so.
    items = () if shown is not None and shown == pages and shown < number else found
    module, total = params.get("module") or _module(page), _TOTAL.search(body)
    return Listing(
        items=items,
        next=(Ask(_turned(asked, number + 1, module), referer=page.url),) if items and (module or _TURNS.search(page.text)) else (),
        declared_total=int(total.group(1)) if total else None,
        declared_pages=pages,
        complete=skipped == 0,
        skipped=skipped,
        says_empty=not items,
        column=column_name(page),
        carry={"module": module},
    )


def _module(page: Page) -> str:
    """The id of the module that turns pages: the one named nearest to a page number, else the first."""
    found = list(_MODULE.finditer(page.text))
    turns = [turn.start() for turn in _TURNS.finditer(page.text)]
    if not found:
        return ""
    return min(found, key=lambda one: min((abs(one.start() - turn) for turn in turns), default=0)).group(1)


def _place(body: str) -> tuple[int | None, int | None]:
    """Which page the pager says this is, and of how many."""
    found = _PLACE.search(body)
    numbers = [int(group) for group in found.groups() if group] if found else []
    return (numbers[0], numbers[1]) if len(numbers) == 2 else (None, None)


def _rows(page: Page) -> tuple[tuple[Item, ...], int]:
    """The rows in page order. An article's address has no name of its own, so one without a date is known by its key."""
    plain, skipped = rows(page)
    known = {item.url: item for item in plain}
    found: list[Item] = []
    for anchor in tree(page.text).iter("a"):
        address = absolute(page.url, anchor.get("href") or "")
        if address in known:
            found.append(known[address])
        elif query_of(address).get("articleKey") and (title := title_of(anchor)):
            skipped -= 1
            found.append(Item(address, title, *find_date(_around(anchor))))
    return placed(found), max(skipped, 0)


def _around(anchor: html.HtmlElement) -> str:
    row = next((step for step in anchor.iterancestors() if step.tag in _ROW_TAGS), None)
    return visible_text(row) if row is not None and len(row.findall(".//a")) <= 2 else ""


def _turned(url: str, number: int, module: str) -> str:
    wanted = {"currentPage": str(number)} | ({"moduleId": module} if module else {})
    kept = [(name, value) for name, value in parse_qsl(urlsplit(url).query, keep_blank_values=True) if name not in wanted]
    return urlunsplit(urlsplit(url)._replace(query=urlencode([*kept, *wanted.items()]), fragment=""))
