"""正文与上年高度相似

含义     第一、五、六部分与上年度报告相同文字的比例较高。
公式     相同文字的比例＜50%。
依据     国办公开办函〔2021〕30号（不应雷同）；比例线取自公开的地方考核细则，可调整。
单位     %
正例     相同 20%。
反例     相同 85%。
如何处理 核对并充实内容；相同不等于有误。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.reused_text import repeated
from monitor.subject import Rule, Subject
from storage.domain.enums import Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("XY-09")


LIMIT = 0.5


def check(subject: Subject) -> Iterator[CheckResult]:
    """数字、引文、文件名和格式用语不计。"""
    return repeated(subject, ID, LIMIT, 1, 5, 6)


RULE = Rule(
    id=ID,
    title="正文与上年高度相似",
    severity=Severity.S3,
    check=check,
    message="正文与 {other} 年度报告有 {percent} 相同",
    plausible="相同文字不等于有误",
)
