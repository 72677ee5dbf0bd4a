"""同一报告的不同版式数字不一致

含义     同一报告的网页、PDF、Word 等版式，表格数字应当一致。
公式     各版式同一单元格的数字相等。
依据     数据应“统得出、报得准、可核查”（国办公开办函〔2021〕30号）；文表一致为通常要求。
单位     件
正例     两种版式均为 85。
反例     网页 85，PDF 58。
如何处理 核对后更正其中一份。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.certainty import other_reservation, poorly_read
from monitor.operands import not_applicable, undetermined
from monitor.subject import Rule, Subject
from storage.domain.enums import Outcome, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("TX-21")


def check(subject: Subject) -> Iterator[CheckResult]:
    """每个其他版式一个结果；只比较两边都可靠读出的格。"""
    others = [other for other in subject.other_versions if other.media_type != subject.report.media_type]
    if not others:
        yield not_applicable(ID, "versions", "同一报告的其他版式")
    for index, other in enumerate(others):
        shared = [
            path
            for path, cell in subject.operands.cells.items()
            if cell.trusted
            and cell.value is not None
            and other.cell(path).trusted
            and other.cell(path).value is not None
            and not poorly_read(other, path.split("/", 1)[0])
        ]
        if not shared or other.form is not subject.report.form:
            yield undetermined(ID, f"versions/{index}", "两种版式都可靠读出的单元格")
            continue
        differing = tuple(path for path in shared if subject.report.cell(path).value != other.cell(path).value)
        facts = {"media": other.media_type, "count": str(len(differing))}
        doubts = dict.fromkeys(other_reservation(other, path.split("/", 1)[0]) for path in differing)
        facts["reservation"] = next(filter(None, doubts), "")
        yield CheckResult(ID, f"versions/{index}", Outcome.FAIL if differing else Outcome.PASS, cells=differing, facts=facts)


RULE = Rule(
    id=ID,
    title="同一报告的不同版式数字不一致",
    severity=Severity.S2,
    check=check,
    message="与另一版式（{media}）相比有 {count} 格数字不同：{cells}",
    grouping="rule",
)
