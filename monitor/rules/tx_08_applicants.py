"""正文自然人、法人申请数与表三不一致

含义     正文写明的自然人申请数、法人或其他组织申请数，应与表三相应列一致；可按新收、新收加结转或办结计算。
公式     自然人∈｛新收，新收＋结转，总计｝的自然人列；法人或其他组织为五列之和，点名某类的为该列。写“全部为自然人”的，其余各列为 0。
依据     数据应“统得出、报得准、可核查”（国办公开办函〔2021〕30号）；文表一致为通常要求。
单位     件
正例     正文“自然人 80 件，商业企业 1 件”，表三 80、1。
反例     正文“自然人 79 件”，表三 80。
如何处理 核对后更正正文或表格。
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from monitor.operands import Candidate, cells_sum, claim_result, mentions
from monitor.subject import Rule, Subject
from storage.domain.enums import Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult
from storage.domain.reports import Claim

ID = RuleId("TX-08")


ORGANISATIONS = ("business", "research", "welfare", "legal", "other")
BASES = (("new_received",), ("new_received", "carried_in"), ("total_handled",))


def check(subject: Subject) -> Iterator[CheckResult]:
    """每处提及一个结果。"""
    for claim in mentions(subject, "natural_applicants", "org_applicants"):
        kind, _, column = claim.qualifier.partition(":")
        plain = replace(claim, qualifier="") if kind in {"column", "of", "item"} else claim
        columns = (column,) if kind == "column" and column in ORGANISATIONS else _columns(claim)
        yield claim_result(subject, ID, plain, _meanings(subject, columns))
    for claim in mentions(subject, "natural_applicants_only"):
        nobody_else = replace(claim, value=0)
        yield claim_result(subject, ID, nobody_else, _meanings(subject, ORGANISATIONS))


def _columns(claim: Claim) -> tuple[str, ...]:
    return ("natural",) if claim.metric == "natural_applicants" else ORGANISATIONS


def _meanings(subject: Subject, columns: Sequence[str]) -> Sequence[Candidate]:
    return [cells_sum(subject, *(f"requests/{row}/{column}" for row in rows for column in columns)) for rows in BASES]


RULE = Rule(
    id=ID,
    title="正文自然人、法人申请数与表三不一致",
    severity=Severity.S2,
    check=check,
    message="正文写 {left} 件，表三（{cells}）为 {right}",
)
