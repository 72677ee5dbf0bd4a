"""Pages that are not what was asked for: challenges, refusals, error pages dressed as success. A typed outcome, never "no report".

A challenge is a stop signal: nothing here solves or avoids one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from crawler.page import Page, once, page_tree, page_words
from storage.domain.enums import VisitOutcome

_CHALLENGE_STATUS = frozenset({412, 468, 521})
_REFUSED_STATUS = frozenset({401, 403, 405, 406, 429, 451})
_CHALLENGE = re.compile(r"\$_ts\b|__jsl_clearance|FSSBB|C3VK|acw_sc__v2|_waf_|WZWS|cf-chl|yunsuo_session|safe_?line", re.IGNORECASE)
_CHALLENGE_WORDS = re.compile(
    r"验证码|滑块|人机验证|安全验证|访问验证|请完成验证|请开启\s*JavaScript|正在检查您的浏览器|Please enable JavaScript and Cookies",
    re.IGNORECASE,
)
_REFUSAL_WORDS = re.compile(
    r"访问被(?:拒绝|拦截|阻断)|请求被(?:拦截|拒绝)|您的(?:访问|请求|IP).{0,12}(?:异常|限制|拦截|阻断)|"
    r"禁止访问|Access Denied|Request (?:blocked|rejected)",
    re.IGNORECASE,
)
_GONE_WORDS = re.compile(
    r"404|页面(?:不存在|没有找到|找不到|已删除|走丢)|找不到(?:该|此|您要)?.{0,6}(?:页面|网页|资源|文件)|"
    r"您访问的.{0,10}(?:不存在|已删除|无法)|Not\s+Found|no longer available",
    re.IGNORECASE,
)
_MAINTENANCE = re.compile(r"(?:系统|网站|平台|服务器?)(?:正在)?(?:维护|升级|建设)(?:中)?|暂停服务|停机维护|维护中")
_LOGIN = re.compile(r"""<input[^>]+type\s*=\s*["']?password""", re.IGNORECASE)
_LEADS_ON = re.compile(r"<script|<i|<frame|http-equiv\s*=\s*[\"']?refresh", re.IGNORECASE)
"""What a page without words may have to say all the same: a script, a frame or picture, or that the list is elsewhere."""
_SHORT = 300
_TINY = 60


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a page cannot be read as a list or a report: outcome and a permanent, kebab-case reason."""

    outcome: VisitOutcome
    reason: str


@once
def trouble(page: Page) -> Trouble | None:
    """What is wrong with a page, None if nothing is."""
    if page.status in _CHALLENGE_STATUS:
        return Trouble(VisitOutcome.CHALLENGED, f"status-{page.status}")
    text = page.text
    words = page_words(page) if _is_markup(page) else text
    if _challenged(page, words):
        return Trouble(VisitOutcome.CHALLENGED, "challenge-page")
    if page.status in _REFUSED_STATUS:
        return Trouble(VisitOutcome.BLOCKED, f"status-{page.status}")
    if page.status >= 500:
        return Trouble(VisitOutcome.UNREACHABLE, f"status-{page.status}")
    if page.status >= 400:
        return Trouble(VisitOutcome.SOFT_ERROR, f"status-{page.status}")
    return _dressed_as_success(page, words) if _is_markup(page) else None


def names_a_challenge(name: str) -> bool:
    """Whether a cookie's name is that of a challenge which a script has to solve."""
    return _CHALLENGE.search(name) is not None


def _is_markup(page: Page) -> bool:
    return page.media_type in {"", "text/html", "application/xhtml+xml", "text/plain"} and not page.body.startswith(
        (b"%PDF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
    )


def _challenged(page: Page, words: str) -> bool:
    if len(words) < _SHORT and (_CHALLENGE.search(page.text) or _CHALLENGE_WORDS.search(words)):
        return True
    # A page of nothing but a script that sets a cookie and reloads is a challenge whatever its vendor.
    return len(words) < _TINY and "document.cookie" in page.text and bool(re.search(r"location\.(?:reload|href|replace)", page.text))


def _dressed_as_success(page: Page, words: str) -> Trouble | None:
    if not page.body.strip():
        return Trouble(VisitOutcome.SOFT_ERROR, "empty-body")
    title = " ".join((page_tree(page).findtext(".//title") or "").split())
    short = len(words) < _SHORT
    if short and _REFUSAL_WORDS.search(words):
        return Trouble(VisitOutcome.BLOCKED, "refusal-page")
    if _GONE_WORDS.search(title) or (short and _GONE_WORDS.search(words)):
        return Trouble(VisitOutcome.SOFT_ERROR, "not-found-page")
    if _MAINTENANCE.search(title) or (short and _MAINTENANCE.search(words)):
        return Trouble(VisitOutcome.SOFT_ERROR, "maintenance-page")
    if short and _LOGIN.search(page.text):
        return Trouble(VisitOutcome.BLOCKED, "login-page")
    if len(words) < 5 and len(page.body) < 1024 and not _LEADS_ON.search(page.text):
        return Trouble(VisitOutcome.SOFT_ERROR, "stub")
    return None


_PASSING = re.compile(r"[\d\s]+|https?://\S+|[\w\-./]+\.(?:html?|shtml|jsp)")
_PASSING_WITHOUT_FILES = re.compile(r"[\d\s]+|https?://\S+")
_FILES = (".htm", ".shtml", ".jsp")
_PRINTED = 2000


@once
def fingerprint(page: Page) -> str:
    """What an error page of a host looks like, so that the same page under another address is recognised: its words without digits and
    addresses.
    """
    words = page_words(page) if _is_markup(page) else ""
    kept, length, end = [], 0, 0
    pattern = _PASSING if any(name in words for name in _FILES) else _PASSING_WITHOUT_FILES
    # Only as far as the print reaches, and file names only where there are any: a whole report took a millisecond.
    for passing in pattern.finditer(words):
        kept.append(words[end : passing.start()])
        length += passing.start() - end
        end = passing.end()
        if length >= _PRINTED:
            break
    return "".join([*kept, words[end:] if length < _PRINTED else ""])[:_PRINTED]
