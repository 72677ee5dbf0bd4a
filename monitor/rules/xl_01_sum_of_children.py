"""汇总数与下级报告之和不符

含义     下级报告齐全（含本级）时，政府报告的件数应等于各报告之和。
公式     本级.x＝Σ下级.x。
依据     2021 年格式“逐级汇总”的要求；口径相同的件数可相加。
单位     件
正例     两个下级 30＋20，本级 50。
反例     两个下级 30＋30，本级 50。
如何处理 核对汇总范围；下级报告单独公布而未纳入汇总的，请说明。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.levels import EXTENTS_DIFFER, against_sum, parts_of, summable
from monitor.operands import not_applicable
from monitor.subject import Rule, Subject
from storage.domain.enums import Severity
from storage.domain.ids import CellPath, RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("XL-01")


ADDITIVE = (
    *("rules_made", "rules_repealed", "norm_made", "norm_repealed", "licences", "penalties", "coercions", "fees_wan"),
    *("new_received", "carried_in", "granted", "partial", "total_handled", "carried_out"),
)
"""Rows of tables 2 and 3 whose figures add up; table 4 does not: a case against a department is decided by the government above it."""


def _paths(subject: Subject) -> tuple[CellPath, ...]:
    """The cells of these rows that the form of the report has."""
    known = (CellPath(path) for row in ADDITIVE for path in (f"proactive/{row}", f"requests/{row}/total"))
    return tuple(path for path in known if path in subject.operands.intervals)


def check(subject: Subject) -> Iterator[CheckResult]:
    """需要口径相同的下级报告；每个可加的数一个结果。"""
    children = summable(subject.children)
    if not children or not subject.children_complete:
        yield not_applicable(ID, "requests", "齐全的下级报告")
        return
    for path in _paths(subject):
        yield against_sum(subject, ID, path, parts_of(children, path), reservation=EXTENTS_DIFFER)


RULE = Rule(
    id=ID,
    title="汇总数与下级报告之和不符",
    severity=Severity.S2,
    check=check,
    message="{place}为 {right}，{count} 份下级报告合计 {left}，相差 {difference}",
    absorbs=("XL-02", "XL-03"),
    grouping="rule",
    version="2",
)
