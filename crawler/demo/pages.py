"""Pieces of portal pages that all styles share: the official tags, the frame, the home page, and the honest 404."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from html import escape
from typing import Literal

from crawler.demo.layout import WATERMARK
from crawler.demo.scenario import SitePlan
from storage.domain.clock import CHINA

COLUMN_NAME = "政府信息公开年报"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server sends. `last_modified` None sends no such header.

    `manner` is how it sends it: properly; "reset" breaks the connection instead; "cut" promises the whole and sends half; "slow" lets the
    client wait for longer than it should.
    """

    body: bytes
    media_type: str = "text/html"
    status: int = 200
    last_modified: datetime | None = None
    headers: dict[str, str] = field(default_factory=dict)
    manner: Literal["", "reset", "cut", "slow"] = ""


@dataclass(frozen=True, slots=True)
class Request:
    """What the server was asked: path without query, query and form fields as given, all text; `body` as sent, header names lower case."""

    method: str
    path: str
    query: dict[str, str] = field(default_factory=dict)
    form: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def moment(day: date) -> datetime:
    """Nine in the morning of that day in China, when the demo's portals publish."""
    return datetime.combine(day, time(9, 0), CHINA).astimezone(UTC)


def html_answer(site: SitePlan, title: str, content: str, *, tags: dict[str, str] | None = None, changed: date | None = None) -> Answer:
    """A page in the portal's frame, in the portal's encoding."""
    official = {"SiteName": site.name, "SiteDomain": site.host, "SiteIDCode": site.code, **(tags or {})}
    metas = "".join(f'<meta name="{name}" content="{escape(value)}">\n' for name, value in official.items())
    charset = f'<meta charset="{site.declared_encoding}">'
    text = (
        f"<!DOCTYPE html>\n<html>\n<head>\n{charset}\n<title>{escape(title)}</title>\n{metas}</head>\n<body>\n"
        f'<div class="header"><div class="nav"><a href="/">首页</a> <a href="{site.column_path}">{COLUMN_NAME}</a></div></div>\n'
        f'{content}\n<div class="footer">主办：{escape(site.name)}　网站标识码：{site.code}　{WATERMARK}</div>\n</body>\n</html>\n'
    )
    media_type = f"text/html; charset={site.declared_encoding}" if site.encoding == "utf-8" else "text/html"
    return Answer(text.encode(site.encoding), media_type, last_modified=moment(changed) if changed else None)


def home(site: SitePlan, newest: date | None) -> Answer:
    """The home page, from which the column can be found."""
    links = f'<ul><li><a href="/xxgk/zn.html">政府信息公开指南</a></li><li><a href="{site.column_path}">{COLUMN_NAME}</a></li></ul>'
    return html_answer(site, site.name, f'<div class="main"><h2>政府信息公开</h2>{links}</div>', changed=newest)


def not_found(site: SitePlan) -> Answer:
    """An honest 404."""
    page = html_answer(site, "页面不存在", '<div class="main"><p>404　您访问的页面不存在。</p></div>')
    return Answer(page.body, page.media_type, status=404)
