"""What rules say of a report, and what that becomes for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from storage.domain.enums import Certainty, Outcome, Severity
from storage.domain.ids import CellPath, RuleId
from storage.domain.quick import quick
from storage.domain.reports import Number


@quick
@dataclass(frozen=True, slots=True)
class CheckResult:
    """One application of one rule at one place.

    `left` and `right` are the two sides as numbers, or None where a side is an interval. `cells` are all operands. `needs` names the cells
    or inputs that would decide an undetermined or inapplicable result. `facts` carries the values the wording needs.
    """

    rule: RuleId
    at: str
    outcome: Outcome
    left: Number | None = None
    right: Number | None = None
    cells: tuple[CellPath, ...] = ()
    needs: tuple[str, ...] = ()
    quote: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """The one-cell change that would make every violated equation hold; a suggestion, never applied."""

    cell: CellPath
    value: Number
    slip: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One cause for a person to look at, with all its cells.

    `fingerprint` holds rule, place and root-cause cells only: no values, hashes, titles or times, so that it survives re-parsing.
    """

    rule: RuleId
    severity: Severity
    certainty: Certainty
    title: str
    message: str
    fingerprint: str
    cells: tuple[CellPath, ...] = ()
    hypothesis: Hypothesis | None = None
    quote: str = ""
    results: tuple[CheckResult, ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """All checks of one report and the findings made of them."""

    checks: tuple[CheckResult, ...] = ()
    findings: tuple[Finding, ...] = ()
