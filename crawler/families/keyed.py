"""Lists read by a key: the request that a browser once saw being made for the rows, made again without one (`crawler.keys`).

No page is ever recognised as one of these: a list is read this way only while its key is kept.
"""

from __future__ import annotations

from collections.abc import Mapping

from crawler.key_reading import read
from crawler.keys import from_text
from crawler.listing import Ask, Listing, Start
from crawler.page import Page
from storage.domain.errors import LayoutChanged

ID = "keyed"


def detect(page: Page) -> float:
    """Never: only a stored key leads here."""
    return 0.0


def first_requests(start: Start) -> tuple[Ask, ...]:
    """The key's own request, as the page made it."""
    return (from_text(start.params["key"]).ask(start.url),)


def read_list(page: Page, params: Mapping[str, str]) -> Listing:
    """The rows of one answer. `params` carries `key`, `list_url`, and from the second page on `turned` (pages read) and `seen` (rows).

    Raises:
        LayoutChanged: an answer without a place for rows, a first one without a row, or no key.
    """
    if "key" not in params:
        raise LayoutChanged("这个栏目没有记下的列表请求", advice="将重新用浏览器打开栏目页")
    key, list_url = from_text(params["key"]), params["list_url"]
    turned, seen = int(params.get("turned", "0")), int(params.get("seen", "0"))
    found = read(page, key.reading, list_url)
    if found is None or (not found[0] and not turned):
        raise LayoutChanged("记下的列表请求不再返回条目", advice="将重新用浏览器打开栏目页")
    items, total = found
    met = seen + len(items)
    more = bool(items) and bool(key.page_field) and (total is None or met < total)
    return Listing(
        items=items,
        next=(key.ask(list_url, turned + 1),) if more else (),
        declared_total=total,
        carry={"turned": str(turned + 1), "seen": str(met)},
    )
