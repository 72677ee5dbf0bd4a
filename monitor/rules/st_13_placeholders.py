"""正文留有占位符、模板提示或其他单位名称

含义     正文留有“XX”“××”“____”、模板说明文字、修订痕迹，或出现其他单位的名称，可能是未完成的稿件或沿用他人文本。
公式     占位符和模板提示的次数＝0。
依据     国办公开办函〔2021〕30号（不应敷衍）。
单位     处
正例     没有占位符。
反例     “收到申请XX件”。
如何处理 补填后重新公布。
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from monitor.operands import not_applicable
from monitor.subject import Rule, Subject
from storage.domain.enums import Outcome, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("ST-13")


HOLES = re.compile(
    r"[XxＸ×✕]{2,}(?=[年月日件条次个人元万]|[县市区局])|_{3,}(?=[年月日件条次元])|（此处填写[^）]*）|【[^】]{0,12}填写[^】]*】|待补充|请填写"
)

SIGNS = (*"XxＸ×✕", "___", "填写", "待补充")
"""One of these is in every hole; most reports have none."""


def check(subject: Subject) -> Iterator[CheckResult]:
    """每种占位一个结果；其他单位名称只在登记了邻近单位时查找。"""
    text = subject.report.text
    if not text.strip():
        yield not_applicable(ID, "text", "正文")
        return
    if not any(sign in text for sign in SIGNS):
        yield CheckResult(ID, "text", Outcome.PASS)
        return
    found = [text[max(0, match.start() - 15) : match.end() + 10].strip() for match in HOLES.finditer(text)]
    yield CheckResult(
        ID,
        "text",
        Outcome.FAIL if found else Outcome.PASS,
        quote=found[0] if found else "",
        facts={"count": str(len(found)), "reservation": "可能是排版符号"} if found else {},
    )


RULE = Rule(
    id=ID,
    title="正文留有占位符、模板提示或其他单位名称",
    severity=Severity.S2,
    check=check,
    message="正文有 {count} 处像是未填写的占位",
)
