"""What rules share: results over cells, and sentences of the narrative set against cells."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

from crawler.parsing.statements.scopes import is_government
from monitor.equations import VIOLATED, Evaluated, Operands
from monitor.intervals import ORDER, Interval, Relation, among, compare, exactly, less
from monitor.subject import Subject
from monitor.wording import places, side
from storage.domain.enums import BodyKind, Outcome, Scope
from storage.domain.ids import CellPath, RuleId
from storage.domain.judgement import CheckResult
from storage.domain.reports import Claim, Number

COMPARABLE = frozenset({"", "new", "incl_carried", "processed", "none"})
"""Qualifiers of a mention under which it states the whole figure (see `crawler.parsing.claims`); others narrow it to something else."""
QUALIFIERS = {
    "approx": "正文该数字为约数",
    "channel": "正文该数字只含部分渠道",
    "part": "正文该数字只含部分单位或部分事项",
    "published": "正文该数字为公开数，与制发数口径不同",
    "derived": "正文该数字由增减数推算",
    "wider": "正文该数字含政府信息公开以外或上年结转的案件",
}
OFFICE_NAMES = ("办公厅", "办公室")


def value_of(interval: Interval) -> Number | None:
    """The side as a number, None where it is an interval."""
    low, high, _ = interval
    return low if low == high else None


def equation_results(subject: Subject, rule: RuleId, equation: str) -> Iterator[CheckResult]:
    """Every place of one equation of the form as results of `rule`; nothing for a table that was not found at all."""
    read = subject.operands.read
    for evaluated in subject.operands.by_id.get(equation, ()):
        if evaluated.at.split("/", 1)[0] in read:
            yield _equation_result(subject, rule, evaluated)


def _equation_result(subject: Subject, rule: RuleId, evaluated: Evaluated) -> CheckResult:
    _, at, left, right, left_side, right_side, outcome = evaluated
    facts: Mapping[str, str] = {}
    needs: tuple[str, ...] = ()
    if outcome in VIOLATED:
        facts = side_facts(left_side, right_side)
    elif outcome is not Outcome.PASS:
        needs = unknown_cells(subject.operands, evaluated.cells)
    return CheckResult(rule, at, outcome, value_of(left_side), value_of(right_side), left + right, needs, facts=facts)


def side_facts(left: Interval, right: Interval) -> dict[str, str]:
    """Both sides and their difference in words."""
    one = left.low if left.if_blank is None else left.if_blank
    other = right.low if right.if_blank is None else right.if_blank
    return {"left": side(left), "right": side(right), "difference": str(abs(one - other))}


def unknown_cells(operands: Operands, paths: Iterable[CellPath]) -> tuple[str, ...]:
    """Those cells whose value is not known."""
    return tuple(path for path in paths if not operands.intervals[path].exact)


def relation(
    subject: Subject,
    rule: RuleId,
    at: str,
    left: Sequence[str],
    right: Sequence[str],
    kind: Relation = "=",
) -> CheckResult:
    """`sum(left) = sum(right)` or `<=` over cells of this report."""
    left_side, right_side = subject.operands.sum_of(left), subject.operands.sum_of(right)
    outcome = compare(left_side, right_side, kind)
    cells = cast(tuple[CellPath, ...], (*left, *right))
    return CheckResult(
        rule=rule,
        at=at,
        outcome=outcome,
        left=value_of(left_side),
        right=value_of(right_side),
        cells=cells,
        needs=() if outcome is Outcome.PASS else unknown_cells(subject.operands, cells),
        facts=side_facts(left_side, right_side) if outcome in VIOLATED else {},
    )


@lru_cache(maxsize=4096)
def not_applicable(rule: RuleId, at: str, *needs: str) -> CheckResult:
    """A result that says why the rule does not speak, or what it misses."""
    return CheckResult(rule=rule, at=at, outcome=Outcome.NOT_APPLICABLE, needs=needs)


def undetermined(rule: RuleId, at: str, *needs: str) -> CheckResult:
    """A result that says what would decide it."""
    return CheckResult(rule=rule, at=at, outcome=Outcome.UNDETERMINED, needs=needs)


# --- text against table ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Candidate:
    """One meaning a mention may have: a figure of the tables and the cells it is made of."""

    interval: Interval
    cells: tuple[CellPath, ...]


def cells_sum(subject: Subject, *paths: str) -> Candidate:
    """The sum of some cells as one meaning."""
    return Candidate(subject.operands.sum_of(paths), cast(tuple[CellPath, ...], paths))


def without(subject: Subject, wholes: Sequence[str], parts: Sequence[str]) -> Candidate:
    """The sum of `wholes` less that of `parts`, as one meaning."""
    difference = less(subject.operands.sum_of(wholes), subject.operands.sum_of(parts))
    return Candidate(difference, cast(tuple[CellPath, ...], (*wholes, *parts)))


Meanings = Callable[[Subject, Claim], Sequence[Candidate]]


def mentions(subject: Subject, *metrics: str) -> Iterator[Claim]:
    """All mentions of these metrics in the report."""
    return (claim for claim in subject.report.claims if claim.metric in metrics)


def against_table(subject: Subject, rule: RuleId, meanings: Mapping[str, Meanings]) -> Iterator[CheckResult]:
    """Every mention of the given metrics against its meanings; it contradicts only if every one of them excludes it."""
    for claim in subject.report.claims:
        meaning = meanings.get(claim.metric)
        if meaning is not None:
            yield claim_result(subject, rule, claim, meaning(subject, claim))


def claim_result(subject: Subject, rule: RuleId, claim: Claim, candidates: Sequence[Candidate]) -> CheckResult:
    """One mention against the figures it may mean."""
    at = f"text/{claim.metric}"
    cells = tuple(dict.fromkeys([path for candidate in candidates for path in candidate.cells]))
    if not {path.partition("/")[0] for path in cells} <= subject.operands.read:
        return CheckResult(rule, at, Outcome.UNDETERMINED, left=claim.value, cells=cells, needs=cells, quote=claim.quote)
    outcome, right = _nearest(claim.value, candidates)
    if outcome is Outcome.PASS:
        return CheckResult(rule, at, outcome, claim.value, right, cells, quote=claim.quote)
    if outcome is Outcome.UNDETERMINED and _fits_no_reading(subject, claim.value, candidates):
        outcome = Outcome.FAIL
    reason = incomparable(subject, claim) if outcome in VIOLATED else ""
    if reason:
        return CheckResult(rule, at, Outcome.NOT_APPLICABLE, left=claim.value, cells=cells, needs=(reason,), quote=claim.quote)
    return CheckResult(
        rule=rule,
        at=at,
        outcome=outcome,
        left=claim.value,
        right=right,
        cells=cells,
        needs=unknown_cells(subject.operands, cells),
        quote=claim.quote,
        facts=_claim_facts(subject, candidates) if outcome in VIOLATED else {},
    )


def _fits_no_reading(subject: Subject, value: Number, candidates: Sequence[Candidate]) -> bool:
    """Whether the mention agrees with none of the ways in which a doubtful cell may be read (figures that ran together, two extractions).

    What comes of it is a doubtful reading for a person to look at, never more: the cell itself is in doubt.
    """
    return all(
        among(value, [one.interval]) is Outcome.FAIL
        or (len(one.cells) == 1 and (ways := subject.operands.cells[one.cells[0]].candidates) != () and value not in ways)
        for one in candidates
    )


def _nearest(value: Number, candidates: Sequence[Candidate]) -> tuple[Outcome, Number | None]:
    """What is known of the mention, and the figure it agrees with, else the first meaning's."""
    if not candidates:
        return Outcome.NOT_APPLICABLE, None
    stated = exactly(value)
    outcomes = [compare(stated, candidate.interval) for candidate in candidates]
    best = min(range(len(candidates)), key=lambda i: ORDER.index(outcomes[i]))
    return outcomes[best], value_of(candidates[best].interval)


