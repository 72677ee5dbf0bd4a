"""正文与另一单位高度相似

含义     正文与另一单位同年度报告相同文字的比例很高，可能套用了同一文本。
公式     相同文字的比例＜80%。
依据     国办公开办函〔2021〕30号（不应雷同）；比例线取自公开的地方考核细则，可调整。
单位     %
正例     相同 15%。
反例     相同 92%。
如何处理 核对并充实内容；相同不等于有误。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.reused_text import copied
from monitor.subject import Rule, Subject
from storage.domain.enums import Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("XL-08")


LIMIT = 0.8


def check(subject: Subject) -> Iterator[CheckResult]:
    """数字、引文、文件名和格式用语不计。"""
    return copied(subject, ID, LIMIT)


RULE = Rule(
    id=ID,
    title="正文与另一单位高度相似",
    severity=Severity.S2,
    check=check,
    absorbs=("PR-04",),
    message="正文与{other}的报告有 {percent} 相同",
    plausible="相同文字不等于有误",
)
