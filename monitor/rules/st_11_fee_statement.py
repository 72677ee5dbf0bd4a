"""第六部分应说明信息处理费

含义     收取政府信息公开信息处理费的情况在第六部分报告，没有收取的也写明。
公式     全文出现信息处理费的表述。
依据     国办公开办函〔2021〕30号附件第六部分。
单位     –
正例     “未收取信息处理费”。
反例     没有提及。
如何处理 补充说明。
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from monitor.operands import mentions, not_applicable
from monitor.subject import Rule, Subject
from storage.domain.enums import Outcome, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("ST-11")


FEE = re.compile(r"处理费|收费|收取.{0,8}费用|费用")


def check(subject: Subject) -> Iterator[CheckResult]:
    """第一、六部分任一处写明即可；2021 年度以前不要求，没有认出第六部分时不判断。"""
    report = subject.report
    if (report.report_year or 9999) < 2021 or not report.text.strip():
        yield not_applicable(ID, "section6", "2021 年度以后报告的正文")
        return
    told = any(True for _ in mentions(subject, "fee_charged_yuan"))
    if not told and all(section.number != 6 for section in report.sections):
        # Whether the part is missing or was only not recognised is another rule's question; nothing is said of what it would hold.
        yield not_applicable(ID, "section6", "第六部分")
        return
    sections = "".join(section.text for section in report.sections if section.number in {1, 6})
    outcome = Outcome.PASS if told or FEE.search(sections) else Outcome.FAIL
    yield CheckResult(ID, "section6", outcome, facts={"reservation": "系统未找到该表述"} if outcome is Outcome.FAIL else {})


RULE = Rule(
    id=ID,
    title="第六部分应说明信息处理费",
    severity=Severity.S3,
    check=check,
    message="未见信息处理费的说明",
    version="2",
)
