"""Every rule against its case file: at least one passing, one failing, one blank and one undetermined case."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from monitor.judge import all_rules, find_rule, judge
from storage.domain.enums import Outcome
from storage.domain.judgement import CheckResult
from tests.rules.builder import subject

HERE = Path(__file__).parent
WORST = (
    Outcome.FAIL,
    Outcome.LIKELY_FAIL,
    Outcome.UNDETERMINED,
    Outcome.PASS_IF_BLANK_ZERO,
    Outcome.PASS,
    Outcome.NOT_APPLICABLE,
)
SPEAKS = {"pass", "pass_if_blank_zero"}
DOUBTS = {"undetermined", "not_applicable"}


def _cases() -> list[Any]:
    found = []
    for path in sorted(HERE.glob("*.toml")):
        rule = path.stem.upper().replace("_", "-")
        listed = tomllib.loads(path.read_text(encoding="utf8"))["case"]
        found += [pytest.param(rule, case, id=f"{rule}-{case['name']}") for case in listed]
    return found


def worst(results: list[CheckResult]) -> str:
    """The gravest outcome of a rule over a whole report, `silent` if it had nothing to say."""
    return min((result.outcome for result in results), key=WORST.index).value if results else "silent"


@pytest.mark.parametrize(("rule_id", "case"), _cases())
def test_rule_judges_its_cases(rule_id: str, case: dict[str, Any]) -> None:
    rule = find_rule(rule_id)
    assert rule is not None
    given = subject(case)
    results = list(rule.check(given))
    assert all(result.rule == rule.id for result in results)
    assert worst(results) == case["expect"], [(result.at, result.outcome, result.left, result.right) for result in results]
    for result in results:
        if result.outcome in {Outcome.UNDETERMINED, Outcome.NOT_APPLICABLE}:
            assert result.needs, f"{result.at} does not say what is missing"
    failing = sorted({result.at for result in results if result.outcome.value == case["expect"]})
    if "at" in case:
        assert failing == sorted(case["at"])
    _check_finding(rule_id, case)


def _check_finding(rule_id: str, case: dict[str, Any]) -> None:
    told_by = case.get("finding", {}).get("rule", rule_id)  # one cause may break equations of several rules and is told once
    findings = [finding for finding in judge(subject(case)).findings if finding.rule == told_by]
    if case["expect"] not in {"fail", "likely_fail"}:
        assert not findings
        return
    if "finding" not in case:
        return
    expected = case["finding"]
    assert findings, "the result became no finding of this rule"
    for key in ("severity", "certainty"):
        if key in expected:
            assert {getattr(finding, key).value for finding in findings} == {expected[key]}
    if "cells" in expected:
        assert sorted(findings[0].cells) == sorted(expected["cells"])
    for words in expected.get("says", ()):
        assert any(words in finding.message for finding in findings), findings[0].message


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_rule_is_documented_and_has_every_kind_of_case(rule: Any) -> None:
    path = HERE / f"{rule.id.lower().replace('-', '_')}.toml"
    cases = tomllib.loads(path.read_text(encoding="utf8"))["case"]
    outcomes = {case["expect"] for case in cases}
    assert outcomes & SPEAKS, "no passing case"
    assert outcomes & {"fail", "likely_fail"} or rule.grouping == "none", "no failing case"
    assert outcomes & DOUBTS, "no case that cannot be decided"
    assert any("blank" in case["name"] or "空白" in case["name"] for case in cases), "no case with something left blank"
    for head in ("含义", "公式", "依据", "单位", "正例", "反例", "如何处理"):
        assert f"\n{head}" in rule.doc, f"documentation lacks {head}"
    assert rule.title in rule.doc.splitlines()[0]
