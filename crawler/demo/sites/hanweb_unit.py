"""Portals whose column page holds units: scripts with a query, each built by one request whose page number counts only inside `paramJson`.

Variants: "" writes no rows into the page; "rendered" writes the first ones. Addresses of articles are of two ages in one list, and a
download address is good on the day it was read only.
"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import date
from html import escape

from crawler.demo.articles import bundle
from crawler.demo.lookup import as_number, by_number, file_of, one_page
from crawler.demo.pages import COLUMN_NAME, Answer, Request, html_answer, not_found
from crawler.demo.publications import Entry, Publications
from crawler.demo.scenario import SitePlan

PATH = "/col/col240{n}/index.html"
VARIANTS = ("", "rendered")

UNIT = "/api-gateway/jpaas-publish-server/front/page/build/unit"
DOWNLOAD = "/api-gateway/jpaas-web-server/front/document/file-download"
SCRIPT = "/cms_files/common/unitbuild.js"
_MENU, _LIST = "左侧导航", "栏目信息列表"
_ARTICLE = re.compile(r"(?:/col/[^/]+/art/\d{4}/art_([0-9a-f]{32})|/art/\d{4}/\d{1,2}/\d{1,2}/art_\d+_(\d+)|/art/art_\d+_(\d+))\.html")
_FILE = re.compile(r"/cms_files/filemanager/(\d+)/([\w.]+)")


def answer(site: SitePlan, content: Publications, day: date, request: Request) -> Answer:
    """The column page, a unit, an article or a download; 404 for anything else."""
    shown = content.shown(site.host, day)
    if request.path == site.column_path:
        return _column(site, shown)
    if request.path == UNIT:
        return _unit(site, shown, request.query)
    if request.path == DOWNLOAD:
        return _download(site, shown, day, request.query)
    if _ARTICLE.fullmatch(request.path):
        entry = next((one for one in shown if _path(site, one) == request.path), None)
        return _article(site, entry, day) if entry else not_found(site)
    return not_found(site)


def _number(site: SitePlan) -> str:
    return "".join(filter(str.isdigit, site.column_path))


def _mark(*parts: object) -> str:
    return hashlib.md5("/".join(map(str, parts)).encode(), usedforsecurity=False).hexdigest()


def _path(site: SitePlan, entry: Entry) -> str:
    """Older articles keep the address of the system before; the newer ones have a mark instead of numbers."""
    day = entry.published_on
    if entry.number % 3:
        return f"/col/col{_number(site)}/art/{day.year}/art_{_mark(site.host, _number(site), entry.number)}.html"
    place = f"{day.year}/{day.month}/{day.day}/" if entry.dated else ""
    return f"/art/{place}art_{_number(site)}_{entry.number}.html"


def _query(site: SitePlan, tag: str) -> dict[str, str]:
    return {
        "parseType": "bulidstatic",
        "webId": _mark(site.host),
        "tplSetId": _mark(site.host, "tpl"),
        "pageType": "column",
        "tagId": tag,
        "editType": "null",
        "pageId": _mark(site.host, site.column_path),
    }


def _script(site: SitePlan, tag: str) -> str:
    """The query as such pages write it: an object in an attribute, in single quotes."""
    query = ",".join(f"'{name}':'{value}'" for name, value in _query(site, tag).items())
    return f'<script type="text/javascript" src="{SCRIPT}" parseType="bulidstatic" url="{UNIT}" queryData="{{{query}}}"></script>\n'


def _column(site: SitePlan, shown: tuple[Entry, ...]) -> Answer:
    written = _rows(site, one_page(shown, 1, site.per_page)) if site.variant == "rendered" else ""
    content = (
        f'<div class="left">{_script(site, _MENU)}</div>\n<div class="right"><h2>{COLUMN_NAME}</h2>\n'
        f'<div class="unit">{written}</div>{_script(site, _LIST)}</div>'
    )
    return html_answer(site, f"{COLUMN_NAME}-{site.name}", content, tags={"ColumnName": COLUMN_NAME, "ColumnType": "信息公开年报"})


def _unit(site: SitePlan, shown: tuple[Entry, ...], query: dict[str, str]) -> Answer:
    """One unit; a page number outside `paramJson` is not heard. A size above the server's own gives the server's own."""
    if query.get("pageId") != _query(site, "")["pageId"]:
        return not_found(site)
    if query.get("tagId") == _MENU:
        return _json({"html": f'<ul class="menu"><li><a href="{site.column_path}">{COLUMN_NAME}</a></li></ul>'})
    if query.get("tagId") != _LIST or query.get("webId") != _mark(site.host):
        return _json({"html": ""})
    wanted = _asked(query.get("paramJson", ""))
    number = as_number(wanted.get("pageNo", "1"), 1)
    size = min(as_number(wanted.get("pageSize", ""), site.per_page), site.per_page)
    found = one_page(shown, number, size)
    if not shown:
        return _json({"html": "<p>暂无信息</p>"})
    return _json({"html": f'<ul class="list">{_rows(site, found)}</ul><div class="page">共{len(shown)}条</div>' if found else ""})


def _asked(text: str) -> dict[str, str]:
    try:
        value = json.loads(text) if text else {}
    except ValueError:
        return {}
    return {name: str(part) for name, part in value.items()} if isinstance(value, dict) else {}


def _json(data: dict[str, str]) -> Answer:
    body = {"success": True, "code": "200", "message": "操作成功", "data": data}
    return Answer(json.dumps(body, ensure_ascii=False).encode(), "application/json;charset=UTF-8")


def _rows(site: SitePlan, entries: tuple[Entry, ...]) -> str:
    return "".join(_row(site, entry) for entry in entries)


def _row(site: SitePlan, entry: Entry) -> str:
    day = f"<span>{entry.published_on}</span>" if entry.dated else ""
    title = escape(entry.title)
    return f'<li class="clearfix"><a href="{_path(site, entry)}" target="_blank" title="{title}">{title}</a>{day}</li>\n'


def _article(site: SitePlan, entry: Entry, day: date) -> Answer:
    def address(name: str) -> str:
        return f"{DOWNLOAD}?fileUrl=/cms_files/filemanager/{entry.number}/{name}&amp;expires={_mark(site.host, day)}"

    return bundle(site, entry, day, "article-content", address).page


def _download(site: SitePlan, shown: tuple[Entry, ...], day: date, query: dict[str, str]) -> Answer:
    asked = _FILE.fullmatch(query.get("fileUrl", ""))
    if asked is None or query.get("expires") != _mark(site.host, day):
        return not_found(site)
    return file_of(site, by_number(shown, int(asked[1])), day, asked[2])
