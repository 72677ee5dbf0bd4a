"""整十、整百的数字过多

含义     二十个以上非零数字中，多数为整十数的，可能是估计数；只作备注。
公式     非零且≥10 的数字（≥20 个）中，个位为 0 的不超过一半。
依据     仅作提示，不是规定。
单位     格
正例     20 个数中 3 个整十。
反例     20 个数中 14 个整十。
如何处理 核对是否为实际统计数。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.operands import not_applicable
from monitor.subject import Rule, Subject
from storage.domain.enums import Outcome, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("PR-03")


LEAST = 20


def check(subject: Subject) -> Iterator[CheckResult]:
    """看三张表两位以上的数字。"""
    values = [int(c.value) for _, c in subject.operands.telling if c.value is not None and c.value >= 10 and c.trusted and c.value % 1 == 0]
    if len(values) < LEAST:
        yield not_applicable(ID, "tables", "二十个以上两位以上的数字")
        return
    round_ones = sum(1 for value in values if value % 10 == 0)
    yield CheckResult(ID, "tables", Outcome.FAIL if 2 * round_ones > len(values) else Outcome.PASS, round_ones, len(values))


RULE = Rule(
    id=ID,
    title="整十、整百的数字过多",
    severity=Severity.S4,
    check=check,
    message="{right} 个两位以上的数字中，{left} 个为整十数",
    plausible="也可能是巧合",
)
