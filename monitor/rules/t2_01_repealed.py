"""废止数多于可废止的数

含义     本年废止的件数，不应多于上年底现行有效加本年制发。
公式     本年废止≤上年现行有效＋本年制发。
依据     由存量的含义推出；自然失效、集中清理可以解释。
单位     件
正例     废止 1，上年有效 10、制发 3。
反例     废止 20，上年有效 10、制发 3。
如何处理 核对三个数字。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.equations import VIOLATED
from monitor.intervals import compare, total
from monitor.operands import not_applicable, side_facts, undetermined, value_of
from monitor.subject import Rule, Subject
from storage.domain.enums import Edition, Severity
from storage.domain.ids import CellPath, RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("T2-01")


STOCKS = (("规章", "rules"), ("行政规范性文件", "norm"))


def check(subject: Subject) -> Iterator[CheckResult]:
    """规章、规范性文件各一个结果；需要上年度报告。"""
    if subject.operands.form.edition is not Edition.E2021 or "proactive" not in subject.operands.read:
        yield not_applicable(ID, "proactive", "2021 年格式的表二")
        return
    if subject.took_over:
        yield not_applicable(ID, "proactive", "未经合并的单位")
        return
    before = subject.previous_operands
    if before is None or before.form.edition is not Edition.E2021 or "proactive" not in before.read:
        yield undetermined(ID, "proactive", "上年度报告表二（2021 年格式）")
        return
    now = subject.operands
    for label, kind in STOCKS:
        valid, made, repealed = f"proactive/{kind}_valid", f"proactive/{kind}_made", f"proactive/{kind}_repealed"
        left, right = now.at(repealed), total([before.at(valid), now.at(made)])
        outcome = compare(left, right, "<=")
        facts = {**side_facts(left, right), "label": label, "reservation": "可能有自然失效、集中清理等情况"} if outcome in VIOLATED else {}
        cells = (CellPath(valid), CellPath(made), CellPath(repealed))
        yield CheckResult(ID, valid, outcome, value_of(left), value_of(right), cells, cells, facts=facts)


RULE = Rule(
    id=ID,
    title="废止数多于可废止的数",
    severity=Severity.S2,
    check=check,
    message="{label}：废止 {left} 件，上年有效与本年制发合计 {right} 件",
)
