"""The unified platform of public information of Guangdong: one script object names the site and its tree, one JSON list per node.

The page has no row. The node is the one in the address (`#721`), else the one of the tree whose name is that of annual reports; below it
there may be one node per year, and a node may only lead elsewhere. The same address can stand under two ids. Each row has several dates:
the one shown to readers is taken, the others are named beside it where they differ.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from urllib.parse import urldefrag, urlencode, urljoin, urlsplit, urlunsplit

from crawler.column_name import column_name
from crawler.list_answers import json_shown, mapping, moment_day, placed, query_of, text_of, whole_number
from crawler.list_rows import absolute
from crawler.listing import Ask, Item, Listing, Start
from crawler.page import Page
from storage.domain.errors import LayoutChanged

ID = "gkmlpt"

_SID = re.compile(r"""\bSID['"]?\s*:\s*['"]?(\d{1,12})""")
_TREE = re.compile(r"""\bTREE['"]?\s*:\s*(?=\[)""")
_ANSWER = re.compile(r"/gkmlpt/api/all/(\d+)$")
_COLUMN = re.compile(r"年报|年度报告")
_OURS = re.compile(r"信息公开|政务公开")
_OTHERS = re.compile(r"网站|法治|财政|预算|决算|审计|统计|企业|环境|教育质量|解读")
_SHOWN_DATES = ("display_publish_time", "created_at", "first_publish_time", "create_time", "date")
_EVERYTHING = "0"
_MAX_DEPTH = 8


def detect(page: Page) -> float:
    """Certainty that this is the platform's list page; its article pages carry the same object with a document in it."""
    path = urlsplit(page.url).path
    if "/gkmlpt/content/" in path or not (_SID.search(page.text) and _TREE.search(page.text)):
        return 0.0
    return 0.97 if "/gkmlpt/" in path or "gkmlpt" in page.text else 0.7


def first_requests(start: Start) -> tuple[Ask, ...]:
    """The platform's page, which names site and tree."""
    return (Ask(start.url),)


def read_list(page: Page, params: Mapping[str, str]) -> Listing:
    """The platform's page, or one answer. `params` may name the node as `category`; it carries `column_url`, `seen`, and `met`, which
    address was met under which id.

    Raises:
        LayoutChanged: no site or tree in the page; an answer without a list of articles.
    """
    node = _ANSWER.search(urlsplit(page.requested_url or page.url).path)
    return _answer(page, node.group(1), params) if node else _platform(page, params)


def _platform(page: Page, params: Mapping[str, str]) -> Listing:
    site, tree = _SID.search(page.text), _tree(page.text)
    if site is None or tree is None:
        raise LayoutChanged("页面里没有找到目录平台的 SID 与 TREE", advice="页面可能已改版，请核对栏目地址")
    chosen = params.get("category") or urldefrag(page.requested_url).fragment or urldefrag(page.url).fragment
    node = None if chosen.isdigit() else _reports_node(tree)
    jump = text_of(mapping(node).get("jump_url"))
    if jump and (address := absolute(page.url, jump)):
        return Listing((), column=text_of(mapping(node).get("name")), elsewhere=(Ask(address, referer=page.url),))
    numbers = [chosen] if chosen.isdigit() else list(_leaves(node, 0)) if node is not None else []
    asks = [_ask(page, number, site.group(1)) for number in numbers or [_EVERYTHING]]
    name = text_of(mapping(node).get("name")) or column_name(page)
    return Listing((), next=(asks[0],), also=tuple(asks[1:]), column=name, carry={"column_url": urldefrag(page.url).url})


def _tree(text: str) -> list[object] | None:
    found = _TREE.search(text)
    if found is None:
        return None
    try:
        value, _ = json.JSONDecoder().raw_decode(text, found.end())
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, list) else None


