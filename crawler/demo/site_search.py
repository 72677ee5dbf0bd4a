"""Simulated portals' own searches: the form on the home page in each dialect, its answers, and what can be wrong with them.

A search of the demo knows every line its portal ever put up, those its list leaves out included, ranks the oldest first and takes three
rows to a page, as the real ones do with more.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Literal
from urllib.parse import quote

from crawler.demo.pages import Answer, Request, html_answer, not_found
from crawler.demo.publications import Entry, Publications
from crawler.demo.scenario import SitePlan

Dialect = Literal["hanweb_jsearch", "trs_irs", "vsb_lucene", "html_form"]
Fault = Literal["", "broken", "nonsense", "nothing", "forgetful", "challenge"]
PER_PAGE = 3


@dataclass(frozen=True, slots=True)
class SearchPlan:
    """How one portal is searched. `address` gives the address of an entry's own page; a `forgetful` search shows other things only."""

    dialect: Dialect
    address: Callable[[Entry], str]
    fault: Fault = ""


def answer(plan: SearchPlan, site: SitePlan, content: Publications, day: date, request: Request) -> Answer | None:
    """The home page with the form, or the search's answer; None for any other address."""
    if request.path == "/":
        words = f"<p>{site.name}门户网站刊登本地政务动态、办事指南和公共服务信息，欢迎监督。</p>" * 12
        return html_answer(site, site.name, f'<div class="main">{words}{_FORMS[plan.dialect]}</div>')
    paths = {"hanweb_jsearch": "/jsearchfront/interfaces/cateSearch.do", "trs_irs": "/irs/front/search"}
    if request.path != paths.get(plan.dialect, "/search.jsp"):
        return None
    if plan.fault in {"broken", "challenge"}:
        return Answer(b"<html><body>error</body></html>", status=500 if plan.fault == "broken" else 412)
    if plan.fault == "nonsense":
        return html_answer(site, "检索", '<div class="main"><p>系统功能调整，请稍候使用其他方式查询所需内容。</p></div>')
    asked, number = _ASKED[plan.dialect](request)
    if asked is None:
        return not_found(site)
    found = [] if plan.fault == "nothing" else _matches(plan, site, content, day, asked)
    shown = found[(number - 1) * PER_PAGE : number * PER_PAGE]
    return _ANSWERS[plan.dialect](plan, site, shown, len(found), number, asked)


def _matches(plan: SearchPlan, site: SitePlan, content: Publications, day: date, words: str) -> list[Entry]:
    """Lines that hold the year asked for and, where a body is named, its name; the oldest first."""
    shown = sorted(content.shown(site.host, day), key=lambda entry: entry.published_on)
    if plan.fault == "forgetful":
        return [entry for entry in shown if entry.kind != "report"]
    named = words.partition("20")[0]
    return [entry for entry in shown if (not named or named in entry.title) and (str(entry.year) in words or not named)]


def _asked_hanweb(request: Request) -> tuple[str | None, int]:
    wanted = request.method == "POST" and request.form.get("websiteid") == "990101000000000"
    return (request.form.get("q") if wanted else None), int(request.form.get("p", "1"))


def _asked_irs(request: Request) -> tuple[str | None, int]:
    asked = json.loads(request.body or b"{}")
    wanted = asked.get("code") == "17da70961a7" and {"orderBy", "searchBy"} <= asked.keys()
    return (asked.get("searchWord") if wanted else None), int(asked.get("pageNo", 1))


def _asked_vsb(request: Request) -> tuple[str | None, int]:
    coded = request.form.get("lucenenewssearchkey1077")
    return (base64.b64decode(coded).decode() if coded else None), int(request.form.get("currentnum", "1"))


def _asked_form(request: Request) -> tuple[str | None, int]:
    wanted = request.query.get("channelid") == "210"
    return (request.query.get("searchword") if wanted else None), int(request.query.get("page", "1"))


