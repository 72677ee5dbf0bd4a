"""An archived report whose address leads elsewhere: only what calls itself that report is a new version of it."""

import asyncio

import pytest

from storage import reports
from storage.domain.enums import VisitOutcome

from .site import LIST, listing, report, row

HERE, THERE = LIST + "t20250120_2024.html", LIST + "t20260301_9.html"
TITLE = "云溪县教育局2024年政府信息公开工作年度报告"
OTHER = "<p>机构职能、联系方式和办公地址：拟订教育事业发展规划并组织实施。</p>" * 5


def _page(title, body="", day="2026-03-01"):
    return report(title, extra=body, day=day)


@pytest.fixture
def archived(office, site):
    site.pages |= {LIST: listing(row("t20250120_2024.html", TITLE, "2025-01-20")), HERE: _page(TITLE, day="2025-01-20")}
    assert _visit(office).new_versions == 1
    return site


def _visit(office, days=0):
    return asyncio.run(office.visit(days=days))


def _versions(office):
    with office.database.read() as c:
        return reports.versions(c, "b0", 2024)


@pytest.mark.parametrize(
    "there",
    [
        _page("云溪县教育局2025年政府信息公开工作年度报告"),
        _page("云溪县财政局2024年政府信息公开工作年度报告"),
        _page("云溪县教育局2024年政府信息公开工作要点", OTHER),
        _page("云溪县教育局机构职能", OTHER),
        _page("", OTHER),
        b"%PDF-1.7 another file",
    ],
)
def test_what_took_the_place_of_a_report_is_no_version_of_it_and_no_withdrawal(office, archived, there):
    archived.pages[HERE] = (THERE, there)
    done = _visit(office, days=7)
    assert (done.result.outcome, done.result.reason) == (VisitOutcome.PARTIAL, "report-led-elsewhere")
    assert done.result.facts["led_elsewhere"] == {HERE: THERE}
    (version,) = _versions(office)
    assert version.gone_since is None
    done = _visit(office, days=1)
    assert (done.result.outcome, done.result.facts["led_elsewhere"]) == (VisitOutcome.COMPLETE, {HERE: THERE})
    assert HERE not in [url for _, url in archived.asked], "it waits its turn like any other"
    assert done.result.qualified
    done = _visit(office, days=7)
    assert done.result.reason == "report-led-elsewhere", "that the other place did not change says nothing of the report"
    archived.pages[HERE] = _page(TITLE, day="2025-01-20")
    done = _visit(office, days=7)
    assert (done.result.outcome, done.result.facts["led_elsewhere"], len(_versions(office))) == (VisitOutcome.COMPLETE, {}, 1)


@pytest.mark.parametrize("extra", ["", "<p>更正：收到申请十二件。</p>"])
def test_a_report_that_moved_within_its_portal_is_still_itself(office, archived, extra):
    archived.pages[HERE] = (THERE, _page(TITLE, extra, day="2025-01-20"))
    done = _visit(office, days=7)
    assert (done.result.outcome, done.new_versions) == (VisitOutcome.COMPLETE, int(bool(extra)))


def test_a_report_that_always_came_from_elsewhere_is_looked_at_there(office, site):
    site.pages |= {LIST: listing(row("down.jsp?id=1", TITLE, "2025-01-20")), LIST + "down.jsp?id=1": (LIST + "f.pdf", b"%PDF-1.7 one")}
    assert _visit(office).new_versions == 1
    site.pages[LIST + "down.jsp?id=1"] = (LIST + "f.pdf", b"%PDF-1.7 two")
    assert _visit(office, days=7).new_versions == 1


def test_one_that_left_its_list_and_is_led_elsewhere_does_not_blind_the_list_every_day(office, site, archived):
    archived.pages[LIST] = listing(row("t20240120_2023.html", TITLE.replace("2024", "2023"), "2024-01-20"))
    archived.pages[LIST + "t20240120_2023.html"] = report(TITLE.replace("2024", "2023"))
    archived.pages[HERE] = (THERE, _page("云溪县教育局机构职能", OTHER))
    told = [_visit(office, days=1).result.reason for _ in range(5)]
    assert told == ["report-led-elsewhere", "", "", "", ""]
