"""年度与应报年度不符

含义     应报 2023 年度，公布的却是其他年度的报告，或标题、正文年度不一致。
公式     报告年度＝应报年度。
依据     《政府信息公开条例》第四十九条。
单位     年
正例     应报 2023，报告 2023。
反例     应报 2023，标题 2022。
如何处理 核对是否放错文件。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.operands import not_applicable, undetermined
from monitor.subject import Rule, Subject
from storage.domain.enums import Outcome, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("TL-08")


def check(subject: Subject) -> Iterator[CheckResult]:
    """需要应公布事项。"""
    if subject.duty is None:
        yield not_applicable(ID, "year", "应报年度")
    elif subject.report.report_year is None:
        yield undetermined(ID, "year", "报告年度")
    else:
        year, due = subject.report.report_year, subject.duty.key.report_year
        yield CheckResult(
            ID, "year", Outcome.PASS if year == due else Outcome.FAIL, year, due, facts={"evidence": subject.report.year_evidence}
        )


RULE = Rule(
    id=ID,
    title="年度与应报年度不符",
    severity=Severity.S2,
    check=check,
    message="报告年度为 {left}，应报年度为 {right}",
)
