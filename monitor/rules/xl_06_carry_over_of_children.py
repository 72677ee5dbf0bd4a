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

from monitor.equations import VIOLATED
from monitor.intervals import compare, of_cell, total
from monitor.levels import summable
from monitor.operands import not_applicable, side_facts, undetermined, value_of
from monitor.subject import Rule, Subject
from storage.domain.enums import Severity
from storage.domain.ids import CellPath, RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("XL-06")


HERE, THERE = CellPath("requests/carried_in/total"), "requests/carried_out/total"


def check(subject: Subject) -> Iterator[CheckResult]:
    """需要下级上年度的报告；只用可靠读出的格。"""
    children = summable(subject.previous_children)
    if not children:
        yield not_applicable(ID, HERE, "下级上年度的报告")
        return
    parts = [of_cell(child.cell(THERE)) for child in children if child.cell(THERE).trusted]
    if len(parts) < len(children) or "requests" not in subject.operands.read:
        yield undetermined(ID, HERE, "本级与各下级报告的可靠读数")
        return
    left, right = total(parts), subject.operands.at(HERE)
    outcome = compare(left, right, "<=")
    facts = {**side_facts(left, right), "count": str(len(parts))} if outcome in VIOLATED else {}
    yield CheckResult(ID, HERE, outcome, value_of(left), value_of(right), (HERE,), (HERE,), facts=facts)


RULE = Rule(
    id=ID,
    title="上年结转小于下级上年结转之和",
    severity=Severity.S3,
    check=check,
    message="{place}为 {right}，{count} 份下级上年度报告“结转下年度”合计已有 {left}",
    plausible="两年、两级报告的汇总范围可能不同",
)
