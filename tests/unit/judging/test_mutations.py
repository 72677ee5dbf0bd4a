"""One cell of a clean report changed: the finding names that cell alone where the equations determine it, else its candidates hold it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from monitor.judge import Subject, judge
from storage.domain.enums import CellKind, Edition, Severity
from storage.domain.ids import CellPath
from storage.domain.judgement import Finding
from storage.domain.reports import ParsedReport
from tests.rules.builder import ABC, cell, report

PARTS = ("upheld", "corrected", "other", "pending")
SEEDS = range(5)


def clean(seed: int) -> ParsedReport:
    """A consistent report; seed 0 is sparse as most are, the others are fuller."""
    rng = random.Random(seed)
    made = report({"base": "zero"})
    rows = [row.key for row in _table(made).rows if row.outcome and row.key != "other_single"]
    cells: dict[str, int] = {}
    for column in ABC[:-1]:
        for row in rows:
            cells[f"requests/{row}/{column}"] = (
                rng.choice([0, 0, rng.randint(1, 9), rng.randint(10, 400)]) if seed or column == "natural" else 0
            )
        handled = sum(cells[f"requests/{row}/{column}"] for row in rows)
        left, brought = rng.randint(0, 12) if handled else 0, 0
        brought = rng.randint(0, min(12, handled + left))
        cells |= {f"requests/{k}/{column}": v for k, v in (("total_handled", handled), ("carried_out", left), ("carried_in", brought))}
        cells[f"requests/new_received/{column}"] = handled + left - brought
    for row in [*rows, "total_handled", "carried_out", "carried_in", "new_received"]:
        cells[f"requests/{row}/total"] = sum(cells[f"requests/{row}/{column}"] for column in ABC[:-1])
    for group in ("reconsideration", "direct", "after_reconsideration"):
        parts = {f"litigation/{group}/{part}": rng.choice([0, rng.randint(0, 40)]) for part in PARTS}
        cells |= parts | {f"litigation/{group}/total": sum(parts.values())}
    return replace(made, cells={**made.cells, **{CellPath(path): cell(value, path) for path, value in cells.items()}})


def _table(made: ParsedReport):  # type: ignore[no-untyped-def]
    from storage.forms.loader import form

    return form(made.form or Edition.E2021).requests


def mutations(value: int) -> Iterator[str]:
    """The slips of the bar, where they change anything."""
    for changed in (value + 1, value - 1, value * 10, int(str(value)[::-1]), 0):
        if changed != value and changed >= 0:
            yield str(changed)
    yield ""


def findings_of(made: ParsedReport, path: CellPath, printed: str) -> tuple[Finding, ...]:
    return judge(Subject(replace(made, cells={**made.cells, path: cell(printed, path)}))).findings


@pytest.mark.parametrize("seed", SEEDS)
def test_a_clean_report_raises_nothing_grave(seed: int) -> None:
    grave = [f for f in judge(Subject(clean(seed))).findings if f.severity in {Severity.S1, Severity.S2}]
    assert not grave, [f.message for f in grave]


@pytest.mark.parametrize("table", ["requests", "litigation"])
@pytest.mark.parametrize("seed", SEEDS)
def test_the_changed_cell_is_named(seed: int, table: str) -> None:
    made = clean(seed)
    tried = 0
    for path, before in made.cells.items():
        if not path.startswith(table) or before.kind is CellKind.ABSENT:
            continue
        assert isinstance(before.value, int)
        for printed in mutations(before.value):
            tried += 1
            told = [f for f in findings_of(made, path, printed) if path in f.cells]
            assert told, f"{path}: {before.value} → {printed!r} is not named"
            if table == "requests":
                assert all(f.cells == (path,) for f in told), f"{path}: {before.value} → {printed!r} names {[f.cells for f in told]}"
                if printed or before.value:
                    assert {f.hypothesis.value for f in told if f.hypothesis} == {before.value}
    assert tried >= (175 if table == "requests" else 15) * 2
