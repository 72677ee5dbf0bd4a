"""六个部分应齐全、按序、编号不重复

含义     年度报告由六个部分组成，标题和顺序由格式规定。缺少部分、顺序颠倒、编号重复只作提示。
公式     识别到的部分＝一至六，按顺序各出现一次，编号不重复。
依据     《政府信息公开条例》第五十条；国办公开办函〔2021〕30号附件格式。
单位     部分
正例     一、二、三、四、五、六。
反例     五之后直接结束，缺“其他需要报告的事项”。
如何处理 补齐缺少的部分或更正编号；没有内容的写明“无”。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.operands import undetermined
from monitor.running_text import unspaced
from monitor.subject import Rule, Subject
from storage.domain.enums import Certainty, Outcome, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("ST-01")


NAMES = (
    "",
    "总体情况",
    "主动公开政府信息情况",
    "收到和处理政府信息公开申请情况",
    "行政复议、行政诉讼情况",
    "存在的主要问题及改进情况",
    "其他需要报告的事项",
)


TABLES = {2: "proactive", 3: "requests", 4: "litigation"}


def check(subject: Subject) -> Iterator[CheckResult]:
    """整篇一个结果；一个标题也没有认出时不作判断。"""
    numbers = [section.number for section in subject.report.sections if section.number]
    if not numbers:
        yield undetermined(ID, "sections", "各部分标题")
        return
    faults = []
    if missing := [NAMES[number] for number in range(1, 7) if number not in numbers and not _somewhere(subject, number)]:
        faults.append("未识别到：" + "、".join(missing))
    if repeated := sorted({number for number in numbers if numbers.count(number) > 1}):
        faults.append("重复：" + "、".join(NAMES[number] for number in repeated))
    if not repeated and numbers != sorted(numbers):
        faults.append("顺序与格式不同")
    yield CheckResult(ID, "sections", Outcome.FAIL if faults else Outcome.PASS, facts={"faults": "；".join(faults)} if faults else {})


def _somewhere(subject: Subject, number: int) -> bool:
    """The heading was not recognised as one, but its words or its table stand in the report."""
    if TABLES.get(number) in subject.operands.read:
        return True
    text = unspaced(subject.report)
    return any(wording in text for section in subject.operands.form.sections if section.number == number for wording in section.wordings)


RULE = Rule(
    id=ID,
    title="六个部分应齐全、按序、编号不重复",
    severity=Severity.S3,
    check=check,
    certainty=Certainty.SUSPECT,
    message="报告各部分标题与格式不同（{faults}）",
    plausible="以上由系统按文字查找得出",
)
