"""同一年度有两份内容不同的报告

含义     同一单位同一年度有两份数字不同的报告；数字相同的只作备注。
公式     同年度各份报告的表格数字相同。
依据     《政府信息公开条例》第四十九条。
单位     份
正例     两个网址、同一内容。
反例     两份报告表三数字不同。
如何处理 核对以哪一份为准。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.neighbours import same_figures
from monitor.operands import not_applicable, undetermined
from monitor.subject import Rule, Subject
from storage.domain.enums import Outcome, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("TL-09")


def check(subject: Subject) -> Iterator[CheckResult]:
    """与另一来源的同年度报告比较。"""
    same_kind = [other for other in subject.other_versions if other.media_type == subject.report.media_type]
    others = [other for other in same_kind if other.source != subject.report.source]
    if not others:
        yield not_applicable(ID, "versions", "同年度的另一份报告")
    for index, other in enumerate(others):
        same = same_figures(subject.report, other)
        if same is None:
            yield undetermined(ID, f"versions/{index}", "两份报告都可靠读出的数字")
        else:
            yield CheckResult(ID, f"versions/{index}", Outcome.PASS if same else Outcome.FAIL, facts={"source": other.source})


RULE = Rule(
    id=ID,
    title="同一年度有两份内容不同的报告",
    severity=Severity.S3,
    check=check,
    message="另有一份同年度报告（{source}），表格数字不同",
    factual=True,
    grouping="rule",
    version="2",
)
