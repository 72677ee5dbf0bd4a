"""Rows of a server-written list: which links are its entries, with full title and date.

Shared by the families whose lists are plain elements; pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import cast
from urllib.parse import urldefrag, urljoin, urlsplit

from lxml import etree, html

from crawler.list_cells import named_by_row
from crawler.listing import Item
from crawler.page import Page, base_url, body_words, once, tree, visible_text
from crawler.script_addresses import called_address, quoted_address

NOTHING_HERE = re.compile(
    r"暂无(?:相关)?(?:信息|内容|数据|记录|文件|文章|公开)|没有(?:找到)?(?:相关|符合条件的?)?(?:信息|内容|记录|数据)|无相关(?:信息|记录)|共\s*0\s*[条篇]"
)
_DATE = re.compile(r"(20\d\d)\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})")
_LABELLED = re.compile(r"(?:文章|信息)?标\s*题\s*[:：]\s*(.*?)\s*(?:(?:作者|更新时间|发布时间|发布日期|点击数|来源)\s*[:：].*)?$")
_SHORT_DATE = re.compile(r"[·•\s]*[\[(（【]?\s*((?:0?[1-9]|1[0-2])[-/.月](?:0?[1-9]|[12]\d|3[01])日?)\s*[\])）】]?")
_LEADING_DATE = re.compile(r"^20\d\d[-/.]\d{1,2}[-/.]\d{1,2}\s*")
_NOT_LINKS = ("javascript:", "mailto:", "tel:", "data:", "#")
_DOCUMENT = re.compile(r"\.(?:s?html?|jhtml|jsp|aspx?|php|pdf|docx?|wps|xlsx?|et|ofd|zip|rar)$", re.IGNORECASE)
_LIST_PAGE = re.compile(r"/(?:index|list|default)(?:_\d+)?\.(?:s?html?|jsp|aspx?|php)$|/$", re.IGNORECASE)
_ROW_TAGS = frozenset({"li", "tr", "dd", "p", "div", "article"})
_CLICKED = frozenset({"li", "tr", "td", "dd", "dt", "p", "div", "span", "button", "h2", "h3", "h4", "h5"})
_LEADING = etree.XPath("descendant-or-self::*[self::a or @onclick or @data-href or @data-url or @data-link]")
_INLINE = frozenset({"span", "font", "b", "i", "em", "strong", "small", "time"})
_NAVIGATION = frozenset({"nav", "header", "footer"})
_NAVIGATION_NAME = re.compile(r"\b(?:nav|menu|footer|header|crumbs?|breadcrumb|bread|position|location|dqwz|pager|pagination)\b")
_PAGE_NAME = re.compile(r"\bpage\b")
_PAGER_WORD = re.compile(r"^(?:\[?\d{1,4}\]?|首页|上一页|下一页|尾页|末页|上页|下页|更多|more|>>|<<|>|<)$", re.IGNORECASE)

DATA_ADDRESSES = ("data-href", "data-url", "data-link")
"""Attributes in which a script keeps the address that a click leads to."""

MOST_FORMATS = 6
FOLLOWS = 40
"""Characters of the line after a link among which its date stands."""


@once
def rows(page: Page) -> tuple[tuple[Item, ...], int]:
    """Entries of the list in page order without duplicates, and how many rows beside them had a link that could not be understood.

    A list is a run of repeated containers (`li`, `tr`, `dd`, `p`, `div`, `article`) with one link each; its rows usually carry dates. Where
    some do, the lists they stand in count as a whole, undated rows included; menus and breadcrumbs have no dates. Where none does, every
    link to one document counts, with the date that follows it on its line.
    """
    known: dict[html.HtmlElement, bool] = {}
    links = [anchor for anchor in clickable(page) if not _in_navigation(anchor, known)]
    found = [row for anchor in links if (row := _candidate(page, anchor)) is not None]
    dated = {id(row.parent) for row in found if row.item is not None and row.item.raw_date}
    if not dated:
        loose = {item.url: item for item in _loose(page, links)}
        shown = {row.item.url for row in found if row.item is not None}
        found = [replace(row, item=loose.get(row.item.url, row.item)) if row.item is not None else row for row in found]
        return tuple(_placed((*(row.item for row in found if row.item is not None), *(loose[url] for url in loose if url not in shown)))), 0
    chosen = [row for row in found if id(row.parent) in dated]
    return tuple(_placed(row.item for row in chosen if row.item is not None)), sum(row.item is None for row in chosen)


@dataclass(frozen=True, slots=True)
class _Row:
    """One repeated container with a link; `item` is None where the link is no document. `parent` keeps the element alive, so its id
    stays its own.
    """

    parent: html.HtmlElement
    item: Item | None


def _placed(items: Iterable[Item]) -> Iterator[Item]:
    seen: set[str] = set()
    for item in items:
        if item.url not in seen:
            seen.add(item.url)
            yield Item(item.url, item.title, item.raw_date, item.listed_on, len(seen) - 1)


def _candidate(page: Page, anchor: html.HtmlElement) -> _Row | None:
    row = _row_of(anchor)
    title = title_of(anchor)
    if named := named_by_row(anchor, title):
        return _of_many(page, anchor, named)
    if row is None or _PAGER_WORD.match(title):
        return None
    raw, day = find_date(_without(row, title))
    raw = raw or _short_date(_without(row, title))
    if not raw and (whole := _cells_around(row)) is not None:
        row, (raw, day) = whole, find_date(_without(whole, title))
    address = address_of(page, anchor)
    if address.partition("://")[2].strip("/") == urlsplit(page.url).netloc:
        return None  # The way home is no row.
    if not address or len(title) < 2 or not (raw or looks_like_article(address)):
        return _Row(row.getparent(), None)
    return _Row(row.getparent(), Item(address, title, raw, day))


def _of_many(page: Page, anchor: html.HtmlElement, title: str) -> _Row | None:
    """One of several documents in a row that has the name of all of them."""
    row = next(step for step in anchor.iterancestors() if step.tag in _ROW_TAGS)
    address = address_of(page, anchor)
    return _Row(row.getparent(), Item(address, title)) if address and looks_like_article(address) else None


def title_of(anchor: html.HtmlElement) -> str:
    """The full title: the `title` attribute where it is longer, because anchor texts are cut off on many portals."""
    shown = " ".join(visible_text(anchor).split()) or next((alt for image in anchor.iter("img") if (alt := image.get("alt") or "")), "")
    full = _said_in(anchor.get("title") or "")
    bare = shown.rstrip("….").strip()
    if full and (not bare or len(full) >= len(bare)) and not _DATE.fullmatch(full):
        return full
    raw, _ = find_date(shown)
    return shown.removesuffix(raw).strip() if raw and shown.endswith(raw) else _LEADING_DATE.sub("", shown)


def _said_in(attribute: str) -> str:
    """The title in a `title` attribute; some put a small table of author and date there, its first line the title."""
    lines = [line.strip() for line in attribute.splitlines() if line.strip()]
    labelled = next((found for line in lines if (found := _LABELLED.match(line))), None)
    return " ".join(labelled.group(1).split()) if labelled else " ".join(attribute.split())


def _row_of(anchor: html.HtmlElement) -> html.HtmlElement | None:
    """The smallest repeated container around the link, if the link is the main one in it; the link itself where the row is inside it."""
    if anchor.tag != "a":
        return anchor if anchor.tag in _ROW_TAGS else _around(anchor)
    for step in anchor.iterancestors():
        if step.tag in _ROW_TAGS:
            targets = {target: a for a in step.iter("a") if (target := _target(a))}
            if len(targets) <= 2 or (len(targets) <= MOST_FORMATS and _leads(anchor, step, targets.values())):
                return step
        if step.tag in _ROW_TAGS or step.tag in {"body", "ul", "table"}:
            break
    return anchor if len(anchor) and find_date(visible_text(anchor))[0] else None


def clickable(page: Page) -> Iterator[html.HtmlElement]:
    """The page's links: every `a`, and what a click on it leads on from without one in it or around it."""
    for element in cast("list[html.HtmlElement]", _LEADING(tree(page.text))):
        if element.tag == "a":
            yield element
        elif element.tag in _CLICKED:
            around = next(element.iterancestors("a"), None)
            if around is None and next(element.iter("a"), None) is None and address_of(page, element):
                yield element