def _reports_node(tree: list[object]) -> Mapping[str, object] | None:
    """The node of annual reports: the name that says so most fully, the first of equals."""
    named = [node for node in _walk(tree, 0) if _COLUMN.search(text_of(node.get("name"))) and not _OTHERS.search(text_of(node.get("name")))]
    return max(named, key=lambda node: bool(_OURS.search(text_of(node.get("name")))), default=None)


def _walk(nodes: object, depth: int) -> Iterator[Mapping[str, object]]:
    for node in nodes if isinstance(nodes, list) and depth < _MAX_DEPTH else ():
        yield mapping(node)
        yield from _walk(mapping(node).get("children"), depth + 1)


def _leaves(node: Mapping[str, object], depth: int) -> Iterator[str]:
    """The numbers of the nodes that hold documents: those without nodes below them."""
    below = node.get("children")
    if isinstance(below, list) and below and depth < _MAX_DEPTH:
        for child in below:
            yield from _leaves(mapping(child), depth + 1)
    elif text_of(node.get("id")).isdigit():
        yield text_of(node.get("id"))


def _ask(page: Page, number: str, site: str) -> Ask:
    base = urldefrag(page.url).url.partition("/gkmlpt/")[0] if "/gkmlpt/" in page.url else urljoin(page.url, "/").rstrip("/")
    return Ask(f"{base}/gkmlpt/api/all/{number}?{urlencode({'page': '1', 'sid': site})}", referer=urldefrag(page.url).url)


def _answer(page: Page, node: str, params: Mapping[str, str]) -> Listing:
    value = mapping(json_shown(page))
    articles = value.get("articles")
    total = whole_number(value.get("total"))
    total = total if total is not None else whole_number(mapping(value.get("classify")).get("post_count"))
    same = params.get("node") == node
    seen = int(params.get("seen") or 0) if same else 0
    if not isinstance(articles, list) or (not articles and not seen and total != 0):
        raise LayoutChanged("目录平台的回答里没有条目", advice="接口可能已改版，请核对栏目地址")
    read = [(text_of(mapping(row).get("id")), _item(page, mapping(row))) for row in articles]
    met, doubled = _doubled(read, params.get("met", ""))
    doubled += int(params.get("doubled") or 0) if same else 0
    skipped = sum(item is None for _, item in read)
    return Listing(
        items=placed(item for _, item in read if item is not None),
        next=(_following(page, params),) if articles else (),
        declared_total=max(0, total - doubled) if total is not None else None,
        complete=skipped == 0,
        skipped=skipped,
        says_empty=not articles,
        carry={"node": node, "seen": str(seen + len(read)), "met": met, "doubled": str(doubled)},
    )


def _item(page: Page, row: Mapping[str, object]) -> Item | None:
    address = absolute(page.url, text_of(row.get("url")) or text_of(row.get("post_url")))
    title = text_of(row.get("title"))
    if not address or not title:
        return None
    dates = [(name, *moment_day(row.get(name))) for name in _SHOWN_DATES]
    dated = [(name, raw, day) for name, raw, day in dates if day is not None]
    if not dated:
        return Item(address, title)
    _, raw, shown = dated[0]
    others = "；".join(f"{name} {day}" for name, _, day in dated[1:] if day != shown)
    return Item(address, title, f"{raw}（{others}）" if others else raw, shown)


def _doubled(read: list[tuple[str, Item | None]], met_before: str) -> tuple[str, int]:
    """Which address was met under which id so far, and how many rows of this answer repeat an address under another id."""
    met: dict[str, str] = dict(json.loads(met_before)) if met_before else {}
    doubled = sum(met.setdefault(item.url, number) != number for number, item in read if item is not None)
    return json.dumps(met), doubled


def _following(page: Page, params: Mapping[str, str]) -> Ask:
    asked = page.requested_url or page.url
    query = query_of(asked)
    turned = query | {"page": str((whole_number(query.get("page")) or 1) + 1)}
    return Ask(urlunsplit(urlsplit(asked)._replace(query=urlencode(turned))), referer=params.get("column_url") or page.url)
