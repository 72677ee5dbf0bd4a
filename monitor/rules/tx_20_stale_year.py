"""正文年份疑似沿用上年

含义     本年度报告中把年份写成上年或其他年份的计划、总结语句，可能是沿用旧稿。与上年比较、文件名称中的年份不算。
公式     改进打算、总结语句中的年份≥报告年度。
依据     数据应“统得出、报得准、可核查”（国办公开办函〔2021〕30号）；文表一致为通常要求。
单位     –
正例     2023 年度报告写“2024 年我局将加大力度”。
反例     2023 年度报告写“2023 年我局将加大力度”。
如何处理 核对年份。
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from monitor.operands import not_applicable, undetermined
from monitor.subject import Rule, Subject
from storage.domain.enums import Outcome, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("TX-20")


WHO = r"(?:我[局委办市县区镇厅]|本[局机单]\S?|全[市县区])"
PLAN = re.compile(rf"(?<!\d)(?P<year>20\d\d)年[，,]?{WHO}[^。；]{{0,12}}?(?:将|要|拟|计划|继续|加大|进一步)[^。；]{{0,40}}")


def check(subject: Subject) -> Iterator[CheckResult]:
    """看第五部分“下一步”一类语句；年份早于或等于报告年度的提示核对。"""
    year = subject.report.report_year
    section = next((s for s in subject.report.sections if s.number == 5), None)
    if year is None:
        yield undetermined(ID, "text/section5", "报告年度")
        return
    if section is None or not section.text.strip():
        yield not_applicable(ID, "text/section5", "第五部分")
        return
    text = "".join(section.text.split())
    after = text[max(text.find("下一步"), text.find("改进"), text.find("整改"), 0) :]
    stale = [match for match in PLAN.finditer(after) if int(match["year"]) <= year]
    if not stale:
        yield CheckResult(ID, "text/section5", Outcome.PASS)
    for match in stale:
        facts = {"year": match["year"], "report": str(year), "reservation": "也可能是对当年工作的总结"}
        yield CheckResult(ID, "text/section5", Outcome.FAIL, quote=match.group(), facts=facts)


RULE = Rule(
    id=ID,
    title="正文年份疑似沿用上年",
    severity=Severity.S3,
    check=check,
    message="{report} 年度报告的改进打算写的是 {year} 年",
    advice="请核对年份。",
    plausible="也可能是对当年工作的总结",
)
