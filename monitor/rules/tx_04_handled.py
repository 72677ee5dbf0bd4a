"""正文“办结”“答复”数与表三不一致

含义     “办结”“答复”可能不含其他处理，也可能按新收加结转减去结转下年度计算；与各种含义都不相符时才提示。
公式     正文数∈｛（七）总计，总计－其他处理，新收＋上年结转－结转下年度｝；写“办理”的另可等于新收或新收＋结转。
依据     数据应“统得出、报得准、可核查”（国办公开办函〔2021〕30号）；文表一致为通常要求。
单位     件
正例     正文“答复 74 件”，表三（七）总计 74。
反例     正文“办结 70 件”，表三（七）总计 74、其他处理 2。
如何处理 核对口径后更正正文或表格。
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitor.operands import Candidate, against_table, cells_sum, without
from monitor.subject import Rule, Subject
from storage.domain.enums import Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult
from storage.domain.reports import Claim

ID = RuleId("TX-04")


HANDLED, NEW = "requests/total_handled/total", "requests/new_received/total"
CARRIED, LEFT = "requests/carried_in/total", "requests/carried_out/total"


def check(subject: Subject) -> Iterator[CheckResult]:
    """每处提及一个结果。"""
    return against_table(subject, ID, {"requests_handled": _meanings})


def _meanings(subject: Subject, claim: Claim) -> Sequence[Candidate]:
    found = [
        cells_sum(subject, HANDLED),
        without(subject, [HANDLED], subject.operands.rows("other_")),
        without(subject, [NEW, CARRIED], [LEFT]),
    ]
    if claim.qualifier == "processed":
        found += [cells_sum(subject, NEW), cells_sum(subject, NEW, CARRIED)]
    return found


RULE = Rule(
    id=ID,
    title="正文“办结”“答复”数与表三不一致",
    severity=Severity.S2,
    check=check,
    message="正文写办结（答复）{left} 件，表三相应数字为 {right}",
)
