"""汇总数为 0 而下级不为 0

含义     政府报告某数为 0，而下级报告该数大于 0。
公式     本级.x＝0 时，各下级.x＝0。
依据     2021 年格式“逐级汇总”的要求；口径相同的件数可相加。
单位     件
正例     本级 0，下级均 0。
反例     本级 0，下级 3。
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

ID = RuleId("XL-03")


def check(subject: Subject) -> Iterator[CheckResult]:
    """需要口径相同的下级报告；每个可加的数一个结果。"""
    children = summable(subject.children)
    if not children:
        yield not_applicable(ID, "requests", "下级报告")
    for path in CASES if children else ():
        if subject.operands.at(path).low > 0:
            yield not_applicable(ID, path, "本级该数为 0")
        else:
            yield against_sum(subject, ID, path, parts_of(children, path), "<=", reservation=EXTENTS_DIFFER)


RULE = Rule(
    id=ID,
    title="汇总数为 0 而下级不为 0",
    severity=Severity.S2,
    check=check,
    message="{place}为 {right}，下级报告合计 {left}",
    absorbs=("XL-02",),
    grouping="rule",
    version="2",
)
