"""Redirects of the web's own kind: followed within one portal, and those that hand out a cookie with it. One crawl of many small hosts."""

from __future__ import annotations

from datetime import date

import pytest

from crawler.way_on import MAX_REDIRECTS
from tests.flows.crawl_office import CrawlOffice, moment
from tests.flows.crawl_server import Served, Web

pytestmark = pytest.mark.flow
DAY = date(2025, 2, 3)
TITLE = "云溪县教育局2023年政府信息公开工作年度报告"
MARKERS = "".join(f"<p>{words}</p>" for words in ("总体情况", "主动公开政府信息情况", "收到和处理政府信息公开申请情况"))
LIST = f'<html><title>政府信息公开年报</title><body><ul><li><a href="t2023.html">{TITLE}</a><span>2024-01-15</span></li></ul></body></html>'
ARTICLE = f'<html><body><div class="TRS_Editor">{MARKERS}</div></body></html>'
COMPLETE = ("complete", "")
CHALLENGED = ("challenged", "cookie-challenge")
GONE = (2019, 2020, 2021)
STATUSES = (301, 302, 303, 307, 308)
SCRIPTED = ("C3VK=7b2", "__jsl_clearance_s=1", "acw_sc__v2=9")


def _sent(to: str, status: int = 302, **headers: str) -> Served:
    return Served(b"", status, {"Location": to, **headers})


class Portals:
    """Hosts of one crawl by what is odd about them, each with a list at `/nb/` unless it says otherwise."""

    def __init__(self, web: Web) -> None:
        self.web, self.lists = web, {}

    def add(self, name: str, *, path: str = "/nb/") -> str:
        host = self.host(name)
        self.web.put(f"{host}/nb/", LIST)
        self.web.put(f"{host}/nb/t2023.html", ARTICLE)
        self.lists[name] = f"http://{host}{path}"
        return host

    def host(self, name: str) -> str:
        return f"{name}.yunxi.gov.test"

    def send(self, name: str, path: str, answer: Served) -> None:
        self.web.pages[f"{self.host(name)}{path}"] = answer

    def gate(self, name: str, cookie: str, *, opens: bool = True) -> None:
        """Let in only whoever shows the cookie that is handed out."""
        host = self.add(name)
        for path in ("/nb/", "/nb/t2023.html"):
            inner = self.web.pages[f"{host}{path}"]

            def answer(asked: str, inner: Served = inner) -> Served:
                shown = opens and cookie in self.web.cookies[-1]
                return inner if shown else _sent(asked, 302, **{"Set-Cookie": f"{cookie}; Path=/; HttpOnly"})

            self.web.pages[f"{host}{path}"] = answer


def _build(portals: Portals) -> None:
    for status in STATUSES:
        portals.add(f"moved{status}", path="/old/")
        portals.send(f"moved{status}", "/old/", _sent("/nb/", status))
    portals.add("home", path="/old/")
    portals.send("home", "/old/", _sent("/"))
    portals.web.put(f"{portals.host('home')}/", LIST)
    portals.add("away")
    portals.send("away", "/nb/t2023.html", _sent("/xw/"))
    portals.web.put(f"{portals.host('away')}/xw/", LIST)
    portals.add("detour", path="/old/")
    portals.send("detour", "/old/", _sent("/nb/"))
    portals.web.put(f"{portals.host('detour')}/robots.txt", "User-agent: *\nDisallow: /nb/")
    portals.add("rules")
    portals.send("rules", "/robots.txt", _sent("/r.txt", 301))
    portals.web.put(f"{portals.host('rules')}/r.txt", "User-agent: *\nDisallow: /nb/")
    portals.add("abroad")
    portals.send("abroad", "/robots.txt", _sent("http://www.elsewhere.test/404.html"))
    portals.add("ring")
    portals.send("ring", "/nb/", _sent("?again=1"))
    portals.send("ring", "/nb/?again=1", _sent("/nb/"))
    new = portals.add("new")
    portals.add("old")
    for path in ("/nb/", "/nb/t2023.html"):
        portals.send("old", path, _sent(f"http://{new}{path}", 301))
    whole = portals.add("whole")
    portals.web.put(
        f"{whole}/nb/",
        "".join(f'<li><a href="g{n}.html">云溪县教育局{n}年政府信息公开工作年度报告</a>{n + 1}-01-15</li>' for n in GONE).join(
            ("<html><title>政府信息公开年报</title><body><ul>", LIST[LIST.index("<li>") :])
        ),
    )
    portals.add("moving")
    for path in ("/nb/", "/nb/t2023.html", *(f"/nb/g{n}.html" for n in GONE)):
        portals.send("moving", path, _sent(f"http://{whole}{path}", 301))
    portals.add("half")
    portals.send("half", "/nb/", _sent(f"http://{portals.host('list')}/nb/", 301))
    portals.web.put(f"{portals.host('list')}/nb/", LIST.replace("t2023", f"http://{portals.host('half')}/nb/t2023"))
    portals.lists["list"] = f"http://{portals.host('list')}/nb/"
    portals.add("refreshed")
    refresh = '<html><head><meta http-equiv="refresh" content="0; url=real.html"></head></html>'
    portals.web.put(f"{portals.host('refreshed')}/nb/t2023.html", refresh)
    portals.web.put(f"{portals.host('refreshed')}/nb/real.html", ARTICLE)
    portals.add("shell", path="/go/")
    portals.web.put(f"{portals.host('shell')}/go/", refresh.replace("real.html", "/nb/"))
    portals.gate("gate", "CT6T=48")
    portals.gate("shut", "CT6T=49", opens=False)
    for number, cookie in enumerate(SCRIPTED):
        portals.gate(f"script{number}", cookie)


