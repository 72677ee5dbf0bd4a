"""正文提到的附件或联系方式缺失

含义     正文写明“附件”“下载”的，应能找到；供公众咨询的联系方式为惯例。
公式     写明附件时，存档中有附件。
依据     《政府信息公开条例》第二十四条。
单位     –
正例     附件可下载。
反例     写“详见附件”，没有附件。
如何处理 补上附件。
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from monitor.operands import not_applicable, undetermined
from monitor.subject import Rule, Subject
from storage.domain.enums import Outcome, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("ST-15")


MENTION = re.compile(r"(?:详见|见)附件|附件[：:]\s*\S")


def check(subject: Subject) -> Iterator[CheckResult]:
    """附件数为随网页存档的文件数；报告本身是文件的不判断。"""
    if "附件" not in subject.report.text or not MENTION.search(subject.report.text):
        yield not_applicable(ID, "attachments", "正文提到的附件")
        return
    known = subject.attachments
    if known is None:
        yield undetermined(ID, "attachments", "网页附件清单")
        return
    yield CheckResult(ID, "attachments", Outcome.PASS if known else Outcome.FAIL)


RULE = Rule(
    id=ID,
    title="正文提到的附件或联系方式缺失",
    severity=Severity.S4,
    check=check,
    message="正文提到附件，网页上未找到",
    plausible="附件可能在其他位置",
)
