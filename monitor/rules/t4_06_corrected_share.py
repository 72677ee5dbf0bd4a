"""复议诉讼纠正比例较高

含义     已审结案件中被纠正的比例较高时提示关注。这是工作风险提示，不表示报告有误；样本少于 30 件不计算。
公式     纠正÷（维持＋纠正＋其他）≤50%，已审结≥30 件；复议与诉讼分别计算。
依据     系统设定的提示线，不是规定。
单位     件
正例     40 件中纠正 8 件。
反例     40 件中纠正 26 件。
如何处理 关注纠正原因。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.operands import not_applicable
from monitor.subject import Rule, Subject
from storage.domain.enums import Outcome, Severity
from storage.domain.ids import CellPath, RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("T4-06")


LEAST = 30
KINDS = {"reconsideration": ("reconsideration",), "lawsuits": ("direct", "after_reconsideration")}


def check(subject: Subject) -> Iterator[CheckResult]:
    """复议、诉讼各一个结果；数字不全或样本少的不判断。"""
    for kind, groups in KINDS.items():
        cells = [CellPath(f"litigation/{group}/{part}") for part in ("corrected", "upheld", "other") for group in groups]
        sides = [subject.operands.at(cell) for cell in cells]
        if not all(side.exact for side in sides) or (decided := sum(side.low for side in sides)) < LEAST:
            yield not_applicable(ID, f"litigation/{kind}", "已审结 30 件以上且数字齐全")
            continue
        corrected = sum(side.low for side in sides[: len(groups)])
        outcome = Outcome.FAIL if 2 * corrected > decided else Outcome.PASS
        yield CheckResult(ID, f"litigation/{kind}", outcome, corrected, decided, tuple(cells))


RULE = Rule(
    id=ID,
    title="复议诉讼纠正比例较高",
    severity=Severity.S3,
    check=check,
    message="已审结 {right} 件中，被纠正 {left} 件",
    advice="请关注纠正原因；这不表示报告有误。",
    plausible="这是工作风险提示，不表示报告有误",
)
