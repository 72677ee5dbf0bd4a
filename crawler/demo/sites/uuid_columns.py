"""Portals whose columns, blocks and articles are named by UUIDs; a block of the template gives the rows of a page as a piece of HTML.

Variants: "" has the first rows in the page and counts the block's pages from 1; "zero" counts them from 0; "script" has no row in the page.
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

PATH = "/columns/3f0c9a{n:0>2}-7a11-4c1e-9d20-51b2c3d4e5f6/index.html"
VARIANTS = ("", "zero", "script")

_BLOCK = "templates/0a7d2c55-1b1e-4f53-8f0f-6d1c2b3a4950/blocks/77c0a3d2-5e4b-4b1a-a9c8-0d9e8f7a6b5c"
_NAME = "-3c2b-4d1e-8f90-a1b2c3d4e5f6"
_ARTICLE = re.compile(r"\d{6}/\d\d/([0-9a-f]{8})" + _NAME + r"\.html")
_FILE = re.compile(r"/uploads/(\d+)/([\w.]+)")


def answer(site: SitePlan, content: Publications, day: date, request: Request) -> Answer:
    """The column, an answer of its block, an article or a file; 404 for anything else."""
    shown = content.shown(site.host, day)
    folder = site.column_path.removesuffix("index.html")
    if request.path == site.column_path:
        return _column(site, shown, folder)
    if request.path == folder + _BLOCK:
        return _block(site, shown, request.query.get("page", ""))
    if article := _ARTICLE.fullmatch(request.path.removeprefix(folder)):
        entry = by_number(shown, int(article[1], 16))
        return _article(site, entry, day) if entry and request.path == _path(site, entry) else not_found(site)
    if file := _FILE.fullmatch(request.path):
        return file_of(site, by_number(shown, int(file[1])), day, file[2])
    return not_found(site)


def _path(site: SitePlan, entry: Entry) -> str:
    """Address of an article; one whose portal hides every date has none in its address either."""
    day = f"{entry.published_on:%Y%m/%d}" if entry.dated else "000000/00"
    return f"{site.column_path.removesuffix('index.html')}{day}/{entry.number:08x}{_NAME}.html"


def _column(site: SitePlan, shown: tuple[Entry, ...], folder: str) -> Answer:
    inside = "" if site.variant == "script" else _rows(site, shown, 1)
    loads = f'<script>loadBlock("#rows", "{folder}{_BLOCK}");</script>'
    content = f'<div class="list"><h2>{COLUMN_NAME}</h2><div id="rows">{inside}</div>{loads}</div>'
    return html_answer(site, f"{COLUMN_NAME}-{site.name}", content, tags={"ColumnName": COLUMN_NAME, "ColumnType": "信息公开年报"})


def _block(site: SitePlan, shown: tuple[Entry, ...], number: str) -> Answer:
    asked = as_number(number, 1)
    place = asked + 1 if site.variant == "zero" else max(asked, 1)
    return Answer(_rows(site, shown, place).encode(), "text/html; charset=utf-8")


def _rows(site: SitePlan, shown: tuple[Entry, ...], place: int) -> str:
    written = "".join(_item(site, entry) for entry in one_page(shown, place, site.per_page)) or "<li>暂无信息</li>"
    pages = max(1, -(-len(shown) // site.per_page))
    told = f"共{len(shown)}条" if site.variant == "zero" else f"第{place}/{pages}页"
    return f'<ul>{written}</ul><div class="pager">{told}</div>'


def _item(site: SitePlan, entry: Entry) -> str:
    day = f"<span>{entry.published_on}</span>" if entry.dated else ""
    title = escape(entry.title)
    return f'<li><a href="{_path(site, entry)}" title="{title}">{title[:26]}</a>{day}</li>\n'


def _article(site: SitePlan, entry: Entry, day: date) -> Answer:
    return bundle(site, entry, day, "article-content", lambda name: f"/uploads/{entry.number}/{name}").page
