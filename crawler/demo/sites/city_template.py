"""Portals of a city that share one template; how their pages go on differs from city to city.

Variants: "" links the next page; "last" links only the last one; "script" puts the address together in a script, counting from 0; "silent"
says how many pages there are and nothing of where; "strays" is silent, too, and answers a wrong name with another column.
"""

from __future__ import annotations

import re
from datetime import date
from html import escape

from crawler.demo.articles import bundle
from crawler.demo.lookup import by_number, file_of, one_page
from crawler.demo.pages import COLUMN_NAME, Answer, Request, html_answer, not_found
from crawler.demo.publications import Entry, Publications
from crawler.demo.scenario import SitePlan

PATH = "/qpxrmzf/xxgkn{n}/pc/list.html"
VARIANTS = ("", "last", "script", "silent", "strays")

_FROM_ZERO = frozenset({"script", "silent"})
_ARTICLE = re.compile(r"(\d{6})/(\d+)\.html")
_FILE = re.compile(r"\d{6}/files/(\d+)/([\w.]+)")


def answer(site: SitePlan, content: Publications, day: date, request: Request) -> Answer:
    """A page of the list, an article or a file; 404 for anything else."""
    folder = site.column_path.removesuffix("list.html")
    if not request.path.startswith(folder):
        return not_found(site)
    rest, shown = request.path.removeprefix(folder), content.shown(site.host, day)
    pages = max(1, -(-len(shown) // site.per_page))
    if numbered := re.fullmatch(r"list(?:_(\d+))?\.html", rest):
        place = 1 if numbered[1] is None else int(numbered[1]) + (site.variant in _FROM_ZERO)
        if 1 <= place <= pages and numbered[1] != ("0" if site.variant in _FROM_ZERO else "1"):
            return _column(site, shown, place, pages)
        return _other(site) if site.variant == "strays" else not_found(site)
    if article := _ARTICLE.fullmatch(rest):
        entry = by_number(shown, int(article[2]))
        return _article(site, entry, day) if entry and rest == _name(entry) else not_found(site)
    if file := _FILE.fullmatch(rest):
        return file_of(site, by_number(shown, int(file[1])), day, file[2])
    return not_found(site)


def _name(entry: Entry) -> str:
    """One whose portal hides every date has none in its address either."""
    return f"{entry.published_on:%Y%m}/{entry.number}.html" if entry.dated else f"000000/{entry.number}.html"


def _other(site: SitePlan) -> Answer:
    """The rows of another column in place of a page that is not there."""
    rows = "".join(f'<li><a href="/qpxrmzf/gsgg/pc/{n}.html">公示公告{n}号</a><span>2024-05-{n:02d}</span></li>' for n in range(10, 15))
    return html_answer(site, f"公示公告-{site.name}", f'<div class="list"><ul>{rows}</ul></div>', tags={"ColumnName": "公示公告"})


def _column(site: SitePlan, shown: tuple[Entry, ...], place: int, pages: int) -> Answer:
    rows = "".join(_item(entry) for entry in one_page(shown, place, site.per_page)) or "<li>暂无信息</li>"
    content = (
        f'<div class="list"><h2>{COLUMN_NAME}</h2><ul>{rows}</ul><div class="turn">共{pages}页 {_pager(site, place, pages)}</div></div>'
    )
    return html_answer(site, f"{COLUMN_NAME}-{site.name}", content, tags={"ColumnName": COLUMN_NAME, "ColumnType": "信息公开年报"})


def _pager(site: SitePlan, place: int, pages: int) -> str:
    if site.variant == "":
        return f'第{place}页 <a href="list_{place + 1}.html">下一页</a>' if place < pages else f"第{place}页 下一页"
    if site.variant == "last":
        return f'<a href="javascript:;" onclick="onward()">下一页</a> <a href="list_{pages}.html">末页</a>'
    if site.variant == "script":
        return '<a href="javascript:turn(2)">下一页</a><script>function turn(n) { location.href = "list_" + (n - 1) + ".html"; }</script>'
    return ""


def _item(entry: Entry) -> str:
    day = f"<span>{entry.published_on}</span>" if entry.dated else ""
    title = escape(entry.title)
    return f'<li><a href="{_name(entry)}" title="{title}">{title[:28]}</a>{day}</li>\n'


def _article(site: SitePlan, entry: Entry, day: date) -> Answer:
    return bundle(site, entry, day, "article-content", lambda name: f"files/{entry.number}/{name}").page
