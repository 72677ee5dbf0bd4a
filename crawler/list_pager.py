"""What a list page says of its own pager: how many rows and pages there are, which page this is, where its links lead. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import html

from crawler.list_rows import address_of
from crawler.page import Page, body_words, once, page_tree, visible_text
from crawler.script_addresses import joined_addresses

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
_LAYPAGE = re.compile(r"""\blaypage(?:\.render)?\s*\(\s*\{([^{}]{0,600})""")
_LAYPAGE_SAYS = re.compile(r"""\b(count|limit|pages|curr)['"]?\s*:\s*['"]?(\d{1,6})\b""")
_LAYPAGE_LIMIT = 10
"""Rows of a page where the pager of layui is not told."""

_NEXT_WORDS = re.compile(r"[\[(（]?(?:下一?页|[后後]一?页|下一頁|next(?:page)?|nextpage)[>›»→▶]*[\])）]?|[>›→▶]", re.IGNORECASE)
_LAST_WORDS = re.compile(r"[\[(（]?(?:尾页|末页|最后一?页|最末页|last(?:page)?)[>›»→▶|]*[\])）]?|>>|»|>\|", re.IGNORECASE)
"""What portals call the links to the following and to the last page, without white space."""

_NEXT_NAME = re.compile(
    r"(?:^|[/_\-\s])(?:page_?)?next_?(?:page|btn)?(?:$|[._\-\s])|nextpage|pagenext|xiayiye|xyy(?:$|[._\-])", re.IGNORECASE
)
_LAST_NAME = re.compile(r"lastpage|pagelast|endpage|weiye(?:$|[._\-])|moye(?:$|[._\-])", re.IGNORECASE)
"""What they call the picture or the class of a link without words."""


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
    if pages is None and rows is None and (script := _LAYPAGE.search(page.text)) and any(joined_addresses(page.text)):
        # Without an address around a number, what the pager counts leads nowhere.
        return _laid_out({name: int(number) for name, number in _LAYPAGE_SAYS.findall(script.group(1))}, place)
    if pages is None and (written := _PAGES_IN_SCRIPT.search(page.text)):
        pages = int(written.group(1))
    return Told(int(next(filter(None, rows.groups()))) if rows else None, place or None, pages)


def _laid_out(said: Mapping[str, int], place: int | None) -> Told:
    """What the pager of layui is told: rows and rows per page, or pages; the page it stands on."""
    rows, each = said.get("count"), said.get("limit", _LAYPAGE_LIMIT)
    pages = said.get("pages", -(-rows // each) if rows is not None and each else None)
    return Told(rows, said.get("curr", place) or None, pages)


def _place(body: str) -> tuple[int | None, int | None]:
    if both := _PLACE_AND_PAGES.search(body):
        place, pages = (int(group) for group in both.groups() if group)
        return place, pages
    if both := _PAGES_AND_PLACE.search(body):
        return int(both.group(2)), int(both.group(1))
    alone = _PAGES.search(body)
    return None, int(alone.group(1)) if alone else None


def is_next(words: str) -> bool:
    """Whether words without white space are those of the link to the following page."""
    return _NEXT_WORDS.fullmatch(words) is not None


@once
def pager_links(page: Page) -> tuple[tuple[str, html.HtmlElement], ...]:
    """Every link with its words, white space taken out, lower case: those to be seen, else those that stand for them."""
    anchors = page_tree(page).iter("a")
    return tuple((_bare(visible_text(anchor)) or next(_instead(anchor), ""), anchor) for anchor in anchors)


def _instead(anchor: html.HtmlElement) -> Iterator[str]:
    """What stands for the words of a link without any: its title, or that of the picture in it; the name of either, if it says enough."""
    inner = (anchor, *anchor.iterdescendants())
    spoken = (_bare(element.get(name) or "") for element in inner for name in ("title", "alt", "aria-label"))
    yield from filter(None, spoken)
    for element in inner:
        source = (element.get("src") or "").partition("?")[0].rpartition("/")[2]
        for name in (source, element.get("class") or "", element.get("id") or ""):
            if _NEXT_NAME.search(name):
                yield "next"
            elif _LAST_NAME.search(name):
                yield "last"


def _bare(words: str) -> str:
    return "".join(words.split()).lower()


def next_link(page: Page) -> str:
    """Where the link to the following page leads; empty where there is none, or only a script, or this page itself."""
    for words, anchor in pager_links(page):
        if (is_next(words) or _is_related(anchor)) and (address := _elsewhere(page, anchor)):
            return address
    # For machines only, and for lists as well as for articles: the list's own pager comes first.
    named = (link for link in page_tree(page).iter("link") if _is_related(link))
    return next(filter(None, (_elsewhere(page, link) for link in named)), "")


def _is_related(element: html.HtmlElement) -> bool:
    return "next" in (element.get("rel") or "").lower().split()


def last_link(page: Page) -> str:
    """Where the link to the last page leads; empty as for `next_link`."""
    for words, anchor in pager_links(page):
        if _LAST_WORDS.fullmatch(words) and (address := _elsewhere(page, anchor)):
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
