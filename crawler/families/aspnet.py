"""Lists of ASP.NET and old ASP: pages turned by a link with a number in its query, else by posting the page's own form back.

A postback carries every field of the form as served, above all the view state; only the control of the pager is put in. The link is taken
where there is one: it needs nothing of the page before.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from crawler.form_fields import action_of, sent_fields
from crawler.list_pager import is_next, next_link, numbered_link, pager_links, told
from crawler.list_rows import rows, says_nothing
from crawler.listing import Ask, Listing, Start
from crawler.page import Page, tree
from crawler.turned_list import turned
from storage.domain.errors import LayoutChanged

ID = "aspnet"

_PATH = re.compile(r"\.aspx?$", re.IGNORECASE)
_POSTBACK = re.compile(r"__doPostBack\(\s*['\"]([^'\"]{1,200})['\"]\s*,\s*['\"]([^'\"]{0,200})['\"]\s*\)")
_TARGET, _ARGUMENT, _STATE = "__EVENTTARGET", "__EVENTARGUMENT", "__VIEWSTATE"


def detect(page: Page) -> float:
    """Certainty that this is such a list; an article of the same system has the official title of one."""
    stated, named = _STATE in page.text, bool(_PATH.search(urlsplit(page.url).path))
    if not (stated or named) or _is_article(page):
        return 0.0
    pager = _turner(page, (told(page).place or 1) + 1) is not None or told(page).pages is not None
    found = len(rows(page)[0])
    if pager and (found or says_nothing(page)):
        return 0.86 if stated else 0.8
    return 0.55 if found > 1 or says_nothing(page) else 0.0


def first_requests(start: Start) -> tuple[Ask, ...]:
    """The list page."""
    return (Ask(start.url),)


def read_list(page: Page, params: Mapping[str, str]) -> Listing:
    """One page of the list. `params` carries `place`, which page this should be, from 1.

    Raises:
        LayoutChanged: an article; no row and no words that say there is none.
    """
    if _is_article(page):
        raise LayoutChanged("这是一篇文章，不是列表页", advice="请核对栏目地址")
    return turned(page, params, _turner)


def _is_article(page: Page) -> bool:
    return any((meta.get("name") or "").lower() == "articletitle" for meta in tree(page.text).iter("meta"))


def _turner(page: Page, number: int) -> Ask | None:
    """The way to the page of that number: by its link, else by the form."""
    linked = numbered_link(page, number) or next_link(page)
    if linked:
        return Ask(linked, referer=page.url)
    control = _control(page, number)
    return _posted(page, *control) if control is not None else None


def _control(page: Page, number: int) -> tuple[str, str] | None:
    """Target and argument of the pager's link: the one with that number, else the one that says "next"."""
    onward: tuple[str, str] | None = None
    for words, anchor in pager_links(page):
        called = _POSTBACK.search(f"{anchor.get('href') or ''} {anchor.get('onclick') or ''}")
        if called is None or anchor.get("disabled") is not None:
            continue
        if words.strip("[]") == str(number):
            return called.group(1), called.group(2)
        if is_next(words):
            onward = onward or (called.group(1), called.group(2))
    return onward


def _posted(page: Page, target: str, argument: str) -> Ask | None:
    form = next((one for one in tree(page.text).iter("form") if one.xpath(f".//input[@name='{_STATE}']")), None)
    if form is None:
        return None
    kept = [(name, value) for name, value in sent_fields(form) if name not in {_TARGET, _ARGUMENT}]
    address = action_of(page, form)
    return Ask(address, form=((_TARGET, target), (_ARGUMENT, argument), *kept), referer=page.url) if address else None
