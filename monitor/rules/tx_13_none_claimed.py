"""正文“没有发生”而表中有数

含义     正文写没有收到申请、没有行政复议或行政诉讼的，表三、表四相应数字应为 0。
公式     正文写“没有”时，相应总计＝0。
依据     数据应“统得出、报得准、可核查”（国办公开办函〔2021〕30号）；文表一致为通常要求。
单位     件
正例     正文“未收到申请”，表三 0。
反例     正文“没有行政诉讼”，表四直接起诉 2。
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

ID = RuleId("TX-13")


CELLS = {
    "no_requests": ("requests/new_received/total",),
    "no_reconsideration": ("litigation/reconsideration/total",),
    "no_litigation": ("litigation/direct/total", "litigation/after_reconsideration/total"),
}


def check(subject: Subject) -> Iterator[CheckResult]:
    """每处提及一个结果。"""
    return against_table(subject, ID, dict.fromkeys(CELLS, _meanings))


def _meanings(subject: Subject, claim: Claim) -> Sequence[Candidate]:
    return [cells_sum(subject, *CELLS[claim.metric])]


RULE = Rule(
    id=ID,
    title="正文“没有发生”而表中有数",
    severity=Severity.S1,
    check=check,
    message="正文写没有发生，表中（{cells}）为 {right}",
    absorbs=("TX-02", "TX-09", "TX-10"),
)
