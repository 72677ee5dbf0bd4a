"""表三：有总计而无明细，或有明细而无总计

含义     （七）总计大于 0 时，明细不应全部为 0 或空白；反之亦然。
公式     （七）总计＞0 当且仅当某项明细＞0（总计列）。
依据     由 T3-01 推出。
单位     件
正例     总计 51，明细合计 51。
反例     总计 51，明细全部为 0。
如何处理 补填明细或总计。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.equations import VIOLATED
from monitor.operands import not_applicable, side_facts, value_of
from monitor.subject import Rule, Subject
from storage.domain.enums import Outcome, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("T3-06")


def check(subject: Subject) -> Iterator[CheckResult]:
    """结果并入 T3-01 的问题，不另列。"""
    if "requests" not in subject.operands.read:
        yield not_applicable(ID, "requests/total", "表三")
        return
    equation = next(e for e in subject.operands.equations if e.id == "outcomes" and e.at == "requests/total")
    left, right = equation.left_side, equation.right_side
    one_sided = (left.if_blank == 0) != (right.if_blank == 0)
    outcome = equation.outcome if equation.outcome not in VIOLATED or one_sided else Outcome.PASS
    facts = side_facts(left, right) if outcome in VIOLATED else {}
    yield CheckResult(ID, equation.at, outcome, value_of(left), value_of(right), equation.cells, equation.cells, facts=facts)


RULE = Rule(
    id=ID,
    title="表三：有总计而无明细，或有明细而无总计",
    severity=Severity.S1,
    check=check,
    message="表三总计列：各项办理结果合计 {left}，（七）总计 {right}",
    grouping="arithmetic",
)
