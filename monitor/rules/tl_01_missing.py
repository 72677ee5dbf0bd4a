"""超过期限，在检查范围内未发现报告

含义     期限届满后，经可靠检查（能看到上年度报告、列表完整、抓取正常）仍未发现报告。只有确认未发现的才列出；看不到或无法确认的，
         一律为“无法判断”，不等于未发布。
公式     当前时间＞期限（当日 24 时，北京时间），且应公布状态为“未发现”并已确认。
依据     《政府信息公开条例》第四十九条；本地通知另有规定的从其规定。
单位     天
正例     期限内已发现报告。
反例     期限后三天、三次可靠检查均未发现。
如何处理 联系该单位核实；如已发布，请登记其网址。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.operands import not_applicable, undetermined
from monitor.subject import Rule, Subject
from storage.domain.enums import DutyStatus, MissingConfidence, Outcome, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("TL-01")


def check(subject: Subject) -> Iterator[CheckResult]:
    """由应公布状态得出；没有状态（单独预审一份文件）时不适用。"""
    state = subject.state
    if state is None:
        yield not_applicable(ID, "publication", "应公布状态")
    elif state.status in {DutyStatus.UNKNOWN, DutyStatus.WITHDRAWN}:
        yield undetermined(ID, "publication", state.reason or "可靠的检查")
    elif state.status is not DutyStatus.MISSING:
        yield CheckResult(ID, "publication", Outcome.PASS)
    elif state.missing_confidence is MissingConfidence.ESTABLISHED:
        yield CheckResult(ID, "publication", Outcome.FAIL, facts={"reason": state.reason})
    else:
        yield undetermined(ID, "publication", "更多次可靠的检查")


RULE = Rule(
    id=ID,
    title="超过期限，在检查范围内未发现报告",
    severity=Severity.S1,
    check=check,
    message="期限已过，在检查范围内未发现该年度报告。{reason}",
    advice="请联系该单位核实；如已发布，请登记其网址。",
)
