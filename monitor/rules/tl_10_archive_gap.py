"""往年报告已不在列表

含义     以前年度的报告不再列出。
公式     上年度报告仍可找到。
依据     《政府信息公开条例》第四十九条。
单位     –
正例     上年度报告仍在列表。
反例     上年度报告已不在列表。
如何处理 核实是否撤下或改版。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.operands import not_applicable, undetermined
from monitor.subject import Rule, Subject
from storage.domain.enums import DutyStatus, Outcome, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("TL-10")

STILL_THERE = frozenset({DutyStatus.ON_TIME, DutyStatus.LATE, DutyStatus.UNDATED})


def check(subject: Subject) -> Iterator[CheckResult]:
    """按上年度报告的公布状态：须经多次有效核查确认不在栏目中，才算不再列出。"""
    year = subject.report.report_year
    if year is None or subject.previous is None:
        yield not_applicable(ID, "list", "存档的上年度报告")
        return
    status = subject.previous_state.status if subject.previous_state is not None else None
    if status not in {*STILL_THERE, DutyStatus.WITHDRAWN}:
        yield undetermined(ID, "list", "上年度报告的公布状态")
        return
    outcome = Outcome.PASS if status in STILL_THERE else Outcome.FAIL
    yield CheckResult(ID, "list", outcome, facts={"year": str(year - 1)})


RULE = Rule(
    id=ID,
    title="往年报告已不在列表",
    severity=Severity.S3,
    check=check,
    message="{year} 年度报告已不在列表",
    advice="请核实是否撤下或改版。",
    plausible="网站可能已改版",
)
