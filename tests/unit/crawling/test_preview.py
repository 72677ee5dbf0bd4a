"""A look at a portal that stores nothing: what it says of each way a portal can fail, and the one next step a person gets."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from crawler.discovery.naming import KnownBody
from crawler.discovery.troubles import Trouble, trouble
from crawler.fetching import Reply
from crawler.page import page
from crawler.preview import ROWS, Known, preview, read_known
from monitor.cli.preview_steps import next_step, remarks
from storage.domain.enums import VisitOutcome
from storage.domain.ids import BodyId

NOW = datetime(2025, 2, 3, tzinfo=UTC)
TODAY = date(2025, 2, 3)
HOST = "www.yunxi.gov.test"
HOME = f"http://{HOST}/"
FILLER = "<p>本站刊登本地政务动态、办事指南和公共服务信息，欢迎监督。</p>" * 12
BODY = Known((KnownBody(BodyId("b1"), ("云溪县教育局",)),))


class Site:
    """Answers by address: a page's text, (status, text), or the trouble that keeps it away. Notes how each was asked for."""

    def __init__(self, pages):
        self.pages, self.asked = pages, []

    async def __call__(self, ask, portal, role, *, validators=None, tier="http"):
        self.asked.append((ask.url, tier, portal.platform_id, portal.delay_seconds))
        found = self.pages.get((ask.url, tier), self.pages.get(ask.url, (404, "<title>404</title>")))
        if isinstance(found, Trouble):
            return Reply(None, found, NOW, NOW)
        status, text = found if isinstance(found, tuple) else (200, found)
        body = text if isinstance(text, bytes) else text.encode()
        made = page(ask.url, status, body, {"content-type": "text/html"})
        return Reply(made, trouble(made), NOW, NOW, tls="verified TLSv1.3")


def look(pages, url=HOME, known=BODY, **named):
    site = Site(pages)
    told = asyncio.run(preview(site, url, known, TODAY, **named))
    return told | {"next": next_step(told), "remarks": remarks(told)}, site


def whole(body, title="云溪县人民政府"):
    return f"<html><head><title>{title}</title></head><body><div class='main'>{body}</div>{FILLER}</body></html>"


