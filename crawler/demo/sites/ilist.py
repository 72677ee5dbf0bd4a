"""Portals whose lists are one server page asked for by node and kind; `cur_page` turns it, and nothing is shown without the node.

Variants: "" says after the last page that there is nothing; "clamp" shows the last page again.
"""

from __future__ import annotations

import re
from datetime import date
from html import escape

from crawler.demo.articles import bundle
from crawler.demo.lookup import as_number, by_number, file_of, one_page
from crawler.demo.pages import COLUMN_NAME, Answer, Request, html_answer, not_found
from crawler.demo.publications import Entry, Publications
from crawler.demo.scenario import SitePlan

PATH = "/info/iList.jsp?node_id=GKqpx&cat_id=51{n}7&tm_id=9"
VARIANTS = ("", "clamp")

_ARTICLE = re.compile(r"/gk/nb/(\d+)\.htm")
_FILE = re.compile(r"/gk/nb/files/(\d+)/([\w.]+)")


def answer(site: SitePlan, content: Publications, day: date, request: Request) -> Answer:
    """A page of the list, an article or a file; 404 for anything else."""
    shown = content.shown(site.host, day)
    if request.path == "/info/iList.jsp":
        path = "/info/iList.jsp?" + "&".join(f"{name}={request.query.get(name, '')}" for name in ("node_id", "cat_id", "tm_id"))
        return _column(site, shown, as_number(request.query.get("cur_page", ""), 1)) if path == site.column_path else not_found(site)
    if article := _ARTICLE.fullmatch(request.path):
        entry = by_number(shown, int(article[1]))
        return _article(site, entry, day) if entry else not_found(site)
    if file := _FILE.fullmatch(request.path):
        return file_of(site, by_number(shown, int(file[1])), day, file[2])
    return not_found(site)


def _column(site: SitePlan, shown: tuple[Entry, ...], number: int) -> Answer:
    pages = max(1, -(-len(shown) // site.per_page))
    place = min(number, pages) if site.variant == "clamp" else number
    rows = "".join(_row(entry) for entry in one_page(shown, place, site.per_page)) or "<tr><td>暂无信息</td></tr>"
    told = f"第{place}/{pages}页" if site.variant == "clamp" else ""
    pager = f'<form name="turn"><input type="hidden" name="cur_page" value="{place}"></form><div class="pager">{told}</div>'
    content = f'<div class="list"><h2>{COLUMN_NAME}</h2><table>{rows}</table>{pager}</div>'
    return html_answer(site, f"{COLUMN_NAME}-{site.name}", content, tags={"ColumnName": COLUMN_NAME, "ColumnType": "信息公开年报"})


def _row(entry: Entry) -> str:
    day = str(entry.published_on) if entry.dated else ""
    title = escape(entry.title)
    return f'<tr><td><a href="/gk/nb/{entry.number}.htm" title="{title}">{title[:22]}</a></td><td>{day}</td></tr>\n'


def _article(site: SitePlan, entry: Entry, day: date) -> Answer:
    return bundle(site, entry, day, "info-cont", lambda name: f"/gk/nb/files/{entry.number}/{name}").page
