"""Portals whose column page only leads to the list, which is one of numbered files.

Variants: "" a frame beside furniture and a menu; "refresh" a page of a few bytes; "script" goes there at once, handhelds elsewhere;
"chain" leads to another shell first.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from crawler.demo.pages import COLUMN_NAME, Answer, Request, html_answer
from crawler.demo.publications import Publications
from crawler.demo.scenario import SitePlan
from crawler.demo.sites import trs

PATH = "/zwgk/nb{n}.html"
VARIANTS = ("", "refresh", "script", "chain")

LIST = "/xxgk/ndbg/"
_BETWEEN = "/zwgk/go.html"


def answer(site: SitePlan, content: Publications, day: date, request: Request) -> Answer:
    """The shell, or what the portal behind it answers."""
    if request.path == site.column_path:
        return _shell(site, _BETWEEN if site.variant == "chain" else LIST)
    if request.path == _BETWEEN and site.variant == "chain":
        return _frame(site, LIST)
    return trs.answer(replace(site, column_path=LIST, variant=""), content, day, request)


def _shell(site: SitePlan, target: str) -> Answer:
    if site.variant == "":
        return _frame(site, target)
    if site.variant == "script":
        goes = f'if (/Android/i.test(navigator.userAgent)) {{ location.href = "/wap{target}"; }} else {{ location.href = "{target}"; }}'
        return Answer(f"<script>{goes}</script>".encode("ascii"), "text/html; charset=utf-8")
    refresh = f'<html><head><meta http-equiv="refresh" content="0;url={target}"></head><body></body></html>'
    return Answer(refresh.encode("ascii"), "text/html; charset=utf-8")


def _frame(site: SitePlan, target: str) -> Answer:
    menu = '<ul><li><a href="/zwgk/zn.html">政府信息公开指南</a></li><li><a href="/zwgk/zd.html">政府信息公开制度</a></li></ul>'
    weather = '<iframe src="/common/weather.html" width="200" height="40"></iframe>'
    frames = f'{weather}{menu}<iframe id="right" src="{target}" width="100%"></iframe>'
    return html_answer(site, f"{COLUMN_NAME}-{site.name}", f"<h2>{COLUMN_NAME}</h2>{frames}", tags={"ColumnName": COLUMN_NAME})
