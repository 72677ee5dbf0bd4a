"""The results of a portal's search as rows, whatever shape they come in: a page, JSON, pieces of HTML inside JSON. Pure.

The types in such JSON drift (a title may be an object of variants, a list one object), so rows are recognised by what they hold: an
address and a title.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import parse_qsl, urlsplit

from crawler.egress import registrable
from crawler.list_answers import fragment_page, json_shown, moment_day, placed, text_of
from crawler.list_rows import NOTHING_HERE, absolute, rows
from crawler.listing import Ask, Item
from crawler.page import Page, body_words, tree, visible_text

_ADDRESS = ("url", "link", "docpuburl", "puburl", "href", "docurl", "linkurl", "visiturl", "doc_pub_url", "urlpath")
_TITLE = ("title", "doctitle", "title_no_tag", "titlenotag", "name", "doc_title", "titleo")
_DATE = (
    "date",
    "time",
    "pubtime",
    "publishtime",
    "docreltime",
    "publishdate",
    "pubdate",
    "createdate",
    "display_publish_time",
    "deploytime",
)
_TARGET = frozenset({"url", "u", "link", "target", "redirect", "href"})
_NOTHING = re.compile(r"(?:没有|未|无法)(?:能)?(?:找|搜索|检索|查询?)到|0\s*(?:条|个)(?:相关)?结果|(?:找到|约)\s*0\s*[条个]")
_NEXT = re.compile(r"^(?:下一页|下页|后一页|next|>|»)$", re.IGNORECASE)
_MAX_DEPTH = 8


@dataclass(frozen=True, slots=True)
class Results:
    """One page of results. `understood` is False where the answer is neither rows nor words that say there are none; `next` leads on.
    `foreign` counts rows that lead to hosts the portal does not own.
    """

    items: tuple[Item, ...]
    understood: bool
    next: Ask | None = None
    foreign: int = 0


def read_results(page: Page, home_url: str) -> Results:
    """The rows of one answer that lead into the portal itself."""
    value = json_shown(page)
    found = list(_of_json(page, value)) if value is not None else list(rows(page)[0])
    direct = [_direct(item) for item in found]
    own = registrable(urlsplit(home_url).hostname or "")
    mine = [item for item in direct if registrable(urlsplit(item.url).hostname or "") == own]
    empty = not direct and _says_nothing(page, value)
    return Results(placed(mine), bool(direct) or empty, _next(page) if value is None else None, len(direct) - len(mine))


def _of_json(page: Page, value: object, depth: int = 0) -> Iterator[Item]:
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, str):
        if "<a" in value.lower():
            yield from _of_fragment(page, value)
    elif isinstance(value, list):
        for one in value:
            yield from _of_json(page, one, depth + 1)
    elif isinstance(value, dict):
        item = _of_object(page, value)
        if item is not None:
            yield item
        else:
            for one in value.values():
                yield from _of_json(page, one, depth + 1)


def _of_object(page: Page, value: Mapping[str, object]) -> Item | None:
    lowered = {name.lower(): one for name, one in value.items()}
    address = next((found for name in _ADDRESS if (found := absolute(page.url, _words(lowered.get(name))))), "")
    title = next((found for name in _TITLE if (found := _words(lowered.get(name)))), "")
    if not address or len(title) < 2:
        return None
    days = (moment_day(_words(lowered.get(name))) for name in _DATE)
    raw, day = next((found for found in days if found[1] is not None), ("", None))
    return Item(address, title, raw, day)


def _words(value: object) -> str:
    """The text of a value that may be wrapped in an object or a list of variants."""
    if isinstance(value, dict):
        return next((found for one in value.values() if (found := _words(one))), "")
    if isinstance(value, list):
        return next((found for one in value if (found := _words(one))), "")
    return text_of(value)


def _of_fragment(page: Page, markup: str) -> Iterator[Item]:
    """The one row a piece of HTML holds: its first link with words, and the date in it."""
    root = tree(fragment_page(page, markup).text)
    day = moment_day(visible_text(root))
    for anchor in root.iter("a"):
        title = " ".join((anchor.get("title") or visible_text(anchor)).split())
        address = absolute(page.url, anchor.get("href") or "")
        if address and len(title) >= 6:
            yield Item(address, title, _short(day)[0], day[1])
            if day[1] is not None:
                return


def _short(day: tuple[str, date | None]) -> tuple[str, date | None]:
    return (str(day[1]) if day[1] else ""), day[1]


def _direct(item: Item) -> Item:
    """The row with the address behind a counting redirect (`…/link.do?url=<address>`), so that it is the same as on a list."""
    for name, value in parse_qsl(urlsplit(item.url).query):
        if name.lower() in _TARGET and value.startswith(("http://", "https://")):
            return Item(value, item.title, item.raw_date, item.listed_on, item.position)
    return item


def _says_nothing(page: Page, value: object) -> bool:
    if value is not None:
        return isinstance(value, dict) and _zero(value)
    words = body_words(page)
    return bool(_NOTHING.search(words) or NOTHING_HERE.search(words))


def _zero(value: Mapping[str, object], depth: int = 0) -> bool:
    """Whether an answer counts its rows and the count is nothing, or has a place for rows and none in it."""
    for name, one in value.items():
        if one == [] and re.fullmatch(r"results?|list|rows|data|items|docs", name, re.IGNORECASE):
            return True
        if re.fullmatch(r"total\w*|count|rows?count|totalhits", name, re.IGNORECASE) and str(one).strip() == "0":
            return True
        if isinstance(one, dict) and depth < _MAX_DEPTH and _zero(one, depth + 1):
            return True
    return False


def _next(page: Page) -> Ask | None:
    for anchor in tree(page.text).iter("a"):
        if _NEXT.match(visible_text(anchor)):
            address = absolute(page.url, anchor.get("href") or "")
            if address and address != page.url:
                return Ask(address)
    return None
