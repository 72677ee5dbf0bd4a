"""数字大得不合常理

含义     与同类单位或往年相比大十倍以上，可能多写了几位或单位有误。
公式     数字≤同类单位和往年最大值的 10 倍（最大值≥10 时）。
依据     仅作提示。
单位     件
正例     往年最多 90，本年 120。
反例     往年最多 90，本年 9000。
如何处理 核对位数与单位。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.certainty import beyond_doubt
from monitor.operands import not_applicable, undetermined
from monitor.subject import Rule, Subject
from storage.domain.enums import Outcome, Severity
from storage.domain.ids import CellPath, RuleId
from storage.domain.judgement import CheckResult
from storage.domain.reports import ABSENT_CELL

ID = RuleId("CV-06")


WATCHED = tuple(
    CellPath(path)
    for path in (
        "requests/new_received/total",
        "requests/total_handled/total",
        "proactive/licences",
        "proactive/penalties",
        "proactive/coercions",
    )
)


def check(subject: Subject) -> Iterator[CheckResult]:
    """需要往年或同类单位的报告。"""
    around = [report for report in (subject.previous, *subject.earlier, *subject.peers) if report is not None]
    others = [beyond_doubt(report).cells for report in around if report.form is subject.report.form]
    for path in WATCHED:
        cell = subject.operands.cells.get(path)
        if cell is None or cell.value is None or not cell.trusted:
            yield not_applicable(ID, path, "该格数字")
            continue
        known = [value for cells in others if (value := cells.get(path, ABSENT_CELL).value) is not None]
        if not known:
            yield undetermined(ID, path, "往年或同类单位的报告")
            continue
        most = max(known)
        too_large = most >= 10 and cell.value > 10 * most
        yield CheckResult(ID, path, Outcome.FAIL if too_large else Outcome.PASS, cell.value, most, (path,))


RULE = Rule(
    id=ID,
    title="数字大得不合常理",
    severity=Severity.S3,
    check=check,
    message="{place}为 {left}，往年与同类单位最多为 {right}",
    plausible="业务量确有变化的，属正常情况",
    version="2",
)
