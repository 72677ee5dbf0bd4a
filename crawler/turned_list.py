"""Lists that are turned by number: which page this is, whether it is one shown again, and the way to the next. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from crawler.column_name import column_name
from crawler.list_pager import told
from crawler.list_rows import rows, says_nothing
from crawler.listing import Ask, Listing
from crawler.page import Page
from storage.domain.errors import LayoutChanged

Turner = Callable[[Page, int], Ask | None]
"""The request for the page of that number, None where the page shows no way to it."""


def turned(page: Page, params: Mapping[str, str], turner: Turner) -> Listing:
    """One page of the list. `params` carries `place`, which page this should be, from 1.

    Raises:
        LayoutChanged: no row understood and no words that say there is none.
    """
    found, skipped = rows(page)
    if not found and (skipped or not says_nothing(page)):
        raise LayoutChanged("列表页上没有找到任何条目，也没有“暂无信息”的说明", advice="页面可能已改版，请核对栏目地址")
    said, place = told(page), int(params.get("place") or 1)
    # Past its end a server shows the last page again, and says which one that is; any other page shown again is a way that did not work.
    items = () if said.place is not None and said.place == said.pages and said.place < place else found
    ask = turner(page, place + 1) if items and not (said.pages is not None and place >= said.pages) else None
    return Listing(
        items=items,
        next=(ask,) if ask is not None else (),
        declared_total=said.rows,
        declared_pages=said.pages,
        complete=skipped == 0,
        skipped=skipped,
        says_empty=not items,
        column=column_name(page),
        carry={"place": str(place + 1)},
    )
