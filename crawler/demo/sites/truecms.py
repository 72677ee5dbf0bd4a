"""Portals that hide the first rows in the page and give more as XML in a callback, by record numbers, to who comes from the column only.

Variants: "" gives what is asked for; "limited" never more than its own page; "refusing" knows no window above its own page; "retired" has
its interface switched off and sixty rows in the page.
"""

from __future__ import annotations

import json
import re
import uuid
from datetime import date
from html import escape

from crawler.demo.articles import bundle
from crawler.demo.lookup import as_number, by_number, file_of
from crawler.demo.pages import COLUMN_NAME, Answer, Request, html_answer, not_found
from crawler.demo.publications import Entry, Publications
from crawler.demo.scenario import SitePlan

PATH = "/qpxrmzf{n}/zfxxgknb/zfxxgknb.html"
VARIANTS = ("", "limited", "refusing", "retired")

MESSAGES = "/truecms/messageController/getMessage.do"
_GROUP = 3
_RETIRED_ROWS = 60
_ARTICLE = re.compile(r"content/([0-9a-f\-]{36})\.html")
_FILE = re.compile(r"upload/(\d+)/([\w.]+)")


def answer(site: SitePlan, content: Publications, day: date, request: Request) -> Answer:
    """The column page, the interface, an article or a file; 404 for anything else."""
    shown = content.shown(site.host, day)
    if request.path == site.column_path:
        return _column(site, shown)
    if request.path == MESSAGES:
        return _messages(site, shown, request)
    if not request.path.startswith(_folder(site)):
        return not_found(site)
    rest = request.path.removeprefix(_folder(site))
    if article := _ARTICLE.fullmatch(rest):
        entry = next((one for one in shown if _mark(site, one.number) == article[1]), None)
        return _article(site, entry, day) if entry else not_found(site)
    if file := _FILE.fullmatch(rest):
        return file_of(site, by_number(shown, int(file[1])), day, file[2])
    return not_found(site)


def _folder(site: SitePlan) -> str:
    return f"{site.column_path.rpartition('/')[0]}/"


def _mark(site: SitePlan, what: object) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{site.host}{site.column_path}#{what}"))


def _column(site: SitePlan, shown: tuple[Entry, ...]) -> Answer:
    """The frame of the list, its hidden rows, and the call that shows them."""
    first = shown[: _RETIRED_ROWS if site.variant == "retired" else site.per_page * _GROUP]
    rows = "".join(_item(site, entry) for entry in first)
    call = (
        "$('#msgList').jpage({dataStore: initData, "
        f"totalRecord: \"{len(shown)}\", proxyUrl: 'http://old.{site.host}{MESSAGES}', perPage: {site.per_page}, groupSize: {_GROUP}, "
        f"ajaxParam: {{columnId:'{_mark(site, 'column')}'}}}});"
    )
    content = (
        f'<div class="list"><h2>{COLUMN_NAME}</h2><div id="msgList"></div>\n'
        f'<div id="initData" style="display:none"><ul>\n{rows}</ul></div>\n'
        f"<script>{call}</script></div>"
    )
    return html_answer(site, f"{COLUMN_NAME}-{site.name}", content, tags={"ColumnName": COLUMN_NAME, "ColumnType": "信息公开年报"})


def _messages(site: SitePlan, shown: tuple[Entry, ...], request: Request) -> Answer:
    """The records of a window; 404 for anyone who does not come from the column."""
    fields = {**request.query, **request.form}
    from_column = request.headers.get("referer", "").endswith(site.column_path)
    if site.variant == "retired" or not from_column or fields.get("columnId") != _mark(site, "column"):
        return not_found(site)
    first = max(1, as_number(fields.get("startrecord", ""), 1))
    size = max(0, as_number(fields.get("endrecord", ""), first + site.per_page - 1) - first + 1)
    if site.variant == "refusing" and size > site.per_page:
        return not_found(site)
    size = min(size, site.per_page) if site.variant == "limited" else size
    found = shown[first - 1 : first - 1 + size]
    records = "".join(f"<record><![CDATA[{_item(site, entry)}]]></record>" for entry in found)
    store = f"<datastore><totalrecord>{len(shown)}</totalrecord><recordset>{records}</recordset></datastore>"
    told = json.dumps({"result": store}, ensure_ascii=False)
    callback = fields.get("callback", "")
    return Answer((f"{callback}({told})" if callback else told).encode(), "text/javascript;charset=UTF-8")


def _item(site: SitePlan, entry: Entry) -> str:
    day = f"<span>[{entry.published_on}]</span>" if entry.dated else ""
    title = escape(entry.title)
    return f'<li>{day}<a href="{_folder(site)}content/{_mark(site, entry.number)}.html" title="{title}" target="_blank">{title}</a></li>\n'


def _article(site: SitePlan, entry: Entry, day: date) -> Answer:
    return bundle(site, entry, day, "article-content", lambda name: f"{_folder(site)}upload/{entry.number}/{name}").page
