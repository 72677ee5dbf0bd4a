"""Undecided rows whose pages are not there: asked again while that may change, then left to a person and asked seldom."""

import asyncio
from datetime import date, timedelta

import pytest

from crawler.gone_lines import GONE_MARK, GoneLine, as_fact, from_facts
from storage import sightings
from storage.domain.enums import VisitOutcome
from storage.domain.visits import Decision

from .site import LIST, listing, report, row

TITLE = "关于开展2024年度政府信息公开工作情况的报告"
HERE = LIST + "a.html"
SAID = "您访问的页面不存在或已删除，请返回首页重新查找。" * 3
DENIAL = f"<html><head><title>云溪县人民政府</title></head><body><p>{SAID}</p><a href='/'>返回首页</a></body></html>"


def _visit(office, days=1):
    done = asyncio.run(office.visit(days=days))
    with office.database.read() as c:
        line = sightings.known(c, office.entry)[HERE].line
    return done, line, sum(url == HERE for _, url in office.site.asked)


def _row(site, page):
    site.pages |= {LIST: listing(row("a.html", TITLE, "2025-01-20")), HERE: page}


def test_a_page_that_is_never_there_is_asked_for_a_while_and_then_seldom(office, site):
    _row(site, 404)
    looks = [_visit(office) for _ in range(20)]
    assert [asked for _, _, asked in looks] == [1] * 15 + [0] * 5, "on each day until it is gone for two weeks"
    assert {done.result.outcome for done, _, _ in looks} == {VisitOutcome.COMPLETE}
    line = looks[-1][1]
    assert (line.decision, line.reason, line.report_year) == (Decision.UNRESOLVED, f"{GONE_MARK}covering-words", 2024)
    assert _visit(office, days=25)[2] == 1


def test_a_page_that_comes_after_all_is_read(office, site):
    _row(site, 404)
    for _ in range(16):
        _visit(office)
    site.pages[HERE] = report(TITLE)
    assert _visit(office)[2] == 0
    done, line, asked = _visit(office, days=28)
    assert (asked, line.decision, done.new_versions, done.result.facts["gone_lines"]) == (1, Decision.REPORT, 1, {})


def test_many_looks_on_few_days_make_nothing_gone_for_good(office, site):
    _row(site, 410)
    told = [_visit(office, days=0)[2] for _ in range(6)] + [_visit(office, days=7)[2] for _ in range(3)]
    assert told == [1] * 9
    with office.database.read() as c:
        assert sightings.known(c, office.entry)[HERE].line.reason == "covering-words"
    assert _visit(office)[1].reason.startswith(GONE_MARK)


@pytest.mark.parametrize("everywhere", [True, False])
def test_a_denial_with_a_status_of_success_counts_where_the_host_bears_it_out(office, site, everywhere):
    class Answers(dict):
        def get(self, url, default=None):
            return super().get(url, DENIAL if everywhere and "/nb/" in url else 404)

    site.pages = Answers()
    _row(site, DENIAL)
    done, line, _ = _visit(office)
    assert line.decision is Decision.UNRESOLVED
    assert bool(done.result.facts["gone_lines"]) is everywhere
    assert done.result.outcome is (VisitOutcome.COMPLETE if everywhere else VisitOutcome.PARTIAL)


def test_a_row_that_left_its_list_is_forgotten(office, site):
    _row(site, 404)
    assert set(_visit(office)[0].result.facts["gone_lines"]) == {HERE}
    site.pages[LIST] = listing(row("b.html", "云溪县教育局2023年政府信息公开工作年度报告", "2024-01-20"))
    site.pages[LIST + "b.html"] = report("云溪县教育局2023年政府信息公开工作年度报告")
    assert _visit(office)[0].result.facts["gone_lines"] == {}


def test_what_is_known_survives_the_facts_and_what_is_broken_does_not():
    day = date(2025, 2, 3)
    known = {"u": GoneLine(day, day + timedelta(days=3), 4)}
    assert from_facts({"gone_lines": as_fact(known, ["u", "v"])}) == known
    assert as_fact(known, []) == {}
    for broken in (None, [], {"u": 3}, {"u": ["x", "y", 1]}, {"u": ["2025-02-03"]}):
        assert from_facts({"gone_lines": broken}) == {}


def test_a_clock_set_back_makes_nothing_older():
    gone = GoneLine(date(2025, 2, 3), date(2025, 3, 3), 9)
    assert gone.again(date(2025, 2, 20)) == gone
    assert gone.is_due(date(2025, 2, 20))
