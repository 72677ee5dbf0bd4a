"""表四：各类结果不应超过总计

含义     每组任一类结果都不应大于该组总计。
公式     维持、纠正、其他、尚未审结各≤总计。
依据     由 T4-01 推出。
单位     件
正例     维持 1，总计 3。
反例     维持 3，总计 1。
如何处理 核对该组。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.operands import not_applicable, relation
from monitor.subject import Rule, Subject
from storage.domain.enums import Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("T4-02")


def check(subject: Subject) -> Iterator[CheckResult]:
    """结果并入 T4-01 的问题，不另列。"""
    if "litigation" not in subject.operands.read:
        yield not_applicable(ID, "litigation", "表四")
        return
    for group in ("reconsideration", "direct", "after_reconsideration"):
        for part in ("upheld", "corrected", "other", "pending"):
            at = f"litigation/{group}/{part}"
            yield relation(subject, ID, at, [at], [f"litigation/{group}/total"], "<=")


RULE = Rule(
    id=ID,
    title="表四：各类结果不应超过总计",
    severity=Severity.S1,
    check=check,
    message="{place}为 {left}，大于该组总计 {right}",
    grouping="arithmetic",
)
