"""Hanweb lists whose rows sit in an XML island inside a script and are turned by `dataproxy.jsp`.

The column page carries the first rows. More come from the proxy address that stands in the page (in `nextgroup` or in a script), by GET
or POST. Servers differ: some ignore `startrecord` and honour `page`, all cap `perpage` silently. So the next request always starts after
the rows really received, several ways are offered, and the caller keeps the one that brings rows not seen before.
"""

from __future__ import annotations

import html as entities
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from crawler.column_name import column_name
from crawler.list_rows import rows, says_nothing
from crawler.listing import Ask, Item, Listing, Start
from crawler.page import Page
from crawler.page import page as make_page
from storage.domain.errors import LayoutChanged

ID = "hanweb_jpage"

_STORE = re.compile(r"<datastore\b.*?</datastore>", re.DOTALL | re.IGNORECASE)
_RECORD = re.compile(r"<record\b[^>]*>(.*?)</record>", re.DOTALL | re.IGNORECASE)
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_NEXT_GROUP = re.compile(r"<nextgroup\b[^>]*>(.*?)</nextgroup>", re.DOTALL | re.IGNORECASE)
_TOTAL = re.compile(r"<totalrecord>\s*(\d+)\s*</totalrecord>|['\"]?totalrecord['\"]?\s*[:=]\s*['\"]?(\d+)", re.IGNORECASE)
_PER_PAGE = re.compile(r"['\"]?perpage['\"]?\s*[:=]\s*['\"]?(\d+)", re.IGNORECASE)
_PROXY = re.compile(r"['\"]([^'\"\s]*dataproxy\.jsp[^'\"]*)['\"]", re.IGNORECASE)
_ARRAY = re.compile(r"(?:dataStore|dataArray|data)\s*=\s*(\[.*?\])\s*;?\s*$", re.DOTALL)
_IDS = ("col", "appid", "webid", "path", "columnid", "sourceContentType", "unitid", "webname", "permissiontype")
_PAIR = {name: re.compile(rf"""(?<![A-Za-z0-9_]){name}['"]?\s*[:=]\s*['"]?([^'",;&\s}}<>]+)""") for name in _IDS}
_DEFAULT_PER_PAGE = 45


@dataclass(frozen=True, slots=True)
class _Unit:
    """One data island: its records as markup, its total if declared, its own link to the following group."""

    records: tuple[str, ...]
    total: int | None
    next_link: str


def detect(page: Page) -> float:
    """Certainty that this is such a list."""
    if "dataproxy.jsp" in page.text and _STORE.search(page.text):
        return 0.97
    if "dataproxy.jsp" in page.text or re.search(r"<recordset>\s*<record", page.text):
        return 0.8
    return 0.4 if re.search(r"/col/col\d+/", page.url) and "jpage" in page.text else 0.0


def first_requests(start: Start) -> tuple[Ask, ...]:
    """The column page, which carries the first rows."""
    return (Ask(start.url),)


def read_list(page: Page, params: Mapping[str, str]) -> Listing:
    """The rows of the column page or of one answer of the proxy.

    `params` carries, from the listing before: `endpoint`, `ids` (urlencoded), `per_page`, and `seen` (rows received so far), `column_url`.

    Raises:
        LayoutChanged: no data island, or one without a row and without words that say there is none.
    """
    units = _units(page)
    unit = _choose(units, params.get("column_url") or page.url)
    if unit is None:
        raise LayoutChanged("页面里没有找到列表数据（jpage）", advice="页面可能已改版或改为脚本渲染，请核对栏目地址")
    items, skipped = _items(unit, page)
    if not items and not params.get("seen") and not (unit.total == 0 or says_nothing(page)):
        raise LayoutChanged("列表数据为空，也没有“暂无信息”的说明", advice="页面可能已改版，请核对栏目地址")
    known = _known(page, unit, params)
    seen = int(params.get("seen") or 0) + len(unit.records)
    total = unit.total if unit.total is not None else _int(params.get("total"))
    if total is None and len(units) == 1:
        # The island is silent and the script beside it says how many rows there are; of several islands it could be either's.
        total = _total(page.text)
    return Listing(
        items=items,
        next=_following(known, seen, total) if unit.records else (),
        declared_total=total,
        complete=skipped == 0,
        skipped=skipped,
        says_empty=not items,
        column=column_name(page) if not params.get("seen") else "",
        carry={**known, "seen": str(seen), "total": "" if total is None else str(total)},
    )


