"""正文分项之和与所写总数不符

含义     正文先写总数再逐项列出、且写明是全部分项时，各项之和应等于总数。只在办理结果六类全部列出时比较。
公式     六类办理结果之和∈｛正文写明的办结数，收到数｝。
依据     算术。
单位     件
正例     42＋5＋31＋1＋2＝81。
反例     42＋5＋31＋1＋3，总数写 81。
如何处理 核对各分项与总数。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.operands import not_applicable
from monitor.subject import Rule, Subject
from storage.domain.enums import Outcome, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult
from storage.domain.reports import Number

ID = RuleId("TX-18")


GROUPS = ("requests_denied", "requests_unable", "requests_refused", "requests_other")
WHOLES = ("requests_handled", "requests_received")


def check(subject: Subject) -> Iterator[CheckResult]:
    """同一句中的总数与分项。"""
    by_quote: dict[str, dict[str, Number]] = {}
    for claim in subject.report.claims:
        if not claim.period and claim.qualifier in {"", "incl_carried", "processed"}:
            by_quote.setdefault(claim.quote, {})[claim.metric] = claim.value
    found = False
    for quote, told in by_quote.items():
        parts = _granted(told)
        wholes = [told[metric] for metric in WHOLES if metric in told]
        if parts is None or not wholes or not all(group in told for group in GROUPS):
            continue
        found = True
        total = parts + sum(told[group] for group in GROUPS)
        outcome = Outcome.PASS if total in wholes else Outcome.FAIL
        yield CheckResult(ID, "text/outcomes", outcome, total, wholes[0], quote=quote)
    if not found:
        yield not_applicable(ID, "text/outcomes", "写有总数并列出全部六类结果的句子")


def _granted(told: dict[str, Number]) -> Number | None:
    if "requests_granted_or_partial" in told:
        return told["requests_granted_or_partial"]
    if "requests_granted" in told and "requests_partial" in told:
        return told["requests_granted"] + told["requests_partial"]
    return None


RULE = Rule(
    id=ID,
    title="正文分项之和与所写总数不符",
    severity=Severity.S3,
    check=check,
    message="正文各类结果之和为 {left} 件，所写总数为 {right} 件",
    factual=True,
)
