"""Text that a report has in common with others, as results: with those of other bodies, and with its own of the year before."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.neighbours import enough_text, named, nothing_alike, others_of, prose, share_near, shared_with_others
from monitor.operands import not_applicable, undetermined
from monitor.subject import Subject
from storage.domain.enums import Outcome
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult

NEED = "足够长的正文"


def copied(subject: Subject, rule: RuleId, limit: float) -> Iterator[CheckResult]:
    """One result per report of another body: whether less than `limit` of this report's own words stands in it."""
    others = others_of(subject)
    if not others:
        yield nothing_alike(subject, rule, "text", enough=enough_text(subject), need=NEED)
    for index, (other, share) in enumerate(zip(others, shared_with_others(subject, limit), strict=True)):
        yield _shared(rule, f"text/{named(other, index)}", share, limit, other.body.name if other.body else "另一单位")


def repeated(subject: Subject, rule: RuleId, limit: float, *sections: int) -> Iterator[CheckResult]:
    """Whether less than `limit` of the words of these sections stands in those of last year's report."""
    last = subject.previous
    if last is None:
        yield not_applicable(rule, "text", "上年度报告")
        return
    share = share_near(prose(subject.report, *sections), prose(last, *sections), limit)
    yield _shared(rule, f"text/{last.report_year or 0}", share, limit, str(last.report_year or "上"))


def _shared(rule: RuleId, at: str, share: float | None, limit: float, other: str) -> CheckResult:
    if share is None:
        return undetermined(rule, at, NEED)
    outcome = Outcome.FAIL if share >= limit else Outcome.PASS
    return CheckResult(rule, at, outcome, facts={"percent": f"{share:.0%}", "other": other})
