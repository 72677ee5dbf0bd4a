"""What a host answers while something is wrong with it, by the name of the fault; None where the fault does not touch that address."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit

from crawler.demo.pages import Answer, Request, html_answer, not_found
from crawler.demo.scenario import SitePlan
from crawler.demo.world.fault_kinds import LATER, NEW_ONLY, PLATFORM

_TEXT = "text/html; charset=utf-8"
_WAY_IN = "CT6T=48"
_TURNED = re.compile(r"(?:index|list)_\d+\.s?html?|[a-z]\w*/\d+\.htm")
_TURNS = frozenset({"page", "pageindex", "pageno", "currentpage", "cur_page", "currpage", "startrecord", "__eventargument"})
Usual = Callable[[], Answer]
"""What the host would answer if nothing were wrong with it."""


def answer(name: str, site: SitePlan, request: Request, columns: tuple[str, ...], usual: Usual) -> Answer | None:
    """The faulty answer, None where that address is served as ever. `columns` are the addresses of the host's columns."""
    if name in _ROBOTS:
        return _ROBOTS[name] if request.path == "/robots.txt" else None
    if request.path == "/robots.txt" and name not in _EVERYWHERE:
        return None
    if name in _EVERYWHERE:
        return _EVERYWHERE[name]
    if name in _BY_HEADERS:
        return _BY_HEADERS[name](request)
    if name in _PAGES:
        return _PAGES[name](site)
    later = _is_later_page(request)
    if name in _COLUMN:
        return _COLUMN[name](site) if not later and any(is_at(request, column) for column in columns) else None
    if name == LATER and later:
        return not_found(site)
    return _error() if name == NEW_ONLY and b"ArticleTitle" in usual().body else None


def _for_agents(request: Request) -> Answer | None:
    """A refusal of whoever says that it is no browser of a person."""
    return _EVERYWHERE["refused-403"] if "compatible;" in request.headers.get("user-agent", "") else None


def _hand_out(request: Request) -> Answer | None:
    """The same address once more, with the cookie that opens it; nothing for who shows that."""
    if _WAY_IN in request.headers.get("cookie", ""):
        return None
    query = f"?{urlencode(request.query)}" if request.query else ""
    return Answer(b"", _TEXT, status=302, headers={"Location": f"{request.path}{query}", "Set-Cookie": f"{_WAY_IN}; path=/"})


def is_at(request: Request, address: str) -> bool:
    """Whether the request is for that address; what else its query says does not matter."""
    parts = urlsplit(address)
    return request.path == parts.path and dict(parse_qsl(parts.query)).items() <= request.query.items()


def _is_later_page(request: Request) -> bool:
    """Whether this asks for a page of a list other than its first: a numbered file, or a number above one in query or form."""
    if _TURNED.fullmatch("/".join(request.path.rsplit("/", 2)[-2:])) or _TURNED.fullmatch(request.path.rpartition("/")[2]):
        return True
    fields = {**request.query, **request.form}
    return any(name.lower() in _TURNS and value.isdigit() and int(value) > 1 for name, value in fields.items())


def _error() -> Answer:
    return Answer(b"<html><title>500</title><body>Internal Server Error</body></html>", _TEXT, status=500)


def _script(text: str, status: int) -> Answer:
    return Answer(f"<!DOCTYPE html><html><head><script>{text}</script></head><body></body></html>".encode(), _TEXT, status=status)


def _soft_404(site: SitePlan) -> Answer:
    return html_answer(site, f"页面找不到了-{site.name}", '<div class="error"><p>抱歉，您访问的页面不存在或已被删除。</p></div>')


def _maintenance(site: SitePlan) -> Answer:
    return html_answer(site, f"系统维护中-{site.name}", "<div><p>网站系统升级维护中，请于明日访问。</p></div>")


def _captcha(site: SitePlan) -> Answer:
    return html_answer(site, "安全验证", '<div><p>请完成验证后继续访问</p><div class="slider">滑块</div></div>')


