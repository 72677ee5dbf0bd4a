"""已审结数多于可审结数

含义     本年审结的复议诉讼，来自上年未审结的和本年新发生的；注明总计含上年结转的，本年总计不应少于上年未审结数。
公式     注明含上年结转时：总计[本年]≥尚未审结[上年]。
依据     由程序推出，仅作提示。
单位     件
正例     上年未审结 2，本年总计 5。
反例     上年未审结 6，本年总计 2，且注明含上年结转。
如何处理 核对表四。
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from monitor.equations import VIOLATED
from monitor.intervals import compare
from monitor.neighbours import prose
from monitor.operands import not_applicable, side_facts, undetermined, value_of
from monitor.subject import Rule, Subject
from storage.domain.enums import Severity
from storage.domain.ids import CellPath, RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("XY-05")


NOTE = re.compile(r"含上年(?:度)?结转")
GROUPS = ("reconsideration", "direct", "after_reconsideration")


def check(subject: Subject) -> Iterator[CheckResult]:
    """只对注明“含上年结转”的报告；需要上年度报告。"""
    text = "".join(prose(subject.report, 4).split())
    if not NOTE.search(text) or "litigation" not in subject.operands.read:
        yield not_applicable(ID, "litigation", "表四含上年结转的说明")
        return
    before = subject.previous_operands
    for group in GROUPS:
        at = CellPath(f"litigation/{group}/total")
        if before is None or "litigation" not in before.read:
            yield undetermined(ID, at, "上年度报告表四")
            continue
        left, right = before.at(f"litigation/{group}/pending"), subject.operands.at(at)
        outcome = compare(left, right, "<=")
        facts = side_facts(left, right) if outcome in VIOLATED else {}
        yield CheckResult(ID, at, outcome, value_of(left), value_of(right), (at,), (at,), facts=facts)


RULE = Rule(
    id=ID,
    title="已审结数多于可审结数",
    severity=Severity.S3,
    check=check,
    message="上年尚未审结 {left} 件，本年总计（含上年结转）{right} 件",
    plausible="统计口径可能不同",
    version="2",
)
