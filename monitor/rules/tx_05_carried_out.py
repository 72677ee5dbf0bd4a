"""正文“结转下年度”数与表三不一致

含义     正文写明结转下年度继续办理（正在办理、顺延答复）的件数，应与表三一致。
公式     正文结转下年度数＝表三“四、结转下年度继续办理”总计。
依据     同 TX-01。
单位     件
正例     正文“结转下一年办理 2 件”，表三 2。
反例     正文“结转下年度 3 件”，表三 2。
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

ID = RuleId("TX-05")


def check(subject: Subject) -> Iterator[CheckResult]:
    """每处提及一个结果。"""
    return against_table(subject, ID, {"carried_out": _meanings})


def _meanings(subject: Subject, _: Claim) -> Sequence[Candidate]:
    return [cells_sum(subject, "requests/carried_out/total")]


RULE = Rule(
    id=ID,
    title="正文“结转下年度”数与表三不一致",
    severity=Severity.S2,
    check=check,
    message="正文写结转下年度 {left} 件，表三为 {right}",
)
