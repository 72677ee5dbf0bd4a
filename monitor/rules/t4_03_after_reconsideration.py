"""表四：复议后起诉多于已办结的复议

含义     复议后起诉的案件，先经过复议；本年复议后起诉数一般不多于本年与上年已审结的复议数之和。时间差较长的案件可以例外。
公式     复议后起诉总计≤本年与上年行政复议（维持＋纠正＋其他）之和。
依据     由程序先后推出，仅作提示。
单位     件
正例     复议后起诉 2，两年已结复议 5。
反例     复议后起诉 9，两年已结复议 5。
如何处理 核对归类：未经复议直接起诉的不应填入复议后起诉。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.equations import VIOLATED
from monitor.intervals import compare, total
from monitor.operands import not_applicable, side_facts, undetermined, value_of
from monitor.subject import Rule, Subject
from storage.domain.enums import Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("T4-03")


DECIDED = tuple(f"litigation/reconsideration/{part}" for part in ("upheld", "corrected", "other"))
AFTER = "litigation/after_reconsideration/total"


def check(subject: Subject) -> Iterator[CheckResult]:
    """需要上年度报告。"""
    if "litigation" not in subject.operands.read:
        yield not_applicable(ID, AFTER, "表四")
        return
    before = subject.previous_operands
    if before is None or "litigation" not in before.read:
        yield undetermined(ID, AFTER, "上年度报告表四")
        return
    left = subject.operands.at(AFTER)
    right = total([subject.operands.sum_of(DECIDED), before.sum_of(DECIDED)])
    outcome = compare(left, right, "<=")
    cells = subject.operands.paths("litigation")
    facts = side_facts(left, right) if outcome in VIOLATED else {}
    yield CheckResult(ID, AFTER, outcome, value_of(left), value_of(right), cells, ("相关单元格的数字",), facts=facts)


RULE = Rule(
    id=ID,
    title="表四：复议后起诉多于已办结的复议",
    severity=Severity.S3,
    check=check,
    message="表四复议后起诉 {left} 件，本年与上年已审结的行政复议合计 {right} 件",
    plausible="复议与起诉间隔较长的，可以例外",
    version="2",
)
