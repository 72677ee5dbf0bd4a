"""Longxun lists: a "label" of the page names site, organ, kind and template, and the server builds a piece of HTML from exactly these.

All of them stand in the page (an object in a script, or the address itself); none can be guessed, the template least of all. Where the page
has no label, its own address takes a page number.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from crawler.column_name import column_name
from crawler.list_answers import ends_here, loose_object, query_of, whole_number
from crawler.list_rows import rows, says_nothing
from crawler.listing import Ask, Item, Listing, Start
from crawler.page import Page, tree
from storage.domain.errors import LayoutChanged

ID = "longxun"

_LABEL_PATH = "site/label/8888"
_LABEL_LINK = re.compile(r"""['"]([^'"\s]*site/label/8888\?[^'"]*labelName=[^'"]*)['"]""")
_LABEL_PLACE = re.compile(r"""['"]([^'"\s?]*/site/label/8888)""")
_LABEL_OBJECT = re.compile(r"\{[^{}]*\blabelName\b[^{}]*\}")
_COLUMN_PATH = re.compile(r"/(?:public|content)/column/(\d+)")
_ARTICLE_PATH = re.compile(r"/public/\d+/\d+\.html$|/content/(?:detail/[\w]+|article/\d+)(?:\.html)?$")
_ANSWER_PATH = re.compile(r"/site/label/\d+$")
_PAGER = re.compile(r"Ls\.pagination|pageIndex", re.IGNORECASE)
_SHOWN = re.compile(r"""pageIndex['"]?\s*[:=]\s*['"]?(\d{1,5})""")
_PAGES = re.compile(r"""pageCount['"]?\s*[:=]\s*['"]?(\d{1,5})""")
_TOTAL = re.compile(r"共\s*(\d{1,6})\s*[条篇]")
_PROMISED = ("siteId", "organId", "catId", "type")
_LISTS = re.compile(r"list", re.IGNORECASE)
_SIZE = "15"


def detect(page: Page) -> float:
    """Certainty that this is such a list; an article of the same system may have labels of its own."""
    path = urlsplit(page.url).path
    if _ARTICLE_PATH.search(path):
        return 0.0
    if _LABEL_PATH in page.text and "labelName" in page.text:
        return 0.93
    if _COLUMN_PATH.search(path):
        return 0.85 if "Ls." in page.text or _PAGER.search(page.text) else 0.5
    return 0.5 if re.search(r"/site/tpl/\d+", path) and "Ls." in page.text else 0.0


def first_requests(start: Start) -> tuple[Ask, ...]:
    """The column page, which names the label."""
    return (Ask(start.url),)


def read_list(page: Page, params: Mapping[str, str]) -> Listing:
    """The column page, or one answer of its label. `params` carries `seen`, the rows of the answers before, and `column_url`.

    Raises:
        LayoutChanged: no label and no row; a first answer without a row and without words that say there is none.
    """
    asked = urlsplit(page.requested_url or page.url)
    answer = _ANSWER_PATH.search(asked.path) or "pageIndex" in query_of(page.requested_url)
    return _answer(page, params) if answer else _column(page)


def _column(page: Page) -> Listing:
    items, skipped = rows(page)
    label = _label(page)
    asks: tuple[Ask, ...] = ()
    if label:
        asks = (_first(page, label),)
    elif items and _PAGER.search(page.text):
        asks = (Ask(_turned(page.url, 2), referer=page.url),)
    elif not items and not says_nothing(page):
        raise LayoutChanged("页面里没有条目，也没有列表标签（site/label）", advice="页面可能已改版或改为脚本渲染，请核对栏目地址")
    return Listing(
        items=items,
        next=asks,
        declared_pages=_count(_PAGES, page.text),
        complete=skipped == 0,
        skipped=skipped,
        says_empty=not items and not asks,
        column=column_name(page),
        restarts=bool(items and label),
        carry={"seen": "0" if label else str(len(items)), "column_url": page.url},
    )


def _label(page: Page) -> dict[str, str]:
    """What the label of the list asks with; empty where the page has none. A list's label comes before any other one."""
    linked = [dict(parse_qsl(urlsplit(entities.unescape(link)).query, keep_blank_values=True)) for link in _LABEL_LINK.findall(page.text)]
    written = [loose_object(text) or {} for text in _LABEL_OBJECT.findall(page.text)]
    known = [label for label in (*linked, *written) if label.get("labelName")]
    if not known:
        return {}
    label = max(known, key=lambda one: (bool(_LISTS.search(one["labelName"])), "catId" in one or "organId" in one))
    return {**{name: found for name in _PROMISED if (found := _from_page(page, name))}, **{k: v for k, v in label.items() if v}}


def _from_page(page: Page, name: str) -> str:
    """A part of the label that stands elsewhere: in the address, in the head, or in a variable."""
    column = _COLUMN_PATH.search(urlsplit(page.url).path)
    given = query_of(page.url).get(name)
    if given or (name == "organId" and column):
        return given or (column.group(1) if column else "")
    for meta in tree(page.text).iter("meta"):
        if (meta.get("name") or "").lower() == name.lower():
            return str(meta.get("content") or "").strip()
    found = re.search(rf"""\bvar\s+{name}\s*=\s*['"]?(\w+)""", page.text)
    return found.group(1) if found else ""


def _first(page: Page, label: Mapping[str, str]) -> Ask:
    place = _LABEL_PLACE.search(page.text)
    before = _COLUMN_PATH.split(urlsplit(page.url).path)[0] if _COLUMN_PATH.search(page.url) else ""
    address = urljoin(page.url, entities.unescape(place.group(1)) if place else f"{before}/{_LABEL_PATH}")
    query = {"IsAjax": "1", "dataType": "html"} | {name: value for name, value in label.items() if name not in {"_", "pageCount"}}
    query |= {"pageSize": query.get("pageSize") or _SIZE, "pageIndex": "1"}
    return Ask(f"{address}?{urlencode(query)}", referer=page.url)


def _answer(page: Page, params: Mapping[str, str]) -> Listing:
    found, skipped = rows(page)
    seen, asked = int(params.get("seen") or 0), page.requested_url or page.url
    number = whole_number(query_of(asked).get("pageIndex")) or 1
    items = _unless_clamped(page, found, number)
    if not found and (skipped or not (ends_here(page) if seen else says_nothing(page))):
        raise LayoutChanged("列表标签没有返回条目，也没有“暂无信息”的说明", advice="接口可能已改版，请核对栏目地址")
    return Listing(
        items=items,
        next=(Ask(_turned(asked, number + 1), referer=params.get("column_url") or page.url),) if items else (),
        declared_total=_count(_TOTAL, page.text),
        declared_pages=_count(_PAGES, page.text),
        complete=skipped == 0,
        skipped=skipped,
        says_empty=not items,
        carry={"seen": str(seen + len(items))},
    )


def _unless_clamped(page: Page, items: tuple[Item, ...], number: int) -> tuple[Item, ...]:
    """The rows, unless the answer says of itself that it is the last page and an earlier one than asked for."""
    shown, pages = _count(_SHOWN, page.text), _count(_PAGES, page.text)
    return () if shown is not None and shown == pages and shown < number else items


def _count(pattern: re.Pattern[str], text: str) -> int | None:
    found = pattern.search(text)
    return int(found.group(1)) if found else None


def _turned(url: str, number: int) -> str:
    query = query_of(url) | {"pageIndex": str(number)}
    return urlunsplit(urlsplit(url)._replace(query=urlencode(query), fragment=""))
