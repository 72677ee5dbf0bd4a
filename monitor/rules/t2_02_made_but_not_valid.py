"""制发数多于现行有效加废止

含义     本年制发的文件，年底不是现行有效就是已废止。
公式     制发≤现行有效＋废止。
依据     由存量的含义推出。
单位     件
正例     制发 3，有效 12。
反例     制发 8，有效 0、废止 1。
如何处理 核对三个数字。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.operands import not_applicable, relation
from monitor.subject import Rule, Subject
from storage.domain.enums import Edition, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("T2-02")


def check(subject: Subject) -> Iterator[CheckResult]:
    """规章、规范性文件各一个结果。"""
    if subject.operands.form.edition is not Edition.E2021 or "proactive" not in subject.operands.read:
        yield not_applicable(ID, "proactive", "2021 年格式的表二")
        return
    for kind in ("rules", "norm"):
        at = f"proactive/{kind}_made"
        yield relation(subject, ID, at, [at], [f"proactive/{kind}_valid", f"proactive/{kind}_repealed"], "<=")


RULE = Rule(
    id=ID,
    title="制发数多于现行有效加废止",
    severity=Severity.S3,
    check=check,
    message="{place}为 {left}，现行有效与废止合计 {right}",
    plausible="当年制发、当年失效的可以例外",
)
