"""报告年度与表格格式版本不符

含义     2021 年度以后的报告应采用 2021 年格式，2019、2020 年度采用 2019 年格式。（六）
         其他处理仍为一行的混合格式只作备注。
公式     报告年度≥2021 时，表格为 2021 年格式。
依据     国办公开办函〔2021〕30号（2021 年 9 月起）；国办公开办函〔2019〕60号。
单位     –
正例     2023 年度采用 2021 年格式。
反例     2023 年度仍用 2019 年格式。
如何处理 改用现行格式重新编制。
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.operands import not_applicable, undetermined
from monitor.subject import Rule, Subject
from storage.domain.enums import Edition, Outcome, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("ST-05")


def check(subject: Subject) -> Iterator[CheckResult]:
    """版本由印出的表格认定，不看所引文号；混合格式另为备注。"""
    report = subject.report
    if report.form is None or report.report_year is None:
        yield undetermined(ID, "form", "表格格式版本与报告年度")
        return
    if report.report_year < 2021:
        yield not_applicable(ID, "form", "2021 年度以后的报告")
        return
    if report.form is Edition.E2019:
        yield CheckResult(ID, "form", Outcome.FAIL, facts={"what": f"{report.report_year} 年度报告采用 2019 年格式的表格"})
        return
    mixed = "requests" in subject.operands.read and "other_single" not in subject.operands.left_out
    facts = {"what": "表三“（六）其他处理”按 2019 年格式只有一行", "mixed": "1"} if mixed else {}
    yield CheckResult(ID, "form", Outcome.FAIL if mixed else Outcome.PASS, facts=facts)


def _grade(result: CheckResult) -> Severity:
    return Severity.S4 if result.facts.get("mixed") else Severity.S2


RULE = Rule(
    id=ID,
    title="报告年度与表格格式版本不符",
    severity=Severity.S2,
    check=check,
    message="{what}",
    grade=_grade,
)
