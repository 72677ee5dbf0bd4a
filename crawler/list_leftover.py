"""Whether a list page that no way leads on from shows all the same that there is more: a pager in a dialect we do not speak. Pure.

A list read as far as we could is not a list read to its end. What is asked for here is strong: a further page with its number, the last
page's address, a count larger than the rows met, a button that shows more, a pager in a frame of its own, or a script that loads more as
the page is scrolled; portals print "下一页" under lists of one page too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import html

from crawler.list_pager import is_next, last_link, pager_links
from crawler.list_scroll import loads_on_scroll
from crawler.page import Page, tree, visible_text

FULL_PAGE = 10
"""Rows of the shortest page that portals cut their lists into; a shorter list under a pager is all there is."""

_NUMBER = re.compile(r"[\[(（]?(\d{1,3})[\])）]?")
_PLACE = re.compile(r"(\d{1,3})/(\d{1,3})")
_OPTION = re.compile(r"第?(\d{1,3})页?")
_PAGER_NAME = re.compile(r"(?<![a-z])pag(?:e|es|er|ing|ination)(?![a-rt-z])|fenye|fanye", re.IGNORECASE)
_PAGER_WORDS = re.compile(r"上一?页|下一?页|首页|尾页|末页|[»›]|共\d+页")
_MORE = frozenset(
    {"加载更多", "点击加载更多", "查看更多", "点击查看更多", "显示更多", "更多加载", "loadmore", "showmore", "viewmore", "moreresults"}
)
_PAGER_FRAME = re.compile(
    r"(?<![a-z])(?:pag(?:er|es|ing|ination)|page_?(?:bar|nav|list|frame|turn|info)|fenye|fanye)(?![a-z])", re.IGNORECASE
)
_COUNTED = re.compile(
    r"(?:laypage|pagination)\b[^;]{0,300}?\b(?:count|total)[\"']?\s*[:=]\s*[\"']?(\d{1,6})\b|:total\s*=\s*[\"'](\d{1,6})[\"']",
    re.IGNORECASE,
)
_CALLED = re.compile(r"\(\s*[\"']?(\d{1,3})[\"']?\s*[,)]")
_DEAD = re.compile(r"disab|(?<![a-z])(?:dis|gr[ae]y|none|nomore|no-more|last)(?![a-z])", re.IGNORECASE)
_LEAVES = ("a", "span", "li", "button", "em", "b", "strong", "i", "option", "td", "div")


def more_is_shown(page: Page, rows: int, pages: int) -> bool:
    """Whether the last page read of a list, of which `pages` pages with `rows` rows were met, shows that it has further ones."""
    if "<" not in page.text[:2000] or not rows:
        return False
    counted = [int(found[1] or found[2]) for found in _COUNTED.finditer(page.text)]
    if any(count > rows for count in counted):
        return True
    if names_further_pages(page, pages):
        return True
    if counted:
        return False
    # A pager that was followed is understood; on its last page its words may still be there.
    if pages > 1 or rows < FULL_PAGE:
        return pages == 1 and bool(last_link(page))
    return bool(last_link(page)) or _has_live_button(page) or _has_live_picture(page) or _has_framed_pager(page) or loads_on_scroll(page)


def names_further_pages(page: Page, pages: int) -> bool:
    """Whether the pager of a page around the list names more pages than were met."""
    return any(number > pages for number in _numbers(page))


def _numbers(page: Page) -> Iterator[int]:
    """Numbers of pages that the pager names."""
    for element in tree(page.text).iter(*_LEAVES):
        if len(element) > 1:
            continue
        words = "".join(visible_text(element).split()) if element.tag != "option" else "".join((element.text or "").split())
        if place := _PLACE.fullmatch(words):
            yield int(place[2]) if int(place[1]) <= int(place[2]) and _in_pager(element) else 0
        elif is_next(words) and not _is_dead(element) and (called := _CALLED.search(_script_of(element))):
            yield int(called[1])
        elif element.tag == "option" and "页" in words and (chosen := _OPTION.fullmatch(words)):
            yield int(chosen[1])
        elif (number := _NUMBER.fullmatch(words)) and _in_pager(element):
            yield int(number[1])


def _in_pager(element: html.HtmlElement) -> bool:
    """Whether an element stands among the words or under the name of a pager."""
    for above in list(element.iterancestors())[:3]:
        if above.tag in ("body", "html"):
            break
        if _PAGER_NAME.search(f"{above.get('class') or ''} {above.get('id') or ''}"):
            return True
        words = "".join(visible_text(above).split())
        if len(words) < 120 and _PAGER_WORDS.search(words):
            return True
    return False


def _has_live_button(page: Page) -> bool:
    """Whether something that is no link to another address, and not switched off, asks for more rows."""
    for element in tree(page.text).iter("a", "button", "div", "span", "p"):
        if len(element) > 1:
            continue
        words = "".join(visible_text(element).split()).lower()
        more = words in _MORE
        if (more or (is_next(words) and _acts(element))) and not _is_dead(element) and not (more and _leads(element)):
            return True
    return False


def _has_live_picture(page: Page) -> bool:
    """Whether a link without words is one to a following page: what it is called says so, or only its picture's name, inside a pager. A
    slide show has arrows of the same name.
    """
    for words, anchor in pager_links(page):
        if is_next(words) and not visible_text(anchor) and not _is_dead(anchor) and not _leads(anchor):
            spoken = (element.get(name) or "" for element in (anchor, *anchor.iterdescendants()) for name in ("title", "alt", "aria-label"))
            if _in_pager(anchor) or any(re.search(r"[页頁]|page", one, re.IGNORECASE) for one in spoken):
                return True
    return False


def _has_framed_pager(page: Page) -> bool:
    """Whether the pager stands in a frame of its own beside the rows."""
    return any(
        _PAGER_FRAME.search(" ".join(frame.get(name) or "" for name in ("id", "name", "class")))
        or _PAGER_FRAME.search((frame.get("src") or "").partition("?")[0].rpartition("/")[2])
        for frame in tree(page.text).iter("iframe", "frame")
    )


def _acts(element: html.HtmlElement) -> bool:
    return element.tag in ("a", "button") or element.get("onclick") is not None


def _leads(element: html.HtmlElement) -> bool:
    """Whether an element, or what it stands in, is a link to an address."""
    around = (element, *list(element.iterancestors())[:2], *element.iter("a"))
    return any((e.get("href") or "#")[:1] != "#" and not (e.get("href") or "").lower().startswith("javascript") for e in around)


def _is_dead(element: html.HtmlElement) -> bool:
    around = (element, *list(element.iterancestors())[:1], *element)
    return any(_DEAD.search(e.get("class") or "") or e.get("disabled") is not None for e in around)


def _script_of(element: html.HtmlElement) -> str:
    around = (element, *element, *list(element.iterancestors())[:1])
    return " ".join(f"{e.get('onclick') or ''} {e.get('href') or ''}" for e in around)
