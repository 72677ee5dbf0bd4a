"""表四：各类结果之和应等于“总计”

含义     行政复议、未经复议直接起诉、复议后起诉三组，每组四类结果相加应等于该组“总计”。
公式     对每一组：结果维持＋结果纠正＋其他结果＋尚未审结＝总计。总计为 0 而某类结果大于 0 时，无论其余各格是否空白都不成立。
依据     国办公开办函〔2021〕30号附表四“总计”的含义。
单位     件
正例     1＋0＋0＋0＝1。
反例     1＋0＋0＋0，总计填 0。
如何处理 核对该组五个数字；总计为 0 的多为漏填。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.operands import equation_results
from monitor.subject import Rule, Subject
from storage.domain.enums import Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("T4-01")


def check(subject: Subject) -> Iterator[CheckResult]:
    """每处一个结果。"""
    return equation_results(subject, ID, "group_total")


RULE = Rule(
    id=ID,
    title="表四：各类结果之和应等于“总计”",
    severity=Severity.S1,
    check=check,
    message="{place}：各类结果合计 {left}，总计 {right}，相差 {difference}",
    grouping="arithmetic",
)
