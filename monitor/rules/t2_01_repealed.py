"""废止数多于可废止的数

含义     本年废止的件数，不应多于上年底现行有效加本年制发。
公式     本年废止≤上年现行有效＋本年制发。
依据     由存量的含义推出；自然失效、集中清理可以解释。
单位     件
正例     废止 1，上年有效 10、制发 3。
反例     废止 20，上年有效 10、制发 3。
如何处理 核对三个数字。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.last_year import stocks
from monitor.subject import Rule, Subject
from storage.domain.enums import Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("T2-01")


def check(subject: Subject) -> Iterator[CheckResult]:
    """规章、规范性文件各一个结果；需要上年度报告。"""
    return stocks(subject, ID, lambda now, _, repealed: now.at(repealed), "<=")


RULE = Rule(
    id=ID,
    title="废止数多于可废止的数",
    severity=Severity.S2,
    check=check,
    message="{label}：废止 {left} 件，上年有效与本年制发合计 {right} 件",
    version="2",
)
