"""列表摘要中的数字与报告不一致

含义     列表页或新闻稿摘要引用的申请数，应与报告一致。
公式     摘要中的申请数∈｛新收，新收＋结转，总计｝。
依据     数据应“统得出、报得准、可核查”（国办公开办函〔2021〕30号）；文表一致为通常要求。
单位     件
正例     摘要“受理 72 件”。
反例     摘要“受理 27 件”，表三 72。
如何处理 核对摘要。
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from monitor.intervals import among
from monitor.operands import not_applicable, undetermined, value_of
from monitor.subject import Rule, Subject
from storage.domain.enums import Outcome, Severity
from storage.domain.ids import CellPath, RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("TX-22")


COUNT = re.compile(r"(?:收到|受理|新收)[^。；，]{0,16}申请(\d+)件")
BASES = (("requests/new_received/total",), ("requests/new_received/total", "requests/carried_in/total"), ("requests/total_handled/total",))


def check(subject: Subject) -> Iterator[CheckResult]:
    """摘要取自页面元数据（description）。"""
    summary = "".join(subject.report.meta.get("description", "").split())
    match = COUNT.search(summary)
    if match is None:
        yield not_applicable(ID, "summary", "写有申请数的摘要")
        return
    value = int(match[1])
    outcome = among(value, [subject.operands.sum_of(base) for base in BASES])
    cells = tuple(CellPath(base[0]) for base in BASES)
    if outcome is Outcome.UNDETERMINED or "requests" not in subject.operands.read:
        yield undetermined(ID, "summary", *cells)
        return
    yield CheckResult(ID, "summary", outcome, value, value_of(subject.operands.sum_of(BASES[0])), cells, quote=match.group())


RULE = Rule(
    id=ID,
    title="列表摘要中的数字与报告不一致",
    severity=Severity.S4,
    check=check,
    message="摘要写申请 {left} 件，表三本年新收为 {right}",
    plausible="摘要的统计口径可能不同",
)
