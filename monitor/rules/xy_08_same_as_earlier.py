"""表格数字与往年完全相同

含义     表三、表四全部数字与往年某年度完全相同（至少 8 个非零），可能沿用了旧表。
公式     至少一格与各往年不同。
依据     国办公开办函〔2021〕30号（不应雷同）。
单位     格
正例     与上年多格不同。
反例     与上年 190 格全同。
如何处理 核对是否误用了其他报告的数据。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.neighbours import same_figures
from monitor.operands import not_applicable, undetermined
from monitor.subject import Rule, Subject
from storage.domain.enums import Outcome, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("XY-08")


def check(subject: Subject) -> Iterator[CheckResult]:
    """只比较可靠读出的格，至少 8 个非零。"""
    others = [report for report in (subject.previous, *subject.earlier) if report is not None]
    if not others:
        yield not_applicable(ID, "tables", "往年的报告")
    for index, other in enumerate(others):
        same = same_figures(subject.report, other)
        if same is None:
            yield undetermined(ID, f"tables/{other.report_year or index}", "足够多的可靠非零数字")
            continue
        facts = {"other": str(other.report_year or "往"), "reservation": "可能是误用了数据，也可能是读取了同一份文件"}
        yield CheckResult(ID, f"tables/{other.report_year or index}", Outcome.FAIL if same else Outcome.PASS, facts=facts)


RULE = Rule(
    id=ID,
    title="表格数字与往年完全相同",
    severity=Severity.S2,
    check=check,
    message="表三、表四数字与 {other} 年度完全相同",
    plausible="可能是误用了数据，也可能是读取了同一份文件",
    version="2",
)
