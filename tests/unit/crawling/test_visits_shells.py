"""Lists behind a page that only leads to them, once their family is known and their pages are in the archive."""

import asyncio
from dataclasses import replace
from datetime import timedelta

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


OTHER = "http://www.yunxi.gov.test/xxgk/ndbg2025/"


def _asked(office):
    return [url for _, url in office.site.asked if not url.endswith(".html")]


@pytest.mark.parametrize("office", [Site], indirect=True)
def test_a_shell_is_asked_once_a_day_while_a_report_is_awaited(office):
    office.site.pages = _behind(2023) | {LIST: FRAME}
    assert _visit(office).result.whole_list
    office.clock.advance(timedelta(hours=3))
    same_day = _visit(office)
    assert (_asked(office), same_day.result.whole_list, same_day.result.items_seen) == ([BEHIND], True, 1)
    next_day = _visit(office, days=1)
    assert (_asked(office), next_day.result.whole_list) == ([LIST, BEHIND], True)
    office.clock.advance(timedelta(hours=3))
    assert _visit(office).result.qualified
    assert _asked(office) == [BEHIND]


@pytest.mark.parametrize("office", [Site], indirect=True)
def test_a_shell_that_leads_elsewhere_since_yesterday_hides_nothing(office):
    office.site.pages = _behind(2023) | {LIST: FRAME}
    _visit(office)
    moved = {url.replace(BEHIND, OTHER): found for url, found in _behind(2024, 2023).items()}
    office.site.pages |= moved | {LIST: FRAME.replace(BEHIND, OTHER)}
    found = _visit(office, days=1)
    assert (found.new_versions, found.result.items_seen) == (2, 2)
    office.clock.advance(timedelta(hours=3))
    _visit(office)
    assert _asked(office) == [OTHER]


@pytest.mark.parametrize("office", [Site], indirect=True)
def test_a_list_that_left_its_place_is_looked_for_by_its_shell(office):
    office.site.pages = _behind(2023) | {LIST: FRAME}
    _visit(office)
    moved = {url.replace(BEHIND, OTHER): found for url, found in _behind(2024).items()}
    office.site.pages = moved | {LIST: FRAME.replace(BEHIND, OTHER)}
    office.clock.advance(timedelta(hours=3))
    assert _visit(office).new_versions == 1
    assert _asked(office) == [BEHIND, LIST, OTHER]


@pytest.mark.parametrize("office", [Site], indirect=True)
def test_a_list_that_changed_is_read_by_its_shell_again(office):
    office.site.pages = _behind(2023) | {LIST: FRAME}
    _visit(office)
    office.site.pages |= _behind(2024, 2023)
    office.clock.advance(timedelta(hours=3))
    assert _visit(office).new_versions == 1
    assert _asked(office) == [BEHIND, LIST, BEHIND]


@pytest.mark.parametrize("office", [Site], indirect=True)
@pytest.mark.parametrize(("pager", "whole"), [("<a>1</a><a>2</a>", False), ("<a>1</a>", True)])
def test_a_pager_around_the_frame_says_whether_there_is_more(office, pager, whole):
    turns = f"<div class='pager'>{pager}</div></body>"
    office.site.pages = _behind(2024, 2023) | {LIST: FRAME.replace("</body>", turns)}
    assert _visit(office).result.whole_list is whole
