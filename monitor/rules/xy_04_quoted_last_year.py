"""正文引用的上年数与上年报告不符

含义     正文直接写明的上年收到申请数，应与上年度报告一致；由增减数推算的同样比较。
公式     正文上年数∈｛上年新收，上年新收＋结转，上年总计｝。
依据     数据可核查的要求。
单位     件
正例     正文“上年 50 件”，上年报告 50。
反例     正文“上年 55 件”，上年报告 50。
如何处理 核对上年数字。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.intervals import among
from monitor.operands import mentions, not_applicable, undetermined, value_of
from monitor.subject import Rule, Subject
from storage.domain.enums import Outcome, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("XY-04")


BASES = (("requests/new_received/total",), ("requests/new_received/total", "requests/carried_in/total"), ("requests/total_handled/total",))


def check(subject: Subject) -> Iterator[CheckResult]:
    """需要上年度报告。"""
    told = list(mentions(subject, "requests_received_previous_year"))
    if not told:
        yield not_applicable(ID, "text", "引用上年数字的句子")
    before = subject.previous_operands
    for claim in told:
        at = f"text/{claim.metric}"
        if before is None or "requests" not in before.read:
            yield undetermined(ID, at, "上年度报告表三")
            continue
        sides = [before.sum_of(base) for base in BASES]
        outcome = among(claim.value, sides)
        if claim.qualifier == "approx" or outcome is Outcome.UNDETERMINED:
            yield undetermined(ID, at, "上年度报告表三的数字")
            continue
        facts = {"reservation": "由增减数推算或口径不同"}
        yield CheckResult(ID, at, outcome, claim.value, value_of(sides[0]), quote=claim.quote, needs=("上年空白格的数字",), facts=facts)


RULE = Rule(
    id=ID,
    title="正文引用的上年数与上年报告不符",
    severity=Severity.S2,
    check=check,
    message="正文所称上年数为 {left}，上年度报告本年新收为 {right}",
    version="2",
)
