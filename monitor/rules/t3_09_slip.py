"""表三：不平的可能原因

含义     等式不成立时，按残差推测笔误：数字换位、少写或多写一位、抄错相邻行列、总计漏填、漏计结转。推测只供参考，附在问题之中。
公式     残差与某种笔误相符。
依据     系统推断，不是规定。
单位     件
正例     没有不平。
反例     84 写成 48，差 36，是 9 的倍数，数字换位。
如何处理 对照提示核对。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.operands import not_applicable, undetermined
from monitor.subject import Rule, Subject
from storage.domain.enums import Outcome, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("T3-09")


def check(subject: Subject) -> Iterator[CheckResult]:
    """每个有推测的原因一个结果；结果并入所属问题，不另列。"""
    if not subject.operands.read & {"requests", "litigation"}:
        yield not_applicable(ID, "requests", "表三、表四")
        return
    open_equations = [e for e in subject.operands.equations if e.outcome is Outcome.UNDETERMINED]
    for cause in subject.causes:
        yield CheckResult(
            ID, cause.equations[0].at, Outcome.FAIL if cause.slip else Outcome.PASS, cells=cause.cells, facts={"slip": cause.slip}
        )
    if not subject.causes and open_equations:
        yield undetermined(ID, open_equations[0].at, *open_equations[0].cells)
    elif not subject.causes:
        yield CheckResult(ID, "requests", Outcome.PASS)


RULE = Rule(
    id=ID,
    title="表三：不平的可能原因",
    severity=Severity.S4,
    check=check,
    message="可能原因：{slip}",
    grouping="arithmetic",
)
