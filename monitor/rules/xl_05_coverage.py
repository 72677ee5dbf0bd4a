"""报告所称汇总单位数多于已发现的报告

含义     政府报告写明汇总了多少家单位的，本系统登记的单位不少于该数、而已发现的报告少于该数时，可能有单位未公布报告。
公式     已发现的下级报告数≥正文所称单位数（登记单位数不少于该数时）。
依据     《政府信息公开条例》第四十九条；2021 年格式“逐级汇总”的要求。
单位     家
正例     称 64 家单位，已发现 64 份报告。
反例     称 64 家单位，登记 66 家，已发现 58 份报告。
如何处理 查看应公布状态中未发现的单位。
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from monitor.operands import not_applicable, undetermined
from monitor.running_text import unspaced
from monitor.subject import Rule, Subject
from storage.domain.enums import Outcome, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("XL-05")


CLAIMED = re.compile(r"(?:汇总|涵盖|包括|涉及)[^。；\d]{0,12}(?P<count>\d{1,4})[家个](?:部门|单位|行政机关|政府部门|镇街|报告单位)")


def check(subject: Subject) -> Iterator[CheckResult]:
    """登记不足、没有下级报告时不判断。"""
    match = CLAIMED.search(unspaced(subject.report))
    if match is None:
        yield not_applicable(ID, "text/coverage", "正文所称的汇总单位数")
        return
    claimed, found = int(match["count"]), len(subject.children)
    registered = subject.registered_children
    if registered is None or registered < claimed:
        yield undetermined(ID, "text/coverage", "登记不少于所称家数的下级单位")
        return
    facts = {"registered": str(registered)}
    outcome = Outcome.PASS if found >= claimed else Outcome.FAIL
    yield CheckResult(ID, "text/coverage", outcome, claimed, found, quote=match.group(), facts=facts)


RULE = Rule(
    id=ID,
    title="报告所称汇总单位数多于已发现的报告",
    severity=Severity.S3,
    check=check,
    message="正文称汇总 {left} 家单位，登记 {registered} 家，已发现报告 {right} 份",
    plausible="各单位的报告可能合并公布，系统也可能尚未找到",
    advice="请查看应公布状态中未发现的单位。",
)
