"""What a search writes down: columns watched or waiting, verdicts only after two days, a person's word kept, roll-over."""

import asyncio
from datetime import timedelta

import pytest

from crawler.discovering import discovery_batch
from crawler.discovery.troubles import Trouble
from storage import discoveries, portals
from storage.discoveries import Outcome, State
from storage.domain.enums import VisitOutcome
from storage.domain.errors import UsageError
from storage.domain.ids import PortalId
from storage.domain.registry import Portal

from .site import HOME, LIST, Office, Site, listing, reports

P = PortalId("p")
FILLER = "<p>本站刊登本地政务动态、办事指南和公共服务信息，欢迎监督。</p>" * 12


def _home(*links):
    return f"<html><title>云溪县</title><body><div>{''.join(links)}</div>{FILLER}</body></html>"


def _link(url, words="政府信息公开年报"):
    return f'<a href="{url}">{words}</a>'


@pytest.fixture
def site():
    pages, rows = reports(2021, 2022, 2023)
    return Site({**pages, HOME: _home(_link(LIST)), LIST: listing(*rows)})


@pytest.fixture
def office(tmp_path, site):
    with_database = Office(tmp_path, site, url=HOME)
    yield with_database
    with_database.database.close()


def _search(office, *, days=0):
    office.clock.advance(timedelta(days=days))
    lines = []
    batch = discovery_batch(office.site, office.recorder, office.memory, lines.append)
    asyncio.run(batch.work([office.entry]))
    assert batch.failures == []
    return lines[0]


def _read(office, what, *arguments, **named):
    with office.database.read() as c:
        return what(c, *arguments, **named)


def test_a_found_column_is_watched_in_place_of_the_home_page(office):
    line = _search(office)
    watched = _read(office, portals.entry_points_of, portal_id=P)
    assert (line["outcome"], [point.url for point in watched]) == ("complete", [LIST])
    assert watched[0].body_ids == _read(office, portals.get_entry_point, office.entry).body_ids
    assert _search(office, days=1)["outcome"] == "complete"
    assert len(_read(office, portals.entry_points_of, portal_id=P, enabled_only=False)) == 2


def test_no_column_needs_two_days(office):
    office.site.pages[HOME] = _home(_link("/xw/", "新闻"))
    assert (_search(office)["reason"], _read(office, discoveries.has_no_column, P)) == ("no-column-met", False)
    _search(office)
    assert not _read(office, discoveries.has_no_column, P)
    _search(office, days=1)
    assert _read(office, discoveries.has_no_column, P)


@pytest.mark.parametrize("outcome", [VisitOutcome.UNREACHABLE, VisitOutcome.CHALLENGED, VisitOutcome.BLOCKED])
def test_a_portal_that_cannot_be_seen_gets_no_verdict(office, outcome):
    office.site.pages[HOME] = Trouble(outcome, "x")
    for days in (0, 1, 1):
        assert _search(office, days=days)["outcome"] == outcome.value
    assert not _read(office, discoveries.has_no_column, P)
    assert {one.outcome for one in _read(office, discoveries.history, P)} == {Outcome.STOPPED}


def test_a_column_that_failed_to_answer_is_no_missing_column(office):
    office.site.pages[LIST] = Trouble(VisitOutcome.UNREACHABLE, "timeout")
    for days in (0, 1):
        assert _search(office, days=days)["reason"] == "unreachable:timeout"
    assert not _read(office, discoveries.has_no_column, P)


def test_an_unsure_column_waits_and_a_person_decides(office):
    office.site.pages[LIST] = listing("<li>暂无信息</li>")
    assert _search(office)["reason"] == "low-confidence"
    (one,) = _read(office, discoveries.candidates, state=State.QUEUED)
    assert [point.id for point in _read(office, portals.entry_points_of, portal_id=P)] == [office.entry]
    with office.database.write() as c:
        assert discoveries.accept(c, one.id, by="张三", now=office.clock.now()).state is State.WATCHED
    assert [point.url for point in _read(office, portals.entry_points_of, portal_id=P)] == [LIST]
    with office.database.write() as c, pytest.raises(UsageError):
        discoveries.reject(c, one.id, by="张三")


