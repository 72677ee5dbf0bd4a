"""表三没有申请，正文却描述了办理结果

含义     表三新收与结转均为 0，正文却写有公开、不予公开等办理件数。
公式     新收＋结转＝0 时，正文办理结果各数＝0。
依据     数据应“统得出、报得准、可核查”（国办公开办函〔2021〕30号）；文表一致为通常要求。
单位     件
正例     表三 0，正文没有办理数。
反例     表三 0，正文“予以公开 2 件”。
如何处理 补填表三或更正正文。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.operands import cells_sum, claim_result, mentions, not_applicable
from monitor.subject import Rule, Subject
from storage.domain.enums import Outcome, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("TX-23")


METRICS = ("requests_granted", "requests_partial", "requests_denied", "requests_unable", "requests_refused", "requests_other")
TAKEN = ("requests/new_received/total", "requests/carried_in/total")


def check(subject: Subject) -> Iterator[CheckResult]:
    """与 TX-06 同因时只列这一项。"""
    side = subject.operands.sum_of(TAKEN)
    if "requests" not in subject.operands.read or side.low > 0:
        yield not_applicable(ID, "requests", "新收与上年结转均为 0 或空白")
        return
    told = [claim for claim in mentions(subject, *METRICS) if claim.value]
    for claim in told:
        yield claim_result(subject, ID, claim, [cells_sum(subject, *TAKEN)])
    if not told:
        yield CheckResult(ID, "requests", Outcome.PASS if side.exact else Outcome.PASS_IF_BLANK_ZERO)


RULE = Rule(
    id=ID,
    title="表三没有申请，正文却描述了办理结果",
    severity=Severity.S2,
    check=check,
    message="正文写办理结果 {left} 件，表三新收与上年结转均为 0 或空白",
    absorbs=("TX-06",),
)
