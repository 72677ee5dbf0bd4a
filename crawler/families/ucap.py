"""UCAP lists: a column page with a channel id, its rows from a search endpoint by that id, as JSON or as a piece of HTML.

The id of the channel stands in an official element or in a script; the number in the address is another one. Which of the endpoints a
host has, and with which template it answers, the page says on some hosts; where it does not, the known ones are tried. Pages with rows and
real links to the next page are followed by their links. An endpoint that wants a token made by the page's script refuses us: such lists
need a browser.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from crawler.column_name import column_name
from crawler.list_answers import ends_here, json_shown, mapping, moment_day, placed, query_of, text_of, whole_number
from crawler.list_rows import absolute, rows, says_nothing
from crawler.listing import Ask, Item, Listing, Start
from crawler.page import Page, tree, visible_text
from storage.domain.errors import LayoutChanged

ID = "ucap"

_KINDS = r"(?:common/search|es-search/search|searchList|manuscriptList|search)"
_WRITTEN = re.compile(rf"""['"]((?:https?://[^'"\s/]+)?/(?:[\w\-]+/)*?{_KINDS}/)([0-9A-Za-z]*)(?:\?([^'"\s]*))?['"]""")
_ASKED = re.compile(rf"/{_KINDS}/[0-9A-Za-z]+$|/getFileListByCodeId$")
_CHANNEL = re.compile(r"""\b(?:channelId|lmCode)['"]?\s*[:=]\s*['"]([0-9A-Za-z]{6,})['"]""", re.IGNORECASE)
_BY_CODE = re.compile(r"""['"]((?:https?://[^'"\s/]+)?/(?:[\w\-]+/)*getFileListByCodeId)['"]""")
_LIST_NAME = re.compile(
    r"/c\d{4,}/(?:[\w\-]*/)*[\w\-]*(?:list|xxgk)[\w\-]*\.s?html$|/(?:common|xxgk|newxxgk|zfxxgk)_?lists?\w*\.s?html$", re.IGNORECASE
)
_SIZE = re.compile(r"""_?(?:pageSize|rows)['"]?\s*[:=]\s*['"]?(\d{1,3})""")
_PREFIXES = ("/common/search/", "/search/", "/searchList/", "/es-search/search/")
_NEXT_WORDS = frozenset({"下一页", "下页", "下一页>", "下一页>>", "后一页"})
_DEFAULT_SIZE = 15


def detect(page: Page) -> float:
    """Certainty that this is such a list; an article of the same system has its own content element."""
    if tree(page.text).find(".//*[@id='UCAP-CONTENT']") is not None:
        return 0.0
    if _channel(page) and (_WRITTEN.search(page.text) or _BY_CODE.search(page.text)):
        return 0.93
    if _ASKED.search(urlsplit(page.url).path) and "/manuscriptList/" in page.url:
        return 0.85
    named = _LIST_NAME.search(urlsplit(page.url).path)
    return (0.85 if _channel(page) else 0.5) if named else 0.0


def first_requests(start: Start) -> tuple[Ask, ...]:
    """The column page."""
    return (Ask(start.url),)


def read_list(page: Page, params: Mapping[str, str]) -> Listing:
    """The column page or one answer. `params` carries `seen`, the rows of the answers before, `form` of the way by POST,
    `linked` (pages are reached by links) and `column_url`.

    Raises:
        LayoutChanged: an answer without rows and without words that say there is none; a page that names no channel and has no row.
    """
    asked = _ASKED.search(urlsplit(page.requested_url or page.url).path)
    value = json_shown(page)
    if value is not None:
        return _answer(page, value, params)
    return _markup(page, params) if asked else _column(page, params)


def _channel(page: Page) -> str:
    for meta in tree(page.text).iter("meta"):
        if (meta.get("name") or "").lower() == "channelid" and (meta.get("content") or "").strip():
            return str(meta.get("content")).strip()
    found = _CHANNEL.search(page.text)
    return found.group(1) if found else ""


def _column(page: Page, params: Mapping[str, str]) -> Listing:
    items, skipped = rows(page)
    link = _next_link(page)
    channel = _channel(page)
    asks: tuple[Ask, ...] = ()
    if items and link:
        asks = (Ask(link, referer=page.url),)
    elif channel and not params.get("linked"):
        # Reached by a link, a page without a further one is the last; only the first page may leave the rest to its script.
        asks = _endpoints(page, channel)
    if not items and not asks and not says_nothing(page):
        raise LayoutChanged("页面里没有条目，也没有栏目编号（channelId）", advice="页面可能已改版或改为脚本渲染，请核对栏目地址")
    return Listing(
        items=items,
        next=asks,
        complete=skipped == 0,
        skipped=skipped,
        says_empty=not items and not asks,
        column=column_name(page),
        restarts=bool(items and asks) and not link,
        carry={
            "seen": "0",
            "linked": "1" if items and link else params.get("linked", ""),
            "form": next((urlencode(ask.form) for ask in asks if ask.form), ""),
            "column_url": page.url,
        },
    )


def _next_link(page: Page) -> str:
    for anchor in tree(page.text).iter("a"):
        if "".join(visible_text(anchor).split()) in _NEXT_WORDS:
            address = absolute(page.url, anchor.get("href") or "")
            if address and address != page.url:
                return address
    return ""


def _endpoints(page: Page, channel: str) -> tuple[Ask, ...]:
    """Ways to the first page of rows: those the page writes, else the known ones."""
    found = _SIZE.search(page.text)
    size = found.group(1) if found else str(_DEFAULT_SIZE)
    by_code = _BY_CODE.search(page.text)
    if by_code:
        form = (("codeId", ""), ("channelId", channel), ("page", "1"), ("size", size))
        return (Ask(urljoin(page.url, by_code.group(1)), form=form, referer=page.url),)
    usual = {"_isAgg": "true", "_isJson": "true", "_pageSize": size, "_template": "index", "_rangeTimeGte": "", "_channelName": ""}
    for prefix, own_id, query in _WRITTEN.findall(page.text):
        given = dict(parse_qsl(entities.unescape(query), keep_blank_values=True))
        asked = (given or usual) | {"page": "1"}
        return (Ask(f"{urljoin(page.url, prefix)}{own_id or channel}?{urlencode(asked, safe='/')}", referer=page.url),)
    return tuple(Ask(f"{urljoin(page.url, prefix)}{channel}?{urlencode(usual | {'page': '1'})}", referer=page.url) for prefix in _PREFIXES)


def _answer(page: Page, value: object, params: Mapping[str, str]) -> Listing:
    data = _results(value)
    results = data.get("results")
    seen = int(params.get("seen") or 0)
    total = whole_number(data.get("total"))
    # A refusal is JSON too (a code and a message); only a list that is there and empty says that there is nothing.
    if not isinstance(results, list) or (not results and not seen and total != 0):
        raise LayoutChanged("栏目接口没有返回条目", advice="接口可能需要浏览器生成的校验参数，请改用浏览器方式或核对栏目地址")
    read = [_item(page, mapping(row)) for row in results]
    items = placed(item for item in read if item is not None)
    skipped = sum(item is None for item in read)
    return Listing(
        items=items,
        next=(_following(page, params),) if results else (),
        declared_total=total,
        complete=skipped == 0,
        skipped=skipped,
        says_empty=not results,
        carry={"seen": str(seen + len(results)), "form": _turned(params.get("form", ""))},
    )


def _results(value: object) -> Mapping[str, object]:
    """The object that holds the rows: the answer itself, its `data`, or `data` within `results`."""
    outer = mapping(value)
    for candidate in (outer, mapping(outer.get("data")), mapping(mapping(outer.get("results")).get("data"))):
        if isinstance(candidate.get("results"), list):
            return candidate
    return {}


def _item(page: Page, row: Mapping[str, object]) -> Item | None:
    address = absolute(page.url, text_of(row.get("url")))
    title = text_of(row.get("title"))
    if not address or not title:
        return None
    raw, day = moment_day(row.get("publishedTimeStr"))
    if not raw:
        raw, day = moment_day(row.get("publishedTime"))
    return Item(address, title, raw, day)


def _markup(page: Page, params: Mapping[str, str]) -> Listing:
    """An answer that is a piece of HTML, or a list page that is itself asked by page number."""
    items, skipped = rows(page)
    seen = int(params.get("seen") or 0)
    if not items and (skipped or not (ends_here(page) if seen else says_nothing(page))):
        raise LayoutChanged("栏目接口没有返回条目，也没有“暂无信息”的说明", advice="接口可能已改版，请核对栏目地址")
    return Listing(
        items=items,
        next=(_following(page, params),) if items else (),
        complete=skipped == 0,
        skipped=skipped,
        says_empty=not items,
        column=column_name(page) if not seen else "",
        carry={"seen": str(seen + len(items)), "form": _turned(params.get("form", ""))},
    )


def _following(page: Page, params: Mapping[str, str]) -> Ask:
    asked = page.requested_url or page.url
    column = params.get("column_url") or page.url
    form = parse_qsl(_turned(params.get("form", "")), keep_blank_values=True)
    if form:
        return Ask(asked, form=tuple(form), referer=column)
    query = query_of(asked)
    turned = query | {"page": str((whole_number(query.get("page")) or 1) + 1)}
    return Ask(urlunsplit(urlsplit(asked)._replace(query=urlencode(turned, safe="/"))), referer=column)


def _turned(form: str) -> str:
    """A form with its page number one higher; empty stays empty."""
    fields = dict(parse_qsl(form, keep_blank_values=True))
    return urlencode(fields | {"page": str((whole_number(fields.get("page")) or 1) + 1)}) if fields else ""
