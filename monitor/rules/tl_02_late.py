"""公布日期晚于期限

含义     报告的公布日期晚于期限。日期只有首次发现时间时，须有期限之后“未见”的可靠检查才认定。期限按自然日计算，遇节假日不顺延；
         节假日后首个工作日公布的请人工判断。
公式     公布日期＞期限：部门 1 月 31 日，政府 3 月 31 日，本地另有规定的从其规定。
依据     《政府信息公开条例》第四十九条。
单位     天
正例     1 月 31 日公布。
反例     2 月 4 日公布，晚 4 天。
如何处理 核对页面标注日期与实际公布日期。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.operands import not_applicable, undetermined
from monitor.subject import Rule, Subject
from storage.domain.duties import DutyState
from storage.domain.enums import DutyStatus, Outcome, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("TL-02")


def check(subject: Subject) -> Iterator[CheckResult]:
    """由应公布状态得出；没有状态（单独预审一份文件）时不适用。"""
    state = subject.state
    if state is None:
        yield not_applicable(ID, "publication", "公布日期与应公布状态")
    elif state.status is DutyStatus.LATE:
        yield CheckResult(ID, "publication", Outcome.FAIL, facts={"days": _days(state), "reason": state.reason})
    elif state.status is DutyStatus.ON_TIME:
        yield CheckResult(ID, "publication", Outcome.PASS)
    elif state.status in {DutyStatus.UNDATED, DutyStatus.UNKNOWN, DutyStatus.WITHDRAWN}:
        yield undetermined(ID, "publication", "可靠的公布日期")
    else:
        yield not_applicable(ID, "publication", "尚未发现报告或未到期")


def _days(state: DutyState) -> str:
    if state.days_late_min is None:
        return "若干"
    if state.days_late_min == state.days_late_max:
        return str(state.days_late_min)
    upper = "" if state.days_late_max is None else f"、至多 {state.days_late_max}"
    return f"至少 {state.days_late_min}{upper}"


RULE = Rule(
    id=ID,
    title="公布日期晚于期限",
    severity=Severity.S1,
    check=check,
    message="公布日期晚于期限 {days} 天。{reason}",
    advice="请核对公布日期。",
)
