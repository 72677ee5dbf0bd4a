"""iList.jsp lists: the query names the node and the kind of document, the server writes the rows, `cur_page` turns the pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from crawler.column_name import column_name
from crawler.list_answers import query_of, whole_number
from crawler.list_pager import next_link, told
from crawler.list_rows import rows, says_nothing
from crawler.listing import Ask, Listing, Start
from crawler.page import Page
from storage.domain.errors import LayoutChanged

ID = "ilist"

_PATH = re.compile(r"/iList\.jsp$", re.IGNORECASE)
_NAMES = frozenset({"node_id", "cat_id", "tm_id"})
_TURNS = "cur_page"


def detect(page: Page) -> float:
    """Certainty that this is such a list."""
    if not _PATH.search(urlsplit(page.url).path):
        return 0.0
    return 0.93 if _NAMES & query_of(page.url).keys() else 0.7


def first_requests(start: Start) -> tuple[Ask, ...]:
    """The list as asked for."""
    return (Ask(start.url),)


def read_list(page: Page, params: Mapping[str, str]) -> Listing:
    """One page of the list; which one, its address says. The query is kept whole: without the node the server shows another list.

    Raises:
        LayoutChanged: no row and no words that say there is none.
    """
    asked = page.requested_url or page.url
    number, said = whole_number(query_of(asked).get(_TURNS)) or 1, told(page)
    found, skipped = rows(page)
    if not found and (skipped or not says_nothing(page)):
        raise LayoutChanged("列表页上没有找到任何条目，也没有“暂无信息”的说明", advice="页面可能已改版，请核对栏目地址")
    # Asked for a page after the last one, the server shows the last one again and says so.
    items = () if said.place is not None and said.place == said.pages and said.place < number else found
    return Listing(
        items=items,
        next=_following(page, asked, number, said.pages) if items else (),
        declared_total=said.rows,
        declared_pages=said.pages,
        complete=skipped == 0,
        skipped=skipped,
        says_empty=not items,
        column=column_name(page),
    )


def _following(page: Page, asked: str, number: int, pages: int | None) -> tuple[Ask, ...]:
    """The next number where the page turns pages at all. The pager's declared end is believed only where it offers no link onward."""
    linked = next_link(page)
    if pages is not None and number >= pages and not linked:
        return ()
    if pages is None and not linked and _TURNS not in page.text:
        return ()
    kept = [(name, value) for name, value in parse_qsl(urlsplit(asked).query, keep_blank_values=True) if name != _TURNS]
    turned = urlencode([*kept, (_TURNS, str(number + 1))])
    return (Ask(urlunsplit(urlsplit(asked)._replace(query=turned, fragment="")), referer=page.url),)
