"""Portals that cannot be read: a challenge before every page, a new layout without the list, an error page that says 200.

A refused connection is no page; `server` gives such a host a port on which nobody listens.
"""

from __future__ import annotations

from crawler.demo.pages import Answer, Request, home, html_answer
from crawler.demo.scenario import SitePlan

_CHALLENGE = (
    b'<!DOCTYPE html><html><head><meta charset="utf-8"><script>var $_ts=window["$_ts"]||{};$_ts.nsd=48213;'
    b'$_ts.cd="qmdkrr3lWGqqcf";</script></head><body></body></html>'
)


def answer(site: SitePlan, request: Request) -> Answer | None:
    """What the faulty portal answers, None where it is not faulty for this address."""
    if site.fault == "challenge":
        return Answer(
            _CHALLENGE, "text/html; charset=utf-8", status=412, headers={"Set-Cookie": "FSSBBIl1UgzbN7N80S=5f2; Path=/; HttpOnly"}
        )
    if site.fault == "soft404" and request.path != "/robots.txt":
        return html_answer(site, f"页面找不到了-{site.name}", '<div class="error"><p>抱歉，您访问的页面不存在或已被删除。</p></div>')
    if site.fault == "layout" and request.path.startswith(site.column_path):
        return _redesigned(site)
    if site.fault == "layout" and request.path == "/":
        return home(site, None)
    return None


def _redesigned(site: SitePlan) -> Answer:
    """The column after a redesign: cards that lead to other places, no list, and no word that there is nothing."""
    cards = "".join(
        f'<section class="card"><h3>{name}</h3><p>新版栏目正在整理。</p></section>' for name in ("政务公开", "办事服务", "互动交流")
    )
    return html_answer(site, f"政务公开-{site.name}", f'<div class="board">{cards}</div>', tags={"ColumnName": "政务公开"})
