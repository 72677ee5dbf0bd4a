"""Whole crawls in a process of their own against servers on this machine."""

from __future__ import annotations

import itertools
import signal
import socketserver
import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from crawler.browser import find_browser
from crawler.demo.server import DemoPortals
from storage import bodies, captures, portals, registry_import, reports, sightings, visits
from storage.archive.store import open_archive
from storage.domain.visits import Decision
from storage.schema import captures as captures_table
from storage.schema import originals, report_versions
from storage.schema import sightings as sightings_table
from storage.settings import load
from tests.flows.crawl_office import LONG_AGO, CrawlOffice, moment
from tests.flows.crawl_server import Served, Web

pytestmark = pytest.mark.flow
DAYS = (date(2025, 2, 3), date(2025, 2, 4))
HAS_BROWSER = find_browser(load()) is not None
MARKERS = "".join(f"<p>{words}</p>" for words in ("总体情况", "主动公开政府信息情况", "收到和处理政府信息公开申请情况"))


def _row(path: str, year: int, name: str = "云溪县教育局") -> str:
    return f'<li><a href="{path}">{name}{year}年政府信息公开工作年度报告</a><span>{year + 1}-01-15</span></li>'


def _list(*rows: str, more: str = "") -> str:
    return f"<html><title>政府信息公开年报</title><body><ul>{''.join(rows)}</ul>{more}</body></html>"


@pytest.fixture
def web():
    with Web() as server:
        yield server


def _publish(web: Web, host: str, *years: int, path: str = "/nb/") -> str:
    """A column of reports on a host; its address."""
    web.put(f"{host}{path}", _list(*(_row(f"t{year}.html", year) for year in years)))
    for year in years:
        web.put(f"{host}{path}t{year}.html", f'<html><body><div class="TRS_Editor">{MARKERS}</div></body></html>')
    return f"http://{host}{path}"


def _count(office: CrawlOffice, table) -> int:
    with office.open() as database, database.read() as c:
        return c.execute(select(func.count()).select_from(table)).scalar_one()


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The demo's portals crawled on two days."""
    folder = tmp_path_factory.mktemp("demo-crawl")
    with DemoPortals(today=DAYS[0]) as server:
        office = CrawlOffice(folder, server.hosts, {"self_test_urls": list(server.self_test_urls)})
        with office.open() as database, database.write() as c:
            registry_import.import_csv(c, server.registry_csv().encode(), now=LONG_AGO)
            for portal in portals.list_all(c):
                assert portal.delay_seconds >= 0
            office.entries = [entry.id for entry in portals.entry_points_of(c)]
        first = office.crawl(moment(DAYS[0]))
        marks = [len(server.log)]
        server.advance(DAYS[1])
        second = office.crawl(moment(DAYS[1]))
        marks.append(len(server.log))
        yield server, office, (first, second), marks


def test_every_visit_to_the_demo_ends_as_its_ledger_says(demo):
    server, office, crawls, _ = demo
    expected = {one.column_url: one.outcome for one in server.ledger(DAYS, browser=HAS_BROWSER).visits}
    with office.open() as database, database.read() as c:
        entries = {entry.url: entry.id for entry in portals.entry_points_of(c)}
        for url, outcome in expected.items():
            assert visits.recent(c, entries[url], limit=1)[0].result.outcome is outcome, url
    assert {line["entry_point"] for line in crawls[0].values()} == set(entries.values())


def test_the_reports_found_are_those_of_the_ledger_and_no_other(demo):
    server, office, _, _ = demo
    wanted = {(one.body, one.report_year) for one in server.ledger(DAYS, browser=HAS_BROWSER).reports}
    with office.open() as database, database.read() as c:
        names = {body.id: body.name for body in bodies.list_all(c)}
        found = {(names[version.body_id], version.report_year) for version in reports.list_current(c)}
        assert found == wanted
        assert sightings.unresolved(c) == ()