def _home_instead(site: SitePlan) -> Answer:
    links = "".join(f'<li><a href="/{path}/">{name}</a></li>' for path, name in (("xwzx", "新闻中心"), ("hdjl", "互动交流")))
    return html_answer(site, site.name, f'<div class="main"><h2>欢迎访问</h2><ul>{links}</ul></div>')


def _other_column(site: SitePlan) -> Answer:
    rows = "".join(
        f'<li><a href="/zwgk/ysjs/t2024010{day}_88{day}.html">{year}年部门预算公开说明</a><span>2024-01-0{day}</span></li>'
        for day, year in enumerate((2021, 2022, 2023, 2024), 1)
    )
    tags = {"ColumnName": "财政预决算", "ColumnType": "政策文件"}
    return html_answer(site, f"财政预决算-{site.name}", f'<div class="list"><h2>财政预决算</h2><ul>{rows}</ul></div>', tags=tags)


def _redesign(site: SitePlan) -> Answer:
    cards = "".join(f'<section class="card"><h3>{name}</h3><p>新版栏目正在整理。</p></section>' for name in ("政务公开", "办事服务"))
    return html_answer(site, f"政务公开-{site.name}", f'<div class="board">{cards}</div>', tags={"ColumnName": "政务公开"})


def _shell_loop(site: SitePlan) -> Answer:
    """A column whose frame shows the column itself."""
    return html_answer(site, f"政府信息公开年报-{site.name}", '<iframe id="right" src="?" width="100%"></iframe>')


_EVERYWHERE: Mapping[str, Answer] = {
    "challenge-412": _script('var $_ts=window["$_ts"]||{};$_ts.nsd=48213;', 412),
    PLATFORM: _script('var $_ts=window["$_ts"]||{};$_ts.nsd=51077;', 412),
    "challenge-468": _script('var _waf_id="a1";', 468),
    "challenge-521": _script('document.cookie="__jsl_clearance_s=1";location.reload();', 521),
    "cookie-shell": _script('document.cookie="C3VK=7b2";location.href=location.href;', 200),
    "refused-403": Answer(b"<html><title>403</title><body>Forbidden</body></html>", _TEXT, status=403),
    "too-many-429": Answer(b"<html><body>Too Many Requests</body></html>", _TEXT, status=429, headers={"Retry-After": "3600"}),
    "too-many-429-bare": Answer(b"<html><body>Too Many Requests</body></html>", _TEXT, status=429),
    "error-500": _error(),
    "reset": Answer(b"", _TEXT, manner="reset"),
    "cut-off": Answer(b"<html><body>" + b"x" * 4000, _TEXT, manner="cut"),
    "slow": Answer(b"<html><body>late</body></html>", _TEXT, manner="slow"),
}
_BY_HEADERS: Mapping[str, Callable[[Request], Answer | None]] = {"cookie-redirect": _hand_out, "agent-403": _for_agents}
_PAGES: Mapping[str, Callable[[SitePlan], Answer]] = {
    "captcha": _captcha,
    "soft-404": _soft_404,
    "maintenance": _maintenance,
    "stub": lambda site: Answer(b"ok\n", _TEXT),
    "empty": lambda site: Answer(b"", _TEXT),
}
_COLUMN: Mapping[str, Callable[[SitePlan], Answer]] = {
    "home-instead": _home_instead,
    "other-column": _other_column,
    "redesign": _redesign,
    "shell-loop": _shell_loop,
    "redirect-loop": lambda site: Answer(b"", _TEXT, status=302, headers={"Location": "?again=1"}),
}
_ROBOTS: Mapping[str, Answer] = {
    "robots-disallow": Answer(b"User-agent: *\nDisallow: /\n", "text/plain; charset=utf-8"),
    "robots-403": Answer(b"Forbidden", "text/plain; charset=utf-8", status=403),
    "robots-500": Answer(b"error", "text/plain; charset=utf-8", status=500),
}
