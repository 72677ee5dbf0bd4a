"""第五部分与上年几乎相同

含义     存在的主要问题及改进情况与上年度报告几乎相同。
公式     相同文字的比例＜80%。
依据     国办公开办函〔2021〕30号（不应雷同）；比例线取自公开的地方考核细则，可调整。
单位     %
正例     重写了问题。
反例     只改年份。
如何处理 核对并充实内容；相同不等于有误。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.reused_text import repeated
from monitor.subject import Rule, Subject
from storage.domain.enums import Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("XY-10")


LIMIT = 0.8


def check(subject: Subject) -> Iterator[CheckResult]:
    """数字、引文、文件名和格式用语不计。"""
    return repeated(subject, ID, LIMIT, 5)


RULE = Rule(
    id=ID,
    title="第五部分与上年几乎相同",
    severity=Severity.S3,
    check=check,
    message="第五部分与 {other} 年度报告有 {percent} 相同",
    plausible="相同文字不等于有误",
)
