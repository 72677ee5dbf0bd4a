"""What a rule is, and what it is given: one report with everything known around it. Values only; no clock, no storage."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

from monitor.certainty import beyond_doubt
from monitor.equations import Operands, operands_of
from monitor.root_cause import Cause, causes
from storage.domain.duties import Duty, DutyState, Evidence
from storage.domain.enums import BodyKind, Certainty, Severity
from storage.domain.ids import RuleId
from storage.domain.judgement import CheckResult
from storage.domain.reports import ParsedReport

ADVICE = "请对照原件核对；如确有差错，请更正并附更正说明。"

HINT = "此项为提示，可能另有原因"

Grouping = Literal["result", "table", "rule", "arithmetic", "none"]


@dataclass(frozen=True)
class Subject:
    """One report and its surroundings; whatever is None or empty is not known, and a rule that needs it says so.

    `previous` is the same body's report of the year before, `earlier` those of further years (newest first), `children` the reports that
    an aggregating report sums up (`children_complete`: all of them, the own office included), `peers` reports of like bodies for the
    same year, `neighbours` those of other bodies of the place, `other_versions` further carriers or versions of this very report.
    `previous_children` are the children's reports of the year before, `registered_children` how many the registry knows.
    `previous_before` is last year's report as it stood when this one appeared; `predecessors` are last year's reports of bodies merged
    into this one. `body_names` are the registered name and aliases. `searched` says that all reports of the year were searched for
    text or figures in common and `neighbours` are those found; `texts_around` are then texts of the place, to tell its templates by.
    `registered_predecessors` is how many merged bodies owed a report last year. `previous_state` is what is known of the publication of
    last year's report, `attachments` how many files came with the page.
    """

    report: ParsedReport
    previous: ParsedReport | None = None
    today: date | None = None
    duty: Duty | None = None
    state: DutyState | None = None
    evidence: Evidence | None = None
    body_kind: BodyKind | None = None
    body_names: tuple[str, ...] = ()
    other_body_names: tuple[str, ...] = ()
    earlier: tuple[ParsedReport, ...] = ()
    peers: tuple[ParsedReport, ...] = ()
    children: tuple[ParsedReport, ...] = ()
    children_complete: bool = False
    other_versions: tuple[ParsedReport, ...] = ()
    neighbours: tuple[ParsedReport, ...] = ()
    searched: bool = False
    texts_around: tuple[str, ...] = ()
    previous_children: tuple[ParsedReport, ...] = ()
    registered_children: int | None = None
    previous_before: ParsedReport | None = None
    predecessors: tuple[ParsedReport, ...] = ()
    registered_predecessors: int = 0
    previous_state: DutyState | None = None
    attachments: int | None = None

    @cached_property
    def operands(self) -> Operands:
        """Cells as intervals and the form's equations, computed once."""
        return operands_of(self.report)

    @property
    def took_over(self) -> bool:
        """Whether other bodies were merged into this one since last year's report: its figures then do not continue its own alone."""
        return bool(self.predecessors) or self.registered_predecessors > 0

    @cached_property
    def causes(self) -> tuple[Cause, ...]:
        """Why the equations of tables 3 and 4 do not hold, where they do not."""
        return causes(self.operands)

    @cached_property
    def previous_operands(self) -> Operands | None:
        """The same for last year's report, as far as it was read beyond doubt."""
        return None if self.previous is None else operands_of(beyond_doubt(self.previous))


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the catalogue.

    `message` is a template over the facts of a failing result (`{left}`, `{right}`, `{difference}`, `{place}`, `{quote}` are always
    there). `grouping` says what becomes one finding: each failing result, all of one table, all of the rule, the arithmetic causes, or
    none (checks only). `grade` overrides `severity` per result; `certainty` fixes it where the rule speaks of readability and not of
    figures. `absorbs` names rules whose findings say the same again when this one fails. `doc` is the module's docstring.

    A rule whose failing has innocent explanations never says "inconsistent": `plausible` names the explanation, and a hint (S3, S4) has
    one even where it names none. Only a hint that is `factual`, a contradiction in what is printed, is as sure as its reading.
    """

    id: RuleId
    title: str
    severity: Severity
    check: Callable[[Subject], Iterable[CheckResult]]
    message: str = ""
    advice: str = ADVICE
    grouping: Grouping = "result"
    grade: Callable[[CheckResult], Severity] | None = None
    certainty: Certainty | None = None
    absorbs: tuple[str, ...] = ()
    plausible: str = ""
    factual: bool = False
    version: str = "1"
    doc: str = ""

    def severity_of(self, result: CheckResult) -> Severity:
        """The severity of one failing result, before certainty lowers it."""
        return self.severity if self.grade is None else self.grade(result)

    def explanation(self, result: CheckResult) -> str:
        """What may explain a failing result without anything being wrong; empty where nothing does."""
        if self.plausible:
            return self.plausible
        hint = self.severity_of(result) in {Severity.S3, Severity.S4}
        return HINT if hint and not self.factual else ""
