"""What a list page says of its own pager: how many rows and pages there are, which page this is, where its links lead. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import html

from crawler.list_rows import address_of
from crawler.page import Page, body_words, tree, visible_text

_ROWS = re.compile(r"共\s*有?\s*(\d{1,6})\s*[条篇]|(?:总数|总记录数?|记录总数)\s*[:：]?\s*(\d{1,6})")
_PLACE_AND_PAGES = re.compile(
    r"页[次码]\s*[:：]?\s*(\d{1,5})\s*/\s*(\d{1,5})|(?<![\d/])(\d{1,5})\s*/\s*(\d{1,5})\s*页(?![次码])|第\s*(\d{1,5})\s*页\s*[,，/]?\s*共\s*(\d{1,5})\s*页"
)
_CALL = re.compile(r"createPageHTML\s*\(([^)]{1,200})\)")
_CATALOGUE = re.compile(r"""\bvar\s+m_(sPageName|sPageExt|nRecordCount|nPageSize|nCurrPage)\s*=\s*["']?([\w\-]{1,60})""")
_ARGUMENT = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|(-?\d+))\s*""")
_PAGES_AND_PLACE = re.compile(r"共\s*(\d{1,5})\s*页[^\d第]{0,12}第\s*(\d{1,5})\s*页")
_PAGES = re.compile(r"共\s*(\d{1,5})\s*页")
_PAGES_IN_SCRIPT = re.compile(r"""\b(?:countPage|totalPages?|pageCount|allPages?)['"]?\s*[=:]\s*['"]?(\d{1,5})\b""", re.IGNORECASE)
_ROWS_IN_SCRIPT = re.compile(r"""\bvar\s+m_nRecordCount\s*=\s*["']?(\d{1,6})\b""")
_SET_PAGE = re.compile(r"""\.pagination\(\s*['"]setPage['"]\s*,\s*(\d{1,5})\s*,\s*(\d{1,5})""")
NEXT_WORDS = frozenset({"下一页", "下页", "后一页", "下一页>", "下一页>>", "下一页»", "下页>", ">", "›", "next"})
"""What portals call the link to the following page, without white space."""

_LAST_WORDS = frozenset({"尾页", "末页", "最后一页", "最末页", "尾页>>", "末页>>", ">>", "»", "last"})


@dataclass(frozen=True, slots=True)
class Told:
    """What the page says: rows of the whole list, the place of this page from 1, pages of the whole list; None where it is silent."""

    rows: int | None = None
    place: int | None = None
    pages: int | None = None


@dataclass(frozen=True, slots=True)
class PagerCall:
    """A call of `createPageHTML`, or the same said by the variables of TRS's catalogue of public information: how many pages, which this
    is, how their files are named; `named` where it starts with the name of an element, which goes with counting from 1.
    """

    pages: int
    current: int
    name: str
    suffix: str
    named: bool


def pager_call(text: str) -> PagerCall | None:
    """The call in a page, None where there is none or it says too little."""
    call = _CALL.search(text)
    if call is None:
        return _catalogue(text)
    arguments = [next((group for group in match if group), "") for match in _ARGUMENT.findall(call.group(1))] if call else []
    named = bool(arguments) and not arguments[0].isdigit()
    counted = arguments[1:] if named else arguments
    if len(counted) < 4 or not (counted[0].isdigit() and counted[1].isdigit()):
        return None
    return PagerCall(int(counted[0]), int(counted[1]), counted[2], counted[3], named)


def _catalogue(text: str) -> PagerCall | None:
    if "m_nRecordCount" not in text:  # nearly every page; looking for the declarations takes longer than all else asked of its text
        return None
    said = dict(_CATALOGUE.findall(text))
    count, each, current = (said.get(name, "") for name in ("nRecordCount", "nPageSize", "nCurrPage"))
    if not (said.get("sPageName") and said.get("sPageExt") and count.isdigit() and each.isdigit() and current.isdigit() and int(each)):
        return None
    return PagerCall(max(1, -(-int(count) // int(each))), int(current), said["sPageName"], said["sPageExt"], named=False)


def told(page: Page) -> Told:
    """What the page says of itself, its visible words before its scripts."""
    body = " ".join(body_words(page).split())
    rows = _ROWS.search(body) or _ROWS_IN_SCRIPT.search(page.text)
    place, pages = _place(body)
    if pages is None and (called := _SET_PAGE.search(page.text)):
        place, pages = int(called.group(1)), int(called.group(2))
    if pages is None and (written := _PAGES_IN_SCRIPT.search(page.text)):
        pages = int(written.group(1))
    return Told(int(next(filter(None, rows.groups()))) if rows else None, place or None, pages)


def _place(body: str) -> tuple[int | None, int | None]:
    if both := _PLACE_AND_PAGES.search(body):
        place, pages = (int(group) for group in both.groups() if group)
        return place, pages
    if both := _PAGES_AND_PLACE.search(body):
        return int(both.group(2)), int(both.group(1))
    alone = _PAGES.search(body)
    return None, int(alone.group(1)) if alone else None


def pager_links(page: Page) -> Iterator[tuple[str, html.HtmlElement]]:
    """Every link with its words, white space taken out, lower case."""
    for anchor in tree(page.text).iter("a"):
        yield "".join(visible_text(anchor).split()).lower() or (anchor.get("title") or "").strip(), anchor


def next_link(page: Page) -> str:
    """Where the link to the following page leads; empty where there is none, or only a script, or this page itself."""
    for words, anchor in pager_links(page):
        if (words in NEXT_WORDS or anchor.get("rel") == "next") and (address := _elsewhere(page, anchor)):
            return address
    return ""


def last_link(page: Page) -> str:
    """Where the link to the last page leads; empty as for `next_link`."""
    for words, anchor in pager_links(page):
        if words in _LAST_WORDS and (address := _elsewhere(page, anchor)):
            return address
    return ""


def numbered_link(page: Page, number: int) -> str:
    """Where the pager's link with that number leads; empty as for `next_link`."""
    for words, anchor in pager_links(page):
        if words.strip("[]") == str(number) and (address := _elsewhere(page, anchor)):
            return address
    return ""


def _elsewhere(page: Page, anchor: html.HtmlElement) -> str:
    address = address_of(page, anchor)
    return address if address not in {page.url, page.requested_url} else ""
