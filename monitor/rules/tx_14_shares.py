"""正文占比与件数不符

含义     正文“甲类 x 件，占 p%”，按各种可能的总数计算都得不到 p 时提示；误差以末位半个单位为限。
公式     存在分母 y∈｛新收，新收＋结转，总计，正文写明的总数｝使｜100x÷y－p｜≤末位半个单位。
依据     算术。
单位     %
正例     42 件占 81 件的 51.85%。
反例     42 件占 81 件的 61.85%。
如何处理 核对分子、分母与百分比。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.operands import not_applicable, undetermined
from monitor.percentages import fits_share
from monitor.subject import Rule, Subject
from storage.domain.enums import Outcome, Severity
from storage.domain.ids import CellPath, RuleId
from storage.domain.judgement import CheckResult
from storage.domain.reports import Claim

ID = RuleId("TX-14")


SUFFIX = "_share_pct"
BASES = (("requests/new_received/total",), ("requests/new_received/total", "requests/carried_in/total"), ("requests/total_handled/total",))
TOLD = ("requests_received", "requests_handled", "reconsideration_cases", "litigation_cases")


def check(subject: Subject) -> Iterator[CheckResult]:
    """每个占比一个结果；同句没有件数的不判断。"""
    for claim in subject.report.claims:
        if claim.metric.endswith(SUFFIX) and not claim.period:
            yield _share(subject, claim)


def _share(subject: Subject, claim: Claim) -> CheckResult:
    at, metric = f"text/{claim.metric}", claim.metric.removesuffix(SUFFIX)
    parts = [other.value for other in subject.report.claims if other.metric == metric and other.quote == claim.quote]
    told = [other.value for other in subject.report.claims if other.metric in TOLD and not other.period]
    sides = [subject.operands.sum_of(base) for base in BASES]
    wholes = [*told, *(side.low for side in sides if side.exact)]
    if not parts or not wholes:
        return undetermined(ID, at, "同句的件数与总数")
    if any(fits_share(part, whole, claim.value) for part in parts for whole in wholes):
        return CheckResult(ID, at, Outcome.PASS, claim.value, parts[0], quote=claim.quote)
    if claim.qualifier == "approx" or claim.qualifier.startswith("of:") or not all(side.exact for side in sides):
        return not_applicable(ID, at, "约数，或分母不明")
    facts = {"wholes": "、".join(dict.fromkeys(str(whole) for whole in wholes))}
    cells = tuple(dict.fromkeys(CellPath(path) for base in BASES for path in base))
    return CheckResult(ID, at, Outcome.FAIL, claim.value, parts[0], cells=cells, quote=claim.quote, facts=facts)


RULE = Rule(
    id=ID,
    title="正文占比与件数不符",
    severity=Severity.S3,
    check=check,
    message="正文写 {right} 件占 {left}%，以 {wholes} 为总数均不相符",
    plausible="所用的总数可能不同",
)
