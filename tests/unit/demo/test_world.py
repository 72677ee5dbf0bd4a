"""The simulated country: its arrangements of columns, its dates, its files and its indexes are as its ledger says."""

import gzip
from collections import Counter
from datetime import date, timedelta

import pytest

from crawler.demo.articles import file_of_report
from crawler.demo.pages import Request
from crawler.demo.world import faults
from crawler.demo.world.answering import address_of, answer, columns_of
from crawler.demo.world.content import publish_world
from crawler.demo.world.dialects import dialects
from crawler.demo.world.fault_kinds import FAULTS, LATER, TLS_FAULTS
from crawler.demo.world.plan import FIRST_DAY, PAGED, SHAPES, make_plan

DAY = date(2025, 4, 18)


@pytest.fixture(scope="module")
def plan():
    return make_plan(1, dialects())


@pytest.fixture(scope="module")
def content(plan):
    return publish_world(plan)


def _get(plan, content, host, path, query=None, day=DAY):
    return answer(plan, content, day, host, Request("GET", path, query or {}))


def test_sixty_hosts_meet_every_shape_and_every_fault(plan):
    shapes = Counter(host.shape for host in plan.hosts.values())
    assert {*shapes} == {*SHAPES}
    assert {fault.kind.name for host in plan.hosts.values() for fault in host.faults} == {*FAULTS, *TLS_FAULTS}
    assert all(host.site.style in PAGED for host in plan.hosts.values() for fault in host.faults if fault.kind.name == LATER)


def test_no_list_is_empty_when_the_first_crawl_comes(plan, content):
    for name, host in plan.hosts.items():
        shown = content.publications.shown(name, FIRST_DAY)
        assert any(entry.kind == "report" for entry in shown) or not (host.bodies or shown), name


def test_a_system_is_only_changed_for_one_that_can_have_the_same_arrangement(plan):
    moving = [host for host in plan.hosts.values() if host.moves is not None]
    assert moving
    assert not any(host.later_style in {"shell", "epoint"} and host.shape in {"years", "yearly", "tabs"} for host in moving)


def test_a_tab_is_the_list_only_with_its_word_in_the_query(plan, content):
    name, host = next((name, host) for name, host in plan.hosts.items() if host.shape == "tabs" and not host.faults)
    site = columns_of(host, content.publications, DAY)[0][0]
    path, _, query = address_of(host, site).partition("?")
    fields = dict(pair.split("=") for pair in query.split("&"))
    newest = content.publications.shown(name, DAY)[0]
    there = _get(plan, content, name, path, fields)
    other = _get(plan, content, name, path, {**fields, "gk": "1"})
    assert (there.status, other.status) == (200, 200)
    assert there.body != other.body
    assert newest.title[:12].encode(host.site.encoding) not in other.body


def test_a_sitemap_is_named_where_nothing_links_to_the_column(plan, content):
    name, host = next((name, host) for name, host in plan.hosts.items() if host.shape == "sitemap" and host.fault(DAY) is None)
    site = columns_of(host, content.publications, DAY)[0][0]
    assert b"Sitemap:" in _get(plan, content, name, "/robots.txt").body
    assert site.column_path.encode() in _get(plan, content, name, "/sitemap.xml").body
    assert site.column_path.encode() not in _get(plan, content, name, "/").body


def test_a_portal_may_ask_for_a_pause(plan, content):
    name = next(name for name, host in plan.hosts.items() if host.crawl_delay and not host.faults)
    assert b"Crawl-delay: 1" in _get(plan, content, name, "/robots.txt").body


def test_a_date_changed_afterwards_moves_the_line_and_the_truth_stays(content):
    changed = [(host, entry) for host, entries in content.publications.by_host.items() for entry in entries if entry.redated]
    assert any(entry.redated[1] < entry.published_on for _, entry in changed), "one late report is dated before its deadline"
    assert any(entry.redated[1] > entry.published_on for _, entry in changed), "one bears a day yet to come"
    host, entry = next((h, e) for h, e in changed if e.redated[0] > e.published_on and not e.withdrawn_on)
    before, after = (content.publications.shown(host, day) for day in (entry.redated[0] - timedelta(days=1), entry.redated[0]))
    assert [one.published_on for one in before if one.number == entry.number] == [entry.published_on]
    assert [one.published_on for one in after if one.number == entry.number] == [entry.redated[1]]
    assert list(after) == sorted(after, key=lambda one: one.published_on, reverse=True)


def test_reports_come_as_files_of_every_kind(content):
    files = {}
    for entries in content.publications.by_host.values():
        files |= {
            entry.carrier: file_of_report(entry, entry.facts(DAY))
            for entry in entries
            if entry.versions and entry.carrier in {"wps", "rar", "ceb"}
        }
    assert {kind: data[:4] for kind, (_, data) in files.items()} == {"wps": b"\xd0\xcf\x11\xe0", "rar": b"Rar!", "ceb": b"Foun"}


def test_a_host_that_packs_its_answers_says_so(plan, content):
    name = next(name for name, host in plan.hosts.items() if host.packed and not host.faults)
    found = _get(plan, content, name, "/")
    assert found.headers["Content-Encoding"] == "gzip"
    assert plan.hosts[name].site.name.encode(plan.hosts[name].site.encoding) in gzip.decompress(found.body)


def test_an_index_links_to_one_department_and_has_copies_of_the_next(plan, content):
    county = next(host for host in plan.hosts.values() if host.own_portals)
    lines = content.publications.shown(county.site.host, DAY)
    for own in county.own_portals:
        there = content.publications.shown(own.host, DAY)
        assert {entry.number for entry in there} == {entry.number for entry in lines if entry.body == own.body}
        assert all(bool(entry.elsewhere) == own.linked for entry in lines if entry.body == own.body)


def test_a_later_page_is_told_from_the_first_and_from_an_article():
    later = [("/a/index_1.html", {}), ("/zwgk/nb/3.htm", {}), ("/InfoPublic.aspx", {"__EVENTARGUMENT": "2"}), ("/l.jsp", {"cur_page": "2"})]
    others = [("/a/index.html", {}), ("/info/1047/5001.htm", {}), ("/l.jsp", {"cur_page": "1"}), ("/a/202401/t20240101_5.html", {})]
    site = make_plan(1, {"trs": ("",)}, hosts=1).hosts["www.q000.gov.test"].site
    found = [
        faults.answer(LATER, site, Request("GET", path, query), (), lambda: pytest.fail("not asked for")) is not None
        for path, query in later + others
    ]
    assert found == [True] * len(later) + [False] * len(others)
