"""Portals whose list is JSON by POST per department and category; the page gives the ids, not from which number pages are counted.

Variants: "" counts from 0; "one" from 1, and 0 holds no rows; "clamped" from 1, and 0 is the first page too; "token" from 0, the body
wrapped beside a word of the page.
"""

from __future__ import annotations

import json
import re
from datetime import date

from crawler.demo.articles import bundle
from crawler.demo.lookup import by_number, file_of, one_page
from crawler.demo.pages import COLUMN_NAME, Answer, Request, html_answer, not_found
from crawler.demo.publications import Entry, Publications
from crawler.demo.scenario import SitePlan

PATH = "/zwgk/003/govInfoPub{n}.html"
VARIANTS = ("", "one", "clamped", "token")

ACTION = "/qpweb/rest/lightfrontaction/getgovinfolist"
_CATEGORY = "003009"
_WORD = "f9a02c"
_ARTICLE = re.compile(r"/zwgk/003/003009/\d{8}/(\d+)\.html")
_FILE = re.compile(r"/qpweb/attach/(\d+)/([\w.]+)")


def answer(site: SitePlan, content: Publications, day: date, request: Request) -> Answer:
    """The column page, the interface's answer, an article or a file; 404 for anything else."""
    shown = content.shown(site.host, day)
    if request.path == site.column_path:
        return _column(site)
    if request.path == ACTION and request.method == "POST":
        return _rows(site, shown, request.body)
    if article := _ARTICLE.fullmatch(request.path):
        entry = by_number(shown, int(article[1]))
        return bundle(site, entry, day, "ewb-article", lambda name: f"/qpweb/attach/{article[1]}/{name}").page if entry else not_found(site)
    if file := _FILE.fullmatch(request.path):
        return file_of(site, by_number(shown, int(file[1])), day, file[2])
    return not_found(site)


def _guid(site: SitePlan) -> str:
    return f"7eb5f7f1-9041-43ad-8e13-{site.code[-6:]:0>12}"


def _column(site: SitePlan) -> Answer:
    asked = f"params: {{}}, token: '{_WORD}'" if site.variant == "token" else "data: {}"
    script = (
        f"var siteInfo = {{projectName: 'qpweb', siteGuid: '{_guid(site)}'}};\n"
        f"var deptcode = 'QP01', categorynum = '{_CATEGORY}';\n"
        f"Util.ajax({{url: siteInfo.projectName + '/rest/lightfrontaction/getgovinfolist', {asked}, pageSize: {site.per_page}}});"
    )
    content = f'<div class="ewb-list"><h2>{COLUMN_NAME}</h2><ul id="rows"></ul><script src="/js/webBuilderCommon.js"></script>'
    tags = {"ColumnName": COLUMN_NAME, "ColumnType": "信息公开年报"}
    return html_answer(site, f"{COLUMN_NAME}-{site.name}", f"{content}<script>{script}</script></div>", tags=tags)


def _rows(site: SitePlan, shown: tuple[Entry, ...], body: bytes) -> Answer:
    """One page; the wrong ids have no rows, and a number that is no page none either."""
    try:
        sent = json.loads(body)
        asked = sent["params"] if site.variant == "token" and sent["token"] == _WORD else sent
        known = (asked["siteGuid"], asked["categorynum"], asked["deptcode"]) == (_guid(site), _CATEGORY, "QP01")
        number, size = int(asked["pageIndex"]), min(int(asked["pageSize"]), site.per_page)
    except (ValueError, KeyError, TypeError):
        return Answer(b'{"status": {"code": 500}}', "application/json;charset=UTF-8")
    place = {"one": number, "clamped": max(number, 1)}.get(site.variant, number + 1)
    found = one_page(shown, place, size) if known else ()
    told = {"custom": {"data": [_row(entry) for entry in found], "total": len(shown) if known else 0}, "status": {"code": 200}}
    return Answer(json.dumps(told, ensure_ascii=False).encode(), "application/json;charset=UTF-8")


def _row(entry: Entry) -> dict[str, str]:
    address = f"/zwgk/003/{_CATEGORY}/{entry.published_on:%Y%m%d}/{entry.number}.html"
    return {"title": entry.title, "infourl": address, "infodate": f"{entry.published_on} 09:00" if entry.dated else ""}
