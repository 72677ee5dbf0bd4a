"""A portal that was rebuilt: its old list is given up once the new one is found and the old address is gone for good."""

import asyncio
from datetime import timedelta

import pytest

from crawler.discovering import discovery_batch
from storage import audit, portals
from storage.domain.enums import SourceHealth
from storage.domain.ids import PortalId

from .site import HOME, LIST, Office, Site, listing, reports

NEW = HOME + "gk/nb/"
FILLER = "<p>本站刊登本地政务动态、办事指南和公共服务信息，欢迎监督。</p>" * 12


def _home(address):
    return f'<html><title>云溪县</title><body><a href="{address}">政府信息公开年报</a>{FILLER}</body></html>'


@pytest.fixture
def office(tmp_path):
    pages, rows = reports(2021, 2022, 2023)
    opened = Office(tmp_path, Site({**pages, HOME: _home(LIST), LIST: listing(*rows)}), url=HOME)
    yield opened
    opened.database.close()


def _search(office):
    batch = discovery_batch(office.site, office.recorder, office.memory, lambda line: None)
    asyncio.run(batch.work([office.home]))
    assert batch.failures == []


def _rebuild(office):
    """The old column is found and read, then the portal is made anew."""
    office.home = office.entry
    _search(office)
    (office.entry,) = (point.id for point in _points(office))
    asyncio.run(office.visit())
    pages, rows = reports(2021, 2022, 2023)
    office.site.pages = {address.replace(LIST, NEW): page for address, page in pages.items()}
    office.site.pages |= {HOME: _home(NEW), NEW: listing(*rows)}


def _look(office, *days):
    for day in days:
        asyncio.run(office.visit(days=day))


def _points(office, *, enabled_only=True):
    with office.database.read() as c:
        return portals.entry_points_of(c, portal_id=PortalId("p"), enabled_only=enabled_only)


def test_the_old_list_is_given_up_after_two_weeks_and_nothing_is_deleted(office):
    _rebuild(office)
    _look(office, 1, 3, 4, 4, 4)
    _search(office)
    assert [point.url for point in _points(office)] == [NEW]
    old = next(point for point in _points(office, enabled_only=False) if point.url == LIST)
    assert old.health is SourceHealth.MOVED
    with office.database.read() as c:
        assert [(line.action, line.payload) for line in audit.recent(c)] == [("list-moved", {"url": LIST})]


@pytest.mark.parametrize(
    ("days", "also"),
    [((1, 3, 4, 4), None), ((1, 1, 1, 1, 1, 1), None), ((1, 3, 4, 4, 4), 503), ((1, 3, 4, 4, 4), 403)],
)
def test_a_list_not_gone_for_long_or_only_silent_is_kept(office, days, also):
    _rebuild(office)
    _look(office, *days[:-1])
    if also:
        office.site.pages[LIST] = also
    _look(office, days[-1])
    _search(office)
    assert [point.url for point in _points(office)] == [LIST, NEW]


def test_a_list_is_kept_where_the_search_finds_no_other(office):
    _rebuild(office)
    office.site.pages = {HOME: _home("/xw/").replace("政府信息公开年报", "新闻")}
    _look(office, 1, 3, 4, 4, 4)
    _search(office)
    assert LIST in [point.url for point in _points(office)]


def test_a_list_that_is_met_again_is_taken_back(office):
    _rebuild(office)
    _look(office, 1, 3, 4, 4, 4)
    _search(office)
    pages, rows = reports(2021, 2022, 2023)
    office.site.pages = {**pages, HOME: _home(LIST), LIST: listing(*rows)}
    office.clock.advance(timedelta(days=1))
    _search(office)
    assert LIST in [point.url for point in _points(office)]
