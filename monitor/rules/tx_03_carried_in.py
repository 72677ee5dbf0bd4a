"""正文“上年结转”数与表三不一致

含义     正文写明的上年结转申请数，应与表三一致。
公式     正文上年结转数＝表三“二、上年结转”总计。
依据     数据应“统得出、报得准、可核查”（国办公开办函〔2021〕30号）；文表一致为通常要求。
单位     件
正例     正文“含上年结转 6 件”，表三 6。
反例     正文“含上年结转 6 件”，表三 0。
如何处理 核对后更正正文或表格。
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitor.operands import Candidate, against_table, cells_sum
from monitor.subject import Rule, Subject
from storage.domain.enums import Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult
from storage.domain.reports import Claim

ID = RuleId("TX-03")


def check(subject: Subject) -> Iterator[CheckResult]:
    """每处提及一个结果。"""
    return against_table(subject, ID, {"carried_in": _meanings})


def _meanings(subject: Subject, _: Claim) -> Sequence[Candidate]:
    return [cells_sum(subject, "requests/carried_in/total")]


RULE = Rule(
    id=ID,
    title="正文“上年结转”数与表三不一致",
    severity=Severity.S2,
    check=check,
    message="正文写上年结转 {left} 件，表三为 {right}",
)