def _answer_hanweb(plan: SearchPlan, site: SitePlan, shown: list[Entry], total: int, number: int, words: str) -> Answer:
    rows = [
        '<div class="jcse-news-title">'
        f'<a href="visit/link.do?url={quote(_absolute(plan, site, one), safe="")}">{_marked(one.title)}</a></div>'
        f'<span class="jcse-news-date">{one.published_on}</span>'
        for one in shown
    ]
    return _json({"total": total, "result": rows})


def _answer_irs(plan: SearchPlan, site: SitePlan, shown: list[Entry], total: int, number: int, words: str) -> Answer:
    # A title is text in one row and an object in the next, as on the real service.
    rows = [
        {
            "title": {"hl": _marked(one.title)} if place % 2 else _marked(one.title),
            "url": _absolute(plan, site, one),
            "time": f"{one.published_on}",
        }
        for place, one in enumerate(shown)
    ]
    return _json({"success": True, "data": {"middle": {"list": rows}, "pager": {"total": total, "pageNo": number}}})


def _answer_page(plan: SearchPlan, site: SitePlan, shown: list[Entry], total: int, number: int, words: str) -> Answer:
    rows = "".join(f'<li><a href="{plan.address(one)}">{_marked(one.title)}</a><span>{one.published_on}</span></li>' for one in shown)
    more = (
        f'<a href="/search.jsp?channelid=210&searchword={quote(words)}&page={number + 1}">下一页</a>' if total > number * PER_PAGE else ""
    )
    body = f'<ul class="results">{rows}</ul>' if shown else "<p>抱歉，没有找到与您的检索词相符的内容。</p>"
    return html_answer(
        site, "检索结果", f'<div class="main">{body}<div class="turn">{more if plan.dialect == "html_form" else ""}</div></div>'
    )


def _marked(title: str) -> str:
    return escape(title).replace("政府信息公开", '<em style="color:red">政府信息公开</em>')


def _absolute(plan: SearchPlan, site: SitePlan, entry: Entry) -> str:
    return f"http://{site.host}{plan.address(entry)}"


def _json(value: object) -> Answer:
    return Answer(json.dumps(value, ensure_ascii=False).encode(), "application/json; charset=utf-8")


_FORMS: dict[str, str] = {
    "hanweb_jsearch": (
        '<form action="/jsearchfront/search.do" method="get"><input type="hidden" name="websiteid" value="990101000000000">'
        '<input type="hidden" name="tpl" value="41"><input type="text" name="q" placeholder="请输入关键字"><button>搜索</button></form>'
    ),
    "trs_irs": '<div class="search"><input id="kw"><a href="/irs-c-web/search.shtml?code=17da70961a7&amp;dataTypeId=18">检索</a></div>',
    "vsb_lucene": (
        '<form action="/search.jsp?wbtreeid=1001" method="post" name="au1a"><input type="hidden" name="lucenenewssearchkey1077" value="">'
        '<input type="hidden" name="_lucenesearchtype1077" value="1"><input type="text" name="showkeycode1077">'
        '<input type="submit" value="搜索"></form>'
    ),
    "html_form": (
        '<form action="/login.jsp" method="post"><input name="key"><input type="password" name="pw"></form>'
        '<form action="/search.jsp" method="get"><input type="hidden" name="channelid" value="210"><input type="text" name="searchword">'
        '<input type="submit" value="搜索"></form>'
    ),
}
_ASKED: dict[str, Callable[[Request], tuple[str | None, int]]] = {
    "hanweb_jsearch": _asked_hanweb,
    "trs_irs": _asked_irs,
    "vsb_lucene": _asked_vsb,
    "html_form": _asked_form,
}
_ANSWERS: dict[str, Callable[[SearchPlan, SitePlan, list[Entry], int, int, str], Answer]] = {
    "hanweb_jsearch": _answer_hanweb,
    "trs_irs": _answer_irs,
    "vsb_lucene": _answer_page,
    "html_form": _answer_page,
}
