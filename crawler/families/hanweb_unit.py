"""Hanweb's newer lists: the column page holds "units", scripts with a query in an attribute, and each unit is built by one JSON request.

The page number counts only inside `paramJson`: beside it, it is ignored and page 1 comes back. A page has several units (menu, crumbs,
list); which one is the list shows in its tag, and in that it has rows. Rows already written into the page are kept, but the unit is asked
from its first page on, because only then do all pages have one size.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlencode, urljoin, urlsplit, urlunsplit

from crawler.column_name import column_name
from crawler.list_answers import ends_here, fragment_page, json_shown, loose_object, mapping, query_of, whole_number
from crawler.list_rows import rows, says_nothing
from crawler.listing import Ask, Listing, Start
from crawler.page import Page, tree
from storage.domain.errors import LayoutChanged

ID = "hanweb_unit"

_PATH = "/api-gateway/jpaas-publish-server/front/page/build/unit"
_QUERY = re.compile(r"queryData\s*[:=]\s*[\"']?(\{[^{}]{10,2000}\})", re.IGNORECASE)
_LIST_TAG = re.compile(r"列表|list|栏目|分页|ajax|信息", re.IGNORECASE)
_OTHER_TAG = re.compile(r"导航|菜单|nav|menu|面包屑|位置|crumb|头部|底部|页脚|head|foot|友情|链接|相关", re.IGNORECASE)
_TOTAL = re.compile(r"共\s*(\d{1,6})\s*[条篇]|\btotal(?:Count|Record)?['\"]?\s*[:=]\s*['\"]?(\d{1,6})", re.IGNORECASE)
_SIZE = 15
_MAX_UNITS = 4


def detect(page: Page) -> float:
    """Certainty that this is such a list; pages of the same system that hold one article have no unit of a column."""
    if "queryData" not in page.text or not _units(page):
        return 0.0
    return 0.95 if "unitbuild" in page.text or "jpaas-publish-server" in page.text else 0.6


def first_requests(start: Start) -> tuple[Ask, ...]:
    """The column page, which names its units."""
    return (Ask(start.url),)


def read_list(page: Page, params: Mapping[str, str]) -> Listing:
    """The units of the column page, or the rows of one answer. `params` carries `seen`, the rows of the answers before, and
    `column_url`.

    Raises:
        LayoutChanged: no unit; an answer that is no unit; a first answer without a row and without words that say there is none.
    """
    value = json_shown(page)
    return _column(page) if value is None else _answer(page, value, params)


def _column(page: Page) -> Listing:
    units = _units(page)
    if not units:
        raise LayoutChanged("页面里没有找到列表单元（unitbuild）", advice="页面可能已改版，请核对栏目地址")
    written, skipped = rows(page)
    return Listing(
        items=written,
        next=tuple(_ask(page, unit) for unit in units[:_MAX_UNITS]),
        complete=skipped == 0,
        skipped=skipped,
        column=column_name(page),
        restarts=bool(written),
        carry={"seen": "0", "column_url": page.url},
    )


def _units(page: Page) -> list[dict[str, str]]:
    """The queries of the page's units of a column, the likeliest list first; menus and the like only where there is nothing else."""
    found = [unit for text in _queries(page) if (unit := loose_object(text)) and unit.get("pageType", "column") == "column"]
    units = sorted((unit for unit in found if unit.get("webId") or unit.get("pageId")), key=_weight, reverse=True)
    return [unit for unit in units if _weight(unit) >= 0] or units


def _queries(page: Page) -> Iterator[str]:
    scripts = [script for script in tree(page.text).iter("script") if script.get("querydata")]
    for script in scripts:
        yield f"{script.get('querydata')} endpoint:'{script.get('url') or ''}'"
    if not scripts:
        yield from _QUERY.findall(page.text)


def _weight(unit: Mapping[str, str]) -> int:
    tag = unit.get("tagId", "")
    return 2 * bool(_LIST_TAG.search(tag)) - 3 * bool(_OTHER_TAG.search(tag))


def _ask(page: Page, unit: Mapping[str, str]) -> Ask:
    query = {name: value for name, value in unit.items() if name not in {"endpoint", "paramJson"}}
    size = whole_number(query.pop("pageSize", None)) or _SIZE
    endpoint = urljoin(page.url, unit.get("endpoint") or _PATH)
    return Ask(f"{endpoint}?{urlencode(query | {'paramJson': _page_json(1, size)})}", referer=page.url)


def _page_json(number: int, size: int) -> str:
    return json.dumps({"pageNo": number, "pageSize": size}, separators=(",", ":"))


def _answer(page: Page, value: object, params: Mapping[str, str]) -> Listing:
    seen = int(params.get("seen") or 0)
    data = mapping(value).get("data")
    markup = mapping(data).get("html", data)
    if not isinstance(markup, str):
        raise LayoutChanged("列表单元的回答里没有内容", advice="接口可能已改版，请核对栏目地址")
    island = fragment_page(page, markup)
    items, skipped = rows(island)
    if not items and (skipped or not (ends_here(island) if seen else says_nothing(island))):
        raise LayoutChanged("列表单元里没有找到任何条目，也没有“暂无信息”的说明", advice="接口可能已改版，请核对栏目地址")
    total = _TOTAL.search(markup)
    return Listing(
        items=items,
        next=(_following(page, params.get("column_url") or page.url),) if items else (),
        declared_total=int(total.group(1) or total.group(2)) if total else None,
        complete=skipped == 0,
        skipped=skipped,
        says_empty=not items,
        carry={"seen": str(seen + len(items))},
    )


def _following(page: Page, column_url: str) -> Ask:
    """The same unit's next page, from the address of this one."""
    asked = page.requested_url or page.url
    query = query_of(asked)
    number = loose_object(query.get("paramJson", "")) or {}
    following = _page_json((whole_number(number.get("pageNo")) or 1) + 1, whole_number(number.get("pageSize")) or _SIZE)
    return Ask(urlunsplit(urlsplit(asked)._replace(query=urlencode(query | {"paramJson": following}))), referer=column_url)
