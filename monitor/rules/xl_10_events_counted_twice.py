"""各级复议诉讼件数不相加

含义     部门的复议由本级政府审理，同一案件可能出现在两级报告中，所以表四各数不作上下级相加比较。本项说明系统没有相加，不作为问题。
公式     表四不参与上下级汇总比较。
依据     《行政复议法》关于管辖的规定。
单位     件
正例     部门复议 2 件、政府复议 1 件：不比较。
反例     （不产生问题。）
如何处理 无需处理。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.operands import not_applicable
from monitor.subject import Rule, Subject
from storage.domain.enums import Outcome, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("XL-10")


LITIGATION = tuple(f"litigation/{group}/total" for group in ("reconsideration", "direct", "after_reconsideration"))


def check(subject: Subject) -> Iterator[CheckResult]:
    """下级都没有案件时“一致”，否则说明为何不比较。"""
    if not subject.children:
        yield not_applicable(ID, "litigation", "下级报告")
    elif any(child.cell(path).value for child in subject.children for path in LITIGATION):
        yield not_applicable(ID, "litigation", "能区分同一案件的资料")
    else:
        yield CheckResult(ID, "litigation", Outcome.PASS)


RULE = Rule(id=ID, title="各级复议诉讼件数不相加", severity=Severity.S4, check=check, grouping="none")
