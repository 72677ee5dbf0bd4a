"""发布后内容有改动

含义     首次存档之后表格数字有变化的，列出变化的格；只有文字变化的列为备注。
公式     同一网址前后版本的表格数字相同。
依据     发布后修改应说明。
单位     格
正例     前后相同。
反例     表三 2 格由 3 改为 5。
如何处理 核对改动是否有公开说明。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.certainty import beyond_doubt
from monitor.operands import not_applicable, undetermined
from monitor.subject import Rule, Subject
from storage.domain.enums import Outcome, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("TL-07")


def check(subject: Subject) -> Iterator[CheckResult]:
    """与首个版本比较；首个版本由 other_versions 中来源相同、网址相同者给出。"""
    older = [other for other in subject.other_versions if other.source == subject.report.source and other.sha256 != subject.report.sha256]
    if not older:
        yield not_applicable(ID, "versions", "同一网址的较早版本")
        return
    before = beyond_doubt(older[-1])
    doubtful = [path for path, cell in subject.operands.cells.items() if not (cell.trusted and before.cell(path).trusted)]
    changed = tuple(path for path, cell in subject.operands.cells.items() if path not in doubtful and cell.value != before.cell(path).value)
    if not changed and doubtful:
        yield undetermined(ID, "versions", *doubtful)
        return
    text_only = not changed and before.text != subject.report.text
    facts = {"what": f"{len(changed)} 格数字有变化" if changed else "文字有变化", "text": "1" if text_only else ""}
    yield CheckResult(ID, "versions", Outcome.FAIL if changed or text_only else Outcome.PASS, cells=changed, facts=facts)


def _grade(result: CheckResult) -> Severity:
    return Severity.S4 if result.facts.get("text") else Severity.S2


RULE = Rule(
    id=ID,
    title="发布后内容有改动",
    severity=Severity.S3,
    check=check,
    message="与首次存档相比，{what}",
    grade=_grade,
    advice="请核对改动是否有公开说明。",
    version="2",
)
