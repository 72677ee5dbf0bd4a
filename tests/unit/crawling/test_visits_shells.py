"""Lists behind a page that only leads to them, once their family is known and their pages are in the archive."""

import asyncio
from dataclasses import replace

import pytest

from crawler.fetching import NO_VALIDATORS
from storage.domain.enums import VisitOutcome

from .site import LIST, Office, Site, listing, row
from .site import reports as report_pages

BEHIND = "http://www.yunxi.gov.test/xxgk/ndbg/"
FRAME = (
    "<html><head><title>政府信息公开年报-云溪县</title></head><body><ul><li><a href='/zwgk/zn.html'>政府信息公开指南</a></li>"
    f"<li><a href='/zwgk/zd.html'>政府信息公开制度</a></li></ul><iframe id='right' src='{BEHIND}' width='100%'></iframe></body></html>"
)


class Led(Site):
    """A host whose address of the list leads to another one by itself, as a refresh does."""

    async def __call__(self, ask, portal, role, *, validators=NO_VALIDATORS, tier="http"):
        led = replace(ask, url=BEHIND) if ask.url == LIST else ask
        return await super().__call__(led, portal, role, validators=validators, tier=tier)


def _behind(*years):
    files, rows = report_pages(*years)
    return {url.replace(LIST, BEHIND): found for url, found in files.items()} | {BEHIND: listing(*rows)}


@pytest.fixture
def office(tmp_path, request):
    opened = Office(tmp_path, request.param(), family="trs_static")
    yield opened
    opened.database.close()


def _visit(office, **kwargs):
    return asyncio.run(office.visit(**kwargs))


@pytest.mark.parametrize("office", [Site], indirect=True)
def test_the_menu_of_a_frame_is_not_taken_for_the_list_behind_it(office):
    office.site.pages = _behind(2024, 2023) | {LIST: FRAME}
    first = _visit(office)
    assert (first.result.outcome, first.result.items_seen, first.new_versions) == (VisitOutcome.COMPLETE, 2, 2)
    second = _visit(office, days=1)
    assert (second.result.items_seen, second.result.qualified) == (2, second.result.whole_list)


@pytest.mark.parametrize("office", [Led], indirect=True)
def test_links_of_an_unchanged_page_are_relative_to_where_it_came_from(office):
    office.site.pages = _behind(2024, 2023)
    assert _visit(office).new_versions == 2
    second = _visit(office, days=1)
    assert (second.result.outcome, second.result.items_seen, second.new_versions) == (VisitOutcome.COMPLETE, 2, 0)
    assert [url for _, url in office.site.asked] == [BEHIND]


@pytest.mark.parametrize("office", [Site], indirect=True)
def test_an_error_page_said_to_be_unchanged_is_still_an_error_page(office):
    office.site.pages = _behind(2023) | {LIST: FRAME, BEHIND: "<html><title>页面不存在</title><p>您访问的页面不存在</p></html>"}
    assert _visit(office).result.outcome is VisitOutcome.SOFT_ERROR
    assert _visit(office, days=1).result.outcome is VisitOutcome.SOFT_ERROR


@pytest.mark.parametrize("office", [Site], indirect=True)
def test_a_list_with_a_frame_beside_its_rows_stays_a_list(office):
    files, rows = report_pages(2024, 2023)
    beside = '<iframe src="/common/weather.html" width="200" height="40"></iframe>'
    office.site.pages = files | {LIST: listing(*rows, row("t20220101_1.html", "云溪县法治政府建设年度报告", "2022-01-01"), pager=beside)}
    assert (_visit(office).result.items_seen, office.site.asked[-1][1].startswith(LIST)) == (3, True)
