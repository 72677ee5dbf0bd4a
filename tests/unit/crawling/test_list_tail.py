"""What a second visit to a list of several pages costs, and that nothing that came to it is overlooked."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.errands import ERRANDS
from crawler.list_tail import REREAD_EVERY, Led, ReadThrough, Tail, Trail, read_through_from
from crawler.listing import Ask, Item, Listing
from storage import visits
from storage.domain.enums import VisitOutcome

from .site import LIST, listing, row
from .site import reports as report_pages

NOW = datetime(2025, 2, 3, tzinfo=UTC)
SIZE = 3


def _other(number):
    return row(f"t20240101_9{number:02d}.html", f"云溪县{number}号法治政府建设年度报告", "2024-01-01")


def _pages(rows):
    """The list's pages of three rows, with a pager that says how many there are."""
    cut = [rows[start : start + SIZE] for start in range(0, len(rows), SIZE)]
    count = len(cut)
    return {
        LIST + (f"index_{number}.html" if number else ""): listing(
            *part, pager=f'<script>createPageHTML({count}, {number}, "index", "html")</script>'
        )
        for number, part in enumerate(cut)
    }


def _visit(office, **kwargs):
    return asyncio.run(office.visit(**kwargs))


def _serve(site, rows):
    files, _ = report_pages(2023, 2024)
    site.pages = files | _pages(rows)


def _rows(count):
    """One report of 2023, which serves as the canary, among other documents; that of 2024 is awaited."""
    _, mine = report_pages(2023)
    return [*mine, *(_other(number) for number in range(count - 1))]


@pytest.mark.parametrize("count", [6, 8])
def test_an_unchanged_list_costs_its_first_page_and_its_end(office, site, count):
    _serve(site, _rows(count))
    first = _visit(office)
    assert first.result.qualified
    for days in (1, 1):
        done = _visit(office, days=days)
        assert (done.result.outcome, done.result.whole_list, done.result.items_seen) == (VisitOutcome.COMPLETE, True, count)
        assert done.result.qualified
        assert site.asked == [("GET", LIST), ("GET", f"{LIST}index_{-(-count // SIZE) - 1}.html")]


@pytest.mark.parametrize(
    ("count", "place", "conditional"), [(7, 1, True), (8, 4, True), (9, 4, True), (9, 4, False), (8, None, False), (9, None, True)]
)
def test_a_report_put_in_anywhere_is_found_at_the_next_visit(office, site, count, place, conditional):
    site.conditional = conditional
    rows = _rows(count)
    _serve(site, rows)
    _visit(office)
    _, late = report_pages(2024)
    changed = [*rows, *late] if place is None else [*rows[:place], *late, *rows[place:]]
    _serve(site, changed)
    done = _visit(office, days=1)
    assert (done.result.whole_list, done.result.items_seen, done.new_versions) == (True, count + 1, 1)
    assert not _visits_without(office, 2024)[1:], "only the first visit did not see it"


def _visits_without(office, year):
    with office.database.read() as c:
        return visits.negatives(c, "b0", year)


def test_one_that_leaves_and_one_that_comes_between_are_found_when_the_list_is_read_again(office, site):
    rows = _rows(8)
    _serve(site, rows)
    _visit(office)
    _, late = report_pages(2024)
    _serve(site, [*rows[:3], *late, *rows[4:]])
    assert _visit(office, days=1).new_versions == 0
    done = _visit(office, days=REREAD_EVERY.days - 1)
    assert (done.new_versions, len([1 for _, url in site.asked if "index_" in url])) == (1, 2)


def test_a_reading_that_was_not_whole_is_no_ground_for_the_next(office, site):
    rows = _rows(8)
    _serve(site, rows)
    broken = dict(site.pages)
    site.pages[LIST + "index_2.html"] = 503
    assert not _visit(office).result.whole_list
    site.pages = broken
    done = _visit(office, days=1)
    assert [url for _, url in site.asked if "index_" in url] == [LIST + "index_1.html", LIST + "index_2.html"]
    assert done.result.qualified


