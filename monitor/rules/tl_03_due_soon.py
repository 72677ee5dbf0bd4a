"""即将到期尚未发现

含义     期限前若干天仍未发现报告的，提醒。
公式     0≤期限－今天≤7 天且状态为未到期。
依据     《政府信息公开条例》第四十九条。
单位     天
正例     已发现。
反例     还有 3 天，尚未发现。
如何处理 提前提醒。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.operands import not_applicable
from monitor.subject import Rule, Subject
from storage.domain.enums import Certainty, DutyStatus, Outcome, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("TL-03")


DAYS = 7


def check(subject: Subject) -> Iterator[CheckResult]:
    """需要应公布事项与今天的日期。"""
    duty, state, today = subject.duty, subject.state, subject.today
    if duty is None or state is None or today is None:
        yield not_applicable(ID, "publication", "期限与今天的日期")
        return
    left = (duty.due_on - today).days
    soon = state.status is DutyStatus.NOT_DUE and 0 <= left <= DAYS
    yield CheckResult(ID, "publication", Outcome.FAIL if soon else Outcome.PASS, left, DAYS)


RULE = Rule(
    id=ID,
    title="即将到期尚未发现",
    severity=Severity.S4,
    check=check,
    message="距期限还有 {left} 天，尚未发现该年度报告",
    certainty=Certainty.NOT_CHECKABLE,
    advice="请提醒该单位按期公布。",
)
