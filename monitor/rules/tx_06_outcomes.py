"""正文各类办理结果数与表三不一致

含义     正文写明予以公开、部分公开、不予公开、无法提供、不予处理、其他处理的件数，应与表三相应各项之和一致。
公式     正文数＝表三相应各行总计之和；“予以公开”写在一起时可含部分公开；只点明某一项原因的，也可等于该行。
依据     数据应“统得出、报得准、可核查”（国办公开办函〔2021〕30号）；文表一致为通常要求。
单位     件
正例     正文“不予公开 2 件”，表三八项合计 2。
反例     正文“不予公开 5 件”，表三合计 2。
如何处理 核对后更正正文或表格。
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitor.operands import Candidate, against_table, cells_sum
from monitor.subject import Rule, Subject
from storage.domain.enums import Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult
from storage.domain.reports import Claim

ID = RuleId("TX-06")


GROUPS = {
    "requests_granted": ("granted",),
    "requests_partial": ("partial",),
    "requests_granted_or_partial": ("granted", "partial"),
    "requests_denied": ("denied_",),
    "requests_unable": ("unable_",),
    "requests_refused": ("refused_",),
    "requests_other": ("other_",),
}


def check(subject: Subject) -> Iterator[CheckResult]:
    """每处提及一个结果。"""
    return against_table(subject, ID, dict.fromkeys(GROUPS, _meanings))


def _meanings(subject: Subject, claim: Claim) -> Sequence[Candidate]:
    rows = subject.operands.rows(*GROUPS[claim.metric])
    found = [cells_sum(subject, *rows)]
    if claim.metric == "requests_granted":
        found.append(cells_sum(subject, "requests/granted/total", "requests/partial/total"))
    if claim.metric == "requests_other" and (third := subject.operands.rows("other_other")):
        found.append(cells_sum(subject, *third))
    return found


RULE = Rule(
    id=ID,
    title="正文各类办理结果数与表三不一致",
    severity=Severity.S2,
    check=check,
    message="正文写 {left} 件，表三（{cells}）为 {right}",
)
