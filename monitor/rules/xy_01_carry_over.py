"""上年结转与上年报告的结转不符

含义     本年“上年结转”总计，应等于上年度报告“结转下年度继续办理”总计。
公式     上年结转[本年]＝结转下年度[上年]（总计）。
依据     通常做法；2021 年格式“上年结转”“结转下年度”的含义。
单位     件
正例     本年上年结转 6，上年结转下年度 6。
反例     本年上年结转 6，上年结转下年度 4。
如何处理 核对两年报告。没有上年度报告的，请补充存档。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.certainty import other_reservation
from monitor.last_year import carried_over
from monitor.subject import Rule, Subject
from storage.domain.enums import Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("XY-01")


def check(subject: Subject) -> Iterator[CheckResult]:
    """只看总计；需要上年度报告。"""
    return carried_over(subject, ID, ("total",), lambda last: other_reservation(last, "requests"))


RULE = Rule(
    id=ID,
    title="上年结转与上年报告的结转不符",
    severity=Severity.S1,
    check=check,
    message="{place}为 {left}，上年度报告“结转下年度”为 {right}，相差 {difference}",
    version="2",
)
