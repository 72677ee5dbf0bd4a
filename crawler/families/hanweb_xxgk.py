"""Hanweb's module of public information: a tree of kinds of information in a frame, the rows by POST from one search for a whole body.

Without a kind the search gives everything the body ever published. So the tree is asked for the kind of annual reports first; where it has
none, rows of other columns are passed over by the column's number in their addresses. Some servers answer a page after the last one with
the last one; the page number they print then shows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from crawler.column_name import column_name
from crawler.list_answers import ends_here, query_of
from crawler.list_rows import rows, says_nothing
from crawler.listing import Ask, Item, Listing, Start
from crawler.page import Page, body_words, tree, visible_text
from storage.domain.errors import LayoutChanged

ID = "hanweb_xxgk"

_TREE_PATH, _SEARCH_PATH = "/module/xxgk/tree.jsp", "/module/xxgk/search.jsp"
_TREE_LINK = re.compile(r"""['"]([^'"\s]*/module/xxgk/tree\.jsp[^'"\s]*)['"]""")
_SEARCH_LINK = re.compile(r"""['"]([^'"\s]*/module/xxgk/search\.jsp[^'"]*)['"]""")
_PAIR = {
    name: re.compile(rf"""(?<![A-Za-z0-9_]){name}['"]?\s*[:=]\s*['"]?([0-9A-Za-z_,:\-]+)""")
    for name in ("area", "jdid", "divid", "standardXxgk", "sortfield")
}
_KIND = re.compile(r"""infotypeId['"]?\s*[:=]\s*['"]?([A-Z][A-Z0-9]*\d[A-Z0-9]*)\b""")
_NODE_CODE = re.compile(r"""infotypeId=(\w+)|['"]([A-Z]\w{1,20})['"]""")
_NODE_OBJECT = re.compile(r"""\{[^{}]*\}""")
_REPORTS = re.compile(r"年报|年度报告")
_OTHERS = re.compile(r"网站|法治|财政|预算|决算|审计|统计|企业")
_PLACE = re.compile(r"(?:第|当前)?\s*(\d{1,5})\s*/\s*(\d{1,5})\s*页|第\s*(\d{1,5})\s*页\s*[,，/]?\s*共\s*(\d{1,5})\s*页")
_TOTAL = re.compile(r"共\s*(\d{1,6})\s*[条篇]")


def detect(page: Page) -> float:
    """Certainty that this is a column of the module, or the frame with its tree."""
    if urlsplit(page.url).path.endswith(_TREE_PATH):
        return 0.95
    if _TREE_LINK.search(page.text) or _SEARCH_LINK.search(page.text):
        return 0.92
    return 0.5 if "vc_xxgkarea=" in page.url and "/module/xxgk/" in page.text else 0.0


def first_requests(start: Start) -> tuple[Ask, ...]:
    """The column page."""
    return (Ask(start.url),)


def read_list(page: Page, params: Mapping[str, str]) -> Listing:
    """The column page, its tree, or one answer of the search.

    `params` may name the kind as `kind`; it carries `fields` (the form, urlencoded), `own` (the mark of the column's own addresses where
    the kind is unknown), `seen`, `first` (the first row's address of the page before) and `column_url`.

    Raises:
        LayoutChanged: neither tree nor search in the page; an answer without a row and without words that say there is none; the same
            page again for another number.
    """
    path = urlsplit(page.requested_url or page.url).path
    if path.endswith(_SEARCH_PATH):
        return _answer(page, params)
    if path.endswith(_TREE_PATH):
        return _search(page, params.get("kind") or _kind_of_tree(page), query_of(page.requested_url or page.url))
    return _column(page, params)


def _column(page: Page, params: Mapping[str, str]) -> Listing:
    link = _TREE_LINK.search(page.text.replace("&amp;", "&"))
    if link is None and not _SEARCH_LINK.search(page.text):
        raise LayoutChanged("页面里没有找到信息公开模块（module/xxgk）", advice="页面可能已改版，请核对栏目地址")
    asked = query_of(page.requested_url or page.url)
    in_page = _KIND.search(page.text)
    kind = params.get("kind") or asked.get("infotypeId") or asked.get("number") or (in_page.group(1) if in_page else "")
    if kind or link is None:
        return _search(page, kind, {"area": asked.get("vc_xxgkarea", "")})
    known = dict(parse_qsl(urlsplit(link.group(1)).query, keep_blank_values=True))
    wanted = {name: found for name in ("jdid", "divid", "area") if (found := known.get(name) or _written(page, name))}
    wanted.setdefault("divid", f"div{_number(page.url)}")
    address = urljoin(page.url, link.group(1)).partition("?")[0]
    return Listing((), column=column_name(page), elsewhere=(Ask(f"{address}?{urlencode(known | wanted)}", referer=page.url),))


def _written(page: Page, name: str) -> str:
    found = _PAIR[name].search(page.text.replace("&amp;", "&"))
    return found.group(1) if found else ""


def _number(url: str) -> str:
    found = re.search(r"/col/?(?:col)?(\d+)", urlsplit(url).path)
    return found.group(1) if found else ""


def _kind_of_tree(page: Page) -> str:
    """The code of the node of annual reports, empty if the tree has none."""
    named = [(name, code) for name, code in _nodes(page) if _REPORTS.search(name) and not _OTHERS.search(name)]
    return max(named, key=lambda node: "公开" in node[0], default=("", ""))[1]


def _nodes(page: Page) -> Iterator[tuple[str, str]]:
    """Names and codes of the tree's nodes, as links or as objects of a script."""
    for element in tree(page.text).iter("a", "span", "li"):
        told = f"{element.get('href') or ''} {element.get('onclick') or ''}"
        found = _NODE_CODE.search(told)
        if found:
            yield visible_text(element), found.group(1) or found.group(2)
    for text in _NODE_OBJECT.findall(page.text):
        name = re.search(r"""(?:name|title)['"]?\s*:\s*['"]([^'"]+)['"]""", text)
        code = re.search(r"""(?:infotypeId|code|id)['"]?\s*:\s*['"](\w+)['"]""", text)
        if name and code:
            yield name.group(1), code.group(1)


def _search(page: Page, kind: str, known: Mapping[str, str]) -> Listing:
    """The search for that kind from its first page."""
    told = {name: known.get(name) or _written(page, name) for name in _PAIR}
    number = told["divid"].removeprefix("div") or _number(page.url)
    fields = {
        "infotypeId": kind,
        "jdid": told["jdid"],
        "area": told["area"],
        "divid": f"div{number}",
        "vc_title": "",
        "vc_number": "",
        "sortfield": told["sortfield"] or "compaltedate:0",
        "currpage": "1",
        "vc_filenumber": "",
        "vc_all": "",
        "texttype": "",
        "fbtime": "",
    }
    fields |= {"standardXxgk": told["standardXxgk"]} if told["standardXxgk"] else {}
    ask = Ask(urljoin(page.url, _SEARCH_PATH), form=tuple(fields.items()), referer=page.url)
    own = f"art_{number}_" if number and not kind else ""
    name = column_name(page) if not urlsplit(page.url).path.endswith(_TREE_PATH) else ""
    return Listing((), next=(ask,), column=name, carry={"fields": urlencode(fields), "own": own, "seen": "0", "column_url": page.url})


def _answer(page: Page, params: Mapping[str, str]) -> Listing:
    found, skipped = rows(page)
    seen, own = int(params.get("seen") or 0), params.get("own", "")
    fields = dict(parse_qsl(params.get("fields", ""), keep_blank_values=True))
    asked = int(fields.get("currpage") or 1)
    shown, pages = _place(page)
    if found and shown is not None and shown < asked and shown == pages:
        return Listing((), says_empty=True, declared_pages=pages)
    _check(page, found, skipped, params)
    items = tuple(item for item in found if own in item.url)
    total = _TOTAL.search(_body(page))
    following = fields | {"currpage": str(asked + 1)}
    turned = Ask(page.requested_url or page.url, form=tuple(following.items()), referer=params.get("column_url", ""))
    return Listing(
        items=items,
        next=(turned,) if found else (),
        # What is declared is of the whole body; where its other rows are passed over it says nothing of this list.
        declared_total=int(total.group(1)) if total and not own else None,
        declared_pages=pages,
        complete=skipped == 0,
        skipped=skipped,
        says_empty=not found,
        passed=len(found) - len(items),
        carry={"fields": urlencode(following), "seen": str(seen + len(found)), "first": found[0].url if found else ""},
    )


def _check(page: Page, found: tuple[Item, ...], skipped: int, params: Mapping[str, str]) -> None:
    if not found and (skipped or not (ends_here(page) if int(params.get("seen") or 0) else says_nothing(page))):
        raise LayoutChanged("检索结果里没有找到任何条目，也没有“暂无信息”的说明", advice="接口可能已改版，请核对栏目地址")
    if found and params.get("own") and found[0].url == params.get("first"):
        raise LayoutChanged("检索结果翻页后仍是同一页", advice="接口可能已改版，请核对栏目地址")


def _place(page: Page) -> tuple[int | None, int | None]:
    """The page number printed in the answer and how many pages it says there are."""
    found = _PLACE.search(_body(page))
    if found is None:
        return None, None
    return int(found.group(1) or found.group(3)), int(found.group(2) or found.group(4))


def _body(page: Page) -> str:
    return body_words(page)
