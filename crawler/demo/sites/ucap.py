"""Portals whose column page names a channel and has its rows from a search endpoint by that id.

Variants: "" answers JSON; "markup" has the first rows in the page, writes the address with its template into a script and answers with
a piece of HTML; "form" wants a POST and wraps its answer twice; "token" answers only with a word that the page's script computes, so that
nothing but a browser reads it.
"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import date, datetime, time
from html import escape

from crawler.demo.articles import bundle
from crawler.demo.lookup import as_number, by_number, file_of, one_page
from crawler.demo.pages import COLUMN_NAME, Answer, Request, html_answer, not_found
from crawler.demo.publications import Entry, Publications
from crawler.demo.scenario import SitePlan
from storage.domain.clock import CHINA

PATH = "/zwgk/c1000{n}4/zfxxgknb/xxgk_list.shtml"
VARIANTS = ("", "markup", "form")
"""Those that can be read without a browser."""

SEARCH = "/common/search/"
BY_CODE = "/getFileListByCodeId"
_ARTICLE = re.compile(r"/zwgk/c\d+/\d{6}/([0-9a-f]{32})\.shtml")
_FILE = re.compile(r"/zwgk/c\d+/\d{6}/[0-9a-f]{32}/files/(\d+)/([\w.]+)")

_BROWSER_SCRIPT = """
(function () {
  var list = document.getElementById("list"), word = list.getAttribute("data-channel"), sum = 7;
  for (var i = 0; i < word.length; i++) { sum = (sum * 33 + word.charCodeAt(i)) % 999983; }
  var asked = /[?&]page=(\\d+)/.exec(location.search), number = asked ? parseInt(asked[1], 10) : 1;
  fetch("/common/search/" + word + "?_isAgg=true&_isJson=true&page=" + number + "&sign=" + sum).then(function (answer) {
    return answer.json();
  }).then(function (answer) {
    var data = answer.data, more = document.getElementById("more");
    list.textContent = "";
    data.results.forEach(function (row) {
      var item = document.createElement("li"), link = document.createElement("a"), day = document.createElement("span");
      link.href = row.url; link.title = row.title; link.textContent = row.title; day.textContent = row.publishedTimeStr;
      item.appendChild(link); item.appendChild(day); list.appendChild(item);
    });
    if (data.total === 0) { list.innerHTML = "<li>暂无信息</li>"; }
    if (number * data.rows < data.total) { more.innerHTML = '<a href="?page=' + (number + 1) + '">下一页</a>'; }
  });
})();
"""


def answer(site: SitePlan, content: Publications, day: date, request: Request) -> Answer:
    """The column page, the rows of its channel, an article or a file; 404 for anything else."""
    shown = content.shown(site.host, day)
    if request.path == site.column_path:
        return _column(site, shown)
    if request.path in {SEARCH + channel_of(site), BY_CODE}:
        return _rows(site, shown, request)
    if article := _ARTICLE.fullmatch(request.path):
        entry = next((one for one in shown if _mark(site, one.number) == article[1]), None)
        return _article(site, entry, day) if entry else not_found(site)
    if file := _FILE.fullmatch(request.path):
        return file_of(site, by_number(shown, int(file[1])), day, file[2])
    return not_found(site)


def _mark(site: SitePlan, *parts: object) -> str:
    return hashlib.md5("/".join(map(str, (site.host, site.column_path, *parts))).encode(), usedforsecurity=False).hexdigest()


def channel_of(site: SitePlan) -> str:
    """The id of the column's channel; the number in its address is another one."""
    return _mark(site, "channel")


def token_for(channel: str) -> str:
    """The word that the page's script adds to its request."""
    total = 7
    for character in channel:
        total = (total * 33 + ord(character)) % 999_983
    return str(total)


def _path(site: SitePlan, entry: Entry) -> str:
    return (
        f"/zwgk/c{_mark(site)[:4].translate(str.maketrans('abcdef', '123456'))}/{entry.published_on:%Y%m}/{_mark(site, entry.number)}.shtml"
    )


def _article(site: SitePlan, entry: Entry, day: date) -> Answer:
    folder = _path(site, entry).removesuffix(".shtml")
    found = bundle(site, entry, day, "pages_content", lambda name: f"{folder}/files/{entry.number}/{name}").page
    # Articles of this system have this id on their content and the channel's id in the head, as the lists do.
    marked = found.body.replace(b'id="zoom"', b'id="UCAP-CONTENT"').replace(b"</head>", f"{_channel_tag(site)}</head>".encode("ascii"))
    return Answer(marked, found.media_type, found.status, found.last_modified)


