"""Portals on the unified platform: an empty page whose script names the site and its tree, and one JSON list per node.

Variants: "" has one node for all years, some of its documents twice under two ids with one address; "years" has one node per year below
it; "single" gives everything at once and has no second page. Every row has several dates, of which a later correction moves some.
"""

from __future__ import annotations

import json
import re
from datetime import date, datetime, time, timedelta

from crawler.demo.articles import bundle
from crawler.demo.lookup import as_number, by_number, file_of, one_page
from crawler.demo.pages import COLUMN_NAME, Answer, Request, html_answer, not_found
from crawler.demo.publications import Entry, Publications
from crawler.demo.scenario import SitePlan
from storage.domain.clock import CHINA

PATH = "/xxgk{n}/gkmlpt/index"
VARIANTS = ("", "years", "single")

_REPORTS = 1500
_API = re.compile(r"/gkmlpt/api/all/(\d+)")
_ARTICLE = re.compile(r"/gkmlpt/content/\d+/\d+/post_(\d+)\.html")
_FILE = re.compile(r"/attachment/\d+/(\d+)/([\w.]+)")


def answer(site: SitePlan, content: Publications, day: date, request: Request) -> Answer:
    """The platform's page, a node's list, an article or a file; 404 for anything else."""
    shown = content.shown(site.host, day)
    if request.path == site.column_path:
        return _platform(site, shown)
    if not request.path.startswith(f"{_base(site)}/"):
        return not_found(site)
    rest = request.path.removeprefix(_base(site))
    if node := _API.fullmatch(rest):
        return _list(site, shown, int(node[1]), request.query)
    if article := _ARTICLE.fullmatch(rest):
        entry = by_number(shown, int(article[1]))
        return _article(site, entry, day) if entry else not_found(site)
    if file := _FILE.fullmatch(rest):
        return file_of(site, by_number(shown, int(file[1])), day, file[2])
    return not_found(site)


def _base(site: SitePlan) -> str:
    return site.column_path.partition("/gkmlpt/")[0]


def _site_id(site: SitePlan) -> str:
    return site.code[-6:]


def _config(site: SitePlan, shown: tuple[Entry, ...], detail: dict[str, object] | None) -> str:
    """The script object of every page of the platform: bare names around JSON."""
    years = sorted({entry.year for entry in shown}, reverse=True) if site.variant == "years" else []
    below = [{"id": _REPORTS + year, "name": f"{year}年", "children": [], "jump_url": ""} for year in years]
    tree = [
        {"id": 1, "name": "政府信息公开指南", "children": [], "jump_url": f"http://{site.host}/xxgk/zn.html"},
        {
            "id": 2,
            "name": "法定主动公开内容",
            "jump_url": "",
            "children": [{"id": 21, "name": "财政预决算", "children": [], "jump_url": ""}],
        },
        {"id": 3, "name": "政府网站工作年度报表", "children": [], "jump_url": ""},
        {"id": _REPORTS, "name": COLUMN_NAME, "children": below, "jump_url": ""},
    ]
    tail = json.dumps(detail, ensure_ascii=False) if detail else "{}"
    return f"<script>window._CONFIG = {{ SID: '{_site_id(site)}', TREE: {json.dumps(tree, ensure_ascii=False)}, DETAIL: {tail} }};</script>"


def _platform(site: SitePlan, shown: tuple[Entry, ...]) -> Answer:
    content = f'<div id="app"></div>\n{_config(site, shown, None)}\n<script src="/gkmlpt/gkml/pc/js/app.js"></script>'
    return html_answer(site, f"政府信息公开目录-{site.name}", content)


def _article(site: SitePlan, entry: Entry, day: date) -> Answer:
    found = bundle(site, entry, day, "article-content", lambda name: f"{_base(site)}/attachment/0/{entry.number}/{name}").page
    detail = _config(site, (), {"id": entry.number, "title": entry.title}).encode(site.encoding)
    return Answer(found.body.replace(b"</body>", detail + b"</body>"), found.media_type, found.status, found.last_modified)


def _list(site: SitePlan, shown: tuple[Entry, ...], node: int, query: dict[str, str]) -> Answer:
    if query.get("sid") != _site_id(site):
        return _json({"error": "site"}, 404)
    mine = shown if node == _REPORTS else tuple(entry for entry in shown if node == _REPORTS + entry.year and site.variant == "years")
    rows = [row for entry in mine for row in _rows(site, entry)]
    number = as_number(query.get("page", "1"), 1)
    if site.variant == "single" and number > 1:
        return not_found(site)
    size = len(rows) if site.variant == "single" else site.per_page
    found = one_page(rows, max(1, number), max(1, size))
    return _json({"classify": {"id": node, "name": COLUMN_NAME, "post_count": len(rows)}, "articles": found, "total": len(rows)}, 200)


def _json(value: dict[str, object], status: int) -> Answer:
    return Answer(json.dumps(value, ensure_ascii=False).encode(), "application/json", status=status)


def _rows(site: SitePlan, entry: Entry) -> list[dict[str, object]]:
    """The document's row; every fourth one was entered twice and stands under two ids."""
    moment = datetime.combine(entry.published_on, time(9, 0), CHINA)
    entered = moment - timedelta(days=entry.number % 3)
    url = f"http://{site.host}{_base(site)}/gkmlpt/content/{entry.number // 1_000_000}/{entry.number // 1000}/post_{entry.number}.html"
    dates: dict[str, object] = {
        "date": int(entered.timestamp()),
        "created_at": f"{entered:%Y-%m-%d %H:%M:%S}",
        "first_publish_time": int(entered.timestamp()),
        "display_publish_time": int(moment.timestamp()),
    }
    row: dict[str, object] = {"id": entry.number, "title": entry.title, "publisher": entry.body, "url": url}
    row |= dates if entry.dated else {}
    twice = site.variant == "" and entry.number % 4 == 0
    return [row, row | {"id": entry.number + 900_000}] if twice else [row]
