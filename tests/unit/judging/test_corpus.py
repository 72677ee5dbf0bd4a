"""What the shared corpus of real reports must raise, and must not."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from crawler.parsing.report import parse
from monitor.judge import Subject, judge
from storage.domain.enums import Certainty, Severity
from storage.domain.judgement import Finding

CORPUS = Path(__file__).resolve().parents[4] / "shared" / "corpus"
ORIGINALS = sorted(CORPUS.glob("*/original.*"))

pytestmark = [pytest.mark.corpus, pytest.mark.skipif(not ORIGINALS, reason="the shared corpus is not here")]

FITTING = {  # words of a gold entry's place and kind → the rules that speak of it
    "total_cell": ("T3-", "T4-"),
    "sum": ("T3-", "T4-"),
    "identity": ("T3-",),
    "missing_cells": ("TX-09", "TX-10", "CV-03"),
    "text_vs_table": ("TX-", "T3-08"),
}
NEEDS_OTHER_YEARS = {"cross_year"}


@cache
def findings(original: Path) -> tuple[Finding, ...]:
    return judge(Subject(parse(original.read_bytes(), source=original.name))).findings


def gold(original: Path) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = json.loads((original.parent / "gold.json").read_text(encoding="utf8"))["inconsistencies"]
    return entries


def _id(path: Path) -> str:
    return f"{path.parent.name}-{path.suffix[1:]}"


@pytest.mark.parametrize("original", ORIGINALS, ids=_id)
def test_what_cannot_both_be_true_is_raised(original: Path) -> None:
    for entry in gold(original):
        if entry["severity"] == "hard" and entry["kind"] not in NEEDS_OTHER_YEARS:
            raised = [f for f in findings(original) if f.rule.startswith(FITTING[entry["kind"]])]
            assert raised, entry


@pytest.mark.parametrize("original", ORIGINALS, ids=_id)
def test_nothing_grave_beyond_the_gold(original: Path) -> None:
    grave = [
        f
        for f in findings(original)
        if f.severity in {Severity.S1, Severity.S2} and f.certainty in {Certainty.INCONSISTENT, Certainty.SUSPECT}
    ]
    assert len(grave) <= len(gold(original)), [(f.rule, f.message) for f in grave]
    if not gold(original):
        assert not grave


@pytest.mark.parametrize("name", ["seed-001", "seed-003"])
def test_consistent_examples_raise_no_arithmetic(name: str) -> None:
    assert not [f for f in _of(name) if f.rule.startswith(("T3-", "T4-")) and f.certainty is not Certainty.DOUBTFUL_READING]


def test_a_total_beside_its_parts_and_two_sentences_beside_the_table() -> None:
    found = {f.rule: f for f in _of("seed-000")}
    assert "litigation/after_reconsideration/total" in found["T4-01"].cells
    assert {"TX-09", "TX-10"} <= set(found)


def test_five_zero_totals_are_one_finding_and_table_four_is_doubted() -> None:
    found = _of("seed-002")
    totals = [f for f in found if f.rule.startswith("T3-")]
    assert len(totals) == 1
    assert len(totals[0].cells) == 5
    assert all(f.certainty is Certainty.DOUBTFUL_READING for f in found if any(cell.startswith("litigation") for cell in f.cells))


def test_pictures_of_tables_cannot_be_checked() -> None:
    found = _of("seed-004")
    assert [(f.rule, f.certainty) for f in found if f.rule == "ST-14"] == [("ST-14", Certainty.NOT_CHECKABLE)]
    assert not [f for f in found if f.severity in {Severity.S1, Severity.S2} and f.certainty is not Certainty.DOUBTFUL_READING]


def _of(name: str) -> tuple[Finding, ...]:
    return findings(next(path for path in ORIGINALS if path.parent.name == name))
