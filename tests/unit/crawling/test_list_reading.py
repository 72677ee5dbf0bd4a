"""How a list is read to its end, whatever its family: shells, parts, pages that start afresh, ends that are none."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from crawler.discovery.troubles import Trouble
from crawler.fetching import Reply
from crawler.list_reading import LAYOUT, REPEATS, Reading, read_all
from crawler.listing import Ask, Item, Listing, Start
from crawler.page import page
from storage.domain.enums import VisitOutcome
from storage.domain.errors import LayoutChanged

NOW = datetime(2025, 2, 3, tzinfo=UTC)
START = Start("http://a.gov.test/nb/")
GONE = Trouble(VisitOutcome.SOFT_ERROR, "status-404")


def rows(*names: str) -> tuple[Item, ...]:
    return tuple(Item(f"http://a.gov.test/{name}.html", name) for name in names)


@dataclass
class Told:
    """A family that answers as it was told, by address."""

    listings: dict[str, Listing]
    ID: str = "told"
    asked: list[str] = field(default_factory=list)

    def detect(self, page):
        return 1.0

    def first_requests(self, start):
        return (Ask(start.url),)

    def read_list(self, page, params):
        if page.url not in self.listings:
            raise LayoutChanged("nothing here")
        return self.listings[page.url]


@pytest.fixture
def read(monkeypatch):
    def run(listings, troubles=None, **kwargs):
        family = Told({START.url: listings.pop("first"), **listings})
        monkeypatch.setattr("crawler.list_reading.choose_family", lambda page, family_id: family)

        async def ask_page(ask):
            family.asked.append(ask.url)
            wrong = (troubles or {}).get(ask.url)
            return Reply(None if wrong else page(ask.url, 200, b"<p>x</p>"), wrong, NOW, NOW)

        reading = Reading(lambda listing, before: None, 20, **kwargs)
        return reading, asyncio.run(read_all(START, page(START.url, 200, b"<p>x</p>"), reading, ask_page)), family.asked

    return run


def test_rows_that_come_by_a_further_request(read):
    reading, facts, _ = read({"first": Listing((), next=(Ask("api1"),)), "api1": Listing(rows("a"), (Ask("api2"),)), "api2": Listing(())})
    assert ([item.title for item in reading.items], facts.ended, facts.stop) == (["a"], True, None)


def test_an_interface_that_is_not_understood_is_a_changed_layout_not_an_empty_list(read):
    _, facts, _ = read({"first": Listing((), next=(Ask("api1"),))})
    assert (facts.ended, facts.stop, facts.first_page_failed) == (False, LAYOUT, True)


def test_an_unchanging_page_without_rows_is_no_ground_to_stop(read):
    first = Listing((), next=(Ask("api1"),))
    reading, _, _ = read({"first": first, "api1": Listing(rows("a"), (Ask("api2"),)), "api2": Listing(())}, enough=lambda reading: True)
    assert len(reading.items) == 1


def test_a_list_asked_afresh_may_repeat_its_written_rows(read):
    first = Listing(rows("a", "b"), next=(Ask("api1"),), restarts=True)
    reading, facts, _ = read({"first": first, "api1": Listing(rows("a", "b"), (Ask("api2"),)), "api2": Listing(rows("c"))})
    assert ([item.title for item in reading.items], facts.ended) == (["a", "b", "c"], True)


def test_written_rows_and_an_empty_answer_contradict_each_other(read):
    _, facts, _ = read({"first": Listing(rows("a"), next=(Ask("api1"),), restarts=True), "api1": Listing((), says_empty=True)})
    assert (facts.ended, facts.stop) == (False, REPEATS)


@pytest.mark.parametrize(("total", "ended"), [(2, True), (3, False), (None, False)])
def test_no_page_after_the_last_is_an_end_only_where_all_declared_rows_were_met(read, total, ended):
    first = Listing(rows("a", "b"), next=(Ask("p2"),), declared_total=total)
    _, facts, _ = read({"first": first}, {"p2": GONE})
    assert facts.ended is ended


def test_every_part_is_read_to_its_end_and_the_totals_add_up(read):
    first = Listing((), next=(Ask("y1"),), also=(Ask("y2"), Ask("y3")))
    parts = {
        "y1": Listing(rows("a", "b"), (Ask("y1p2"),), declared_total=3),
        "y1p2": Listing(rows("c")),
        "y2": Listing((), says_empty=True, declared_total=0),
        "y3": Listing(rows("d"), declared_total=1),
    }
    reading, facts, asked = read({"first": first, **parts})
    assert [item.title for item in reading.items] == ["a", "b", "c", "d"]
    assert (facts.ended, facts.declared_total, asked) == (True, 4, ["y1", "y1p2", "y2", "y3"])


@pytest.mark.parametrize("broken", ["y1p2", "y2"])
def test_a_part_that_fails_leaves_the_list_unproven(read, broken):
    first = Listing((), next=(Ask("y1"),), also=(Ask("y2"),))
    parts = {"y1": Listing(rows("a"), (Ask("y1p2"),)), "y1p2": Listing(()), "y2": Listing(rows("b"))}
    _, facts, _ = read({"first": first, **parts}, {broken: Trouble(VisitOutcome.UNREACHABLE, "timeout")})
    assert (facts.ended, facts.stop.reason) == (False, "timeout")


def test_a_part_not_understood_is_no_empty_part(read):
    _, facts, _ = read({"first": Listing(rows("a"), also=(Ask("y2"),))})
    assert (facts.ended, facts.stop.reason) == (False, "part-not-understood")


def test_a_short_part_shows_in_the_total(read):
    first = Listing(rows("a"), declared_total=2, also=(Ask("y2"),))
    _, facts, _ = read({"first": first, "y2": Listing(rows("b"), declared_total=1)})
    assert (facts.items_seen, facts.declared_total) == (2, 3)


def test_a_page_of_other_lists_rows_is_not_the_end(read):
    first = Listing(rows("a"), next=(Ask("p2"),))
    reading, facts, _ = read({"first": first, "p2": Listing((), (Ask("p3"),), passed=15), "p3": Listing(rows("b"))})
    assert ([item.title for item in reading.items], facts.ended) == (["a", "b"], True)


@pytest.mark.parametrize(("enough", "asked"), [(True, ["api1"]), (False, ["api1", "api2", "y2"])])
def test_first_rows_that_are_enough_end_the_reading_where_the_page_only_led_to_them(read, enough, asked):
    first = Listing((), next=(Ask("api1"),), also=(Ask("y2"),))
    answers = {"api1": Listing(rows("a"), (Ask("api2"),)), "api2": Listing(()), "y2": Listing(())}
    reading, facts, really = read({"first": first, **answers}, enough=lambda reading: enough)
    assert (reading.led, reading.early, facts.ended, really) == (True, enough, not enough, asked)


@pytest.mark.parametrize(("wrong", "ended"), [(None, False), (GONE, True), (Trouble(VisitOutcome.SOFT_ERROR, "stub"), False)])
def test_an_empty_answer_beside_a_broken_one_is_no_empty_list(read, wrong, ended):
    first = Listing((), next=(Ask("side"), Ask("list")))
    _, facts, _ = read({"first": first, "side": Listing((), says_empty=True)}, {"list": wrong} if wrong else {})
    assert facts.ended is ended
