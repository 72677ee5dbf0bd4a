"""Portals whose list stands in an XML island of a script, continued by a proxy address that never gives more than one page of rows."""

from __future__ import annotations

import re
from datetime import date
from html import escape

from crawler.demo.articles import bundle
from crawler.demo.pages import COLUMN_NAME, Answer, Request, html_answer, not_found
from crawler.demo.publications import Entry, Publications
from crawler.demo.scenario import SitePlan

PROXY = "/module/web/jpage/dataproxy.jsp"
DOWNLOAD = "/module/download/downfile.jsp"
_ARTICLE = re.compile(r"/art/(?:\d{4}/\d{1,2}/\d{1,2}/)?art_\d+_(\d+)\.html")
_IDS = {"appid": "1", "webid": "3", "path": "/", "sourceContentType": "1", "unitid": "5678", "webname": "示例市", "permissiontype": "0"}


def answer(site: SitePlan, content: Publications, day: date, request: Request) -> Answer:
    """The column page, the proxy, an article or a download; 404 for anything else."""
    shown = content.shown(site.host, day)
    if request.path == site.column_path:
        return _column(site, shown)
    if request.path == PROXY:
        return _proxy(site, shown, request)
    if request.path == DOWNLOAD:
        return _download(site, shown, day, request.query.get("filename", ""))
    if article := _ARTICLE.fullmatch(request.path):
        entry = next((one for one in shown if one.number == int(article[1]) and request.path == _path(site, one)), None)
        return bundle(site, entry, day, "article-content", _file_address).page if entry else not_found(site)
    return not_found(site)


def _column_number(site: SitePlan) -> str:
    return "".join(character for character in site.column_path.rpartition("/col")[2] if character.isdigit())


def _path(site: SitePlan, entry: Entry) -> str:
    """Address of an article; one whose portal hides every date has none in its address either."""
    name = f"art_{_column_number(site)}_{entry.number}.html"
    day = entry.published_on
    return f"/art/{day.year}/{day.month}/{day.day}/{name}" if entry.dated else f"/art/{name}"


def _file_address(name: str) -> str:
    return f"{DOWNLOAD}?classid=0&amp;filename={name}"


def _download(site: SitePlan, shown: tuple[Entry, ...], day: date, name: str) -> Answer:
    for entry in shown:
        if entry.carrier not in {"html", "word"}:
            files = bundle(site, entry, day, "article-content", _file_address).files
            if name in files:
                return files[name]
    return not_found(site)


def _column(site: SitePlan, shown: tuple[Entry, ...]) -> Answer:
    number = _column_number(site)
    ids = ", ".join(f"'{name}': '{value}'" for name, value in {"col": "1", "columnid": number, **_IDS}.items())
    script = f"{{'totalRecord': {len(shown)}, 'perPage': {site.per_page}, 'proxyUrl': '{PROXY}', 'param': {{{ids}}}}}"
    content = (
        f'<div class="list"><h2>{COLUMN_NAME}</h2>\n<div id="{_IDS["unitid"]}"></div>\n'
        f'<script type="text/xml">{_store(site, shown, 0, site.per_page)}</script>\n'
        f"<script>var jpage = {script};</script></div>"
    )
    tags = {"ColumnName": COLUMN_NAME, "ColumnType": "信息公开年报"}
    return html_answer(site, f"{COLUMN_NAME}-{site.name}", content, tags=tags)


def _proxy(site: SitePlan, shown: tuple[Entry, ...], request: Request) -> Answer:
    """The rows from `startrecord` on, never more than one page however many were asked for; 404 for a column that is not this one."""
    fields = {**request.query, **request.form}
    if fields.get("columnid") != _column_number(site):
        return not_found(site)
    start = fields.get("startrecord", "1")
    first = int(start) - 1 if start.isdigit() and int(start) > 0 else 0
    return Answer(_store(site, shown, first, site.per_page).encode(), "text/xml; charset=utf-8")


def _store(site: SitePlan, shown: tuple[Entry, ...], first: int, count: int) -> str:
    records = "".join(f"<record><![CDATA[{_row(site, entry)}]]></record>\n" for entry in shown[first : first + count])
    return f"<datastore><totalrecord>{len(shown)}</totalrecord>\n<recordset>\n{records}</recordset></datastore>"


def _row(site: SitePlan, entry: Entry) -> str:
    day = f'<span class="bt-date">{entry.published_on}</span>' if entry.dated else ""
    return f'<li><a target="_blank" href="{_path(site, entry)}" title="{escape(entry.title)}">{escape(entry.title)}</a>{day}</li>'
