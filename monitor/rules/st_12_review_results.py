"""政府报告应写考核评议和责任追究

含义     各级政府的年度报告还应包括工作考核、社会评议和责任追究结果情况。
公式     政府报告中出现考核、评议、责任追究的表述；三项均未出现列为提示，缺一两项列为备注。
依据     《政府信息公开条例》第五十条。
单位     –
正例     写有考核与责任追究情况。
反例     没有提及。
如何处理 补充说明。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.operands import not_applicable, subject_is_wide
from monitor.subject import Rule, Subject
from storage.domain.enums import Outcome, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("ST-12")


WORDS = {
    "工作考核": ("考核", "考评", "绩效", "评估", "测评"),
    "社会评议": ("评议", "满意度", "评价", "测评", "第三方", "群众意见", "征求意见", "意见建议"),
    "责任追究": ("追究", "追责", "问责", "约谈", "通报", "责任落实", "督查"),
}


def check(subject: Subject) -> Iterator[CheckResult]:
    """只对政府的报告。"""
    text = subject.report.text
    told = any(section.number == 1 and section.text.strip() for section in subject.report.sections)
    if not (subject_is_wide(subject) and told and text.strip()):
        yield not_applicable(ID, "section1", "政府的报告，且有第一部分正文")
        return
    missing = [name for name, words in WORDS.items() if not any(word in text for word in words)]
    facts = {"missing": "、".join(missing), "reservation": "系统未找到该表述"} if missing else {}
    if 0 < len(missing) < len(WORDS):
        facts["partly"] = "1"
    yield CheckResult(ID, "section1", Outcome.FAIL if missing else Outcome.PASS, facts=facts)


def _grade(result: CheckResult) -> Severity:
    return Severity.S4 if result.facts.get("partly") else Severity.S3


RULE = Rule(
    id=ID,
    title="政府报告应写考核评议和责任追究",
    severity=Severity.S3,
    check=check,
    message="未见：{missing}",
    grade=_grade,
)
