"""合并单位的上年结转与原单位不符

含义     由几个单位合并、更名而来的单位，本年“上年结转”应等于原各单位上年度“结转下年度”之和。
公式     上年结转[本年]＝Σ原单位结转下年度[上年]（含本单位上年度报告）。
依据     2021 年格式“上年结转”“结转下年度”的含义；机构改革时业务随职能转移。
单位     件
正例     原两单位结转 1 和 2，本年上年结转 3。
反例     原两单位结转 1 和 2，本年上年结转 1。
如何处理 核对移交情况。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.equations import VIOLATED
from monitor.intervals import compare, total
from monitor.levels import parts_of
from monitor.operands import not_applicable, side_facts, undetermined, value_of
from monitor.subject import Rule, Subject
from storage.domain.enums import Severity
from storage.domain.ids import CellPath, RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("XY-12")


HERE, THERE = CellPath("requests/carried_in/total"), "requests/carried_out/total"


def check(subject: Subject) -> Iterator[CheckResult]:
    """需要登记的原单位及其上年度报告。"""
    before = [*subject.predecessors, *([subject.previous] if subject.previous is not None else [])]
    if not subject.took_over:
        yield not_applicable(ID, HERE, "登记的原单位")
        return
    if len(subject.predecessors) < subject.registered_predecessors:
        yield undetermined(ID, HERE, "各原单位上年度的报告")
        return
    parts = parts_of(before, THERE)
    if parts is None or "requests" not in subject.operands.read:
        yield undetermined(ID, HERE, "本单位与各原单位报告的可靠读数")
        return
    left, right = subject.operands.at(HERE), total(parts)
    outcome = compare(left, right)
    facts = {**side_facts(left, right), "count": str(len(parts))} if outcome in VIOLATED else {}
    yield CheckResult(ID, HERE, outcome, value_of(left), value_of(right), (HERE,), (HERE,), facts=facts)


RULE = Rule(
    id=ID,
    title="合并单位的上年结转与原单位不符",
    severity=Severity.S3,
    check=check,
    message="{place}为 {left}，{count} 份原单位上年度报告“结转下年度”合计 {right}，相差 {difference}",
    plausible="职能可能只有一部分转入",
    advice="请核对移交情况。",
    version="2",
)
