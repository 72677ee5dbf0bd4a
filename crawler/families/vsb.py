"""VSB lists: server-written pages whose files are numbered backwards.

The first page is `slug.htm`, the second `slug/<pages-1>.htm`, the last `slug/1.htm`. A new page at the front therefore moves every other
page to another place in the list while its name stays: the page says which place it has, and where that is further on than the one asked
for, the pages between are asked again under their new names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urljoin, urlsplit

from lxml import html

from crawler.column_name import column_name
from crawler.list_answers import fragment_page, query_of
from crawler.list_rows import absolute, find_date, rows, says_nothing
from crawler.listing import Ask, Item, Listing, Start
from crawler.page import Page, body_words, tree, visible_text
from storage.domain.errors import LayoutChanged

ID = "vsb"

_SCRIPTS = "/system/resource/js/"
_ARTICLE = re.compile(r"/info/\d+/(\d+)\.htm$")
_LINE = re.compile(r"line_?(u\d+)_\d+")
_PAGER_CLASS = re.compile(r"\bp_pages\b|\bpb_sys_(?:common|normal)\b")
_PLACE = re.compile(r"共\s*(\d{1,6})\s*条[^/]{0,80}?(\d{1,5})\s*/\s*(\d{1,5})")
_FILE_NUMBER = re.compile(r"/(\d{1,5})\.htm$")
_NEXT_WORDS = frozenset({"下一页", "下页", "下页>", "下一页>", "后一页"})


def detect(page: Page) -> float:
    """Certainty that this is such a list; an article of the same system is at `/info/`, or under its id."""
    if _is_article(page.url):
        return 0.0
    written = _SCRIPTS in page.text
    links = re.search(r"info/\d+/\d+\.htm\b|wbnewsid=\d", page.text)
    if written and (links or _units(page)):
        return 0.92
    if _units(page):
        return 0.88
    return 0.72 if links and _pager(page) is not None else 0.4 if written else 0.0


def first_requests(start: Start) -> tuple[Ask, ...]:
    """The column page."""
    return (Ask(start.url),)


def read_list(page: Page, params: Mapping[str, str]) -> Listing:
    """One page of the list. `params` carries `slug` (the first page's address), `place` (which page this should be, from 1) and
    `again` (the last place whose rows were met before their turn).

    Raises:
        LayoutChanged: no row and no words that say there is none; an article.
    """
    if _is_article(page.url):
        raise LayoutChanged("这是一篇文章，不是列表页", advice="请核对栏目地址")
    items, skipped = _rows(page)
    if not items and (skipped or not says_nothing(page)):
        raise LayoutChanged("列表页上没有找到任何条目，也没有“暂无信息”的说明", advice="页面可能已改版，请核对栏目地址")
    slug, wanted = params.get("slug") or page.url, int(params.get("place") or 1)
    total, shown, pages = _told(page)
    again = int(params.get("again") or 0)
    place = wanted
    if shown is not None and shown > wanted:
        again, place = max(again, shown), wanted - 1
    following = _following(page, slug, place, pages, moved=place < wanted) if items else ()
    return Listing(
        items=items,
        next=following,
        declared_total=total,
        declared_pages=pages,
        complete=skipped == 0,
        skipped=skipped,
        says_empty=not items,
        column=column_name(page),
        restarts=bool(following) and place + 1 <= again,
        carry={"slug": slug, "place": str(place + 1), "again": str(again)},
    )


def _is_article(url: str) -> bool:
    return bool(_ARTICLE.search(urlsplit(url).path)) or "wbnewsid" in query_of(url)


def _units(page: Page) -> dict[str, list[html.HtmlElement]]:
    """The system's own rows by the part of the page they belong to."""
    found: dict[str, list[html.HtmlElement]] = {}
    for element in tree(page.text).iter("li", "tr", "div", "dd"):
        line = _LINE.fullmatch(element.get("id") or "")
        if line:
            found.setdefault(line.group(1), []).append(element)
    return found


def _pager(page: Page) -> html.HtmlElement | None:
    for element in tree(page.text).iter("span", "div", "table", "td", "ul"):
        if _PAGER_CLASS.search(element.get("class") or "") or (element.get("id") or "").startswith("fanye"):
            return element
    return None


def _rows(page: Page) -> tuple[tuple[Item, ...], int]:
    """The rows of the part that the pager turns; of all parts where there is no pager, since one row too many is no row lost."""
    units = _units(page)
    if not units:
        items, skipped = rows(page)
        return _dated(page, items), skipped
    turned = _before_pager(page)
    if _told(page)[0] == 0 and "暂无" in body_words(page):
        # The rows that are there belong to another part: pager and list both say that this one has none.
        return (), 0
    chosen = units[turned] if turned else [line for lines in units.values() for line in lines]
    kind = "<table>{}</table>" if chosen[0].tag == "tr" else "<ul>{}</ul>"
    items, skipped = rows(fragment_page(page, kind.format("".join(html.tostring(line, encoding="unicode") for line in chosen))))
    return _dated(page, items), skipped


def _before_pager(page: Page) -> str:
    pager, last = _pager(page), ""
    if pager is None:
        return ""
    for element in tree(page.text).iter():
        if element is pager:
            return last
        line = _LINE.fullmatch(element.get("id") or "") if isinstance(element.tag, str) else None
        last = line.group(1) if line else last
    return ""


def _dated(page: Page, items: tuple[Item, ...]) -> tuple[Item, ...]:
    """The rows with the dates that stand only in a hidden element named after the article."""
    hidden = {element.get("id"): element.text_content() for element in tree(page.text).xpath("//*[starts-with(@id, 'time')]")}
    return tuple(_with_day(item, hidden) for item in items)


def _with_day(item: Item, hidden: Mapping[str, str]) -> Item:
    if item.raw_date:
        return item
    number = _ARTICLE.search(urlsplit(item.url).path)
    raw, day = find_date(hidden.get(f"time{number.group(1) if number else query_of(item.url).get('wbnewsid', '')}", ""))
    return replace(item, raw_date=raw, listed_on=day)


def _told(page: Page) -> tuple[int | None, int | None, int | None]:
    """What the pager says: rows in all, which page this is, pages in all."""
    found = _PLACE.search(" ".join(body_words(page).split()))
    return (int(found.group(1)), int(found.group(2)), int(found.group(3))) if found else (None, None, None)


def _following(page: Page, slug: str, place: int, pages: int | None, *, moved: bool) -> tuple[Ask, ...]:
    """The page after that place: by the pager's link, else by its number counted from the end."""
    linked = () if moved else _linked(page)
    if linked:
        return linked
    own = _FILE_NUMBER.search(urlsplit(page.url).path) if page.url != slug else None
    # A file numbered above 1 has files behind it, whatever the pager says.
    behind = int(own.group(1)) - 1 if own else 0
    number = behind if pages is None or place >= pages else pages - place
    return (Ask(_numbered(slug, number), referer=page.url),) if number >= 1 else ()


def _linked(page: Page) -> tuple[Ask, ...]:
    for anchor in tree(page.text).iter("a"):
        if "".join(visible_text(anchor).split()) in _NEXT_WORDS:
            address = absolute(page.url, anchor.get("href") or "")
            if address and address != page.url:
                return (Ask(address, referer=page.url),)
    return ()


def _numbered(slug: str, number: int) -> str:
    path = urlsplit(slug).path
    return urljoin(slug, f"{path.removesuffix('.htm')}/{number}.htm")
