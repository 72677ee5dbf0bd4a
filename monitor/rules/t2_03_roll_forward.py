"""现行有效数与上年衔接不上

含义     现行有效一般等于上年现行有效加本年制发减本年废止；有自然失效、清理的可以不等，只请说明。
公式     现行有效＋废止＝上年现行有效＋制发。
依据     由存量的含义推出；自然失效、集中清理可以解释。
单位     件
正例     12＋1＝10＋3。
反例     470＋132≠698＋77。
如何处理 核对或在报告中说明原因。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.last_year import stocks
from monitor.subject import Rule, Subject
from storage.domain.enums import Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("T2-03")


def check(subject: Subject) -> Iterator[CheckResult]:
    """规章、规范性文件各一个结果；需要上年度报告。"""
    return stocks(subject, ID, lambda now, valid, repealed: now.sum_of([valid, repealed]), "=")


RULE = Rule(
    id=ID,
    title="现行有效数与上年衔接不上",
    severity=Severity.S3,
    check=check,
    message="{label}：现行有效与废止合计 {left}，上年有效与本年制发合计 {right}，相差 {difference}",
    advice="请核对，或在报告中说明清理、失效等情况。",
    plausible="可能有自然失效、集中清理等情况",
    version="2",
)