def test_a_server_that_fails_at_the_end_proves_nothing(office, site):
    _serve(site, _rows(8))
    _visit(office)
    site.pages[LIST + "index_2.html"] = 503
    result = _visit(office, days=1).result
    assert (result.outcome, result.whole_list, result.qualified) == (VisitOutcome.PARTIAL, False, False)


def test_a_list_whose_newest_reports_are_all_known_costs_one_request_on_every_visit(office, site):
    _, mine = report_pages(2024)
    _serve(site, [*mine, *(_other(number) for number in range(7))])
    _visit(office)
    for _ in range(3):
        assert not _visit(office, days=1).result.whole_list
        assert site.asked == [("GET", LIST)]
    assert _visit(office, days=3).result.whole_list


def test_an_audit_reads_every_page(office, site):
    _serve(site, _rows(8))
    _visit(office)
    _visit(office, errand=ERRANDS["audit"])
    assert [url for _, url in site.asked if "index_" in url] == [LIST + "index_1.html", LIST + "index_2.html"]


def _items(count, start=0):
    return tuple(Item(f"http://a.gov.test/{number}.html", f"第{number}份") for number in range(start, start + count))


def _trail(*pages, passed=0, behind=None):
    trail, start = Trail(), 0
    for number, (count, more) in enumerate(pages):
        found = Listing(_items(count, start), next=(Ask("next"),) if more else (), passed=passed)
        trail.page(found, Ask(f"page{number}") if number else None, {})
        start += count
    if behind is not None:
        trail.nothing_new(behind, Ask("behind"), {})
    return trail


def test_a_full_last_page_that_leads_on_is_vouched_for_by_the_page_behind_it():
    empty = Listing(())
    assert _trail((3, True), (3, True), behind=empty).end().ask.url == "behind"
    assert _trail((3, True), (2, True), behind=empty).end().ask.url == "page1"
    assert _trail((3, True), (3, False)).end().ask.url == "page1"
    assert _trail((3, True), behind=empty).end().ask.url == "behind"
    assert _trail((3, True), (3, True)).end() is None


def test_rows_of_others_between_the_own_tell_no_end():
    assert _trail((3, True), (2, False), passed=1).end() is None


_TEXT = st.text(max_size=8)
_TAILS = st.builds(
    Tail,
    st.builds(Ask, _TEXT, st.tuples(st.tuples(_TEXT, _TEXT)), _TEXT, _TEXT, st.booleans(), st.tuples(st.tuples(_TEXT, _TEXT))),
    st.dictionaries(_TEXT, _TEXT, max_size=3),
    _TEXT,
    st.booleans(),
)


_COUNTS = st.none() | st.integers(0, 99)
_LED = st.builds(Led, st.builds(Ask, _TEXT, st.tuples(st.tuples(_TEXT, _TEXT)), _TEXT), st.just(NOW))


@given(st.builds(ReadThrough, st.just(NOW), st.integers(1, 99), _COUNTS, st.none() | _TAILS, _COUNTS, st.booleans(), st.none() | _LED))
def test_what_is_written_down_is_read_back(through):
    assert read_through_from({"read_through": through.as_facts()}) == through


@pytest.mark.parametrize("facts", [{}, {"read_through": None}, {"read_through": {"read_at": "soon", "tail": None, "pages": 1, "visit": 1}}])
def test_facts_that_say_nothing_of_it_are_no_reading(facts):
    assert read_through_from(facts) is None


def test_it_is_leant_on_for_a_few_days_and_never_before_it_was_made():
    through = ReadThrough(NOW, 1)
    assert through.is_fresh(NOW + REREAD_EVERY - timedelta(seconds=1))
    assert not through.is_fresh(NOW + REREAD_EVERY)
    assert not through.is_fresh(NOW - timedelta(seconds=1))
