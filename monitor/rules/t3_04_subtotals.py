"""表三：分组小计应等于组内各项之和

含义     个别单位的表格另印（三）至（六）的小计行；印了就应当相等。标准格式没有小计行。
公式     对每一列：小计＝组内各项之和。
依据     算术；国办公开办函〔2021〕30号附表三没有小计行。
单位     件
正例     不予公开小计 5＝2＋3。
反例     小计 6，明细 2＋3。
如何处理 核对小计与明细。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.equations import VIOLATED
from monitor.intervals import compare, of_cell
from monitor.operands import not_applicable, side_facts, value_of
from monitor.subject import Rule, Subject
from storage.domain.enums import Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("T3-04")


GROUPS = ("denied", "unable", "refused", "other")


def check(subject: Subject) -> Iterator[CheckResult]:
    """只对印有小计行的报告有结果。"""
    subtotals = [path for path in subject.report.cells if "_subtotal/" in path]
    printed = [(group, path) for path in subtotals for group in GROUPS if path.startswith(f"requests/{group}_subtotal/")]
    if not printed:
        yield not_applicable(ID, "requests", "小计行（标准格式没有）")
    for group, path in printed:
        parts = subject.operands.rows(f"{group}_", column=path.rsplit("/", 1)[1])
        left, right = subject.operands.sum_of(parts), of_cell(subject.report.cell(path))
        outcome = compare(left, right)
        facts = side_facts(left, right) if outcome in VIOLATED else {}
        yield CheckResult(ID, path, outcome, value_of(left), value_of(right), (*parts, path), parts, facts=facts)


RULE = Rule(
    id=ID,
    title="表三：分组小计应等于组内各项之和",
    severity=Severity.S1,
    check=check,
    message="小计行（{place}）：明细合计 {left}，小计 {right}，相差 {difference}",
)
