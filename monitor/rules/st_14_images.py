"""表格为图片，无法校验

含义     表格以图片形式发布时，数字不能检索、复制，系统也不能校验。没有规定禁止图片，这里只作说明，不表示报告有误。
公式     表二、表三、表四至少有可读取的文字。
依据     《政府信息公开条例》第二十四条（检索、查阅、下载）。
单位     张
正例     表格为文字表格。
反例     三张表均为图片。
如何处理 建议以文字表格重新发布；校验需人工录入或启用识别。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.operands import not_applicable
from monitor.subject import Rule, Subject
from monitor.wording import TABLES
from storage.domain.enums import Certainty, Outcome, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("ST-14")


CODE = "tables-are-images"


def check(subject: Subject) -> Iterator[CheckResult]:
    """每张表一个结果。"""
    images = {problem.table for problem in subject.report.reading.problems if problem.code == CODE}
    for table in TABLES:
        if table in images or None in images:
            yield CheckResult(ID, table, Outcome.FAIL)
        elif table in subject.operands.read:
            yield CheckResult(ID, table, Outcome.PASS)
        else:
            yield not_applicable(ID, table, f"没有找到{TABLES[table]}")


RULE = Rule(
    id=ID,
    title="表格为图片，无法校验",
    severity=Severity.S4,
    check=check,
    message="{table}是图片，无法校验",
    grouping="rule",
    certainty=Certainty.NOT_CHECKABLE,
    advice="以上各表未校验，不表示有误；请对照原件人工核对。",
)
