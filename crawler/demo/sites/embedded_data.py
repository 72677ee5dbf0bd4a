"""Portals whose list page holds all rows in a script and shows them slice by slice.

Variants: "" an array as JSON; "loose" one as scripts write them, beside a menu in the same manner; "written" has the script write the
rows.
"""

from __future__ import annotations

import json
import re
from datetime import date
from html import escape

from crawler.demo.articles import bundle
from crawler.demo.lookup import by_number, file_of
from crawler.demo.pages import COLUMN_NAME, Answer, Request, html_answer, not_found
from crawler.demo.publications import Entry, Publications
from crawler.demo.scenario import SitePlan

PATH = "/ch0023{n}/ndbg.html"
VARIANTS = ("", "loose", "written")

_ARTICLE = re.compile(r"/doc/(\d+)\.html")
_FILE = re.compile(r"/doc/files/(\d+)/([\w.]+)")


def answer(site: SitePlan, content: Publications, day: date, request: Request) -> Answer:
    """The page with everything, an article or a file; 404 for anything else."""
    shown = content.shown(site.host, day)
    if request.path == site.column_path:
        return _column(site, shown)
    if article := _ARTICLE.fullmatch(request.path):
        entry = by_number(shown, int(article[1]))
        return bundle(site, entry, day, "content", lambda name: f"/doc/files/{article[1]}/{name}").page if entry else not_found(site)
    if file := _FILE.fullmatch(request.path):
        return file_of(site, by_number(shown, int(file[1])), day, file[2])
    return not_found(site)


def _column(site: SitePlan, shown: tuple[Entry, ...]) -> Answer:
    make = {"loose": _loose, "written": _written}.get(site.variant, _json)
    nothing = "" if shown else "<p>暂无信息</p>"
    content = f'<div class="list"><h2>{COLUMN_NAME}</h2><ul id="list"></ul>{nothing}<script>{make(shown)}</script></div>'
    return html_answer(site, f"{COLUMN_NAME}-{site.name}", content, tags={"ColumnName": COLUMN_NAME, "ColumnType": "信息公开年报"})


def _day(entry: Entry) -> str:
    return str(entry.published_on) if entry.dated else ""


def _json(shown: tuple[Entry, ...]) -> str:
    found = [{"id": one.number, "title": one.title, "url": f"/doc/{one.number}.html", "pubDate": _day(one)} for one in shown]
    return f"var dataList = {json.dumps(found, ensure_ascii=False)}; var total = {len(found)}; slice(dataList, 1, 5);"


def _loose(shown: tuple[Entry, ...]) -> str:
    found = [f"{{id: {one.number}, title: '{one.title}', link: '/doc/{one.number}.html', date: '{_day(one)}'}}" for one in shown]
    return f"var menuList = [{{name: '指南', link: '/zn.html'}},]; var ch00232 = [{','.join(found)}]; show(ch00232);"


def _written(shown: tuple[Entry, ...]) -> str:
    if not shown:
        return "var infoList = []; slice(1);"
    return "".join(
        f'document.writeln("<li><a href=\\"/doc/{one.number}.html\\">{escape(one.title)}<\\/a><span>{_day(one)}<\\/span><\\/li>");'
        for one in shown
    )
