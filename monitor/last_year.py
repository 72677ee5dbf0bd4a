"""This report's figures set against those of the same body's report of the year before: what was carried over, and stocks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from monitor.equations import VIOLATED, Operands
from monitor.intervals import Interval, Relation, compare, total
from monitor.operands import not_applicable, side_facts, undetermined, value_of
from monitor.subject import Subject
from storage.domain.enums import Edition
from storage.domain.ids import CellPath, RuleId
from storage.domain.judgement import CheckResult
from storage.domain.reports import ParsedReport

STOCKS = (("规章", "rules"), ("行政规范性文件", "norm"))


def carried_over(
    subject: Subject, rule: RuleId, columns: Iterable[str], reservation: Callable[[ParsedReport], str]
) -> Iterator[CheckResult]:
    """上年结转 of this year against 结转下年度 of last year, one result per column; `reservation` is about last year's report."""
    if "requests" not in subject.operands.read:
        yield not_applicable(rule, "requests/carried_in", "表三")
        return
    if subject.took_over:
        yield not_applicable(rule, "requests/carried_in", "未经合并的单位（合并单位见 XY-12）")
        return
    before = subject.previous_operands
    for column in columns:
        at = CellPath(f"requests/carried_in/{column}")
        if subject.previous is None or before is None or "requests" not in before.read:
            yield undetermined(rule, at, "可靠读出的上年度报告表三")
            continue
        left, right = subject.operands.at(at), before.at(f"requests/carried_out/{column}")
        outcome = compare(left, right)
        facts = {**side_facts(left, right), "reservation": reservation(subject.previous)} if outcome in VIOLATED else {}
        yield CheckResult(rule, at, outcome, value_of(left), value_of(right), (at,), (at,), facts=facts)


Taken = Callable[[Operands, str, str], Interval]
"""The left side of a relation between stocks, of this year's figures at the places of 现行有效 and 废止."""


def stocks(subject: Subject, rule: RuleId, taken: Taken, kind: Relation) -> Iterator[CheckResult]:
    """One result for 规章 and one for 行政规范性文件: what is `taken` against what was valid a year ago and what was made since."""
    if subject.operands.form.edition is not Edition.E2021 or "proactive" not in subject.operands.read:
        yield not_applicable(rule, "proactive", "2021 年格式的表二")
        return
    if subject.took_over:
        yield not_applicable(rule, "proactive", "未经合并的单位")
        return
    before = subject.previous_operands
    if before is None or before.form.edition is not Edition.E2021 or "proactive" not in before.read:
        yield undetermined(rule, "proactive", "可靠读出的上年度报告表二（2021 年格式）")
        return
    now = subject.operands
    for label, what in STOCKS:
        valid, made, repealed = (CellPath(f"proactive/{what}_{part}") for part in ("valid", "made", "repealed"))
        left, right = taken(now, valid, repealed), total([before.at(valid), now.at(made)])
        outcome = compare(left, right, kind)
        facts = {**side_facts(left, right), "label": label, "reservation": "可能有自然失效、集中清理等情况"} if outcome in VIOLATED else {}
        cells = (valid, made, repealed)
        yield CheckResult(rule, valid, outcome, value_of(left), value_of(right), cells, cells, facts=facts)
