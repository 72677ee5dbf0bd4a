"""正文办理结果细项与表三不一致

含义     正文点名的细项（如“本机关不掌握”“重复申请”）件数，应与表三相应行一致。
公式     正文数＝表三相应行总计。
依据     数据应“统得出、报得准、可核查”（国办公开办函〔2021〕30号）；文表一致为通常要求。
单位     件
正例     正文“重复申请 2 件”，表三 2。
反例     正文“重复申请 3 件”，表三 2。
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

ID = RuleId("TX-07")


PREFIXES = ("denied_", "unable_", "refused_", "other_")


def check(subject: Subject) -> Iterator[CheckResult]:
    """每处提及一个结果；本格式没有的行不比较。"""
    operands = subject.operands
    rows = [row.key for row in operands.form.requests.rows if row.key.startswith(PREFIXES) and row.key not in operands.left_out]
    return against_table(subject, ID, dict.fromkeys(rows, _meanings))


def _meanings(subject: Subject, claim: Claim) -> Sequence[Candidate]:
    return [cells_sum(subject, f"requests/{claim.metric}/total")]


RULE = Rule(
    id=ID,
    title="正文办理结果细项与表三不一致",
    severity=Severity.S2,
    check=check,
    message="正文写 {left} 件，表三（{cells}）为 {right}",
)
