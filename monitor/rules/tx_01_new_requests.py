"""正文“新收”数与表三不一致

含义     正文写明“新收”“新增”的申请数，应与表三“本年新收”总计一致。
公式     正文新收数＝表三“一、本年新收”总计。
依据     数据应“统得出、报得准、可核查”（国办公开办函〔2021〕30号）；文表一致为通常要求。
单位     件
正例     正文“新收申请 72 件”，表三 72。
反例     正文“新收申请 73 件”，表三 72。
如何处理 核对统计口径后，更正正文或表格。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.operands import cells_sum, claim_result, mentions
from monitor.subject import Rule, Subject
from storage.domain.enums import Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("TX-01")


def check(subject: Subject) -> Iterator[CheckResult]:
    """每处提及一个结果；口径不同、约数、其他年份的不比较。"""
    for claim in mentions(subject, "requests_received"):
        if claim.qualifier == "new":
            yield claim_result(subject, ID, claim, [cells_sum(subject, "requests/new_received/total")])


RULE = Rule(
    id=ID,
    title="正文“新收”数与表三不一致",
    severity=Severity.S2,
    check=check,
    message="正文写新收 {left} 件，表三“本年新收”总计为 {right}",
)
