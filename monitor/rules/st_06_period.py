"""统计期限应为报告年度全年

含义     报告写明统计期限的，应为报告年度 1 月 1 日至 12 月 31 日。
公式     统计期限＝报告年度 1 月 1 日至 12 月 31 日。
依据     国办公开办函〔2021〕30号。
单位     日
正例     自 2023 年 1 月 1 日至 12 月 31 日。
反例     2023 年度报告写自 2022 年 1 月 1 日起。
如何处理 核对统计期限。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.operands import not_applicable, undetermined
from monitor.subject import Rule, Subject
from storage.domain.enums import DateKind, Outcome, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("ST-06")


def check(subject: Subject) -> Iterator[CheckResult]:
    """每处统计期限一个结果；没有写明的不适用。"""
    year = subject.report.report_year
    periods = [mention for mention in subject.report.dates if mention.kind is DateKind.PERIOD]
    if not periods:
        yield not_applicable(ID, "period", "统计期限的表述")
    for mention in periods:
        if year is None or mention.until is None:
            yield undetermined(ID, "period", "报告年度与统计期限的起止")
            continue
        whole = (mention.value.month, mention.value.day, mention.until.month, mention.until.day) == (1, 1, 12, 31)
        right = whole and mention.value.year == mention.until.year == year
        yield CheckResult(ID, "period", Outcome.PASS if right else Outcome.FAIL, quote=mention.raw)


RULE = Rule(
    id=ID,
    title="统计期限应为报告年度全年",
    severity=Severity.S3,
    check=check,
    message="统计期限与报告年度不符",
    factual=True,
)
