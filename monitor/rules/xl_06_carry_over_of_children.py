"""上年结转小于下级上年结转之和

含义     本年“上年结转”，不应小于已知各下级上年度报告“结转下年度”之和；下级两年齐全的，应当相等。
公式     本级上年结转[本年]≥Σ已知下级结转下年度[上年]。
依据     2021 年格式“逐级汇总”的要求；口径相同的件数可相加。
单位     件
正例     下级上年结转合计 4，本级上年结转 4。
反例     下级上年结转合计 9，本级上年结转 4。
如何处理 核对两年的汇总范围。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.levels import against_sum, parts_of, summable
from monitor.operands import not_applicable
from monitor.subject import Rule, Subject
from storage.domain.enums import Severity
from storage.domain.ids import CellPath, RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("XL-06")


HERE, THERE = CellPath("requests/carried_in/total"), "requests/carried_out/total"


def check(subject: Subject) -> Iterator[CheckResult]:
    """需要下级上年度的报告；只用可靠读出的格。"""
    children = summable(subject.previous_children)
    if children:
        yield against_sum(subject, ID, HERE, parts_of(children, THERE), "<=")
    else:
        yield not_applicable(ID, HERE, "下级上年度的报告")


RULE = Rule(
    id=ID,
    title="上年结转小于下级上年结转之和",
    severity=Severity.S3,
    check=check,
    message="{place}为 {right}，{count} 份下级上年度报告“结转下年度”合计已有 {left}",
    plausible="两年、两级报告的汇总范围可能不同",
    version="2",
)
