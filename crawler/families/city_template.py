"""One template for all portals of a city: server-written rows under a name by which the template is known, the pager differing by city.

Seen: `…/<slug>/pc/list.html`, `/xxgk-list-<slug>.html`, `…/xxgk_list/xxgk_navs.shtml`. How their pages go on was recorded nowhere, so the
page itself is probed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from crawler.column_name import column_name
from crawler.list_pager import told
from crawler.list_prober import continues, probe
from crawler.list_rows import rows, says_nothing
from crawler.listing import Ask, Listing, Start
from crawler.page import Page
from storage.domain.errors import LayoutChanged

ID = "city_template"

_SHAPE = re.compile(
    r"/[\w\-]+/pc/list(?:_\d+)?\.s?html$|/xxgk-list-[\w\-]+?(?:_\d+)?\.s?html$|/xxgk_list/xxgk_navs?(?:_\d+)?\.s?html$", re.IGNORECASE
)


def detect(page: Page) -> float:
    """Certainty that this is such a list: the name of the file, and rows or words that say there are none."""
    if not _SHAPE.search(urlsplit(page.url).path):
        return 0.0
    return 0.78 if rows(page)[0] or says_nothing(page) else 0.5


def first_requests(start: Start) -> tuple[Ask, ...]:
    """The list page."""
    return (Ask(start.url),)


def read_list(page: Page, params: Mapping[str, str]) -> Listing:
    """One page of the list; `params` is what the prober was told by the page before.

    Raises:
        LayoutChanged: no row and no words that say there is none; a page that is not the one probed for.
    """
    items, skipped = rows(page)
    if not items and (skipped or not says_nothing(page)):
        raise LayoutChanged("列表页上没有找到任何条目，也没有“暂无信息”的说明", advice="页面可能已改版，请核对栏目地址")
    continues(page, items, params)
    asks, carry = probe(page, items, params)
    said = told(page)
    return Listing(
        items=items,
        next=asks,
        declared_total=said.rows,
        declared_pages=said.pages,
        complete=skipped == 0,
        skipped=skipped,
        says_empty=not items,
        column=column_name(page),
        carry=carry,
    )
