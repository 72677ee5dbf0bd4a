"""Answers that are no pages of their own: JSON, JSON in a callback, pieces of HTML inside it, dates as numbers. Pure.

Shared by the families whose lists come by a further request.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from urllib.parse import parse_qsl, urlsplit

from crawler.list_rows import find_date, says_nothing
from crawler.listing import Item
from crawler.page import Page, body_words
from crawler.page import page as make_page
from storage.domain.clock import local_date

_CALLBACK = re.compile(r"^\s*(?:/\*.*?\*/\s*)?[A-Za-z_$][\w$.]*\s*\((.*)\)\s*;?\s*$", re.DOTALL)
_SHOWN_IN_BROWSER = re.compile(r"<pre\b[^>]*>(.*?)</pre>", re.DOTALL | re.IGNORECASE)
_FURNITURE = re.compile(
    r"首页|上一页|下一页|上页|下页|尾页|末页|跳转到?|转到|确定|当前|条记录|记录|共|第|页|条|GO|标题|名称|索引号|文号|序号|公开日期|发布日期|发布时间|"
    r"发布机构|生成日期|成文日期|日期|时间|[\d\s\W]",
    re.IGNORECASE,
)
"""Words of a list without rows: its pager and the heads of its columns."""

_EARLIEST, _LATEST = 946_684_800, 4_102_444_800
"""Seconds between which a number is taken for a moment: the years 2000 to 2099."""


def json_value(text: str) -> object | None:
    """The JSON value of an answer, a callback around it taken off; None where it is none."""
    wrapped = _CALLBACK.match(text)
    for candidate in (text, wrapped.group(1) if wrapped else ""):
        try:
            return json.loads(candidate) if candidate.strip() else None
        except (ValueError, RecursionError):
            continue
    return None


def loose_object(text: str) -> dict[str, str] | None:
    """A flat object of strings and numbers as scripts write it, single quotes and bare names allowed; what is neither is left
    out. None where nothing is found.
    """
    pairs = re.findall(r"""['"]?([A-Za-z_]\w*)['"]?\s*:\s*(?:'([^']*)'|"([^"]*)"|(-?\d[\d.]*|true|false))""", text)
    return {name: single or double or bare for name, single, double, bare in pairs} or None


def fragment_page(page: Page, markup: str) -> Page:
    """A piece of HTML as a page under the answer's address, so that it can be read like one."""
    kind = "table" if re.match(r"\s*<t(?:r|body|head)\b", markup, re.IGNORECASE) else "div"
    body = f"<body><{kind}>{markup}</{kind}></body>".encode()
    return make_page(page.url, page.status, body, {"content-type": "text/html; charset=utf-8"}, requested_url=page.requested_url)


def ends_here(page: Page) -> bool:
    """Whether a piece of HTML without rows is the page after the last one: it says that there is nothing, or there is nothing in it but
    the list's own furniture. An apology has words of its own, and no bytes at all are no answer.
    """
    if not page.body.strip():
        return False
    return says_nothing(page) or not _FURNITURE.sub("", body_words(page))


def moment_day(value: object) -> tuple[str, date | None]:
    """A date of an answer as printed and as a day in China: text with a date in it, or seconds or milliseconds since 1970."""
    if isinstance(value, bool) or value in (None, "", 0):
        return "", None
    text = str(value).strip()
    if re.fullmatch(r"\d{9,13}", text):
        seconds = int(text) / 1000 if len(text) > 10 else int(text)
        if _EARLIEST <= seconds < _LATEST:
            return text, local_date(datetime.fromtimestamp(seconds, UTC))
        return text, None
    raw, day = find_date(text)
    return (text if raw else ""), day


def text_of(value: object) -> str:
    """A string of an answer without markup and surplus white space; empty for anything that is no text or number."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return " ".join(re.sub(r"<[^>]{0,200}>", "", str(value)).split())


def whole_number(value: object) -> int | None:
    """A count of an answer, None where it is none."""
    text = text_of(value)
    return int(text) if re.fullmatch(r"\d{1,9}", text) else None


def mapping(value: object) -> Mapping[str, object]:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def placed(items: Iterable[Item]) -> tuple[Item, ...]:
    """The rows in order, each address once, numbered from 0."""
    return tuple(replace(item, position=number) for number, item in enumerate(_once(items)))


def _once(items: Iterable[Item]) -> Iterator[Item]:
    seen: set[str] = set()
    for item in items:
        if item.url not in seen:
            seen.add(item.url)
            yield item


def query_of(url: str) -> dict[str, str]:
    """The query of an address as names and values."""
    return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))


def json_shown(page: Page) -> object | None:
    """The JSON value of an answer, also where a browser shows it as a page."""
    value = json_value(page.text)
    shown = _SHOWN_IN_BROWSER.search(page.text) if value is None else None
    return json_value(shown.group(1)) if shown else value
