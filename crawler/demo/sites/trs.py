"""Portals of static files: numbered list pages counted from 0, articles and files beside each other in month folders.

Variants: "" has each article on one page; "split" has long ones on three, named by the pager's call or, for every other one, by links.
`PAGERS` are further ones that turn the pages of the list in another way: "picture" by a link with an arrow and no words, "scroll" by a
script that asks for more rows at the end of the page.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html import escape

from crawler.demo.articles import bundle
from crawler.demo.lookup import as_number
from crawler.demo.pages import COLUMN_NAME, Answer, Request, html_answer, not_found
from crawler.demo.publications import Entry, Publications
from crawler.demo.scenario import SitePlan

_PAGE = re.compile(r"(?:index(?:_(\d+))?\.html)?")
VARIANTS = ("", "split")
PAGERS = ("", "picture", "scroll")

_ARTICLE = re.compile(r"(\d{6}/t\d{8}_(\d+))(?:_(\d))?\.html")
_PARTS = 3
_FILE = re.compile(r"(\d{6})/([PW]0\d+\.\w+)")


def answer(site: SitePlan, content: Publications, day: date, request: Request) -> Answer:
    """The list, an article or a file below the column; 404 for anything else."""
    if not request.path.startswith(site.column_path):
        return not_found(site)
    rest = request.path.removeprefix(site.column_path)
    shown = content.shown(site.host, day)
    if rest == "more.html" and site.variant == "scroll":
        return _more(site, shown, as_number(request.query.get("page", ""), 1))
    if page := _PAGE.fullmatch(rest):
        return _list(site, shown, int(page[1] or 0))
    if article := _ARTICLE.fullmatch(rest):
        here = (one for one in shown if not one.elsewhere and one.number == int(article[2]))
        entry = next((one for one in here if f"{article[1]}.html" == _name(one)), None)
        return _article(site, entry, day, article[3]) if entry else not_found(site)
    if file := _FILE.fullmatch(rest):
        return _file(site, shown, day, file)
    return not_found(site)


def _beside(name: str) -> str:
    return f"./{name}"


def _name(entry: Entry) -> str:
    return f"{entry.published_on:%Y%m}/t{entry.published_on:%Y%m%d}_{entry.number}.html"


def _article(site: SitePlan, entry: Entry, day: date, part: str | None) -> Answer:
    """An article, or one page of it: the sections of a long one are shared out over three pages of the same frame."""
    whole = bundle(site, entry, day, "TRS_Editor", _beside).page
    before, opened, rest = whole.body.decode(site.encoding).partition('id="zoom">\n')
    content, closed, after = rest.partition("</div></div>")
    sections = re.split(r"(?=<h2)", content)
    if site.variant != "split" or len(sections) < 2 * _PARTS:
        return whole if part is None else not_found(site)
    number = int(part or 0)
    if not 0 <= number < _PARTS or part == "0":
        return not_found(site)
    each = -(-len(sections) // _PARTS)
    stem = _name(entry).rpartition("/")[2].removesuffix(".html")
    shown = "".join(sections[number * each : (number + 1) * each]) + _turns(stem, number, linked=entry.number % 2 == 1)
    return replace(whole, body=f"{before}{opened}{shown}{closed}{after}".encode(site.encoding))


def _turns(stem: str, number: int, *, linked: bool) -> str:
    if not linked:
        return f'<script>createPageHTML({_PARTS}, {number}, "{stem}", "html");</script>'
    return f'<p class="pager"><a href="{stem}_{number + 1}.html">下一页</a></p>' if number < _PARTS - 1 else ""


def _file(site: SitePlan, shown: tuple[Entry, ...], day: date, asked: re.Match[str]) -> Answer:
    for entry in shown:
        if not entry.elsewhere and f"{entry.published_on:%Y%m}" == asked[1] and entry.carrier not in {"html", "word"}:
            files = bundle(site, entry, day, "TRS_Editor", _beside).files
            if asked[2] in files:
                return files[asked[2]]
    return not_found(site)


def _list(site: SitePlan, shown: tuple[Entry, ...], number: int) -> Answer:
    pages = max(1, -(-len(shown) // site.per_page))
    if number >= pages or (number and site.variant == "scroll"):
        return not_found(site)
    rows, pager = _rows(site, shown, number) or "<li>暂无信息</li>", _pager(site, pages, number)
    content = f'<div class="list"><h2>{COLUMN_NAME}</h2>\n<ul class="list-ul">\n{rows}</ul>\n{pager}</div>'
    tags = {"ColumnName": COLUMN_NAME, "ColumnType": "信息公开年报"}
    return html_answer(
        site, f"{COLUMN_NAME}-{site.name}", content, tags=tags, changed=max((entry.published_on for entry in shown), default=None)
    )


def _rows(site: SitePlan, shown: tuple[Entry, ...], number: int) -> str:
    return "".join(_row(entry) for entry in shown[number * site.per_page : (number + 1) * site.per_page])


def _pager(site: SitePlan, pages: int, number: int) -> str:
    """What turns the pages of the list."""
    if site.variant == "scroll":
        asks = f'page++; $.get("{site.column_path}more.html?page=" + page, function (rows) {{ $(".list-ul").append(rows); }});'
        return f'<script>var page = 1; $(window).on("scroll", function () {{ if (atEnd()) {{ {asks} }} }});</script>'
    if site.variant == "picture":
        arrow = f'<a href="index_{number + 1}.html"><img src="/images/arrow_r.gif" alt="下一页"></a>' if number + 1 < pages else ""
        return f'<div class="page">{arrow}</div>'
    return f'<div class="page"><script>createPageHTML({pages}, {number}, "index", "html");</script></div>'


def _more(site: SitePlan, shown: tuple[Entry, ...], number: int) -> Answer:
    """The rows of a further page and nothing else."""
    rows = _rows(site, shown, max(0, number - 1)) or "<p>没有更多了</p>"
    return Answer(rows.encode(site.encoding), f"text/html; charset={site.declared_encoding}")


def _row(entry: Entry) -> str:
    """A row as such templates write it: the visible text cut off, the whole title in the attribute."""
    text = entry.title if len(entry.title) <= 30 else entry.title[:28] + "..."
    day = f"<span>{entry.published_on}</span>" if entry.dated else ""
    address = f"{entry.elsewhere or './'}{_name(entry)}"
    return f'<li><a href="{address}" target="_blank" title="{escape(entry.title)}">{escape(text)}</a>{day}</li>\n'
