"""Portals where one address serves everything and the query says what: the page, the module that turns pages, the article.

Variants: "" shows the last page again where asked for one after it; "nothing" says there that there is nothing.
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

PATH = "/eportal/ui?pageId=41{n}88"
VARIANTS = ("", "nothing")

_MODULE = "9d1c5fa0b7"
_FILE = re.compile(r"/eportal/fileDir/(\d+)/([\w.]+)")


def answer(site: SitePlan, content: Publications, day: date, request: Request) -> Answer:
    """A page of the list, an article or a file; 404 for anything else."""
    shown = content.shown(site.host, day)
    if request.path == "/eportal/ui" and request.query.get("pageId") == site.column_path.rpartition("=")[2]:
        if "articleKey" in request.query:
            return _article(site, by_number(shown, as_number(request.query["articleKey"], 0)), day)
        # A page number counts only for the module it is said of.
        turned = request.query.get("moduleId") == _MODULE
        return _column(site, shown, as_number(request.query.get("currentPage", "1"), 1) if turned else 1)
    if file := _FILE.fullmatch(request.path):
        return file_of(site, by_number(shown, int(file[1])), day, file[2])
    return not_found(site)


def _column(site: SitePlan, shown: tuple[Entry, ...], number: int) -> Answer:
    pages = max(1, -(-len(shown) // site.per_page))
    place = number if site.variant == "nothing" else min(number, pages)
    rows = "".join(_item(site, entry) for entry in one_page(shown, place, site.per_page)) or "<li>暂无信息</li>"
    turn = f"{site.column_path}&amp;currentPage={place + 1}&amp;moduleId={_MODULE}"
    pager = f'<div class="pager">第{place}/{pages}页 <a href="{turn}">下一页</a></div>'
    content = f'<div class="list" id="m1"><h2>{COLUMN_NAME}</h2><ul>{rows}</ul>{pager}</div>'
    return html_answer(site, f"{COLUMN_NAME}-{site.name}", content, tags={"ColumnName": COLUMN_NAME, "ColumnType": "信息公开年报"})


def _item(site: SitePlan, entry: Entry) -> str:
    day = f"<span>{entry.published_on}</span>" if entry.dated else ""
    title = escape(entry.title)
    return f'<li><a href="{site.column_path}&amp;articleKey={entry.number}&amp;columnId=77" title="{title}">{title[:24]}</a>{day}</li>\n'


def _article(site: SitePlan, entry: Entry | None, day: date) -> Answer:
    if entry is None:
        return not_found(site)
    return bundle(site, entry, day, "easysite-news-content", lambda name: f"/eportal/fileDir/{entry.number}/{name}").page
