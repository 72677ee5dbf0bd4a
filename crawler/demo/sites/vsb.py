"""Portals whose list pages are files numbered from the last to the first: a page more at the front gives every file another place.

Variants: "" links its pages and prints dates; "hidden" has dates only in hidden elements and a second part of the page with rows of its
own; "login" shows its newest article under a dynamic address and sends files by number, their names in the raw bytes of a GB encoding.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html import escape

from crawler.demo.articles import bundle
from crawler.demo.lookup import as_number, by_number, file_of, one_page
from crawler.demo.pages import COLUMN_NAME, Answer, Request, html_answer, not_found
from crawler.demo.publications import Entry, Publications
from crawler.demo.scenario import SitePlan

PATH = "/zwgk/zfxxgknb{n}.htm"
VARIANTS = ("", "hidden", "login")

_ARTICLE = re.compile(r"/info/1047/(\d+)\.htm")
_FILE = re.compile(r"/__local/(\d+)/([\w.]+)")
_DOWNLOAD = "/system/_content/download.jsp"
_SCRIPTS = '<script src="/system/resource/js/counter.js"></script>'


def answer(site: SitePlan, content: Publications, day: date, request: Request) -> Answer:
    """A page of the list, an article or a file; 404 for anything else."""
    shown = content.shown(site.host, day)
    pages = max(1, -(-len(shown) // site.per_page))
    if request.path == site.column_path:
        return _column(site, shown, 1)
    if numbered := re.fullmatch(rf"{re.escape(_slug(site))}/(\d+)\.htm", request.path):
        place = pages - int(numbered[1]) + 1
        return _column(site, shown, place) if 1 <= place <= pages else not_found(site)
    article = _ARTICLE.fullmatch(request.path)
    if article or (request.path == "/content.jsp" and "wbnewsid" in request.query):
        entry = by_number(shown, int(article[1]) if article else as_number(request.query["wbnewsid"], 0))
        return _article(site, entry, day) if entry else not_found(site)
    if request.path == _DOWNLOAD:
        return _download(site, shown, day, request.query.get("wbfileid", ""))
    if file := _FILE.fullmatch(request.path):
        return file_of(site, by_number(shown, int(file[1])), day, file[2])
    return not_found(site)


def _slug(site: SitePlan) -> str:
    return site.column_path.removesuffix(".htm")


def _column(site: SitePlan, shown: tuple[Entry, ...], place: int) -> Answer:
    pages = max(1, -(-len(shown) // site.per_page))
    found = one_page(shown, place, site.per_page)
    written = "".join(_item(site, entry, at, entry is shown[0]) for at, entry in enumerate(found)) or "<li>暂无内容</li>"
    beside = (
        '<div><ul><li id="line_u3_0"><a href="../info/1001/11.htm">办事指南目录</a></li></ul></div>' if site.variant == "hidden" else ""
    )
    content = (
        f'{beside}<div class="list"><h2>{COLUMN_NAME}</h2><ul>{written}</ul>\n{_pager(site, len(shown), place, pages)}</div>{_SCRIPTS}'
    )
    return html_answer(site, f"{COLUMN_NAME}-{site.name}", content, tags={"ColumnName": COLUMN_NAME, "ColumnType": "信息公开年报"})


def _pager(site: SitePlan, total: int, place: int, pages: int) -> str:
    """Links to the neighbours; the number of a file is counted from the end."""
    onward = (
        f'<a href="{_slug(site)}/{pages - place}.htm">下页</a> <a href="{_slug(site)}/1.htm">尾页</a>' if place < pages else "下页 尾页"
    )
    told = f'<span id="fanye148">共{total}条&nbsp;&nbsp;{place}/{pages}&nbsp;</span>'
    return f'<div class="pb_sys_common p_pages">{told}首页 上页 {onward}</div>'


def _item(site: SitePlan, entry: Entry, at: int, newest: bool) -> str:
    title = escape(entry.title)
    path = f"/info/1047/{entry.number}.htm"
    if site.variant == "login" and newest:
        path = f"/content.jsp?urltype=news.NewsContentUrl&amp;wbtreeid=1047&amp;wbnewsid={entry.number}"
    if not entry.dated:
        day = ""
    elif site.variant == "hidden":
        day = f'<span id="time{entry.number}" style="display:none">{entry.published_on}</span>'
    else:
        day = f"<span>{entry.published_on}</span>"
    return f'<li id="line_u9_{at}"><a href="{path}" title="{title}">{title[:30]}</a>{day}</li>\n'


def _article(site: SitePlan, entry: Entry, day: date) -> Answer:
    def address(name: str) -> str:
        if site.variant == "login" and not name.endswith(".png"):
            return f"{_DOWNLOAD}?urltype=news.DownloadAttachUrl&amp;wbfileid={entry.number}"
        return f"/__local/{entry.number}/{name}"

    found = bundle(site, entry, day, "v_news_content", address).page
    marked = found.body.replace(b"</body>", _SCRIPTS.encode("ascii") + b"</body>")
    return Answer(marked, found.media_type, found.status, found.last_modified)


def _download(site: SitePlan, shown: tuple[Entry, ...], day: date, number: str) -> Answer:
    entry = by_number(shown, as_number(number, 0))
    files = bundle(site, entry, day, "v_news_content", str).files if entry is not None else {}
    if entry is None or not files:
        return not_found(site)
    name, found = next(iter(files.items()))
    title = f"{entry.title}{name[name.rindex('.') :]}".encode("gb18030").decode("latin-1")
    return replace(found, media_type="application/octet-stream", headers={"content-disposition": f'attachment; filename="{title}"'})
