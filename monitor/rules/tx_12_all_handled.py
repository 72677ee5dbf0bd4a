"""正文“全部办结”与表三结转下年度不一致

含义     正文写“全部办结”“无结转”的，表三结转下年度应为 0。“按期办结率 100%”只说时限，不比较。
公式     正文写全部办结时，表三结转下年度总计＝0。
依据     数据应“统得出、报得准、可核查”（国办公开办函〔2021〕30号）；文表一致为通常要求。
单位     件
正例     正文“全部办结”，结转下年度 0。
反例     正文“全部办结”，结转下年度 4。
如何处理 核对后更正正文或表格。
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from monitor.operands import cells_sum, claim_result, mentions
from monitor.subject import Rule, Subject
from storage.domain.enums import Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("TX-12")


def check(subject: Subject) -> Iterator[CheckResult]:
    """每处提及一个结果。"""
    for claim in mentions(subject, "all_handled"):
        yield claim_result(subject, ID, replace(claim, value=0), [cells_sum(subject, "requests/carried_out/total")])


RULE = Rule(
    id=ID,
    title="正文“全部办结”与表三结转下年度不一致",
    severity=Severity.S2,
    check=check,
    message="正文写全部办结，表三“结转下年度继续办理”为 {right}",
)
