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

from monitor.neighbours import prose, share_near
from monitor.operands import not_applicable, undetermined
from monitor.subject import Rule, Subject
from storage.domain.enums import Outcome, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("XY-09")


LIMIT = 0.5


def check(subject: Subject) -> Iterator[CheckResult]:
    """数字、引文、文件名和格式用语不计。"""
    others = [subject.previous] if subject.previous is not None else []
    if not others:
        yield not_applicable(ID, "text", "上年度报告")
    for index, other in enumerate(others):
        share = share_near(prose(subject.report, 1, 5, 6), prose(other, 1, 5, 6), LIMIT)
        if share is None:
            yield undetermined(ID, f"text/{other.report_year or index}", "足够长的正文")
            continue
        facts = {"percent": f"{share:.0%}", "other": str(other.report_year or "上")}
        yield CheckResult(ID, f"text/{other.report_year or index}", Outcome.FAIL if share >= LIMIT else Outcome.PASS, facts=facts)


RULE = Rule(
    id=ID,
    title="正文与上年高度相似",
    severity=Severity.S3,
    check=check,
    message="正文与 {other} 年度报告有 {percent} 相同",
    plausible="相同文字不等于有误",
)