def test_what_a_person_rejected_is_not_proposed_again(office):
    _search(office)
    (one,) = _read(office, discoveries.candidates)
    with office.database.write() as c:
        portals.add_entry_point(c, P, HOME + "other/", now=office.clock.now())
        assert discoveries.reject(c, one.id, by="张三").state is State.REJECTED
    _search(office, days=1)
    assert LIST not in {point.url for point in _read(office, portals.entry_points_of, portal_id=P)}


def test_the_new_columns_of_a_new_year_are_found_from_the_home_page(office):
    def column(year):
        pages, rows = reports(year)
        office.site.pages |= pages
        office.site.pages[f"{HOME}nb{year}/"] = listing(*rows).replace("./", "").replace('href="t', f'href="{LIST}t')
        return _link(f"/nb{year}/", f"{year}年政府信息公开年报")

    office.site.pages[HOME] = _home(column(2021), column(2022))
    _search(office)
    assert _read(office, discoveries.due, office.clock.now()) == ()
    office.site.pages[HOME] = _home(column(2023), column(2022))
    office.clock.advance(timedelta(days=11))
    assert [portal.id for portal in _read(office, discoveries.due, office.clock.now())] == [P]
    _search(office)
    watched = _read(office, portals.entry_points_of, portal_id=P)
    assert {(point.url, point.params["list_year"]) for point in watched} == {(f"{HOME}nb{year}/", str(year)) for year in (2021, 2022, 2023)}
    assert {point.params["list_series"] for point in watched} == {"yearly"}


@pytest.mark.parametrize(("year", "doubt"), [("2024", False), ("2022", True), ("", True)])
def test_only_the_list_of_the_awaited_year_can_show_its_absence(tmp_path, site, year, doubt):
    office = Office(tmp_path, site)
    with office.database.write() as c:
        portals.set_family(c, office.entry, "", {"list_series": "yearly", **({"list_year": year} if year else {})})
    results = [asyncio.run(office.visit(days=days)).result for days in (0, 1)]
    assert {result.inconclusive_reason == "list-of-other-years" for result in results} == {doubt}
    assert doubt is not any(result.inconclusive_reason in {"", "own-network-untested"} for result in results)
    office.database.close()


def test_a_portal_with_only_a_home_address_is_due_and_searched_once_a_day(office):
    assert [portal.id for portal in _read(office, discoveries.due, office.clock.now())] == [P]
    office.site.pages[HOME] = _home("")
    _search(office)
    assert _read(office, discoveries.due, office.clock.now()) == ()
    assert _read(office, discoveries.due, office.clock.now() + timedelta(days=1)) != ()


def test_a_column_known_on_one_portal_is_tried_on_the_others_of_its_platform(office):
    """Portals of one city share their system: where no link leads to the column, the sister's path does."""
    sister = PortalId("www.sister.gov.test")
    with office.database.write() as c:
        portals.upsert(c, Portal(sister, "邻县", "http://www.sister.gov.test/", "p", delay_seconds=0.0), office.clock.now())
        found = portals.add_entry_point(c, sister, "http://www.sister.gov.test/zwgk/nb/", now=office.clock.now(), family="trs_static")
        assert LIST in discoveries.hints(c, portals.get(c, P))
        portals.set_enabled(c, found, False)
        assert LIST not in discoveries.hints(c, portals.get(c, P))
        portals.set_enabled(c, found, True)
    office.site.pages[HOME] = _home("<p>建设中</p>")
    line = _search(office)
    assert (line["outcome"], [one["url"] for one in line["columns"]]) == ("complete", [LIST])
