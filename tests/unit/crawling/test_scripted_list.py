"""Visits to a list that only a browser shows: rendered once, then asked for without a browser, rendered again when that fails."""

import asyncio
import json
from dataclasses import replace

import pytest

from crawler.discovery.troubles import Trouble
from storage import list_keys, portals, reports
from storage.domain.enums import VisitOutcome
from storage.domain.registry import Portal

from .scripted_site import API, ScriptedSite
from .site import LIST, Office


@pytest.fixture
def site():
    return ScriptedSite()


@pytest.fixture
def office(tmp_path, site):
    opened = Office(tmp_path, site, url=f"{LIST}index.html")
    with opened.database.write() as c:
        portals.upsert(c, Portal("p", "云溪县", "http://www.yunxi.gov.test/", "p", delay_seconds=0.0), site.clock.now())
        opened.entry = portals.add_entry_point(c, "p", LIST, now=site.clock.now(), body_ids=["b0"], tier="browser")
    yield opened
    opened.database.close()


def _visit(office, days=1):
    return asyncio.run(office.visit(days=days)).result


def _keys(office):
    with office.database.read() as c:
        return list_keys.history(c, office.entry)


def test_one_rendering_serves_the_visits_after_it(office, site):
    first = _visit(office)
    assert (first.outcome, first.items_seen, first.facts["list_key"]) == (VisitOutcome.COMPLETE, 2, "cut")
    for _ in range(3):
        result = _visit(office)
        assert (result.outcome, result.items_seen, result.facts["list_key"]) == (VisitOutcome.COMPLETE, 2, "used")
        assert result.qualified
    assert (site.rendered, len(site.plain)) == (1, 4)
    [key] = _keys(office)
    assert (key.uses, key.retired_at) == (3, None)
    assert "x-token" not in key.key
    assert "sid" not in key.key


def test_a_new_row_is_found_without_a_browser(office, site):
    _visit(office)
    site.years = (2025, *site.years)
    assert _visit(office).items_seen == 3
    assert site.rendered == 1
    with office.database.read() as c:
        assert reports.current(c, "b0", 2025) is not None


def test_further_pages_are_asked_for_by_the_key(office, site):
    site.years, site.size = tuple(range(2024, 2007, -1)), 15
    first = _visit(office)
    assert (first.items_seen, first.declared_total, first.whole_list, site.rendered) == (17, 17, True, 1)
    assert site.plain == [f"{API}?channel=7&page=1&size=15", f"{API}?channel=7&page=2&size=15"]
    site.plain.clear()
    second = _visit(office)
    assert (second.items_seen, second.whole_list, second.qualified) == (17, True, True)
    assert len(site.plain) == 1, "the same first rows and the same total are enough"


@pytest.mark.parametrize("answer", [404, 403, b'{"code": 1}', b'{"code": 0, "data": {"list": [], "total": 0}}', "<title>404</title>"])
def test_a_key_that_outlived_itself_is_cut_again_once(office, site, answer):
    _visit(office)
    _visit(office)
    site.refuses = answer
    result = _visit(office)
    assert (result.outcome, result.items_seen, site.rendered) == (VisitOutcome.COMPLETE, 2, 2)
    assert "retired" in result.facts["list_key"]
    assert [key.retired_at is None for key in _keys(office)] == [False, False], "replayed in vain: no key is kept"
    site.refuses = None
    _visit(office)
    assert (site.rendered, [key.retired_at is None for key in _keys(office)]) == (3, [True, False, False])
    _visit(office)
    assert site.rendered == 3


def test_a_request_that_fails_at_once_is_never_kept_and_not_tried_for_ever(office, site):
    site.refuses = 403
    for _ in range(4):
        result = _visit(office)
        assert (result.outcome, result.items_seen) == (VisitOutcome.COMPLETE, 2)
    assert (site.rendered, len(site.plain)) == (4, 2)
    assert {(key.key, key.reason) for key in _keys(office)} == {("", "replay-failed")}
    _visit(office, days=31)
    assert len(site.plain) == 3


@pytest.mark.parametrize(
    ("answer", "outcome", "reason"),
    [
        (Trouble(VisitOutcome.UNREACHABLE, "timeout"), VisitOutcome.UNREACHABLE, "timeout"),
        (503, VisitOutcome.UNREACHABLE, "status-503"),
        (412, VisitOutcome.CHALLENGED, "status-412"),
    ],
)
def test_a_host_that_is_away_or_asks_for_proof_is_not_asked_by_a_browser_either(office, site, answer, outcome, reason):
    _visit(office)
    site.refuses = answer
    result = _visit(office)
    assert (result.outcome, result.reason, result.qualified, site.rendered) == (outcome, reason, False, 1)
    assert _keys(office)[0].retired_at is None


def test_rows_of_another_column_are_not_believed(office, site):
    _visit(office)
    other = {"id": "t20250101_1", "title": "云溪县教育局2024年部门预算公开说明", "pubDate": "2025-01-01"}
    site.refuses = json.dumps({"data": {"list": [other], "total": 1}}).encode()
    result = _visit(office)
    assert (result.outcome, result.canary, site.rendered) == (VisitOutcome.COMPLETE, True, 2)
    assert "canary-lost" in result.facts["list_key"]


def test_a_list_read_without_a_browser_needs_none(office, site):
    site.years = ()
    result = _visit(office)
    assert (result.outcome, result.reason) == (VisitOutcome.LAYOUT_CHANGED, "list-not-understood")
    assert _keys(office)[0].reason == "no-rows-shown"


def test_a_request_to_a_foreign_host_never_becomes_a_key(office, site):
    render = site._render

    async def elsewhere(*args, **rest):
        reply = await render(*args, **rest)
        return replace(reply, exchanges=tuple(replace(one, url=one.url.replace("yunxi.gov.test", "other.test")) for one in reply.exchanges))

    site._render = elsewhere
    result = _visit(office)
    assert (result.outcome, result.items_seen, site.plain) == (VisitOutcome.COMPLETE, 2, [])
    assert _keys(office)[0].reason == "no-request-holds-the-rows"
