"""Lists that stand whole in the page's own script: an array of rows, or rows written by it; the pager only cuts slices of them.

There is no second page to ask for. A page that says it has more rows than were found in it is therefore not complete, never "no more".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from json import JSONDecodeError, JSONDecoder
from urllib.parse import urlsplit

from crawler.column_name import column_name
from crawler.list_answers import fragment_page, loose_object, mapping, moment_day, placed, text_of
from crawler.list_rows import absolute, rows, says_nothing
from crawler.listing import Ask, Item, Listing, Start
from crawler.page import Page, body_words, tree
from storage.domain.errors import LayoutChanged

ID = "embedded_data"

_ARRAY = re.compile(r"""(?:\b(?:var|let|const)\s+|\bwindow\.)?([A-Za-z_$][\w$]*)['"]?\s*[=:]\s*(?=\[)""")
_OBJECT = re.compile(r"\{[^{}]*\}")
_PUSHED = re.compile(r"\.push\(\s*(\{[^{}]*\})\s*\)")
_WRITTEN = re.compile(r"""document\.write(?:ln)?\(\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')\s*\)""")
_ESCAPED = re.compile(r"\\(u[0-9a-fA-F]{4}|.)")
_COMMENT = re.compile(r"/\*.*?\*/|(?m:^[ \t]*//[^\n]*$)", re.DOTALL)
_TOTAL = re.compile(
    r"""共\s*(\d{1,6})\s*[条篇]|\b(?:total|totalCount|totalRecord|recordCount)['"]?\s*[:=]\s*['"]?(\d{1,6})\b""", re.IGNORECASE
)
_ASKS = re.compile(r"\$\.(?:ajax|get|post|getJSON)\b|\.load\(|\bfetch\(|XMLHttpRequest|\baxios\b")
_MOST = 60
"""Arrays of one page looked at: what is beyond is no list, and the time stays bounded."""

_ADDRESS = ("url", "link", "href", "linkurl", "docpuburl", "infourl", "puburl", "arturl", "path")
_TITLE = ("title", "doctitle", "infotitle", "name", "showtitle", "bt")
_DAY = ("date", "pubdate", "publishdate", "docreltime", "docpubtime", "publishtime", "pubtime", "infodate", "createdate", "time", "fbrq")


def detect(page: Page) -> float:
    """Certainty that the rows stand in a script of this page; rows as elements beside them are the better list."""
    if any(item.raw_date for item in rows(page)[0]):
        return 0.0
    found = _found(page)
    if found is None:
        return 0.0
    if not found[0]:
        return 0.4
    # A page that also asks for rows may have its list from there, and the array may be of something else.
    return 0.45 if _ASKS.search(_scripts(page)) else 0.8


def first_requests(start: Start) -> tuple[Ask, ...]:
    """The page, which holds everything."""
    return (Ask(start.url),)


def read_list(page: Page, params: Mapping[str, str]) -> Listing:
    """All rows of the list.

    Raises:
        LayoutChanged: no array of rows, none of its rows understood, or an empty one without words that there is nothing.
    """
    del params
    found = _found(page)
    total = _total(page)
    if found is None or (not found[0] and (found[1] or total or not says_nothing(page))):
        raise LayoutChanged("页面脚本里没有找到列表数据，也没有“暂无信息”的说明", advice="页面可能已改版，请核对栏目地址")
    items, skipped = found
    return Listing(
        items=items,
        declared_total=total,
        complete=skipped == 0 and (total is None or total <= len(items)),
        # What the page counts and does not hold cannot be had from here: each is a row left out.
        skipped=max(skipped, (total or 0) - len(items), 0),
        says_empty=not items,
        column=column_name(page),
    )


def _scripts(page: Page) -> str:
    return _COMMENT.sub("", "\n".join(script.text or "" for script in tree(page.text).iter("script")))


def _total(page: Page) -> int | None:
    visible = body_words(page)
    found = _TOTAL.search(visible) or _TOTAL.search(_scripts(page))
    return int(found.group(1) or found.group(2)) if found else None


def _found(page: Page) -> tuple[tuple[Item, ...], int] | None:
    """Rows and how many were not understood, of the way that gives most; None where no script holds rows."""
    scripts = _scripts(page)
    ways = [read for rows_there in _arrays(scripts) if (read := _read(page, rows_there)) is not None]
    written = _written(page, scripts)
    if written[0]:
        ways.append(written)
    return max(ways, key=lambda way: len(way[0])) if ways else None


def _arrays(scripts: str) -> Iterator[list[Mapping[str, object]]]:
    """Every array of flat objects, as JSON or as scripts write them, and the objects pushed one by one."""
    for assigned in islice(_ARRAY.finditer(scripts), _MOST):
        try:
            value, _ = JSONDecoder().raw_decode(scripts, assigned.end())
        except (JSONDecodeError, RecursionError):
            value = [loose_object(text) or {} for text in _OBJECT.findall(_balanced(scripts, assigned.end()))]
        if isinstance(value, list) and all(isinstance(row, dict) for row in value) and (value or _names_rows(assigned.group(1))):
            yield [mapping(row) for row in value]
    pushed: list[Mapping[str, object]] = [_loose(text) for text in _PUSHED.findall(scripts)]
    if pushed:
        yield pushed


def _names_rows(name: str) -> bool:
    return bool(re.search(r"list|data|rows|items|arr|news|info|^ch\d+$", name, re.IGNORECASE))


def _loose(text: str) -> Mapping[str, object]:
    try:
        return mapping(json.loads(text))
    except (ValueError, RecursionError):
        return dict(loose_object(text) or {})


def _balanced(text: str, start: int) -> str:
    """The text from a bracket to the one that closes it, brackets within quotes not counted; empty where none closes it."""
    depth, quote, at = 0, "", start
    while at < len(text):
        letter = text[at]
        if quote:
            at += letter == "\\"
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter in "[]":
            depth += 1 if letter == "[" else -1
            if depth == 0:
                return text[start : at + 1]
        at += 1
    return ""


def _read(page: Page, there: list[Mapping[str, object]]) -> tuple[tuple[Item, ...], int] | None:
    """The rows of one array; None where it is of something else (a menu has no days, a pager no addresses)."""
    read = [_item(page, row) for row in there]
    understood = [item for item in read if item is not None]
    if there and not any(item.raw_date for item in understood):
        return None
    return placed(understood), len(read) - len(understood)


def _item(page: Page, row: Mapping[str, object]) -> Item | None:
    lowered = {name.lower(): value for name, value in row.items()}
    address = absolute(page.url, _first(lowered, _ADDRESS))
    title = _first(lowered, _TITLE)
    if not address or not title or not urlsplit(address).path.strip("/"):
        return None
    raw, day = next((found for name in _DAY if (found := moment_day(lowered.get(name)))[0]), ("", None))
    return Item(address, title, raw, day)


def _first(row: Mapping[str, object], names: tuple[str, ...]) -> str:
    return next((text for name in names if (text := text_of(row.get(name)))), "")


def _written(page: Page, scripts: str) -> tuple[tuple[Item, ...], int]:
    """The rows that the script writes as elements."""
    markup = "".join(_ESCAPED.sub(_unescaped, double or single) for double, single in _WRITTEN.findall(scripts))
    if "<a" not in markup.lower():
        return (), 0
    items, skipped = rows(fragment_page(page, markup))
    return (items, skipped) if any(item.raw_date for item in items) else ((), 0)


def _unescaped(found: re.Match[str]) -> str:
    code = found.group(1)
    if len(code) == 5:
        return chr(int(code[1:], 16))
    return {"n": "\n", "t": "\t", "r": ""}.get(code, code)
