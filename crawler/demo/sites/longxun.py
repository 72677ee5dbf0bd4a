"""Portals whose list is a label: the server builds a piece of HTML from site, organ, kind and template, all of which the page names.

Variants: "" writes no rows into the page and the label as an object of a script; "written" has the first rows and the label as an address;
"numbered" has no label, its column's address takes the page number, and a number after the last gives the last page.
"""

from __future__ import annotations

import re
from datetime import date
from html import escape
from urllib.parse import urlencode

from crawler.demo.articles import bundle
from crawler.demo.lookup import as_number, by_number, file_of, one_page
from crawler.demo.pages import COLUMN_NAME, Answer, Request, html_answer, not_found
from crawler.demo.publications import Entry, Publications
from crawler.demo.scenario import SitePlan

PATH = "/public/column/66{n}41"
VARIANTS = ("", "written", "numbered")

LABEL = "/site/label/8888"
_NOTHING = "暂无相关信息"
_ARTICLE = re.compile(r"/public/(\d+)/(\d+)\.html")
_FILE = re.compile(r"/group6/M00/0A/(\d+)/([\w.]+)")


def answer(site: SitePlan, content: Publications, day: date, request: Request) -> Answer:
    """The column page, the label's piece, an article or a file; 404 for anything else."""
    shown = content.shown(site.host, day)
    if request.path == site.column_path:
        return _column(site, shown, as_number(request.query.get("pageIndex", "1"), 1))
    if request.path == LABEL:
        return _label(site, shown, {**request.query, **request.form})
    if (article := _ARTICLE.fullmatch(request.path)) and article[1] == _organ(site):
        entry = by_number(shown, int(article[2]))
        return _article(site, entry, day) if entry else not_found(site)
    if file := _FILE.fullmatch(request.path):
        return file_of(site, by_number(shown, int(file[1])), day, file[2])
    return not_found(site)


def _organ(site: SitePlan) -> str:
    return site.column_path.rpartition("/")[2]


def _asked(site: SitePlan) -> dict[str, str]:
    """What the label must be asked with."""
    return {
        "labelName": "publicInfoList",
        "siteId": f"67{site.code[-6:]}",
        "organId": _organ(site),
        "type": "4",
        "catId": f"49{_organ(site)}",
        "file": f"/c{site.code[:4]}/xxgk/publicInfoList_newest",
    }


def _column(site: SitePlan, shown: tuple[Entry, ...], number: int) -> Answer:
    pages = max(1, -(-len(shown) // site.per_page))
    number = min(max(1, number), pages)
    written = _items(site, one_page(shown, number, site.per_page)) or f"<li>{_NOTHING}</li>"
    rows = written if site.variant in {"written", "numbered"} else ""
    content = (
        f'<div class="xxgk_list"><h2>{COLUMN_NAME}</h2>\n<ul class="xxgk_nav_list" id="rows">{rows}</ul>\n'
        f'<div id="page"></div><script>{_script(site, number, pages)}</script></div>'
    )
    tags = {"ColumnName": COLUMN_NAME, "ColumnType": "信息公开年报", "SiteId": _asked(site)["siteId"]}
    return html_answer(site, f"{COLUMN_NAME}-{site.name}", content, tags=tags)


def _script(site: SitePlan, number: int, pages: int) -> str:
    if site.variant == "numbered":
        return f"Ls.pagination('#page', {{pageCount:{pages}, pageIndex:{number}, url:'{site.column_path}'}});"
    asked = _asked(site) | {"pageSize": str(site.per_page), "action": "list", "isDate": "true", "dateFormat": "yyyy-MM-dd"}
    if site.variant == "written":
        return f"$('#rows').load('{LABEL}?{urlencode(asked)}&pageIndex=' + n); Ls.pagination('#page', {{pageCount:{pages}}});"
    # Site and organ stand elsewhere in the page: the object only names them.
    written = {name: value for name, value in asked.items() if name not in {"siteId", "organId"}}
    pairs = ", ".join(f"{name}: '{value}'" for name, value in written.items())
    return f"Ls.ajaxLabel('{LABEL}', {{siteId: siteId, organId: organId, {pairs}, pageIndex: 1}}, '#rows'); Ls.pagination('#page');"


def _label(site: SitePlan, shown: tuple[Entry, ...], fields: dict[str, str]) -> Answer:
    """One page of rows; without the right template or organ there is nothing to build."""
    asked = _asked(site)
    if site.variant == "numbered" or fields.get("organId") != asked["organId"]:
        return not_found(site)
    if any(fields.get(name) != value for name, value in asked.items()):
        return Answer(b"", "text/html;charset=UTF-8")
    found = one_page(shown, as_number(fields.get("pageIndex", "1"), 1), min(as_number(fields.get("pageSize", ""), 15), site.per_page))
    rows = _items(site, found) or f"<li>{_NOTHING}</li>"
    return Answer(f'<ul class="xxgk_nav_list">{rows}</ul>'.encode(), "text/html;charset=UTF-8")


def _items(site: SitePlan, entries: tuple[Entry, ...]) -> str:
    return "".join(_item(site, entry) for entry in entries)


def _item(site: SitePlan, entry: Entry) -> str:
    day = f'<span class="date">{entry.published_on}</span>' if entry.dated else ""
    title = escape(entry.title)
    shown = title if len(title) <= 40 else f"{title[:38]}..."
    return f'<li><a href="/public/{_organ(site)}/{entry.number}.html" title="{title}" class="title">{shown}</a>{day}</li>\n'


def _article(site: SitePlan, entry: Entry, day: date) -> Answer:
    found = bundle(site, entry, day, "article-content", lambda name: f"/group6/M00/0A/{entry.number}/{name}").page
    label = f"<script>Ls.ajaxLabel('{LABEL}', {{labelName: 'publicInfoHot', siteId: 1}}, '#hot');</script></body>".encode("ascii")
    return Answer(found.body.replace(b"</body>", label), found.media_type, found.status, found.last_modified)
