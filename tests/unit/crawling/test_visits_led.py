"""Visits to lists whose page holds no rows: what a second visit costs, and what it must not overlook."""

import asyncio
from dataclasses import replace

import pytest

from crawler.demo.publications import Entry
from crawler.fetching import NO_VALIDATORS, Reply
from crawler.page import page
from storage.domain.enums import VisitOutcome

from .site import Office, Site
from .style_reading import Portal, entries, site

UNIT = "/api-gateway/jpaas-publish-server/front/page/build/unit"


class Routed(Site):
    """A simulated portal behind the fetch seam."""

    def __init__(self, portal: Portal) -> None:
        super().__init__()
        self.portal = portal

    async def __call__(self, ask, portal, role, *, validators=NO_VALIDATORS, tier="http"):
        self.asked.append((role, ask.url))
        found, now = self.portal.get(ask), self.clock.now()
        etag = f'"{hash(found.body)}"'
        if validators.etag == etag:
            return Reply(page(ask.url, 304, b"", {"etag": etag}), None, now, now)
        served = page(ask.url, found.status, found.body, {**found.headers, "etag": etag})
        return Reply(
            served, None, now, now, ask.method, f"HTTP/1.1 {found.status}\ncontent-type: {found.media_type}\netag: {etag}", "127.0.0.1"
        )

    def lists(self) -> list[str]:
        return [url for role, url in self.asked if role == "list"]


@pytest.fixture
def routed():
    return Routed(Portal(site("hanweb_unit", "/col/col240/index.html"), entries(12)))


@pytest.fixture
def office(tmp_path, routed):
    opened = Office(tmp_path, routed, body_names=("青浦示例县档案局",), url=routed.portal.site.column_url)
    yield opened
    opened.database.close()


def _visit(office: Office, **kwargs):
    return asyncio.run(office.visit(**kwargs)).result


def test_an_unchanged_list_costs_its_page_and_its_first_rows(office, routed):
    first = _visit(office)
    assert (first.outcome, first.whole_list, first.items_seen) == (VisitOutcome.COMPLETE, True, 12)
    assert len(routed.lists()) == 5
    second = _visit(office, days=1)
    assert (second.outcome, second.whole_list, second.items_seen) == (VisitOutcome.COMPLETE, True, 12)
    assert [url.partition("?")[0].endswith(UNIT) for url in routed.lists()] == [False, True]


def _gone(lines: tuple[Entry, ...]) -> tuple[Entry, ...]:
    return lines[:-1]


def _renamed(lines: tuple[Entry, ...]) -> tuple[Entry, ...]:
    return (replace(lines[0], title=f"{lines[0].title}（更正）"), *lines[1:])


def _redated(lines: tuple[Entry, ...]) -> tuple[Entry, ...]:
    return (replace(lines[0], published_on=lines[0].published_on.replace(day=3), number=lines[0].number), *lines[1:])


@pytest.mark.parametrize("change", [_gone, _renamed, _redated])
def test_a_changed_list_is_read_whole_again(office, routed, change):
    _visit(office)
    routed.portal.lines = change(routed.portal.lines)
    result = _visit(office, days=1)
    assert len(routed.lists()) >= 5
    assert (result.whole_list, result.items_seen) == (True, len(routed.portal.lines))


def _tree(lines: tuple[Entry, ...]) -> Routed:
    """A portal of the unified platform, a few of whose documents stand under two ids each with one address."""
    return Routed(Portal(site("gkmlpt", "/xxgk/gkmlpt/index"), lines))


@pytest.fixture
def twice(tmp_path):
    routed = _tree(entries(12))
    opened = Office(tmp_path, routed, body_names=("青浦示例县档案局",), url=routed.portal.site.column_url)
    yield opened
    opened.database.close()


def test_documents_that_stand_under_two_ids_do_not_make_an_unchanged_list_dear(twice):
    first = _visit(twice)
    assert (first.outcome, first.whole_list, first.items_seen) == (VisitOutcome.COMPLETE, True, 12)
    assert first.declared_total == 12
    assert len(twice.site.lists()) > 4
    for _ in range(2):
        again = _visit(twice, days=1)
        assert (again.whole_list, again.items_seen, again.inconclusive_reason) == (True, 12, first.inconclusive_reason)
        assert len(twice.site.lists()) == 2


@pytest.mark.parametrize("change", [_gone, _renamed])
def test_a_list_with_documents_entered_twice_is_read_again_when_it_changed(twice, change):
    _visit(twice)
    twice.site.portal.lines = change(twice.site.portal.lines)
    result = _visit(twice, days=1)
    assert len(twice.site.lists()) >= 4
    assert (result.whole_list, result.items_seen) == (True, len(twice.site.portal.lines))


def test_what_the_first_node_of_several_declares_is_not_said_of_the_whole(tmp_path):
    routed = _tree(entries(12))
    routed.portal.site = replace(routed.portal.site, variant="years")
    office = Office(tmp_path, routed, body_names=("青浦示例县档案局",), url=routed.portal.site.column_url)
    _visit(office)
    whole = len(routed.lists())
    routed.portal.lines = _gone(routed.portal.lines)
    assert _visit(office, days=1).items_seen == 11
    assert len(routed.lists()) == whole
    office.database.close()