def _int(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() else None


def _units(page: Page) -> list[_Unit]:
    stores = _STORE.findall(page.text)
    if not stores and _RECORD.search(page.text):
        stores = [page.text]
    units = [_unit(store) for store in stores]
    array = _ARRAY.search(page.text.strip()) if not units else None
    if array:
        units = [_Unit(_strings(array.group(1)), _total(page.text), "")]
    return units


def _unit(store: str) -> _Unit:
    group = _NEXT_GROUP.search(store)
    return _Unit(tuple(_content(raw) for raw in _RECORD.findall(store)), _total(store), _content(group.group(1)) if group else "")


def _total(text: str) -> int | None:
    found = _TOTAL.search(text)
    return int(found.group(1) or found.group(2)) if found else None


def _content(raw: str) -> str:
    inside = _CDATA.findall(raw)
    return "".join(inside) if inside else entities.unescape(raw)


def _strings(array: str) -> tuple[str, ...]:
    try:
        values = json.loads(array)
    except ValueError:
        values = [entities.unescape(found[1:-1].replace("\\'", "'")) for found in re.findall(r"'(?:[^'\\]|\\.)*'", array)]
    return tuple(str(value) for value in values)


def _choose(units: list[_Unit], column_url: str) -> _Unit | None:
    """The unit of this column where a page has several: the one whose rows belong to the column's number, else the longest."""
    number = re.search(r"/col/col(\d+)", column_url)

    def weight(unit: _Unit) -> tuple[int, int]:
        own = sum(f"art_{number.group(1)}_" in record for record in unit.records) if number else 0
        return own, len(unit.records)

    return max(units, key=weight, default=None)


def _items(unit: _Unit, page: Page) -> tuple[tuple[Item, ...], int]:
    markup = "".join(record if re.match(r"\s*<(?:li|tr|dd|div|p)\b", record) else f"<li>{record}</li>" for record in unit.records)
    table = "<table>" if re.match(r"\s*<tr\b", markup) else "<ul>"
    island = make_page(
        page.url,
        page.status,
        f"<body>{table}{markup}{table.replace('<', '</')}</body>".encode(),
        {"content-type": "text/html; charset=utf-8"},
    )
    items, _ = rows(island)
    return items, max(0, len(unit.records) - len(items))


def _known(page: Page, unit: _Unit, params: Mapping[str, str]) -> dict[str, str]:
    """What the next request needs; found once on the column page, then carried along."""
    if params.get("endpoint"):
        carried = {name: params[name] for name in ("endpoint", "ids", "per_page", "column_url") if name in params}
        return carried | {"next_link": _link(page, unit)}
    links = [entities.unescape(found) for found in _PROXY.findall(unit.next_link + page.text)]
    if not links:
        return {"column_url": page.url}
    endpoint = urlsplit(urljoin(page.url, links[0]))
    ids = {name: found.group(1) for name, pattern in _PAIR.items() if (found := pattern.search(page.text))}
    for link in links:
        ids |= {name: value for name, value in parse_qsl(urlsplit(link).query) if name in _IDS}
    per_page = _PER_PAGE.search(page.text)
    return {
        "endpoint": urlunsplit(endpoint._replace(query="")),
        "ids": urlencode(ids),
        "per_page": per_page.group(1) if per_page else str(_DEFAULT_PER_PAGE),
        "column_url": page.url,
        "next_link": _link(page, unit),
    }


def _link(page: Page, unit: _Unit) -> str:
    found = re.search(r"href\s*=\s*['\"]([^'\"]+)['\"]", unit.next_link)
    return urljoin(page.url, entities.unescape(found.group(1))) if found else ""


def _following(known: Mapping[str, str], seen: int, total: int | None) -> tuple[Ask, ...]:
    endpoint, column = known.get("endpoint", ""), known.get("column_url", "")
    if not endpoint or (total is not None and seen >= total):
        return ()
    per_page = int(known.get("per_page") or _DEFAULT_PER_PAGE)
    last = seen + per_page if total is None else min(seen + per_page, total)
    window = (("startrecord", str(seen + 1)), ("endrecord", str(last)), ("perpage", str(per_page)))
    ids = tuple(parse_qsl(known.get("ids", "")))
    page_number = ("page", str(seen // per_page + 1))
    asks = [
        Ask(f"{endpoint}?{urlencode(window)}", form=ids or (("col", "1"),), referer=column),
        Ask(f"{endpoint}?{urlencode((page_number, *window, *ids))}", referer=column),
    ]
    if known.get("next_link"):
        asks.insert(0, Ask(known["next_link"], referer=column))
    return tuple(asks)
