"""表三、表四：合并同一原因的不平

含义     表三 39 条、表四 3 条等式联立，找出能同时解释所有不平的最少单元格，合成一个问题，并给出只改一格时的数值。数值只是建议，
         不改动读数。空白无论填什么都不能使全部等式成立时，即为不成立。
公式     存在一组非负整数使全部等式成立。
依据     算术；等式来自 国办公开办函〔2021〕30号附表三、附表四。
单位     件
正例     全部等式成立。
反例     予以公开一行、自然人一列同时多 5：指向该行该列的一格。
如何处理 核对所列单元格。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.intervals import Sum, propagate
from monitor.operands import not_applicable, undetermined
from monitor.subject import Rule, Subject
from storage.domain.enums import Outcome, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("T3-10")


def check(subject: Subject) -> Iterator[CheckResult]:
    """每张表一个结果；结果并入 T3-01 至 T3-03、T4-01 的问题，不另列。"""
    for table in ("requests", "litigation"):
        yield _whole(subject, table)


def _whole(subject: Subject, table: str) -> CheckResult:
    operands = subject.operands
    if table not in operands.read:
        return not_applicable(ID, table, "该表的读数")
    equations = [e for e in operands.equations if e.at.startswith(table)]
    outcomes = {e.outcome for e in equations}
    if outcomes <= {Outcome.PASS}:
        return CheckResult(ID, table, Outcome.PASS)
    cells = tuple(path for cause in subject.causes if cause.equations[0].at.startswith(table) for path in cause.cells)
    known = {path: operands.intervals[path] for path in operands.paths(table)}
    if Outcome.FAIL in outcomes or propagate(known, [Sum(e.left, e.right) for e in equations]) is None:
        return CheckResult(ID, table, Outcome.FAIL, cells=cells)
    if Outcome.LIKELY_FAIL in outcomes:
        return CheckResult(ID, table, Outcome.LIKELY_FAIL, cells=cells)
    if Outcome.UNDETERMINED in outcomes:
        return undetermined(ID, table, *(path for e in equations if e.outcome is Outcome.UNDETERMINED for path in e.cells))
    return CheckResult(ID, table, Outcome.PASS_IF_BLANK_ZERO)


RULE = Rule(
    id=ID,
    title="表三、表四：合并同一原因的不平",
    severity=Severity.S1,
    check=check,
    message="{table}的等式不能同时成立：{cells}",
    grouping="arithmetic",
)
