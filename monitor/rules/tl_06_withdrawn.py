"""报告曾经发布，现已找不到

含义     曾经存档的报告，自最后见到起至少 14 天、5 个不同日期的可靠检查都找不到，存档的网址也打不开。
公式     状态不为“已撤下”。
依据     《政府信息公开条例》第四十九条。
单位     –
正例     仍可打开。
反例     两周内五天的检查均不在栏目中，原网址为 404。
如何处理 请核实是否撤下或更换网址；存档保留原件。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.operands import not_applicable, undetermined
from monitor.subject import Rule, Subject
from storage.domain.enums import DutyStatus, Outcome, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("TL-06")


def check(subject: Subject) -> Iterator[CheckResult]:
    """由应公布状态得出。"""
    state = subject.state
    if state is None:
        yield not_applicable(ID, "publication", "应公布状态")
    elif state.status is DutyStatus.UNKNOWN:
        yield undetermined(ID, "publication", state.reason or "可靠的检查")
    else:
        failed = state.status is DutyStatus.WITHDRAWN
        yield CheckResult(ID, "publication", Outcome.FAIL if failed else Outcome.PASS, facts={"reason": state.reason})


RULE = Rule(
    id=ID,
    title="报告曾经发布，现已找不到",
    severity=Severity.S1,
    check=check,
    message="该报告曾经发布，现已找不到。{reason}",
    advice="请核实是否撤下或更换网址；存档保留原件。",
)