def _channel_tag(site: SitePlan) -> str:
    return f'<meta name="channelId" content="{channel_of(site)}">\n'


def _column(site: SitePlan, shown: tuple[Entry, ...]) -> Answer:
    rows = {"markup": _list_items(site, one_page(shown, 1, site.per_page)), "token": "<li>正在加载……</li>"}.get(site.variant, "")
    content = (
        f'<div class="list"><h2>{COLUMN_NAME}</h2>\n<ul id="list" class="data" data-channel="{channel_of(site)}">{rows}</ul>\n'
        f'<div id="more" class="pages"></div>\n<script>{_script(site)}</script></div>'
    )
    tags = {"ColumnName": COLUMN_NAME, "ColumnType": "信息公开年报"}
    tags |= {} if site.variant == "form" else {"channelId": channel_of(site)}
    return html_answer(site, f"{COLUMN_NAME}-{site.name}", content, tags=tags)


def _script(site: SitePlan) -> str:
    if site.variant == "token":
        return _BROWSER_SCRIPT
    if site.variant == "markup":
        query = f"_template=ucap/list_ejs&_isAgg=1&_pageSize={site.per_page}&page="
        return f"function turn(n) {{ $('.data').load('{SEARCH}{channel_of(site)}?{query}' + n); }}"
    if site.variant == "form":
        send = f"$.post('{BY_CODE}', {{codeId: '', channelId: channelId, page: n, size: {site.per_page}}}, show);"
        return f'var channelId = "{channel_of(site)}"; function turn(n) {{ {send} }} turn(1);'
    parts = "'?_isAgg=true&_isJson=true&_pageSize=' + pageSize + '&_template=index&page=' + n"
    return f"var channelId = '{channel_of(site)}', pageSize = {site.per_page}; $.getJSON('{SEARCH}' + channelId + {parts}, show);"


def _rows(site: SitePlan, shown: tuple[Entry, ...], request: Request) -> Answer:
    """One page of the channel as the variant answers it; another way of asking is not known here."""
    fields = {**request.query, **request.form}
    by_code = request.path == BY_CODE
    if by_code != (site.variant == "form") or (by_code and (request.method != "POST" or fields.get("channelId") != channel_of(site))):
        return not_found(site)
    if site.variant == "token" and fields.get("sign") != token_for(channel_of(site)):
        return _json({"code": 401, "message": "签名校验失败", "data": None})
    size = min(as_number(fields.get("size") or fields.get("_pageSize") or "", site.per_page), site.per_page)
    number = as_number(fields.get("page", "1"), 1)
    found = one_page(shown, number, size)
    if site.variant == "markup":
        return Answer((_list_items(site, found) or "<li>暂无相关信息</li>").encode(), "text/html; charset=utf-8")
    data = {"results": [_row(site, entry) for entry in found], "total": len(shown), "page": number, "rows": size}
    return _json({"code": 200, "results": {"data": data}} if by_code else {"code": 200, "data": data})


def _json(value: dict[str, object]) -> Answer:
    return Answer(json.dumps(value, ensure_ascii=False).encode(), "application/json; charset=utf-8")


def _row(site: SitePlan, entry: Entry) -> dict[str, object]:
    """A row: the address without a scheme, the day as text and in thousandths of seconds."""
    moment = datetime.combine(entry.published_on, time(9, 0), CHINA)
    day = {"publishedTimeStr": f"{moment:%Y-%m-%d %H:%M:%S}", "publishedTime": int(moment.timestamp() * 1000)} if entry.dated else {}
    mark = _mark(site, entry.number)
    return {"manuscriptId": mark, "title": entry.title, "url": f"//{site.host}{_path(site, entry)}", "channelName": COLUMN_NAME, **day}


def _list_items(site: SitePlan, entries: tuple[Entry, ...]) -> str:
    return "".join(_item(site, entry) for entry in entries)


def _item(site: SitePlan, entry: Entry) -> str:
    day = f"<span>{entry.published_on}</span>" if entry.dated else ""
    return f'<li><a href="{_path(site, entry)}" title="{escape(entry.title)}">{escape(entry.title)}</a>{day}</li>\n'