def test_a_second_day_downloads_only_what_is_new_and_asks_little(demo):
    server, office, crawls, marks = demo
    second_day = server.log[marks[0] : marks[1]]
    with office.open() as database, database.read() as c:
        entries = portals.entry_points_of(c)
    asked_for_reports = [hit for hit in second_day if "/t2" in hit.path or "/art/" in hit.path or "/content/" in hit.path]
    assert len(asked_for_reports) <= 2 * sum(int(line["new_versions"]) for line in crawls[1].values())
    for entry in entries:
        if entry.tier == "http" and crawls[1][entry.id]["new_versions"] == 0 and int(crawls[1][entry.id]["items"]) <= 20:
            hits = [hit.path for hit in second_day if hit.host == entry.url.split("/")[2]]
            assert len(hits) <= 2, (entry.url, hits)


def test_every_original_of_the_demo_is_what_its_name_says(demo):
    _, office, _, _ = demo
    archive = open_archive(office.settings.archive_url)
    with office.open() as database, database.read() as c:
        hashes = c.execute(select(originals.c.sha256)).scalars().all()
        for sha256 in hashes:
            archive.get(sha256)
            assert captures.for_original(c, sha256)


def test_kill_in_mid_crawl_then_again_loses_and_doubles_nothing(web, tmp_path):
    release = threading.Event()
    years = range(2014, 2025)
    for number in range(3):
        _publish(web, f"w{number}.yunxi.gov.test", *years)
    late = web.pages["w1.yunxi.gov.test/nb/t2018.html"]

    def hold(path: str) -> Served:
        release.wait(60)
        return late

    web.pages["w1.yunxi.gov.test/nb/t2018.html"] = hold
    office = CrawlOffice(tmp_path, {f"w{number}.yunxi.gov.test": web.target for number in range(3)})
    for number in range(3):
        office.add("云溪县教育局" if number == 0 else f"云溪县教育局{number}", f"http://w{number}.yunxi.gov.test/nb/")
    now = moment(DAYS[0])
    child = office.start(now, "one")
    with child:
        assert child.stdout is not None
        finished = [line for line in itertools.islice(child.stdout, 3) if '"visit"' in line]
        child.send_signal(signal.SIGKILL)
        child.wait(timeout=30)
    release.set()
    assert len(finished) == 2
    with office.open() as database, database.read() as c:
        dead = visits.recent(c, office.entries[1])[0]
        assert (dead.finished_at, dead.qualified) == (None, False)
    web.pages["w1.yunxi.gov.test/nb/t2018.html"] = late
    lines = office.crawl(now + timedelta(minutes=5), "two")
    assert {line["outcome"] for line in lines.values()} == {"complete"}
    assert _count(office, sightings_table) == 33
    with office.open() as database, database.read() as c:
        unresolved = len(sightings.unresolved(c))
        addresses = c.execute(select(report_versions.c.url)).scalars().all()
    assert len(addresses) == len(set(addresses)) == 33 - unresolved


def test_after_a_challenge_and_after_a_429_nothing_is_asked(web, tmp_path):
    host, other = "w.yunxi.gov.test", "x.yunxi.gov.test"
    _publish(web, host, 2023)
    web.put(f"{host}/nb/", "<script>var $_ts={}</script>", 412)
    _publish(web, other, 2023, 2022, 2021)
    web.put(f"{other}/nb/t2023.html", "slow down", 429, **{"Retry-After": "3600"})
    office = CrawlOffice(tmp_path, {host: web.target, other: web.target})
    first = office.add("云溪县教育局", f"http://{host}/nb/")
    second = office.add("云溪县教育局", f"http://{other}/nb/")
    lines = office.crawl(moment(DAYS[0]))
    assert (lines[first]["outcome"], lines[first]["reason"]) == ("challenged", "status-412")
    assert (lines[second]["outcome"], lines[second]["reason"]) == ("partial", "report-page-failed")
    assert web.paths(host)[-1] == "/nb/"
    assert web.paths(other)[-1] == "/nb/t2023.html"


