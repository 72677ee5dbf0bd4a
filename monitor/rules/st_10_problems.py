"""第五部分应写问题和改进

含义     第五部分应写存在的主要问题和改进情况，不应只写“无”。
公式     第五部分正文不只是“无”“暂无”一类字样。
依据     《政府信息公开条例》第五十条；国办公开办函〔2021〕30号。
单位     字
正例     写有问题与改进措施。
反例     只写“无”。
如何处理 补充问题与改进情况。
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from monitor.operands import not_applicable
from monitor.subject import Rule, Subject
from storage.domain.enums import Certainty, Outcome, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("ST-10")


NOTHING = re.compile(r"(?:暂)?(?:无|没有)(?:问题|情况|相关情况|存在问题)?")


def check(subject: Subject) -> Iterator[CheckResult]:
    """第五部分没有认出时不适用（由 ST-01 说明）。"""
    texts = [section.text for section in subject.report.sections if section.number == 5]
    if not texts:
        yield not_applicable(ID, "section5", "第五部分")
        return
    text = re.sub(r"\W", "", "".join(texts))
    if not text or (len(text) <= 10 and not NOTHING.fullmatch(text)):
        yield not_applicable(ID, "section5", "第五部分正文")
        return
    yield CheckResult(ID, "section5", Outcome.PASS if len(text) > 10 else Outcome.FAIL)


RULE = Rule(
    id=ID,
    title="第五部分应写问题和改进",
    severity=Severity.S3,
    check=check,
    certainty=Certainty.SUSPECT,
    message="第五部分没有写问题和改进情况",
    plausible="以上由系统按文字查找得出",
)
