"""标注日期早于最近一次未见

含义     页面标注的公布日期，早于最近一次可靠检查而当时该栏目尚无此件超过 1 天的，提示核对；状态不因此改变。
公式     标注日期＋1 天≥最近一次未见的日期。
依据     《政府信息公开条例》第四十九条。
单位     天
正例     标注 1 月 30 日，1 月 29 日未见。
反例     标注 1 月 30 日，2 月 3 日检查时该栏目尚无此件。
如何处理 向该单位核实实际公布日期。
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from monitor.operands import not_applicable, undetermined
from monitor.subject import Rule, Subject
from storage.domain.clock import local_date
from storage.domain.enums import Outcome, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("TL-05")


def check(subject: Subject) -> Iterator[CheckResult]:
    """需要标注日期和可靠检查的记录。"""
    state = subject.state
    if state is None:
        yield not_applicable(ID, "publication", "检查记录")
        return
    if state.published_on is None or state.last_not_seen_at is None:
        yield undetermined(ID, "publication", "标注的公布日期与“未见”的可靠检查")
        return
    unseen = local_date(state.last_not_seen_at)
    outcome = Outcome.FAIL if state.published_on + timedelta(days=1) < unseen else Outcome.PASS
    facts = {"printed": state.published_on.isoformat(), "unseen": unseen.isoformat(), "reservation": "也可能先在其他位置公布"}
    yield CheckResult(ID, "publication", outcome, facts=facts)


RULE = Rule(
    id=ID,
    title="标注日期早于最近一次未见",
    severity=Severity.S2,
    check=check,
    message="页面标注 {printed} 公布，而 {unseen} 可靠检查时该栏目尚无此件",
    advice="请核实实际公布日期。",
)
