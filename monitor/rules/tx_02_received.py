"""正文“收到”“受理”“办理”数与表三不一致

含义     “收到”“受理”“办理”可能指本年新收，也可能包括上年结转；写“办理”“处理”的还可能指办结数。
         只有与所有可能的含义都不相符时才提示。
公式     正文数∈｛新收，新收＋上年结转｝；“办理”“处理”另可等于（七）总计；写明“含上年结转”的只能等于新收＋上年结转。
依据     同 TX-01。
单位     件
正例     正文“受理 78 件”，表三新收 72、结转 6。
反例     正文“收到 80 件”，表三新收 72、结转 6。
如何处理 核对统计口径；建议写明“其中上年结转几件”。
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitor.operands import Candidate, cells_sum, claim_result, mentions, said
from monitor.subject import Rule, Subject
from storage.domain.enums import Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult
from storage.domain.reports import Claim

ID = RuleId("TX-02")


NEW, CARRIED, HANDLED = "requests/new_received/total", "requests/carried_in/total", "requests/total_handled/total"


def check(subject: Subject) -> Iterator[CheckResult]:
    """每处提及一个结果；写明“新收”的由 TX-01 比较。"""
    for claim in mentions(subject, "requests_received"):
        if claim.qualifier != "new":
            yield claim_result(subject, ID, claim, _meanings(subject, claim))


def _meanings(subject: Subject, claim: Claim) -> Sequence[Candidate]:
    both = cells_sum(subject, NEW, CARRIED)
    if claim.qualifier == "incl_carried":
        return [both]
    found = [cells_sum(subject, NEW), both]
    if claim.qualifier == "processed" or said(claim.quote, "办理", "处理", "答复", "办结"):
        found.append(cells_sum(subject, HANDLED))
    return found


RULE = Rule(
    id=ID,
    title="正文“收到”“受理”“办理”数与表三不一致",
    severity=Severity.S2,
    check=check,
    message="正文写收到（受理、办理）{left} 件，表三相应数字为 {right}",
)
