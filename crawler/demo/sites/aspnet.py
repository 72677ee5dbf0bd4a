"""Portals written in ASP.NET: the pager posts the page's form back, or is a link with a number in its query.

Variants: "" turns by postback and refuses one without the state it gave out; "query" turns by link.
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

PATH = "/InfoPublic.aspx?cid=1{n}08"
VARIANTS = ("", "query")

_PAGER = "ctl00$Content$Pager1"
_FILE = re.compile(r"/UploadFiles/(\d+)/([\w.]+)")


def answer(site: SitePlan, content: Publications, day: date, request: Request) -> Answer:
    """A page of the list, an article or a file; 404 for anything else."""
    shown = content.shown(site.host, day)
    if request.path == "/InfoPublic.aspx" and request.query.get("cid") == site.column_path.rpartition("=")[2]:
        return _list(site, shown, request)
    if request.path == "/ShowInfo.aspx":
        entry = by_number(shown, as_number(request.query.get("id", ""), 0))
        return _article(site, entry, day) if entry else not_found(site)
    if file := _FILE.fullmatch(request.path):
        return file_of(site, by_number(shown, int(file[1])), day, file[2])
    return not_found(site)


def _list(site: SitePlan, shown: tuple[Entry, ...], request: Request) -> Answer:
    pages = max(1, -(-len(shown) // site.per_page))
    number = 1
    if site.variant == "query":
        number = as_number(request.query.get("page", ""), 1)
    elif request.method == "POST":
        stated = re.fullmatch(_state(site, r"(\d+)"), request.form.get("__VIEWSTATE", ""))
        if stated is None or request.form.get("ctl00$year") != "0" or "ctl00$search" in request.form:
            return Answer(b"<h1>Server Error in '/' Application.</h1>", status=500)
        if request.form.get("__EVENTTARGET") == _PAGER:
            number = as_number(request.form.get("__EVENTARGUMENT", ""), 1)
    return _column(site, shown, min(number, pages), pages)


def _state(site: SitePlan, place: str) -> str:
    return f"dDwtMTg{site.code}p{place}"


def _column(site: SitePlan, shown: tuple[Entry, ...], place: int, pages: int) -> Answer:
    rows = "".join(_row(entry) for entry in one_page(shown, place, site.per_page)) or "<tr><td>暂无信息</td></tr>"
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{value}">'
        for name, value in (("__EVENTTARGET", ""), ("__EVENTARGUMENT", ""), ("__VIEWSTATE", _state(site, str(place))))
    )
    search = (
        '<select name="ctl00$year"><option value="0" selected="selected">全部</option></select><input type="submit" name="ctl00$search">'
    )
    pager = f'<div class="pager">第{place}/{pages}页 {_onward(site, place) if place < pages else "下一页"}</div>'
    form = f'<form method="post" action="{escape(site.column_path)}">{hidden}{search}<table>{rows}</table>{pager}</form>'
    content = f'<div class="list"><h2>{COLUMN_NAME}</h2>{form}</div>'
    return html_answer(site, f"{COLUMN_NAME}-{site.name}", content, tags={"ColumnName": COLUMN_NAME, "ColumnType": "信息公开年报"})


def _onward(site: SitePlan, place: int) -> str:
    if site.variant == "query":
        return f'<a href="{escape(site.column_path)}&amp;page={place + 1}">下一页</a>'
    return f"<a href=\"javascript:__doPostBack('{_PAGER}','{place + 1}')\">下一页</a>"


def _row(entry: Entry) -> str:
    day = str(entry.published_on) if entry.dated else ""
    title = escape(entry.title)
    return f'<tr><td><a href="/ShowInfo.aspx?id={entry.number}" title="{title}">{title[:22]}</a></td><td>{day}</td></tr>\n'


def _article(site: SitePlan, entry: Entry, day: date) -> Answer:
    return bundle(site, entry, day, "article-content", lambda name: f"/UploadFiles/{entry.number}/{name}").page