def listing(count=2, name="云溪县教育局", dated=True, newest=2023):
    rows = "".join(
        f'<li><a href="./t{year + 1}0120_{number}.html">{name}{year}年政府信息公开工作年度报告</a>'
        + (f"<span>{year + 1}-01-20</span></li>" if dated else "</li>")
        for number in range(count)
        for year in [newest - number // 2 if count > 16 else newest - number]
    )
    return whole(f'<ul class="list">{rows}</ul>', "政府信息公开年报")


UNREACHABLE, CHALLENGED, BLOCKED = VisitOutcome.UNREACHABLE, VisitOutcome.CHALLENGED, VisitOutcome.BLOCKED


@pytest.mark.parametrize(
    ("answer", "outcome", "words"),
    [
        (Trouble(UNREACHABLE, "dns"), "unreachable", "域名无法解析"),
        (Trouble(UNREACHABLE, "refused"), "unreachable", "服务器拒绝连接"),
        (Trouble(UNREACHABLE, "timeout"), "unreachable", "crawl_timeout_seconds"),
        (Trouble(UNREACHABLE, "tls-expired"), "unreachable", f"nianbao portal tls {HOST} --allow expired"),
        (Trouble(UNREACHABLE, "tls-self-signed"), "unreachable", "不能放行"),
        (Trouble(UNREACHABLE, "tls-handshake"), "unreachable", "https"),
        (Trouble(BLOCKED, "robots-disallowed"), "blocked", "robots"),
        (Trouble(VisitOutcome.ABANDONED, "no-browser"), "abandoned", "chromium_path"),
        (Trouble(VisitOutcome.PARTIAL, "budget-spent"), "partial", "明天再试"),
        (Trouble(CHALLENGED, "resting-after-status-412"), "challenged", "此前已被停止访问"),
        ((403, whole("")), "blocked", "联系主办单位放行"),
        ((429, whole("")), "blocked", "间隔秒"),
        ((412, "<script>$_ts=1</script>"), "challenged", "不会绕过"),
        ((468, ""), "challenged", "不会绕过"),
        ((521, "<script>x</script>"), "challenged", "不会绕过"),
        ((200, "<html><body><div>请输入验证码后继续访问</div></body></html>"), "challenged", "验证码"),
        ((200, "<html><body><form><input type='password'></form></body></html>"), "blocked", "登录"),
        ((200, ""), "soft_error", "空白"),
        ((404, "<title>404</title>"), "soft_error", "HTTP 404"),
        ((503, "<title>x</title>"), "unreachable", "HTTP 503"),
        ((200, whole("", "系统维护中")), "soft_error", "维护"),
        ((200, '<html><head><script src="/app.js"></script></head><body><div id="app"></div></body></html>'), "none", "--browser"),
        ((200, whole("<a href='/xw/'>新闻</a>")), "none", "去年那份年报"),
    ],
)
def test_each_failure_has_its_next_step(answer, outcome, words):
    told, _ = look({HOME: answer})
    assert told["outcome"] == outcome
    assert words in told["next"]
    assert not told["columns"]


def test_every_reason_the_crawler_gives_has_words_of_its_own():
    """A reason without its line would fall back to general words; those that mean something special may not."""
    sources = [
        *Path("crawler").rglob("asking.py"),
        Path("crawler/spiders/wire.py"),
        Path("crawler/discovery/troubles.py"),
        Path("crawler/resting.py"),
    ]
    text = "".join(path.read_text(encoding="utf-8") for path in sources)
    reasons = set(re.findall(r'VisitOutcome\.\w+, "([a-z-]+)"', text))
    assert len(reasons) > 15
    for reason in reasons:
        told = {"outcome": "nothing", "reason": reason, "url": HOME}
        assert re.search("[一-鿿]{4}", next_step(told)), reason


def test_twenty_rows_with_body_year_and_date_encoding_and_paging():
    pages = {HOME: whole('<a href="/nb/">政府信息公开年报</a>'), HOME + "nb/": listing(22).encode("gb18030")}
    told, _ = look(pages)
    assert (told["outcome"], told["columns"][0]["url"], len(told["rows"])) == ("found", HOME + "nb/", ROWS)
    assert {(row["body"], row["year"], row["date"][:4]) for row in told["rows"][:2]} == {
        ("云溪县教育局", 2023, "2024"),
    }
    assert (told["page"]["encoding"], told["page"]["undecodable"], told["page"]["verified"]) == ("gb18030", 0, "verified")
    assert told["page"]["paging"]["rows"] == 22
    assert told["next"] == f"可以添加：nianbao portal add {HOME}nb/ --body 云溪县教育局"
    assert "以后可据此判断" in told["remarks"][0]


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (listing(2, "别县财政局"), "2 行没有对上名录中的单位"),
        (listing(2, dated=False), "列表没有日期"),
        (listing(1, newest=2024), "看不到以往年报"),
    ],
)
def test_what_the_rows_lack_is_said(shown, words):
    told, _ = look({HOME: whole('<a href="/nb/">政府信息公开年报</a>'), HOME + "nb/": shown})
    assert any(words in one for one in told["remarks"])


@pytest.mark.parametrize("link", ["", '<div class="position">当前位置：<a href="/nb/">政府信息公开年报</a></div>'])
def test_last_years_report_is_enough(link):
    where = HOME + ("nb/t20240120_2023.html" if link else "nb/202401/t20240120_2023.html")
    title = "云溪县教育局2023年政府信息公开工作年度报告"
    pages = {where: whole(f"{link}<h1>{title}</h1>{FILLER}", title), HOME + "nb/": listing()}
    told, site = look(pages, where)
    assert (told["outcome"], [one["url"] for one in told["columns"]]) == ("found", [HOME + "nb/"])
    assert len(site.asked) <= 4


def test_a_browser_opens_the_given_page_only():
    pages = {
        (HOME, "browser"): whole('<a href="/nb/">政府信息公开年报</a>'),
        HOME: "<script src='/a.js'></script>",
        HOME + "nb/": listing(),
    }
    told, site = look(pages, browser=True)
    assert told["outcome"] == "found"
    assert [tier for url, tier, *_ in site.asked if url == HOME] == ["browser"]
    assert {tier for url, tier, *_ in site.asked if url != HOME} == {"http"}


def test_a_registered_portal_is_asked_with_its_own_manners():
    known = read_known('{"platform": "city", "delay_seconds": 9, "tls": {"a.test": ["expired"]}}')
    assert known.tls == {"a.test": frozenset({"expired"})}
    _, site = look({HOME: listing()}, known=known)
    assert {(platform, delay) for _, _, platform, delay in site.asked} == {("city", 9)}
    assert read_known("") == Known()