def _around(element: html.HtmlElement) -> html.HtmlElement | None:
    """The row of a link that is no `a`: the nearest repeated container, if nothing else in it leads anywhere."""
    row = next((step for step in element.iterancestors() if step.tag in _ROW_TAGS), None)
    if row is None or next(row.iter("a"), None) is not None:
        return None
    others = [one for one in row.iter() if one.get("onclick") or any(one.get(name) for name in DATA_ADDRESSES)]
    return row if others == [element] else None


def _target(anchor: html.HtmlElement) -> str:
    """What tells where a link leads from where its neighbours lead: its address, or its script where that is none."""
    href = (anchor.get("href") or "").strip()
    return f"{href}{anchor.get('onclick') or ''}" if not href or href.lower().startswith(_NOT_LINKS) else href


def _leads(anchor: html.HtmlElement, row: html.HtmlElement, links: Iterable[html.HtmlElement]) -> bool:
    """Whether a link is the one that says the most of several in a row with one date: a report beside its files in other formats."""
    words = sorted(len(title_of(link)) for link in links)
    return len(title_of(anchor)) == words[-1] > 2 * words[-2] and len(_DATE.findall(visible_text(row))) == 1


def _loose(page: Page, links: Iterable[html.HtmlElement]) -> Iterator[Item]:
    """Links to documents in an element where some have a date behind them: a list without elements of its own, its lines only broken."""
    lines = [(anchor, *_line(anchor)) for anchor in links if looks_like_article(address_of(page, anchor))]
    dated = {around for _, around, rest in lines if find_date(rest)[0]}
    for anchor, around, rest in lines:
        if around in dated:
            yield Item(address_of(page, anchor), title_of(anchor), *find_date(rest))


