from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from crawler.demo.ledger import Ledger, build_ledger
from crawler.demo.publications import publish
from crawler.demo.scenario import BODIES, FIRST_VISIT_DAYS, REPORT_YEAR, SITES, TODAY, YEARS
from storage.domain.enums import Certainty, DutyStatus, MissingConfidence, VisitOutcome

CONTENT = publish(1)


def truth(*days: date, browser: bool = True) -> Ledger:
    return build_ledger(CONTENT, days or FIRST_VISIT_DAYS, browser=browser)


def test_the_scenario_has_at_least_sixteen_bodies_and_three_styles_and_every_status() -> None:
    assert len(BODIES) >= 16
    assert {site.style for site in SITES} == {"trs", "hanweb", "script"}
    assert all(count > 0 for count in truth().counts().values())


def test_the_counts_satisfy_the_identity_of_the_overview() -> None:
    for days in (FIRST_VISIT_DAYS, (TODAY,), (date(2025, 1, 15),), (date(2025, 4, 2), date(2025, 4, 3), date(2025, 4, 4))):
        ledger = truth(*days)
        counts, totals = ledger.counts(), ledger.totals()
        silent = counts[DutyStatus.MISSING] + counts[DutyStatus.UNKNOWN] + counts[DutyStatus.WITHDRAWN]
        assert totals["registered"] == len(BODIES)
        assert totals["due"] == totals["published"] + silent


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("示例市教育局", DutyStatus.ON_TIME),
        ("示例市水利局", DutyStatus.LATE),
        ("示例市农业农村局", DutyStatus.MISSING),
        ("示例市文化和旅游局", DutyStatus.UNDATED),
        ("示例市统计局", DutyStatus.WITHDRAWN),
        ("示例市公安局", DutyStatus.UNKNOWN),
        ("示例市人力资源和社会保障局", DutyStatus.UNKNOWN),
        ("示例市自然资源和规划局", DutyStatus.UNKNOWN),
        ("示例市住房和城乡建设局", DutyStatus.UNKNOWN),
        ("示例市人民政府", DutyStatus.NOT_DUE),
        ("示例市粮食和物资储备局", DutyStatus.EXEMPT),
    ],
)
def test_the_status_of_each_case(body: str, status: DutyStatus) -> None:
    assert truth().duty(body).status is status


def test_late_is_counted_in_days_after_the_due_date() -> None:
    duty = truth().duty("示例市水利局")
    assert duty.days_late == 4
    assert duty.published_on == duty.due_on + timedelta(days=4)


def test_absence_is_established_by_three_days_only() -> None:
    assert truth().duty("示例市农业农村局").missing_confidence is MissingConfidence.ESTABLISHED
    assert truth(TODAY).duty("示例市农业农村局").missing_confidence is MissingConfidence.PROVISIONAL


def test_nothing_is_missing_before_the_deadline() -> None:
    counts = truth(date(2025, 1, 31)).counts()
    assert counts[DutyStatus.MISSING] == counts[DutyStatus.UNKNOWN] == counts[DutyStatus.LATE] == 0


def test_who_never_saw_the_withdrawn_report_cannot_call_it_withdrawn() -> None:
    assert truth(TODAY).duty("示例市统计局").status is DutyStatus.MISSING
    assert truth(date(2025, 2, 3), date(2025, 2, 4)).duty("示例市统计局").status is DutyStatus.ON_TIME
    assert truth(*FIRST_VISIT_DAYS[:-1]).duty("示例市统计局").status is DutyStatus.ON_TIME, "not yet two weeks"


def test_without_a_browser_the_script_list_is_unknown_not_missing() -> None:
    ledger = truth(browser=False)
    assert ledger.duty("示例市应急管理局").status is DutyStatus.UNKNOWN
    assert not any(report.body == "示例市应急管理局" for report in ledger.reports)


def test_each_fault_has_its_own_outcome_and_healthy_columns_are_complete() -> None:
    outcomes = {visit.host: visit.outcome for visit in truth().visits}
    faulty = {outcome for host, outcome in outcomes.items() if outcome is not VisitOutcome.COMPLETE}
    assert faulty == {VisitOutcome.CHALLENGED, VisitOutcome.LAYOUT_CHANGED, VisitOutcome.UNREACHABLE, VisitOutcome.SOFT_ERROR}
    assert len([outcome for outcome in outcomes.values() if outcome is VisitOutcome.COMPLETE]) == len(SITES) - 4


def test_expected_findings_belong_to_reports_that_can_be_found() -> None:
    ledger = truth()
    planned = {plan.name for plan in BODIES if plan.rules}
    raised = {report.body for report in ledger.reports if report.findings}
    assert raised == planned
    assert ledger.certainties() == {
        Certainty.INCONSISTENT: 4,
        Certainty.SUSPECT: 0,
        Certainty.DOUBTFUL_READING: 1,
        Certainty.NOT_CHECKABLE: 1,
    }


def test_last_years_reports_are_there_on_every_readable_portal() -> None:
    ledger = truth()
    found = {(report.body, report.report_year) for report in ledger.reports}
    readable = {site.host for site in SITES if not site.fault}
    for plan in BODIES:
        if plan.site in readable and not plan.exempt_reason:
            assert {(plan.name, year) for year in YEARS if year < REPORT_YEAR} <= found


def test_the_edit_changes_figures_and_nothing_else() -> None:
    before, after = (
        next(r.facts for r in truth(day).reports if (r.body, r.report_year) == ("示例市民政局", 2024)) for day in (TODAY, date(2025, 2, 6))
    )
    changed = {path for path in before.cells if before.cells[path] != after.cells[path]}
    assert changed == {"proactive/licences", "proactive/penalties"}
    assert (before.title, before.signed_on, before.stated) == (after.title, after.signed_on, after.stated)


def test_the_ledger_is_plain_json() -> None:
    content = json.loads(truth().to_json())
    assert content["counts"]["missing"] == 1
    assert len(content["duties"]) == len(truth().duties)


def test_a_ledger_needs_a_day() -> None:
    with pytest.raises(ValueError, match="at least one day"):
        build_ledger(CONTENT, ())