@pytest.fixture(scope="module")
def crawled(tmp_path_factory):
    folder = tmp_path_factory.mktemp("redirects")
    with Web() as web:
        portals = Portals(web)
        _build(portals)
        office = CrawlOffice(folder, {portals.host(name): web.target for name in portals.lists})
        entries = {name: office.add("云溪县教育局", url) for name, url in portals.lists.items()}
        lines = office.crawl(moment(DAY))
        yield web, portals, {name: lines[entry] for name, entry in entries.items()}, folder


ENDS = {
    **{f"moved{status}": COMPLETE for status in STATUSES},
    "home": ("soft_error", "led-away"),
    "away": ("partial", "report-page-failed"),
    "detour": ("blocked", "robots-disallowed"),
    "rules": ("blocked", "robots-disallowed"),
    "abroad": COMPLETE,
    "ring": ("soft_error", "redirect-loop"),
    "old": COMPLETE,
    "half": COMPLETE,
    "refreshed": COMPLETE,
    "shell": COMPLETE,
    "gate": COMPLETE,
    "shut": CHALLENGED,
    **{f"script{number}": CHALLENGED for number in range(len(SCRIPTED))},
}


@pytest.mark.parametrize("name", list(ENDS))
def test_each_ends_as_it_should(crawled, name):
    line = crawled[2][name]
    assert (line["outcome"], line["reason"]) == ENDS[name]
    assert line["new_versions"] == (1 if ENDS[name] == COMPLETE else 0)


def test_what_robots_forbid_is_not_asked_by_a_detour(crawled):
    web, portals, _, _ = crawled
    assert "/nb/" not in web.paths(portals.host("detour"))
    assert "/nb/" not in web.paths(portals.host("rules"))


def test_a_ring_ends(crawled):
    web, portals, _, _ = crawled
    assert len([path for path in web.paths(portals.host("ring")) if path.startswith("/nb/")]) == MAX_REDIRECTS + 1


def test_the_cookie_of_the_first_answer_is_shown_to_the_host_that_set_it_and_written_down_nowhere(crawled):
    web, portals, _, folder = crawled
    asked = [hit.headers.get("Cookie", "") for hit in web.hits if hit.host == portals.host("gate") and hit.path == "/nb/"]
    assert asked == ["", "CT6T=48"]
    others = [hit for hit in web.hits if hit.host not in {portals.host("gate"), portals.host("shut")}]
    assert not any("Cookie" in hit.headers for hit in others)
    assert not [file for file in folder.rglob("*") if file.is_file() and b"CT6T=48" in file.read_bytes()]


def test_nothing_is_asked_after_a_challenge(crawled):
    web, portals, _, _ = crawled
    assert web.paths(portals.host("shut"))[-2:] == ["/nb/", "/nb/"]
    assert web.paths(portals.host("script0"))[-1] == "/nb/"


def test_a_host_that_moved_as_a_whole_is_asked_where_it_is(crawled):
    web, portals, _, _ = crawled
    assert [path for path in web.paths(portals.host("old")) if path.startswith("/nb/")] == ["/nb/"]
    assert web.paths(portals.host("new")).count("/nb/t2023.html") == 2


def test_what_is_nowhere_costs_two_requests_at_a_host_that_moved(crawled):
    web, portals, _, _ = crawled
    for year in GONE:
        path = f"/nb/g{year}.html"
        assert web.paths(portals.host("moving")).count(path) <= 1
        assert web.paths(portals.host("whole")).count(path) <= 2, "once for each of the two portals"


def test_a_host_that_moved_by_half_is_asked_where_it_was(crawled):
    web, portals, _, _ = crawled
    assert web.paths(portals.host("half"))[-1] == "/nb/t2023.html"