def _line(anchor: html.HtmlElement) -> tuple[html.HtmlElement | None, str]:
    """The element a link's line stands in, and what follows the link on it."""
    start = anchor
    while (around := start.getparent()) is not None and around.tag in _INLINE:
        start = around
    parts = [start.tail or ""]
    for step in start.itersiblings():
        if step.tag not in _INLINE or next(step.iter("a"), None) is not None:
            break
        parts += [visible_text(step), step.tail or ""]
    return start.getparent(), "".join(parts)[:FOLLOWS]


def _cells_around(cell: html.HtmlElement) -> html.HtmlElement | None:
    """The row, where each of its cells is an element like a row: `<ul><li>title</li><li>date</li></ul>`."""
    whole = cell.getparent()
    while whole is not None and len(whole) == 1 and whole.tag in _ROW_TAGS:
        whole = whole.getparent()
    if whole is None or len(whole) < 2 or whole.tag in {"body", "table"}:
        return None
    return whole if len({a.get("href") for a in whole.iter("a")}) == 1 and find_date(visible_text(whole))[0] else None


def _in_navigation(anchor: html.HtmlElement, known: dict[html.HtmlElement, bool]) -> bool:
    """Whether a link stands in a menu, a breadcrumb or a pager; `known` keeps what was found of the elements around."""
    return any(_navigates(step, known) for step in anchor.iterancestors())


def _navigates(step: html.HtmlElement, known: dict[html.HtmlElement, bool]) -> bool:
    if step not in known:
        words = f"{step.get('class') or ''} {step.get('id') or ''}".lower()
        # "page" is what some call their pager and others the box around everything, which holds the rows and their dates.
        pager = bool(_PAGE_NAME.search(words)) and not _DATE.search(visible_text(step))
        # The head of an article in a list of articles carries its link, that of the page carries the menu.
        menu = step.tag in _NAVIGATION and not (step.tag == "header" and next(step.iterancestors("article"), None) is not None)
        known[step] = menu or bool(_NAVIGATION_NAME.search(words)) or pager
    return known[step]


def _without(row: html.HtmlElement, title: str) -> str:
    return visible_text(row).replace(title, " ")


def find_date(text: str) -> tuple[str, date | None]:
    """The last full date in a row as printed and as a date; a date that does not exist gives its text and None."""
    raw, day = "", None
    for match in _DATE.finditer(text):
        raw = match.group(0)
        try:
            day = date(int(match.group(1)), int(match.group(2)), int(match.group(3)))
        except ValueError:
            day = None
    return raw, day


def _short_date(rest: str) -> str:
    """A day without its year ("[01-16]"), where it is all that a row says beside its title."""
    found = _SHORT_DATE.fullmatch(rest.strip())
    return found.group(1) if found else ""


def absolute(base: str, href: str) -> str:
    """The address a link leads to, without fragment; empty for what is not a page."""
    href = href.strip()
    if not href or href.lower().startswith(_NOT_LINKS):
        return ""
    try:
        joined = urldefrag(urljoin(base, href)).url
        parts = urlsplit(joined)
    except ValueError:
        return ""
    return joined if parts.scheme in {"http", "https"} and parts.hostname else ""


def address_of(page: Page, anchor: html.HtmlElement) -> str:
    """Where a link leads: by its `href`, else, where that is none or a script, by the address its handler names."""
    href = anchor.get("href") or ""
    if address := absolute(base_url(page), href):
        return address
    named = next(filter(None, (anchor.get(name) or "" for name in DATA_ADDRESSES)), "")
    if named and (address := absolute(base_url(page), named)):
        return address
    script = href if href.lower().lstrip().startswith("javascript:") else ""
    handler = f"{script} {anchor.get('onclick') or ''}".strip()
    return absolute(base_url(page), quoted_address(handler) or called_address(page.text, handler)) if handler else ""


def looks_like_article(address: str) -> bool:
    """Whether an address has the shape of one document rather than of another list."""
    path = urlsplit(address).path
    return bool(_DOCUMENT.search(path)) and not _LIST_PAGE.search(path)


def says_nothing(page: Page) -> bool:
    """Whether the page states in words that the list is empty."""
    return bool(NOTHING_HERE.search(body_words(page)))
