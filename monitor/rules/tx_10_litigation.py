"""正文行政诉讼数与表四不一致

含义     正文写明的因政府信息公开被提起行政诉讼件数及其结果，应与表四“未经复议直接起诉”“复议后起诉”两组一致。
公式     正文诉讼件数∈｛两组总计之和，任一组总计，以及各自减去尚未审结｝；写明结果的，等于两组相应各格之和或其中一格。
依据     同 TX-01。
单位     件
正例     正文“行政诉讼 1 件，维持”，表四复议后起诉总计 1。
反例     正文“行政诉讼 3 件”，表四两组总计为 2 和 0。
如何处理 核对后更正表四或正文。
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitor.operands import Candidate, against_table, cells_sum, without
from monitor.subject import Rule, Subject
from storage.domain.enums import Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult
from storage.domain.reports import Claim

ID = RuleId("TX-10")


GROUPS = ("litigation/direct", "litigation/after_reconsideration")
RESULTS = {f"litigation_{part}": part for part in ("upheld", "corrected", "other", "pending")}


def check(subject: Subject) -> Iterator[CheckResult]:
    """每处提及一个结果。"""
    meanings = {"litigation_cases": _cases, **dict.fromkeys(RESULTS, _result), **dict.fromkeys(BY_GROUP, _group)}
    return against_table(subject, ID, meanings)


BY_GROUP = {"litigation_direct": GROUPS[0], "litigation_after_reconsideration": GROUPS[1]}


def _cases(subject: Subject, _: Claim) -> Sequence[Candidate]:
    totals, pending = [f"{group}/total" for group in GROUPS], [f"{group}/pending" for group in GROUPS]
    found = [cells_sum(subject, *totals), without(subject, totals, pending)]
    for total, open_cases in zip(totals, pending, strict=True):
        found += [cells_sum(subject, total), without(subject, [total], [open_cases])]
    return found


def _result(subject: Subject, claim: Claim) -> Sequence[Candidate]:
    cells = [f"{group}/{RESULTS[claim.metric]}" for group in GROUPS]
    return [cells_sum(subject, *cells), *(cells_sum(subject, cell) for cell in cells)]


def _group(subject: Subject, claim: Claim) -> Sequence[Candidate]:
    group = BY_GROUP[claim.metric]
    return [cells_sum(subject, f"{group}/total"), without(subject, [f"{group}/total"], [f"{group}/pending"])]


RULE = Rule(
    id=ID,
    title="正文行政诉讼数与表四不一致",
    severity=Severity.S2,
    check=check,
    message="正文写行政诉讼相关数字 {left}，表四相应数字为 {right}",
)