def test_one_request_at_a_time_per_platform_with_its_delay(web, tmp_path):
    hosts = [f"w{number}.yunxi.gov.test" for number in range(3)]
    office = CrawlOffice(tmp_path, dict.fromkeys(hosts, web.target), {"crawl_delay_seconds": 0.15})
    for host in hosts:
        _publish(web, host, 2023)
        office.add("云溪县教育局", f"http://{host}/nb/", platform="shared")
    office.crawl(moment(DAYS[0]))
    hits = sorted(web.hits, key=lambda hit: hit.began)
    assert len(hits) >= 12
    for before, after in itertools.pairwise(hits):
        assert after.began >= before.ended
        # The delay varies by 30 % either way.
        assert after.began - before.began >= 0.15 * 0.7 - 0.01


def test_robots_are_obeyed(web, tmp_path):
    host, broken = "w.yunxi.gov.test", "x.yunxi.gov.test"
    _publish(web, host, 2023)
    web.pages[f"{host}/robots.txt"] = Served(b"User-agent: *\nDisallow: /nb/", headers={"Content-Type": "text/plain"})
    _publish(web, broken, 2023)
    web.pages[f"{broken}/robots.txt"] = Served(b"", 500)
    office = CrawlOffice(tmp_path, {host: web.target, broken: web.target})
    first, second = office.add("云溪县教育局", f"http://{host}/nb/"), office.add("云溪县教育局", f"http://{broken}/nb/")
    lines = office.crawl(moment(DAYS[0]))
    assert (lines[first]["outcome"], lines[first]["reason"]) == ("blocked", "robots-disallowed")
    assert (lines[second]["outcome"], lines[second]["reason"]) == ("unreachable", "robots-unavailable")
    assert "/nb/" not in web.paths()


class _Listener:
    """A port that must never be connected to."""

    def __init__(self) -> None:
        self.connections = 0
        outer = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                outer.connections += 1

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=10)


@pytest.mark.parametrize(
    "where", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "0x7f000001", "127.1", "inner.yunxi.gov.test"]
)
def test_no_page_leads_the_crawler_to_this_machine(web, tmp_path, where):
    host = "w.yunxi.gov.test"
    with _Listener() as secret:
        target = f"http://{where}:{secret.port}/"
        web.put(f"{host}/nb/", _list(_row("t1.html", 2023), _row(f"{target}t2.html", 2022), _row("t3.html", 2021)))
        web.pages[f"{host}/nb/t1.html"] = Served(b"", 302, {"Location": target})
        web.put(f"{host}/nb/t3.html", f'<meta http-equiv="refresh" content="0; url={target}"><a href="{target}a.pdf">附件</a>')
        office = CrawlOffice(tmp_path, {host: web.target})
        entry = office.add("云溪县教育局", f"http://{host}/nb/")
        line = office.crawl(moment(DAYS[0]))[entry]
        assert line["outcome"] == "partial"
    assert secret.connections == 0


def test_an_entry_point_on_this_machine_is_refused(web, tmp_path):
    office = CrawlOffice(tmp_path, {})
    entry = office.add("云溪县教育局", f"http://{web.target}/nb/")
    assert office.crawl(moment(DAYS[0]))[entry]["outcome"] == "unreachable"
    assert web.hits == []


