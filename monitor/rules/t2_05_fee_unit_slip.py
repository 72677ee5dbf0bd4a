"""收费金额可能差一万倍

含义     收费以万元计；与上年相差约一万倍时，可能以元填写。
公式     本年收费与上年之比不在 5000 至 20000 倍之间。
依据     仅作提示。
单位     万元
正例     上年 12.5，本年 13.1。
反例     上年 12.5，本年 131000。
如何处理 核对单位。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.operands import not_applicable, undetermined
from monitor.subject import Rule, Subject
from storage.domain.enums import Edition, Outcome, Severity
from storage.domain.ids import CellPath, RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("T2-05")


PATH = CellPath("proactive/fees_wan")


def check(subject: Subject) -> Iterator[CheckResult]:
    """需要上年度报告。"""
    if subject.operands.form.edition is not Edition.E2021 or "proactive" not in subject.operands.read:
        yield not_applicable(ID, "proactive", "2021 年格式的表二")
        return

    before = subject.previous_operands
    if before is None or before.form.edition is not Edition.E2021 or "proactive" not in before.read:
        yield undetermined(ID, "proactive", "上年度报告表二（2021 年格式）")
        return
    now, then = subject.operands.at(PATH), before.at(PATH)
    if not (now.exact and then.exact and now.low and then.low):
        yield undetermined(ID, PATH, "两年的收费金额（不为 0）")
        return
    larger, smaller = max(now.low, then.low), min(now.low, then.low)
    slipped = 5000 * smaller <= larger <= 20000 * smaller
    yield CheckResult(ID, PATH, Outcome.FAIL if slipped else Outcome.PASS, now.low, then.low, (PATH,))


RULE = Rule(
    id=ID,
    title="收费金额可能差一万倍",
    severity=Severity.S3,
    check=check,
    message="收费金额本年 {left}、上年 {right}，相差约一万倍",
    plausible="业务量确有变化的，属正常情况",
    version="2",
)
