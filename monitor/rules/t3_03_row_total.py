"""表三：每一行各列之和应等于“总计”列

含义     每一行的自然人与五类法人或其他组织相加，应当等于该行“总计”。
公式     对每一行：自然人＋商业企业＋科研机构＋社会公益组织＋法律服务机构＋其他＝总计。
依据     国办公开办函〔2021〕30号附表三“总计”列的含义。
单位     件
正例     6＋0＋0＋0＋0＋0＝6。
反例     自然人 6，其余为 0，总计填 0。
如何处理 核对该行各列；总计列整列为 0 时多为漏填，请补填。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.operands import equation_results
from monitor.subject import Rule, Subject
from storage.domain.enums import Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("T3-03")


def check(subject: Subject) -> Iterator[CheckResult]:
    """每处一个结果。"""
    return equation_results(subject, ID, "row_total")


RULE = Rule(
    id=ID,
    title="表三：每一行各列之和应等于“总计”列",
    severity=Severity.S1,
    check=check,
    message="{place}：各列合计 {left}，总计 {right}，相差 {difference}",
    grouping="arithmetic",
)