def test_bombs_and_slow_answers_are_bounded(web, tmp_path):
    big, slow, drip = "w.yunxi.gov.test", "x.yunxi.gov.test", "y.yunxi.gov.test"
    web.pages[f"{big}/nb/"] = Served(endless=True)
    web.pages[f"{slow}/nb/"] = Served(b"late", wait=3.0)
    _publish(web, drip, 2023)
    hosts = dict.fromkeys((big, slow, drip), web.target)
    office = CrawlOffice(tmp_path, hosts, {"crawl_max_bytes": 200_000, "crawl_timeout_seconds": 1.5})
    entries = [office.add("云溪县教育局", f"http://{host}/nb/") for host in hosts]
    lines = office.crawl(moment(DAYS[0]))
    assert [(lines[entry]["outcome"], lines[entry]["reason"]) for entry in entries] == [
        ("soft_error", "too-large"),
        ("unreachable", "timeout"),
        ("complete", ""),
    ]


def test_a_missing_browser_stops_nothing_else(web, tmp_path):
    host = "w.yunxi.gov.test"
    _publish(web, host, 2023)
    office = CrawlOffice(tmp_path, {host: web.target}, {"chromium_path": str(tmp_path / "no-such-browser")})
    plain = office.add("云溪县教育局", f"http://{host}/nb/")
    scripted = office.add("云溪县教育局", f"http://{host}/js/", tier="browser")
    lines = office.crawl(moment(DAYS[0]))
    assert (lines[plain]["outcome"], lines[plain]["qualified"]) == ("complete", True)
    assert (lines[scripted]["outcome"], lines[scripted]["reason"]) == ("abandoned", "no-browser")


@pytest.mark.browser
@pytest.mark.skipif(not HAS_BROWSER, reason="no Chromium on this machine")
def test_a_browser_shows_a_scripted_list_and_reaches_no_other_host(web, tmp_path):
    host = "w.yunxi.gov.test"
    _publish(web, host, 2023)
    with _Listener() as secret:
        attack = "".join(
            f"try{{{call}}}catch(e){{}};"
            for call in (
                f"fetch('http://127.0.0.1:{secret.port}/a').catch(function(){{}})",
                f"fetch('http://localhost:{secret.port}/b').catch(function(){{}})",
                f"new WebSocket('ws://127.0.0.1:{secret.port}/c')",
                f"fetch('http://[::1]:{secret.port}/d').catch(function(){{}})",
                f"var f=document.createElement('iframe');f.src='http://127.0.0.1:{secret.port}/e';document.body.appendChild(f)",
                f"navigator.sendBeacon('http://127.0.0.1:{secret.port}/f','x')",
            )
        )
        rows = _row("/nb/t2023.html", 2023)
        script = f"document.getElementById('l').innerHTML='{rows}';{attack}"
        web.put(f"{host}/js/", f"<html><title>年报</title><body><ul id=l></ul><script>{script}</script></body></html>")
        office = CrawlOffice(tmp_path, {host: web.target})
        entry = office.add("云溪县教育局", f"http://{host}/js/", tier="browser")
        line = office.crawl(moment(DAYS[0]))[entry]
    assert (line["outcome"], line["items"], line["new_versions"]) == ("complete", 1, 1)
    assert secret.connections == 0


def test_captures_hold_the_heads_of_both_sides(web, tmp_path):
    host = "w.yunxi.gov.test"
    _publish(web, host, 2023)
    office = CrawlOffice(tmp_path, {host: web.target}, {"user_agent": "Mozilla/5.0 (compatible; nianbao-test/1; +https://example.org)"})
    office.add("云溪县教育局", f"http://{host}/nb/")
    office.crawl(moment(DAYS[0]))
    with office.open() as database, database.read() as c:
        capture = captures.newest_for_url(c, f"http://{host}/nb/")
        assert _decisions(c, office) == {Decision.REPORT}
    assert capture is not None
    assert "nianbao-test/1" in capture.request_head
    assert "Accept-Encoding: identity" in capture.request_head
    assert "content-type: text/html; charset=utf-8" in capture.response_head.lower()
    assert capture.ip == "127.0.0.1"
    assert _count(office, captures_table) == 3


def _decisions(c, office):
    return {sighting.line.decision for sighting in sightings.known(c, office.entries[0]).values()}
