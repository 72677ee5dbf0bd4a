"""上年度报告在本年度报告公布后有改动

含义     本年度报告公布之后，上年度报告的表格数字又有变化。跨年核对以改动后的数字为准，并列出变化的格。
公式     本年度报告首次发现时的上年度数字＝现在的上年度数字。
依据     发布后修改应说明。
单位     格
正例     上年度报告没有变化。
反例     上年度“结转下年度”由 3 改为 5。
如何处理 核对改动是否有公开说明，两年数字是否衔接。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.certainty import beyond_doubt
from monitor.operands import not_applicable, undetermined
from monitor.subject import Rule, Subject
from monitor.wording import places
from storage.domain.enums import Outcome, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("XY-11")


def check(subject: Subject) -> Iterator[CheckResult]:
    """需要上年度报告改动前后的两个版本；只比较两边都可靠读出的格，空白也是一种填法。"""
    if subject.previous_before is None or subject.previous is None:
        yield not_applicable(ID, "previous", "上年度报告改动前后的版本")
        return
    before, now = beyond_doubt(subject.previous_before), beyond_doubt(subject.previous)
    paths = [path for path, cell in now.cells.items() if cell.trusted and before.cell(path).trusted]
    if not paths or before.form is not now.form:
        yield undetermined(ID, "previous", "两个版本都可靠读出的单元格")
        return
    changed = [path for path in paths if (before.cell(path).kind, before.cell(path).value) != (now.cell(path).kind, now.cell(path).value)]
    facts = {"count": str(len(changed)), "changed": places(changed, now.form, 3)} if changed else {}
    yield CheckResult(ID, "previous", Outcome.FAIL if changed else Outcome.PASS, len(changed), facts=facts)


RULE = Rule(
    id=ID,
    title="上年度报告在本年度报告公布后有改动",
    severity=Severity.S3,
    check=check,
    message="本年度报告公布后，上年度报告有 {count} 格数字变化（{changed}）",
    plausible="可能是更正，应有公开说明",
    advice="请核对改动是否有公开说明，两年数字是否衔接。",
    version="2",
)
