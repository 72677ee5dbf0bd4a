"""正文规范性文件、许可、处罚等数与表二不一致

含义     正文写明的规章、规范性文件制发、废止、现行有效数和许可、处罚、强制数，应与表二一致；“公开”件数与“制发”件数口径不同，不比较。
公式     正文数＝表二相应格。
依据     数据应“统得出、报得准、可核查”（国办公开办函〔2021〕30号）；文表一致为通常要求。
单位     件
正例     正文“现行有效规范性文件 12 件”，表二 12。
反例     正文“现行有效规范性文件 393 件”，表二 470。
如何处理 核对后更正正文或表二。
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitor.operands import Candidate, against_table, cells_sum, not_applicable
from monitor.subject import Rule, Subject
from storage.domain.enums import Edition, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult
from storage.domain.reports import Claim

ID = RuleId("TX-16")


METRICS = (
    "rules_made", "rules_repealed", "rules_valid", "norm_made", "norm_repealed", "norm_valid",
    "licences", "penalties", "coercions", "fees_wan",
)  # fmt: skip


def check(subject: Subject) -> Iterator[CheckResult]:
    """每处提及一个结果；2019 年格式的列含义不同，不比较。"""
    if subject.operands.form.edition is not Edition.E2021:
        yield not_applicable(ID, "proactive", "2021 年格式的表二")
        return
    yield from against_table(subject, ID, dict.fromkeys(METRICS, _meanings))


def _meanings(subject: Subject, claim: Claim) -> Sequence[Candidate]:
    return [cells_sum(subject, f"proactive/{claim.metric}")]


RULE = Rule(
    id=ID,
    title="正文规范性文件、许可、处罚等数与表二不一致",
    severity=Severity.S2,
    check=check,
    message="正文写 {left}，{cells}为 {right}",
)
