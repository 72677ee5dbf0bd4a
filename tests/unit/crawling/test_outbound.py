"""Indexes that link to columns on other hosts: whose they are, and that nobody asks a host that nobody registered."""

import asyncio
from datetime import timedelta

import pytest

from crawler.discovering import discovery_batch
from crawler.discovery.outbound import named_after_bodies, owner_of
from crawler.page import page
from storage import discoveries, portals
from storage.discoveries import LINKED, UNREGISTERED, State
from storage.domain.ids import BodyId, PortalId
from storage.domain.registry import Portal

from .site import HOME, LIST, Office, Site, listing, reports, row

P, Q = PortalId("p"), PortalId("q")
BUREAU = "http://jyj.yunxi.gov.test/"
BUREAU_LIST = f"{BUREAU}zwgk/nb/"
STRANGE = "http://www.slj.other.test/gk/c12/"


def _portal(name, home):
    return Portal(PortalId(name), name, home, name)


@pytest.mark.parametrize(
    ("words", "address", "kept"),
    [
        ("教育局", BUREAU_LIST, True),
        ("省发展和改革委员会", "http://fgw.x.gov.test/col/col12/index.html", True),
        ("石桥市", "http://www.sq.gov.test/zwgk/?id=7", True),
        ("水利局年报", STRANGE, True),
        ("教育局", BUREAU, False),
        ("教育局", f"{BUREAU}index.html", False),
        ("教育局", "/zwgk/jyj/", False),
        ("教育局", f"{BUREAU}zwgk/t20250101_1.html", False),
        ("更多", BUREAU_LIST, False),
        ("关于召开全市政务公开工作会议并通报各部门情况的通知和安排等事项教育局", BUREAU_LIST, False),
    ],
)
def test_what_an_index_links_to(words, address, kept):
    index = page(LIST, 200, f'<html><body><ul><li><a href="{address}">{words}</a></li></ul></body></html>'.encode())
    assert [link.url for link in named_after_bodies(index)] == ([address] if kept else [])


def test_an_address_belongs_to_the_portal_of_its_host():
    whole, part = _portal("whole", "https://www.a.gov.test/"), _portal("part", "http://a.gov.test/jyj/index.html")
    assert owner_of("http://a.gov.test/zwgk/nb/", [part, whole]) == whole
    assert owner_of("http://www.a.gov.test/jyj/nb/", [whole, part]) == part
    assert owner_of("http://b.gov.test/jyj/nb/", [whole, part]) is None


def _index(*links, title="政府信息公开年报"):
    anchors = "".join(f'<li><a href="{url}">{words}</a></li>' for url, words in links)
    filler = "<p>本站刊登本地政务动态、办事指南和公共服务信息，欢迎监督。</p>" * 12
    return f"<html><head><title>{title}-云溪县</title></head><body><ul>{anchors}</ul>{filler}</body></html>"


@pytest.fixture
def office(tmp_path):
    files, rows = reports(2021, 2022, 2023)
    moved = {url.replace(LIST, BUREAU_LIST): found for url, found in files.items()}
    site = Site(
        {
            **moved,
            HOME: _index(("/zwgk/nb/", "政府信息公开年报"), title="首页"),
            LIST: _index((BUREAU_LIST, "教育局"), (STRANGE, "水利局")),
            BUREAU: _index(("/xw/", "新闻中心"), title="首页"),
            BUREAU_LIST: listing(*rows, row("t20220101_1.html", "云溪县法治政府建设年度报告", "2022-01-01")),
        }
    )
    opened = Office(tmp_path, site, url=HOME)
    now = opened.clock.now()
    with opened.database.write() as c:
        portals.upsert(c, Portal(Q, "云溪县教育局", BUREAU, "q", delay_seconds=0.0), now)
        opened.bureau = portals.add_entry_point(c, Q, BUREAU, now=now, body_ids=[BodyId("b0")])
    yield opened
    opened.database.close()


def _search(office, entry, *, days=0):
    office.clock.advance(timedelta(days=days))
    office.site.asked.clear()
    batch = discovery_batch(office.site, office.recorder, office.memory, lambda line: None)
    asyncio.run(batch.work([entry]))
    assert batch.failures == []


def _read(office, what, *arguments, **named):
    with office.database.read() as c:
        return what(c, *arguments, **named)


def test_the_column_of_a_registered_portal_is_found_by_its_own_search(office):
    _search(office, office.bureau)
    assert not any(point.url == BUREAU_LIST for point in _read(office, portals.entry_points_of, portal_id=Q))
    _search(office, office.entry)
    assert not any(url.startswith(BUREAU) for _, url in office.site.asked)
    (lead,) = _read(office, discoveries.candidates, portal_id=Q)
    assert (lead.url, lead.state, lead.reasons, lead.found_on) == (BUREAU_LIST, State.QUEUED, (LINKED,), LIST)
    office.clock.advance(timedelta(days=1))
    assert Q in [portal.id for portal in _read(office, discoveries.due, office.clock.now())]
    _search(office, office.bureau)
    (found,) = _read(office, discoveries.candidates, portal_id=Q)
    assert (found.state, LINKED in found.reasons) == (State.WATCHED, False)
    assert [point.url for point in _read(office, portals.entry_points_of, portal_id=Q)] == [BUREAU_LIST]


def test_a_host_that_nobody_registered_waits_for_a_person_and_is_not_asked(office):
    for days in (0, 1, 12):
        _search(office, office.entry, days=days)
        assert not any("other.test" in url for _, url in office.site.asked)
    waiting = [one for one in _read(office, discoveries.candidates, portal_id=P) if UNREGISTERED in one.reasons]
    assert [(one.url, one.state, one.words) for one in waiting] == [(STRANGE, State.QUEUED, "水利局")]


def test_a_host_registered_later_takes_its_column_along(office):
    _search(office, office.entry)
    with office.database.write() as c:
        portals.upsert(c, Portal(PortalId("slj"), "水利局", "http://www.slj.other.test/", "slj"), office.clock.now())
    _search(office, office.entry, days=1)
    assert [one.reasons for one in _read(office, discoveries.candidates, portal_id=PortalId("slj"))] == [(LINKED,)]
    left = [one for one in _read(office, discoveries.candidates, portal_id=P) if one.url == STRANGE]
    assert [one.state for one in left] == [State.REJECTED]


def test_what_a_person_refused_is_not_proposed_again(office):
    _search(office, office.entry)
    (lead,) = _read(office, discoveries.candidates, portal_id=Q)
    with office.database.write() as c:
        discoveries.reject(c, lead.id, by="王")
    _search(office, office.entry, days=1)
    _search(office, office.bureau)
    assert [one.state for one in _read(office, discoveries.candidates, portal_id=Q)] == [State.REJECTED]
