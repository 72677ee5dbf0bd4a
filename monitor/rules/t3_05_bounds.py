"""表三：办理结果与结转不应超过新收加结转

含义     某列因有单元格读不出而不能验证两条勾稽关系时，仍可验证上限：办结和结转下年度的都不会多于要办的。
公式     对每一列：各项办理结果之和≤本年新收＋上年结转；结转下年度≤本年新收＋上年结转。
依据     由 国办公开办函〔2021〕30号附表三勾稽关系推出。
单位     件
正例     （七）总计读不出，明细合计 51，新收加结转 54。
反例     （七）总计读不出，明细合计 60，新收加结转 54。
如何处理 核对该列。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.operands import not_applicable, relation
from monitor.subject import Rule, Subject
from storage.domain.enums import Outcome, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("T3-05")


def check(subject: Subject) -> Iterator[CheckResult]:
    """只在 T3-01 或 T3-02 不能判定的列补充判断。"""
    operands = subject.operands
    open_places = {e.at for e in operands.equations if e.id in {"outcomes", "balance"} and e.outcome is Outcome.UNDETERMINED}
    if not open_places or "requests" not in operands.read:
        yield not_applicable(ID, "requests", "两条勾稽关系均可判定，或表三没有读到")
        return
    outcomes = next(equation for equation in operands.form.requests.equations if equation.id == "outcomes")
    for at in sorted(open_places):
        column = at.split("/")[1]
        taken = [f"requests/new_received/{column}", f"requests/carried_in/{column}"]
        details = [f"requests/{row}/{column}" for row in outcomes.left if row not in operands.left_out]
        yield relation(subject, ID, at, details, taken, "<=")
        yield relation(subject, ID, at, [f"requests/carried_out/{column}"], taken, "<=")


RULE = Rule(
    id=ID,
    title="表三：办理结果与结转不应超过新收加结转",
    severity=Severity.S1,
    check=check,
    message="{place}：办理或结转 {left}，新收与上年结转合计只有 {right}",
)
