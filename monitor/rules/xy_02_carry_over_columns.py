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

from monitor.certainty import poorly_read
from monitor.equations import VIOLATED
from monitor.intervals import compare
from monitor.operands import not_applicable, side_facts, undetermined, value_of
from monitor.subject import Rule, Subject
from storage.domain.enums import Severity
from storage.domain.ids import CellPath, RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("XY-02")


COLUMNS = ("natural", "business", "research", "welfare", "legal", "other")


def check(subject: Subject) -> Iterator[CheckResult]:
    """每列一个结果；需要上年度报告。"""
    if "requests" not in subject.operands.read:
        yield not_applicable(ID, "requests/carried_in", "表三")
        return
    if subject.took_over:
        yield not_applicable(ID, "requests/carried_in", "未经合并的单位（合并单位见 XY-12）")
        return
    before = subject.previous_operands
    for column in COLUMNS:
        at = CellPath(f"requests/carried_in/{column}")
        if subject.previous is None or before is None or "requests" not in before.read:
            yield undetermined(ID, at, "上年度报告表三")
            continue
        left, right = subject.operands.at(at), before.at(f"requests/carried_out/{column}")
        outcome = compare(left, right)
        doubtful = poorly_read(subject.previous, "requests") or not before.cells[CellPath(f"requests/carried_out/{column}")].trusted
        if outcome in VIOLATED and doubtful:
            yield undetermined(ID, at, "上年度报告的可靠读数")
            continue
        facts = {**side_facts(left, right), "reservation": "可能调整了申请人归类"} if outcome in VIOLATED else {}
        yield CheckResult(ID, at, outcome, value_of(left), value_of(right), (at,), (at,), facts=facts)


RULE = Rule(
    id=ID,
    title="上年结转各列与上年报告不符",
    severity=Severity.S2,
    check=check,
    message="{place}为 {left}，上年度报告“结转下年度”为 {right}，相差 {difference}",
    grouping="rule",
)
