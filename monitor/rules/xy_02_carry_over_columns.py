"""上年结转各列与上年报告不符

含义     各类申请人的上年结转，应等于上年度报告相应列的结转下年度；总计相符而分列不符的，可能调整了归类。
公式     对六列：上年结转[本年]＝结转下年度[上年]。
依据     通常做法；2021 年格式“上年结转”“结转下年度”的含义。
单位     件
正例     自然人 3，上年 3。
反例     自然人 5，上年 3。
如何处理 核对两年报告。没有上年度报告的，请补充存档。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.last_year import carried_over
from monitor.subject import Rule, Subject
from storage.domain.enums import Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("XY-02")


COLUMNS = ("natural", "business", "research", "welfare", "legal", "other")


def check(subject: Subject) -> Iterator[CheckResult]:
    """每列一个结果；需要上年度报告。"""
    return carried_over(subject, ID, COLUMNS, lambda _: "可能调整了申请人归类")


RULE = Rule(
    id=ID,
    title="上年结转各列与上年报告不符",
    severity=Severity.S2,
    check=check,
    message="{place}为 {left}，上年度报告“结转下年度”为 {right}，相差 {difference}",
    grouping="rule",
    version="2",
)
