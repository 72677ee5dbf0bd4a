"""Portals with the module of public information: a column page with a frame that holds the tree, and one search by POST for a whole body.

Variants: "" has a kind of annual reports in its tree; "area" has none, so that the search gives everything the body published; "clamps"
answers a page after the last one with the last one.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from html import escape

from crawler.demo.articles import bundle
from crawler.demo.lookup import as_number, by_number, file_of, one_page
from crawler.demo.pages import COLUMN_NAME, Answer, Request, html_answer, not_found
from crawler.demo.publications import Entry, Publications
from crawler.demo.scenario import SitePlan

PATH = "/col/col340{n}/index.html"
VARIANTS = ("", "area", "clamps")

TREE, SEARCH, DOWNLOAD = "/module/xxgk/tree.jsp", "/module/xxgk/search.jsp", "/module/download/downfile.jsp"
_REPORTS, _OTHER = "A012", "A003"
_ARTICLE = re.compile(r"/art/(?:\d{4}/\d{1,2}/\d{1,2}/)?art_(\d+)_(\d+)\.html")
_NAME = re.compile(r"(\d+)-([\w.]+)")

Row = tuple[str, str, str, str]
"""Kind, address, title and printed day."""


def answer(site: SitePlan, content: Publications, day: date, request: Request) -> Answer:
    """The column page, the tree, the search, an article or a download; 404 for anything else."""
    shown = content.shown(site.host, day)
    fields = {**request.query, **request.form}
    if request.path == site.column_path:
        return _column(site)
    if request.path == TREE and fields.get("area") == _area(site):
        return _tree(site)
    if request.path == SEARCH and fields.get("area") == _area(site):
        return _search(site, shown, request.method, fields)
    if request.path == DOWNLOAD and (file := _NAME.fullmatch(fields.get("filename", ""))):
        return file_of(site, by_number(shown, int(file[1])), day, file[2])
    if (article := _ARTICLE.fullmatch(request.path)) and article[1] == _number(site):
        entry = by_number(shown, int(article[2]))
        return _article(site, entry, day) if entry else not_found(site)
    return not_found(site)


def _number(site: SitePlan) -> str:
    return "".join(filter(str.isdigit, site.column_path))


def _area(site: SitePlan) -> str:
    """The body's code, another one for each column that has a body of its own."""
    return f"{site.code}{_number(site)}"


def _column(site: SitePlan) -> Answer:
    """The page itself is empty: a frame for the tree, a call for the rows."""
    call = (
        f"function show(kind) {{ loadDynamic('{SEARCH}?standardXxgk=1&infotypeId=' + kind + '&vc_title=' + encodeURI('') + "
        f"'&area={_area(site)}', 'div{_number(site)}', '0', '0'); }}"
    )
    frame = f'<iframe src="{TREE}?standardXxgk=1&amp;area={_area(site)}&amp;divid=div{_number(site)}&amp;jdid=4" width="220"></iframe>'
    content = f'<div class="list">{frame}\n<div id="div{_number(site)}"></div>\n<script>{call}</script></div>'
    return html_answer(site, f"{COLUMN_NAME}-{site.name}", content, tags={"ColumnName": COLUMN_NAME, "ColumnType": "信息公开年报"})


def _tree(site: SitePlan) -> Answer:
    kinds = [("A001", "公开指南"), (_OTHER, "通知公告"), ("A005", "政府网站年度工作报表")]
    kinds += [(_REPORTS, COLUMN_NAME)] if site.variant != "area" else []
    nodes = "".join(f'<li><a href="javascript:void(0)" onclick="parent.show(\'{code}\')">{name}</a></li>' for code, name in kinds)
    return Answer(
        f"<html><head><title>目录</title></head><body><ul class='tree'>{nodes}</ul></body></html>".encode(), "text/html;charset=utf-8"
    )


def _path(site: SitePlan, entry: Entry) -> str:
    name = f"art_{_number(site)}_{entry.number}.html"
    day = entry.published_on
    return f"/art/{day.year}/{day.month}/{day.day}/{name}" if entry.dated else f"/art/{name}"


def _rows(site: SitePlan, shown: tuple[Entry, ...]) -> list[Row]:
    """Everything of the body: after each line two notices of another column."""
    found: list[Row] = []
    for entry in shown:
        found.append((_REPORTS, _path(site, entry), entry.title, str(entry.published_on) if entry.dated else ""))
        for place in range(2):
            day = entry.published_on - timedelta(days=place)
            address = f"/art/{day.year}/{day.month}/{day.day}/art_99{_number(site)}_{entry.number}{place}.html"
            found.append((_OTHER, address, f"关于第{entry.number % 100}-{place}号事项的通知", str(day)))
    return found


def _search(site: SitePlan, shown: tuple[Entry, ...], method: str, fields: dict[str, str]) -> Answer:
    """One page of the body's rows, of one kind if one is asked for. By GET it gives the first page of everything."""
    kind = fields.get("infotypeId", "") if method == "POST" else ""
    rows = [row for row in _rows(site, shown) if kind in {"", row[0]}]
    size = 3 * site.per_page
    pages = max(1, -(-len(rows) // size))
    number = as_number(fields.get("currpage", "1"), 1) if method == "POST" else 1
    number = min(number, pages) if site.variant == "clamps" else number
    lines = "".join(_line(place, row) for place, row in enumerate(one_page(rows, number, size)))
    if not rows:
        lines = "<tr><td>暂无信息</td></tr>"
    pager = f'<div class="tb_title">共{len(rows)}条记录　第{number}/{pages}页</div>'
    return Answer(f'<table class="tb_main">{lines}</table>{pager}'.encode(), "text/html;charset=utf-8")


def _line(place: int, row: Row) -> str:
    _, address, title, day = row
    shown = title if len(title) <= 24 else f"{title[:22]}..."
    odd = "even" if place % 2 else "odd"
    return (
        f'<tr class="tr_main_value_{odd}"><td><a href="{address}" target="_blank" title="{escape(title)}">{escape(shown)}</a></td>'
        f"<td>{day}</td></tr>\n"
    )


def _article(site: SitePlan, entry: Entry, day: date) -> Answer:
    def address(name: str) -> str:
        return f"{DOWNLOAD}?classid=0&amp;showname=&amp;filename={entry.number}-{name}"

    return bundle(site, entry, day, "article-content", address).page
