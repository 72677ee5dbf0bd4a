"""Reports split over several pages: where the further pages of an article are, and whether a page is one of them. Pure.

A further page has the address of the first with a number behind it (`…_1.html`) or in its query; nothing else is taken for one, so that
the article before or after is never joined to a report.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from crawler.discovery.article import read_article
from crawler.discovery.attachments import article_words
from crawler.list_pager import PagerCall, pager_call
from crawler.list_rows import absolute
from crawler.page import Page, base_url, page_tree

MAX_PARTS = 20
"""Most pages of one report; a report of more is left to a person, as one that could not be fetched whole."""

_STEM = re.compile(r"^(?P<stem>.*?)(?P<ext>\.(?:s?html?|jsp|aspx?|php))$", re.IGNORECASE)
_QUERY_NAMES = frozenset({"page", "pageindex", "currentpage", "pageno", "curpage"})
_MARK = re.compile(r"[\s_\-（(【\[]*第?\s*\d{1,2}\s*页?[)）】\]]*$")


def further_pages(page: Page, first_url: str) -> tuple[str, ...]:
    """Addresses of the further pages that this one names, in their order; the page may be the first or one of the others."""
    found = {
        address: number
        for anchor in page_tree(page).iter("a")
        if (named := _numbered(page, anchor.get("href") or "", first_url))
        for address, number in (named,)
    }
    call = pager_call(page.text)
    if call is not None:
        found |= _called(call, page, first_url)
    return tuple(sorted(found, key=lambda address: (found[address], address)))


def is_further(page: Page, first: Page) -> bool:
    """Whether a page goes on with the article of the first: the same title, other words."""
    titles = {_MARK.sub("", read_article(one).title) for one in (page, first)}
    here, there = (article_words(one) for one in (page, first))
    return len(titles) == 1 and bool(here) and here != there


def _numbered(page: Page, href: str, first_url: str) -> tuple[str, int] | None:
    """A link to the first page's address with a number from 1 to 99 added."""
    address = absolute(base_url(page), href)
    there, first = urlsplit(address), urlsplit(first_url)
    named = _STEM.match(first.path)
    if not address or there.hostname != first.hostname or named is None:
        return None
    if there.path == first.path:
        return _asked(address, first_url)
    number = re.fullmatch(rf"{re.escape(named['stem'])}_(\d{{1,2}}){re.escape(named['ext'])}", there.path)
    return (address, int(number.group(1))) if number and there.query == first.query else None


def _asked(address: str, first_url: str) -> tuple[str, int] | None:
    """The same address with a page number above 1 in its query, and nothing else changed."""
    asked, before = (parse_qsl(urlsplit(url).query, keep_blank_values=True) for url in (address, first_url))
    added = [(name, value) for name, value in asked if (name, value) not in before]
    if len(added) != 1 or urlencode([pair for pair in asked if pair not in added]) != urlencode(before):
        return None
    name, value = added[0]
    known = name.lower() in _QUERY_NAMES and re.fullmatch(r"\d{1,2}", value)
    return (address, int(value)) if known and int(value) > 1 else None


def _called(call: PagerCall, page: Page, first_url: str) -> dict[str, int]:
    """The pages that the pager's call counts, where it is that of the article and not of a list beside it."""
    stem = _STEM.match(urlsplit(first_url).path.rpartition("/")[2])
    if stem is None or stem["stem"] != call.name:
        return {}
    numbers = range(2, call.pages + 1) if call.named else range(1, call.pages)
    return {urljoin(page.url, f"{call.name}_{number}.{call.suffix}"): number for number in numbers[: MAX_PARTS + 1]}
