"""汇总数小于已知下级之和

含义     下级报告不全时，政府报告的件数也不应小于已找到的下级报告之和。
公式     本级.x≥Σ已知下级.x。
依据     2021 年格式“逐级汇总”的要求；口径相同的件数可相加。
单位     件
正例     已知下级 20，本级 50。
反例     已知下级 60，本级 50。
如何处理 核对汇总范围；下级报告单独公布而未纳入汇总的，请说明。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.levels import CASES, EXTENTS_DIFFER, against_sum, parts_of, summable
from monitor.operands import not_applicable
from monitor.subject import Rule, Subject
from storage.domain.enums import Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("XL-02")


def check(subject: Subject) -> Iterator[CheckResult]:
    """需要口径相同的下级报告；每个可加的数一个结果。"""
    children = summable(subject.children)
    if not children:
        yield not_applicable(ID, "requests", "下级报告")
    for path in CASES if children else ():
        yield against_sum(subject, ID, path, parts_of(children, path), "<=", reservation=EXTENTS_DIFFER)


RULE = Rule(
    id=ID,
    title="汇总数小于已知下级之和",
    severity=Severity.S2,
    check=check,
    message="{place}为 {right}，已找到的 {count} 份下级报告合计已有 {left}",
    grouping="rule",
    version="2",
)
