"""Other reports beside the one that is judged: what was read of them in doubt is never held against it."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from monitor.judge import find_rule
from monitor.subject import Subject
from storage.domain.enums import Outcome, ReadingQuality
from storage.domain.reports import ParsedReport, Reading
from tests.rules.builder import subject

CASES = Path(__file__).resolve().parents[2] / "rules"
OTHERS = (
    *("previous", "previous_before", "earlier", "peers", "neighbours", "children"),
    *("previous_children", "predecessors", "other_versions"),
)
NO_FIGURES = frozenset({"PR-04", "TL-10", "XL-08", "XY-09", "XY-10"})
"""Rules that compare text, or look at whether a report is still there."""

VIOLATED = {Outcome.FAIL, Outcome.LIKELY_FAIL}


def _failing() -> Iterator[Any]:
    """Every case of a rule that fails for what other reports say: without them it does not."""
    for path in sorted(CASES.glob("*.toml")):
        rule = path.stem.upper().replace("_", "-")
        for case in tomllib.loads(path.read_text(encoding="utf8"))["case"]:
            if (
                case["expect"] in {"fail", "likely_fail"}
                and any(name in case for name in OTHERS)
                and not _fails(rule, _alone(subject(case)))
            ):
                yield pytest.param(rule, case, id=f"{rule}-{case['name']}")


def _alone(of: Subject) -> Subject:
    return replace(of, **{one.name: one.default for one in fields(Subject) if one.name in OTHERS})


def _fails(rule: str, of: Subject) -> bool:
    return any(result.outcome in VIOLATED for result in find_rule(rule).check(of))


def _guessed(report: ParsedReport) -> ParsedReport:
    """Every figure is the reader's best guess."""
    return replace(report, cells={path: replace(cell, confidence=0.5) for path, cell in report.cells.items()})


def _poor(report: ParsedReport) -> ParsedReport:
    """Every figure was read plainly, but its table as a whole was not."""
    return replace(report, reading=Reading(ReadingQuality.LOW))


def _beside(of: Subject, change: Callable[[ParsedReport], ParsedReport]) -> Subject:
    changed: dict[str, Any] = {}
    for name in OTHERS:
        value = getattr(of, name)
        changed[name] = tuple(map(change, value)) if isinstance(value, tuple) else change(value) if value is not None else None
    return replace(of, **changed)


@pytest.mark.parametrize("change", [_guessed, _poor])
@pytest.mark.parametrize(("rule", "case"), list(_failing()))
def test_what_is_doubtful_in_another_report_is_not_held_against_this_one(
    rule: str, case: dict[str, Any], change: Callable[[ParsedReport], ParsedReport]
) -> None:
    beside = _beside(subject(case), change)
    assert _fails(rule, beside) is (rule in NO_FIGURES)
