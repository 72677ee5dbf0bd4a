"""表三：没有申请却有办理结果

含义     本年新收与上年结转都是 0 时，办理结果与结转下年度也应为 0。
公式     新收＋结转＝0 时，各项办理结果＋结转下年度＝0（总计列）。
依据     由 T3-02 推出。
单位     件
正例     全部为 0。
反例     新收、结转为 0，予以公开为 2。
如何处理 核对新收或办理结果。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.operands import not_applicable, relation
from monitor.subject import Rule, Subject
from storage.domain.enums import Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("T3-07")


def check(subject: Subject) -> Iterator[CheckResult]:
    """结果并入 T3-01、T3-02 的问题，不另列。"""
    operands = subject.operands
    taken = ["requests/new_received/total", "requests/carried_in/total"]
    if "requests" not in operands.read or operands.sum_of(taken).low > 0:
        yield not_applicable(ID, "requests/total", "新收与上年结转均为 0")
        return
    rest = [path for path in operands.rows("", column="total") if path not in taken]
    yield relation(subject, ID, "requests/total", rest, taken, "<=")


RULE = Rule(
    id=ID,
    title="表三：没有申请却有办理结果",
    severity=Severity.S1,
    check=check,
    message="表三总计列：新收与上年结转为 {right}，办理结果与结转下年度为 {left}",
    grouping="arithmetic",
)
