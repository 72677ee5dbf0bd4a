"""同类单位多数有数，本单位为 0

含义     同类单位九成以上该数较大，本单位为 0 的，可能漏填。
公式     本单位该数＞0，或同类单位（≥10 个）中大于 10 的不足九成。
依据     仅作提示，不是规定。
单位     件
正例     同类多数为 0。
反例     十个同类单位均在 40 以上，本单位 0。
如何处理 核对是否漏填。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.certainty import beyond_doubt
from monitor.operands import not_applicable, undetermined
from monitor.subject import Rule, Subject
from storage.domain.enums import Outcome, Severity
from storage.domain.ids import CellPath, RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("PR-01")


WATCHED = ("requests/new_received/total", "proactive/licences", "proactive/penalties")


def check(subject: Subject) -> Iterator[CheckResult]:
    """需要至少十个同类单位的报告。"""
    if len(subject.peers) < 10:
        yield not_applicable(ID, "tables", "至少十个同类单位的报告")
        return
    for name in WATCHED:
        path = CellPath(name)
        interval = subject.operands.intervals.get(path)
        values = [cell.value for peer in subject.peers if (cell := beyond_doubt(peer).cell(path)).value is not None]
        if interval is None or interval.if_blank is None or len(values) < 10:
            yield undetermined(ID, path, "本单位与同类单位的数字")
            continue
        odd = interval.if_blank == 0 and 10 * sum(1 for value in values if value > 10) >= 9 * len(values)
        outcome = Outcome.PASS if not odd else Outcome.FAIL if interval.exact else Outcome.LIKELY_FAIL
        yield CheckResult(ID, path, outcome, 0 if odd else None, len(values), (path,), facts={"reservation": "也可能确实没有发生"})


RULE = Rule(
    id=ID,
    title="同类单位多数有数，本单位为 0",
    severity=Severity.S3,
    check=check,
    message="{place}为 0 或空白，{right} 个同类单位多数在 10 以上",
    plausible="也可能确实没有发生",
    version="2",
)
