"""Epoint lists: an empty page whose script names the project and the site, and one JSON list per department and category by POST.

The page does not say whether its interface counts pages from 0 or from 1. Counting from 0 is tried first: where that is no page, the rows
come under 1; where both give the same rows, the first two numbers are one page, which is no sign of the end.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from urllib.parse import urljoin, urlsplit

from crawler.column_name import column_name
from crawler.list_answers import json_shown, mapping, moment_day, placed, query_of, text_of, whole_number
from crawler.list_rows import absolute
from crawler.listing import Ask, Item, Listing, Start
from crawler.page import Page
from storage.domain.errors import LayoutChanged

ID = "epoint"

_ACTION = "rest/lightfrontaction/getgovinfolist"
_WRITTEN = re.compile(r"""['"]([^'"\s]*(?:rest/)?lightfrontaction/getgovinfolist)['"]""", re.IGNORECASE)
_MARKS = re.compile(r"EWB-FRONT|webBuilderCommon\.js|lightfrontaction|govInfoPub", re.IGNORECASE)
_PAIR = r"""\b{}['"]?\s*[:=]\s*['"]([^'"]{{1,80}})['"]"""
_SIZE = re.compile(r"""\bpageSize['"]?\s*[:=]\s*['"]?(\d{1,3})\b""", re.IGNORECASE)
_TOKEN = re.compile(_PAIR.format("token"))
_WRAPPED = re.compile(r"""\bparams['"]?\s*:""")
_DEFAULT_SIZE = 15
_DAYS = ("infodate", "pubdate", "publishdate", "webdate", "date")


def detect(page: Page) -> float:
    """Certainty that this is such a list; it must name the site and either the category or the department."""
    if not _MARKS.search(page.text) or not _value(page, "siteGuid"):
        return 0.0
    known = _value(page, "categorynum") or _value(page, "deptcode")
    return (0.93 if _WRITTEN.search(page.text) else 0.88) if known else 0.3


def first_requests(start: Start) -> tuple[Ask, ...]:
    """The column page, which names the rest."""
    return (Ask(start.url),)


def read_list(page: Page, params: Mapping[str, str]) -> Listing:
    """The column page, or one answer. `params` carries `body` (what was asked), `seen` (rows before), `column_url` and `endpoint`.

    Raises:
        LayoutChanged: the page does not name what must be asked; an answer that holds no list.
    """
    value = json_shown(page)
    if isinstance(value, dict):
        return _answer(page, value, params)
    return _column(page)


def _value(page: Page, name: str) -> str:
    """What the page calls by that name: in its address first, since one page serves many categories."""
    asked = {key.lower(): value for key, value in query_of(page.url).items()}
    found = re.search(_PAIR.format(name), page.text, re.IGNORECASE)
    return asked.get(name.lower()) or (found.group(1).strip() if found else "")


def _column(page: Page) -> Listing:
    site = _value(page, "siteGuid")
    category, department = _value(page, "categorynum"), _value(page, "deptcode")
    if not site or not (category or department):
        raise LayoutChanged("页面里没有站点（siteGuid）和栏目编号（categorynum、deptcode）", advice="页面可能已改版，请核对栏目地址")
    size = _SIZE.search(page.text)
    asked = {
        "deptcode": department,
        "categorynum": category,
        "pageIndex": 0,
        "pageSize": int(size.group(1)) if size else _DEFAULT_SIZE,
        "siteGuid": site,
    }
    body = _wrapped(page, asked)
    endpoint = _endpoint(page)
    return Listing(
        (),
        # The same body with 1 is asked where 0 is no page.
        next=tuple(Ask(endpoint, json=_numbered(body, first), referer=page.url) for first in (0, 1)),
        column=column_name(page),
        carry={"seen": "0", "turn": "0", "body": body, "column_url": page.url, "endpoint": endpoint},
    )


def _wrapped(page: Page, asked: Mapping[str, object]) -> str:
    """The body as the page sends it: bare, or within `params` beside a token."""
    token = _TOKEN.search(page.text)
    if token and _WRAPPED.search(page.text):
        return json.dumps({"token": token.group(1), "params": asked}, ensure_ascii=False)
    return json.dumps(asked, ensure_ascii=False)


def _endpoint(page: Page) -> str:
    written = _WRITTEN.search(page.text)
    project = _value(page, "projectName").strip("/")
    if written and (written.group(1).partition("rest/")[0].strip("/") or not project):
        return absolute(page.url, written.group(1)) or urljoin(page.url, f"/{_ACTION}")
    return urljoin(page.url, f"/{project}/{_ACTION}" if project else f"/{_ACTION}")


def _numbered(body: str, number: int) -> str:
    value = json.loads(body)
    value.get("params", value)["pageIndex"] = number
    return json.dumps(value, ensure_ascii=False)


def _answer(page: Page, value: Mapping[str, object], params: Mapping[str, str]) -> Listing:
    custom = mapping(value.get("custom")) or value
    data, total = custom.get("data"), _total(custom)
    seen = int(params.get("seen") or 0)
    # No row before any was met is an empty list only where the interface counts none; a page number that is none looks the same.
    if not isinstance(data, list) or (not data and not seen and total != 0):
        raise LayoutChanged("栏目接口没有返回条目", advice="接口可能已改版或需要令牌，请核对栏目地址")
    read = [_item(params.get("column_url") or page.url, mapping(row)) for row in data]
    items = placed(item for item in read if item is not None)
    skipped = sum(item is None for item in read)
    return Listing(
        items=items,
        next=_following(params) if data else (),
        declared_total=total,
        complete=skipped == 0,
        skipped=skipped,
        says_empty=not data,
        # The second of the numbers may be the first page again.
        restarts=bool(data) and not seen,
        carry={"seen": str(seen + len(data)), "turn": str(int(params.get("turn") or 0) + 1)},
    )


def _following(params: Mapping[str, str]) -> tuple[Ask, ...]:
    """The following page. After the rows first met, 1 is asked whichever number they came under: a page that counts from 1 gives them
    again, and nothing is left out.
    """
    turn, body, endpoint = int(params.get("turn") or 0), params.get("body"), params.get("endpoint")
    if not body or not endpoint:
        return ()
    return (Ask(endpoint, json=_numbered(body, turn + 1), referer=params.get("column_url", "")),)


def _total(custom: Mapping[str, object]) -> int | None:
    counts = (whole_number(custom.get(name)) for name in ("total", "totalCount", "infocount"))
    return next((count for count in counts if count is not None), None)


def _item(base: str, row: Mapping[str, object]) -> Item | None:
    address = absolute(base, text_of(row.get("infourl")) or text_of(row.get("url")))
    title = text_of(row.get("title")) or text_of(row.get("infotitle"))
    if not address or not title or not urlsplit(address).path.strip("/"):
        return None
    return Item(address, title, *next((found for name in _DAYS if (found := moment_day(row.get(name)))[0]), ("", None)))
