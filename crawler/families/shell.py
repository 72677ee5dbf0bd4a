"""Pages that only lead to a list: a frame around it, a refresh, or a script that goes there at once.

Nothing is read here but the address; what the page behind it is, is asked again of that page. A shell never leads to another portal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from lxml import html

from crawler.addresses import plain_host, refreshes
from crawler.column_name import column_name
from crawler.list_rows import absolute, rows
from crawler.listing import Ask, Listing, Start
from crawler.page import Page, base_url, tree, visible_text
from storage.domain.errors import LayoutChanged

ID = "shell"

_GOES = re.compile(
    r"""\blocation(?:\.href)?\s*=(?!=)\s*['"]([^'"\s]+)['"](?!\s*\+)|\blocation\.(?:replace|assign)\(\s*['"]([^'"\s]+)['"](?!\s*\+)"""
)
"""An address that something is added to is a pager's, not that of a jump."""

_HANDHELD = re.compile(r"://(?:m|wap|3g)\.|/(?:m|wap|mobile)(?:/|$)", re.IGNORECASE)
_FURNITURE = re.compile(
    r"head|foot|top|bottom|left|menu|nav|login|count|tongji|share|search|weather|map|video|banner|piwik|analytics", re.IGNORECASE
)
_LISTS = re.compile(r"list|main|right|content|xxgk|gkml|nianbao|ndbg|nb|column|catalog", re.IGNORECASE)
_FILE = re.compile(r"\.(?:pdf|docx?|xlsx?|ofd|wps|zip|rar|jpe?g|png|gif|swf|mp4|js|css)$", re.IGNORECASE)
_DATED_TITLE = re.compile(r"20\d\d\s*年")
_SHORT = 120
"""Characters of visible text up to which a page with a script that goes elsewhere is nothing but that script."""


def detect(page: Page) -> float:
    """Certainty that this page only leads to another one. A frame may stand beside a list of any family: it counts least."""
    if _is_article(page):
        return 0.0
    if _refreshed(page) or _scripted(page):
        return 0.86
    return 0.45 if _framed(page) else 0.0


def first_requests(start: Start) -> tuple[Ask, ...]:
    """The shell itself."""
    return (Ask(start.url),)


def read_list(page: Page, params: Mapping[str, str]) -> Listing:
    """Where the list is; no rows.

    Raises:
        LayoutChanged: the page leads nowhere, to itself, or to another portal only.
    """
    del params
    targets = () if _is_article(page) else _refreshed(page) or _scripted(page) or _framed(page)
    if not targets:
        raise LayoutChanged("页面里没有条目，也没有指向本站列表的框架或跳转", advice="页面可能已改版或跳转到站外，请核对栏目地址")
    return Listing((), column=column_name(page), elsewhere=tuple(Ask(address, referer=page.url) for address in targets))


def _is_article(page: Page) -> bool:
    return any((meta.get("name") or "").lower() == "articletitle" for meta in tree(page.text).iter("meta"))


def _words(page: Page) -> str:
    return visible_text(tree(page.text))


def _refreshed(page: Page) -> tuple[str, ...]:
    """Where a refresh of the page goes; one that loads the page itself anew is none."""
    if len(_words(page)) > _SHORT:
        return ()
    return _ours(page, [one.target for one in refreshes(page)])


def _scripted(page: Page) -> tuple[str, ...]:
    """Where a page without words of its own goes by script. The way for handhelds is not ours; what is left last is the common one."""
    if len(_words(page)) > _SHORT:
        return ()
    scripts = "\n".join(script.text or "" for script in tree(page.text).iter("script"))
    found = [first or second for first, second in _GOES.findall(scripts)]
    return tuple(address for address in reversed(_ours(page, found)) if not _HANDHELD.search(address))


def _framed(page: Page) -> tuple[str, ...]:
    """The frames that may hold the list, best first; none where the page has rows of its own."""
    if any(item.raw_date or _DATED_TITLE.search(item.title) for item in rows(page)[0]):
        return ()
    frames = [frame for frame in tree(page.text).iter("iframe", "frame") if _shows(frame)]
    frames.sort(key=lambda frame: not _LISTS.search(_names(frame)))
    return tuple(
        address for address in _ours(page, [frame.get("src") or "" for frame in frames]) if not _FILE.search(urlsplit(address).path)
    )


def _names(frame: html.HtmlElement) -> str:
    path = _path_end(frame.get("src") or "")
    return " ".join((path, frame.get("name") or "", frame.get("id") or "", frame.get("class") or ""))


def _path_end(address: str) -> str:
    """The last two parts of an address's path, empty where it is none."""
    try:
        return "/".join(urlsplit(address).path.split("/")[-2:])
    except ValueError:
        return ""


def _shows(frame: html.HtmlElement) -> bool:
    """Whether a frame is there to be read: not hidden, not the furniture of the page."""
    style = re.sub(r"\s", "", frame.get("style") or "").lower()
    sizes = [re.match(r"\d+(?!\d*%)", (frame.get(name) or "").strip()) for name in ("width", "height")]
    small = any(size is not None and int(size.group(0)) < 60 for size in sizes)
    return not small and "display:none" not in style and (bool(_LISTS.search(_names(frame))) or not _FURNITURE.search(_names(frame)))


def _ours(page: Page, addresses: list[str]) -> tuple[str, ...]:
    """The addresses on the same portal, other than the page itself, each once."""
    return tuple(dict.fromkeys(address for address in _absolute(page, addresses) if _same_portal(page.url, address)))


def _absolute(page: Page, addresses: list[str]) -> Iterator[str]:
    own = {page.url.partition("#")[0], page.requested_url.partition("#")[0]}
    for written in addresses:
        address = absolute(base_url(page), written)
        if address and address not in own:
            yield address


def _same_portal(here: str, there: str) -> bool:
    """The same host, or two names below one domain that has at least three parts."""
    one, other = plain_host(here), plain_host(there)
    if one == other:
        return True
    return any(below.endswith(f".{above}") and above.count(".") >= 2 for below, above in ((one, other), (other, one)))
