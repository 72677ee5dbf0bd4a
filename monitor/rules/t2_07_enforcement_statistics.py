"""许可、处罚与行政执法统计年报不一致

含义     单位另行公布的行政执法统计年报中的数字，应与表二一致。
公式     表二许可、处罚、强制＝执法统计年报相应数字。
依据     各地行政执法统计年报制度。
单位     件
正例     处罚均为 86。
反例     表二 86，执法年报 68。
如何处理 核对两份材料。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.intervals import among
from monitor.operands import not_applicable, value_of
from monitor.subject import Rule, Subject
from storage.domain.enums import Severity
from storage.domain.ids import CellPath, RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("T2-07")


def check(subject: Subject) -> Iterator[CheckResult]:
    """执法统计数字由元数据给出（statistics:penalties 等）；没有关联的不适用。"""
    found = False
    for key in ("licences", "penalties", "coercions"):
        known, path = subject.report.meta.get(f"statistics:{key}", ""), CellPath(f"proactive/{key}")
        interval = subject.operands.intervals.get(path)
        if not known.isdigit() or interval is None:
            continue
        found = True
        outcome = among(int(known), [interval])
        yield CheckResult(ID, path, outcome, int(known), value_of(interval), (path,), (path,))
    if not found:
        yield not_applicable(ID, "proactive", "关联的行政执法统计年报")


RULE = Rule(
    id=ID,
    title="许可、处罚与行政执法统计年报不一致",
    severity=Severity.S2,
    check=check,
    message="{place}为 {right}，行政执法统计年报为 {left}",
)
