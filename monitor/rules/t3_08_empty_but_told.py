"""表三全部为 0，正文却写有申请

含义     表三从头到尾为 0 或空白，正文写明收到或办理了申请。
公式     正文收到、办理的申请数＞0 时，表三不应全部为 0。
依据     数据应“统得出、报得准、可核查”（国办公开办函〔2021〕30号）。
单位     件
正例     正文 0 件，表三全 0。
反例     正文“收到 4 件”，表三全 0。
如何处理 补填表三或更正正文。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.operands import Candidate, claim_result, mentions, not_applicable
from monitor.subject import Rule, Subject
from storage.domain.enums import Outcome, Severity
from storage.domain.ids import CellPath, RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("T3-08")


METRICS = ("requests_received", "requests_handled")


def check(subject: Subject) -> Iterator[CheckResult]:
    """与 TX-01、TX-02、TX-04、TX-06 同因时只列这一项。"""
    whole = subject.operands.rows("", column="total")
    side = subject.operands.sum_of(whole)
    if "requests" not in subject.operands.read or side.low > 0:
        yield not_applicable(ID, "requests", "表三全部为 0 或空白")
        return
    for claim in mentions(subject, *METRICS):
        if claim.value:
            result = claim_result(subject, ID, claim, [Candidate(side, tuple(CellPath(path) for path in whole))])
            yield result
        else:
            yield CheckResult(ID, f"text/{claim.metric}", Outcome.PASS, claim.value, 0, quote=claim.quote)


RULE = Rule(
    id=ID,
    title="表三全部为 0，正文却写有申请",
    severity=Severity.S2,
    check=check,
    message="正文写申请 {left} 件，表三全部为 0 或空白",
    absorbs=("TX-01", "TX-02", "TX-04", "TX-06", "TX-23"),
)
