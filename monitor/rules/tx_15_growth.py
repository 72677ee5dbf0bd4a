"""正文增减幅度与上年数字不符

含义     正文“同比增长 p%”与上年度报告的数字计算不符；误差以末位半个单位为限。没有上年度报告时不判断。
公式     存在本年、上年同口径的数 x、y 使｜100（x÷y－1）－p｜≤末位半个单位。
依据     算术；上年数字取自存档的上年度报告。
单位     %
正例     本年 85、上年 55，增长 54.5% 写 54% 或 55%。
反例     本年 85、上年 80，写增长 54%。
如何处理 核对上年数字与增幅。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.operands import not_applicable, undetermined
from monitor.percentages import fits_growth
from monitor.subject import Rule, Subject
from storage.domain.enums import Outcome, Severity
from storage.domain.ids import CellPath, RuleId
from storage.domain.judgement import CheckResult
from storage.domain.reports import Claim

ID = RuleId("TX-15")


METRIC = "requests_growth_pct"
BASES = (("requests/new_received/total",), ("requests/new_received/total", "requests/carried_in/total"), ("requests/total_handled/total",))


def check(subject: Subject) -> Iterator[CheckResult]:
    """每个增减幅度一个结果。"""
    for claim in subject.report.claims:
        if claim.metric == METRIC:
            yield _growth(subject, claim)


def _growth(subject: Subject, claim: Claim) -> CheckResult:
    at, before = f"text/{METRIC}", subject.previous_operands
    if before is None or "requests" not in before.read or "requests" not in subject.operands.read:
        return undetermined(ID, at, "上年度报告表三")
    if claim.qualifier == "approx" or claim.period:
        return not_applicable(ID, at, "约数，或与其他时段相比")
    pairs = [(subject.operands.sum_of(base), before.sum_of(base)) for base in BASES]
    known = [(now.low, then.low) for now, then in pairs if now.exact and then.exact and then.low]
    if any(fits_growth(now, then, claim.value) for now, then in known):
        return CheckResult(ID, at, Outcome.PASS, claim.value, quote=claim.quote)
    if len(known) < len(pairs):
        return undetermined(ID, at, "两年表三的新收、结转与总计")
    facts = {"now": str(known[0][0]), "then": str(known[0][1])}
    cells = tuple(dict.fromkeys(CellPath(path) for base in BASES for path in base))
    return CheckResult(ID, at, Outcome.FAIL, claim.value, cells=cells, quote=claim.quote, facts=facts)


RULE = Rule(
    id=ID,
    title="正文增减幅度与上年数字不符",
    severity=Severity.S3,
    check=check,
    message="正文写同比增减 {left}%，而本年新收 {now} 件、上年 {then} 件",
    plausible="比较的口径可能不同",
    version="3",
)
