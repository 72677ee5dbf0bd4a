"""表四有案件，而三年内没有申请

含义     本年没有申请而有复议诉讼并不违规（可能因往年申请引起）；三年都没有申请仍有案件的，提示核对。
公式     表四总计之和＞0 时，本年、上年、前年的新收＋结转不全为 0。
依据     仅作提示。
单位     件
正例     本年 0 件、上年 3 件申请，诉讼 1 件。
反例     三年均 0 件申请，诉讼 1 件。
如何处理 核对三年表三。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.certainty import beyond_doubt
from monitor.equations import operands_of
from monitor.operands import undetermined, value_of
from monitor.subject import Rule, Subject
from storage.domain.enums import Outcome, Severity
from storage.domain.ids import CellPath, RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("T4-04")


TAKEN = ("requests/new_received/total", "requests/carried_in/total")
CASES = tuple(f"litigation/{group}/total" for group in ("reconsideration", "direct", "after_reconsideration"))


def check(subject: Subject) -> Iterator[CheckResult]:
    """需要上年度与前年度报告。"""
    cases, taken = subject.operands.sum_of(CASES), subject.operands.sum_of(TAKEN)
    cells = tuple(CellPath(path) for path in (*CASES, *TAKEN))
    if taken.low > 0 or (cases.exact and cases.low == 0):
        yield CheckResult(ID, "litigation", Outcome.PASS, value_of(cases), value_of(taken), cells)
        return
    if not (cases.low > 0 and taken.if_blank == 0):
        yield undetermined(ID, "litigation", *cells)
        return
    older = [operands_of(beyond_doubt(report)) for report in (subject.previous, *subject.earlier[:1]) if report is not None]
    if any(known.sum_of(TAKEN).low > 0 for known in older):
        yield CheckResult(ID, "litigation", Outcome.PASS, value_of(cases), value_of(taken), cells)
    elif len(older) < 2 or not all(known.sum_of(TAKEN).if_blank == 0 for known in older):
        yield undetermined(ID, "litigation", "上年度与前年度报告表三")
    else:
        blank = not taken.exact or not all(known.sum_of(TAKEN).exact for known in older)
        yield CheckResult(ID, "litigation", Outcome.LIKELY_FAIL if blank else Outcome.FAIL, value_of(cases), value_of(taken), cells)


RULE = Rule(
    id=ID,
    title="表四有案件，而三年内没有申请",
    severity=Severity.S3,
    check=check,
    message="表四共有 {left} 件，而本年、上年、前年均没有申请",
    plausible="案件可能由更早年度的申请引起",
    version="2",
)