def _claim_facts(subject: Subject, candidates: Sequence[Candidate]) -> dict[str, str]:
    options = dict.fromkeys(side(candidate.interval) for candidate in candidates)
    facts = {"right": " 或 ".join(options), "cells": places(candidates[0].cells, subject.report.form, 3)}
    if subject_is_wide(subject):
        facts["reservation"] = "本报告汇总多个单位，正文数字的统计口径可能不同"
    return facts


def body_name(subject: Subject) -> str:
    """The publishing body's name as far as known."""
    if subject.report.body is not None:
        return subject.report.body.name
    return subject.body_names[0] if subject.body_names else ""


def subject_is_wide(subject: Subject) -> bool:
    """Whether the report sums up more than its own body: a government's, or a development zone's."""
    if subject.body_kind is not None:
        return subject.body_kind is BodyKind.GOVERNMENT and not body_name(subject).endswith(OFFICE_NAMES)
    return is_government(body_name(subject))


def incomparable(subject: Subject, claim: Claim) -> str:
    """Why a figure of the narrative may differ from the tables without contradicting them; empty where it may not."""
    if claim.period:
        return f"正文该数字属于其他时段：{claim.period}"
    if claim.qualifier not in COMPARABLE:
        return QUALIFIERS.get(claim.qualifier, "正文该数字只指其中一部分")
    wide = subject_is_wide(subject)
    if claim.scope is Scope.OFFICE and not body_name(subject).endswith(OFFICE_NAMES):
        return "正文该数字只含政府办公室本身，与汇总表口径不同"
    if claim.scope is Scope.SELF and wide:
        return "正文该数字只含本机关，与汇总表口径不同"
    if claim.scope is Scope.REGION and not wide:
        return "正文该数字为全地区或全系统口径，与本机关报表不同"
    return ""


def said(claim_quote: str, *words: str) -> bool:
    """Whether a sentence contains one of these words."""
    return any(word in claim_quote for word in words)


def blanks(subject: Subject, table: str) -> tuple[CellPath, ...]:
    """Cells of one table printed as blank or as a dash."""
    blank = subject.operands.blank
    return tuple(path for path in subject.operands.paths(table) if path in blank) if blank else ()


def exact(value: Number) -> Candidate:
    """A figure that is no cell (of the text, or of another year)."""
    return Candidate(exactly(value), ())
