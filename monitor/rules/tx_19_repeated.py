"""同一数字前后两处不一致

含义     同一事项、同一口径的数字在正文中出现两次的，应当相同。
公式     同一指标、口径、时段、限定的数字相等。
依据     数据应“统得出、报得准、可核查”（国办公开办函〔2021〕30号）；文表一致为通常要求。
单位     件
正例     两处均写收到 72 件。
反例     一处写收到 72 件，一处写 74 件，且没有说明。
如何处理 核对后统一。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.operands import not_applicable
from monitor.subject import Rule, Subject
from storage.domain.enums import Outcome, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult
from storage.domain.reports import Claim

ID = RuleId("TX-19")


STEADY = (
    "carried_in", "carried_out", "reconsideration_cases", "litigation_cases", "requests_denied", "requests_unable", "requests_refused",
    "norm_valid", "rules_valid",
)  # fmt: skip


def check(subject: Subject) -> Iterator[CheckResult]:
    """只比较口径单一的事项；“收到”“办理”口径多样，由 TX-02、TX-04 与表格比较。"""
    first: dict[tuple[str, str], Claim] = {}
    compared = False
    for claim in subject.report.claims:
        if claim.metric not in STEADY or claim.period or claim.qualifier:
            continue
        before = first.setdefault((claim.metric, claim.scope.value), claim)
        if before is claim or before.quote == claim.quote:
            continue
        compared = True
        outcome = Outcome.PASS if before.value == claim.value else Outcome.FAIL
        facts = {"other": before.quote, "reservation": "两处可能是不同口径或不同范围"}
        yield CheckResult(ID, f"text/{claim.metric}", outcome, before.value, claim.value, quote=claim.quote, facts=facts)
    if not compared:
        yield not_applicable(ID, "text", "同一事项的两处数字")


RULE = Rule(
    id=ID,
    title="同一数字前后两处不一致",
    severity=Severity.S2,
    check=check,
    message="同一事项一处写 {left}，另一处写 {right}",
)
