"""Columns that a unified index links to on other hosts, and which registered portal each belongs to. Pure.

One index of a province or a county stands for dozens of departments with portals of their own. Its links are named after bodies, not after
columns, and lead deep into those portals; what leads to a home page is a list of friends, not an index.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from crawler.addresses import is_home, plain_host
from crawler.discovery.anchors import COLUMN, Link
from crawler.discovery.naming import OFFICES
from crawler.list_rows import address_of, looks_like_article
from crawler.page import Page, page_tree, visible_text
from storage.domain.registry import Portal

MAX_WORDS = 25
_BODY = re.compile(rf".{{1,24}}(?:{OFFICES}|公安|行|[市州县区旗盟])(?:政府信息公开)?(?:年报|年度报告)?")


def named_after_bodies(page: Page) -> tuple[Link, ...]:
    """The links of an index that are named after a body and lead to a place inside another host, each address once."""
    own = urlsplit(page.url).hostname
    found: dict[str, Link] = {}
    for anchor in page_tree(page).iter("a"):
        address, words = address_of(page, anchor), "".join(visible_text(anchor).split())
        parts = urlsplit(address)
        deep = bool(parts.query) or not is_home(parts.path)
        if not address or parts.hostname == own or not deep or looks_like_article(address):
            continue
        if len(words) <= MAX_WORDS and _BODY.fullmatch(words):
            found.setdefault(address, Link(address, words, COLUMN, "named-after-body"))
    return tuple(found.values())


def owner_of(url: str, portals: Iterable[Portal]) -> Portal | None:
    """The registered portal that an address belongs to: that of its host, by the longest path in common where several share one."""
    parts = urlsplit(url)
    here = [one for one in portals if plain_host(one.home_url) == plain_host(url) and parts.path.startswith(_folder(one.home_url))]
    return max(here, key=lambda one: len(_folder(one.home_url)), default=None)


def _folder(url: str) -> str:
    return urlsplit(url).path.rpartition("/")[0] + "/"


def shared_out(links: Sequence[Link], portals: Sequence[Portal]) -> tuple[list[tuple[Portal, Link]], list[Link]]:
    """The links with the portal each belongs to, and those that belong to none that is registered."""
    owned = [(owner_of(link.url, portals), link) for link in links]
    return [(portal, link) for portal, link in owned if portal is not None], [link for portal, link in owned if portal is None]
