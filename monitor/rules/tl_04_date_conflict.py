"""各处日期相差较大

含义     页面标注、列表、文件属性、落款等日期相差超过 7 天的，提示核对；落款早于页面日期属常见情况，只比较公布类日期。
公式     公布类日期的最大差≤7 天。
依据     《政府信息公开条例》第四十九条。
单位     天
正例     页面 1 月 30 日、列表 1 月 30 日。
反例     页面 1 月 30 日、文件属性 3 月 8 日。
如何处理 核对实际公布日期。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.operands import not_applicable
from monitor.subject import Rule, Subject
from storage.domain.enums import DateKind, Outcome, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("TL-04")


KINDS = {DateKind.PRINTED, DateKind.META, DateKind.LIST, DateKind.URL, DateKind.HTTP}
DAYS = 7


def check(subject: Subject) -> Iterator[CheckResult]:
    """需要两处以上公布类日期。"""
    found = {mention.kind: mention for mention in subject.report.dates if mention.kind in KINDS and mention.value.year > 2000}
    if len(found) < 2:
        yield not_applicable(ID, "dates", "两处以上的公布日期")
        return
    first, last = min(found.values(), key=lambda m: m.value), max(found.values(), key=lambda m: m.value)
    days = (last.value - first.value).days
    listed = "、".join(f"{kind.label} {mention.value.isoformat()}" for kind, mention in found.items())
    yield CheckResult(ID, "dates", Outcome.FAIL if days > DAYS else Outcome.PASS, days, DAYS, facts={"listed": listed})


RULE = Rule(
    id=ID,
    title="各处日期相差较大",
    severity=Severity.S3,
    check=check,
    message="各处日期最多相差 {left} 天（{listed}）",
    advice="请核对实际公布日期。",
    plausible="不同位置的日期含义可能不同",
)
