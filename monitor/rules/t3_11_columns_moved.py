"""表三：各列可能与上年错位

含义     本年各类申请人数字与上年对调后更相近，可能填错列。
公式     各列与上年同列的差异，不大于两列对调后的差异（对调后缩小十倍以上才提示）。
依据     仅作提示。
单位     件
正例     自然人列两年均最大。
反例     上年自然人 300、商业企业 2，本年自然人 3、商业企业 310。
如何处理 核对列次。
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from monitor.operands import not_applicable, undetermined
from monitor.subject import Rule, Subject
from storage.domain.enums import Outcome, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult
from storage.domain.reports import Number

ID = RuleId("T3-11")


COLUMNS = ("natural", "business", "research", "welfare", "legal", "other")


def check(subject: Subject) -> Iterator[CheckResult]:
    """需要上年度报告，本年新收一行数字齐全。"""
    before = subject.previous_operands
    cells = tuple(subject.operands.form.requests.path("new_received", column) for column in COLUMNS)
    if "requests" not in subject.operands.read:
        yield not_applicable(ID, "requests/new_received", "表三")
        return
    if before is None or not all(subject.operands.at(cell).exact and before.at(cell).exact for cell in cells):
        yield undetermined(ID, "requests/new_received", "上年度报告表三，且数字齐全")
        return
    now, then = [subject.operands.at(cell).low for cell in cells], [before.at(cell).low for cell in cells]
    moved = [(a, b) for a, b in combinations(range(6), 2) if _closer_swapped(now[a], now[b], then[a], then[b])]
    yield CheckResult(
        ID,
        "requests/new_received",
        Outcome.FAIL if moved else Outcome.PASS,
        cells=tuple(cells[i] for pair in moved for i in pair) or cells,
    )


def _closer_swapped(a: Number, b: Number, old_a: Number, old_b: Number) -> bool:
    straight = _distance(a, old_a) + _distance(b, old_b)
    crossed = _distance(a, old_b) + _distance(b, old_a)
    return straight >= 50 and crossed * 10 <= straight


def _distance(one: Number, other: Number) -> Number:
    return max(one - other, other - one)


RULE = Rule(
    id=ID,
    title="表三：各列可能与上年错位",
    severity=Severity.S3,
    check=check,
    message="{cells}两列数字与上年对调后更相近",
    plausible="申请人构成确有变化的，属正常情况",
    version="2",
)
