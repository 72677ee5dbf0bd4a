"""正文“均维持”“无败诉”与表四不一致

含义     正文写没有被纠错、没有败诉、全部维持的，表四相应纠正格应为 0。
公式     “无纠错”：复议纠正＝0；“零败诉”：诉讼两组纠正之和＝0；“均维持”：维持＝总计。
依据     数据应“统得出、报得准、可核查”（国办公开办函〔2021〕30号）；文表一致为通常要求。
单位     件
正例     正文“均维持”，表四维持 2、总计 2。
反例     正文“无败诉”，表四直接起诉纠正 1。
如何处理 核对后更正正文或表四。
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from monitor.operands import Candidate, cells_sum, claim_result, mentions
from monitor.subject import Rule, Subject
from storage.domain.enums import Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

ID = RuleId("TX-11")


LAWSUITS = ("direct", "after_reconsideration")


def check(subject: Subject) -> Iterator[CheckResult]:
    """每处提及一个结果；同句另有“复议纠正 0”“诉讼纠正 0”的由 TX-09、TX-10 比较。"""
    told = {(claim.quote, claim.metric) for claim in subject.report.claims}
    for claim in mentions(subject, "no_corrected"):
        if not {(claim.quote, "reconsideration_corrected"), (claim.quote, "litigation_corrected")} & told:
            yield claim_result(subject, ID, claim, [_sum(subject, ("reconsideration", *LAWSUITS), "corrected")])
    for claim in mentions(subject, "reconsideration_upheld", "litigation_upheld"):
        if claim.qualifier == "all":
            groups = ("reconsideration",) if claim.metric.startswith("reconsideration") else LAWSUITS
            none_else = replace(claim, value=0, qualifier="")
            yield claim_result(subject, ID, none_else, [_sum(subject, groups, "corrected", "other", "pending")])


def _sum(subject: Subject, groups: Sequence[str], *parts: str) -> Candidate:
    return cells_sum(subject, *(f"litigation/{group}/{part}" for group in groups for part in parts))


RULE = Rule(
    id=ID,
    title="正文“均维持”“无败诉”与表四不一致",
    severity=Severity.S2,
    check=check,
    message="正文写没有其他结果，表四（{cells}）合计为 {right}",
)
