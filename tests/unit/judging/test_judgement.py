"""From results to findings: one per cause, stable fingerprints, and doubtful readings that accuse nobody."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import jsonschema
import pytest

from monitor.judge import Subject, all_rules, find_rule, judge
from monitor.outputs.check_json import check_document, render, report_entry, schema
from monitor.percentages import fits_growth, fits_share
from storage.domain.enums import Certainty, Edition, Severity
from tests.rules.builder import report, subject

FIVE_ZERO_TOTALS = {
    f"requests/{row}/total": 0 for row in ("granted", "partial", "denied_third_party", "unable_not_held", "refused_petition")
}


def test_five_totals_left_at_zero_are_one_finding() -> None:
    findings = [f for f in judge(subject({"cells": FIVE_ZERO_TOTALS})).findings if f.severity is Severity.S1]
    assert len(findings) == 1
    assert set(findings[0].cells) == set(FIVE_ZERO_TOTALS)
    assert "5 处" in findings[0].title


def test_they_stay_one_finding_where_the_joining_column_cannot_be_read() -> None:
    case = {"cells": {**FIVE_ZERO_TOTALS, "requests/total_handled/total": "5|51"}}
    findings = [f for f in judge(subject(case)).findings if set(f.cells) & set(FIVE_ZERO_TOTALS)]
    assert len(findings) == 1


def test_two_separate_slips_are_two_findings() -> None:
    case = {"cells": {"requests/granted/natural": 23, "requests/refused_petition/business": 1}}
    findings = [f for f in judge(subject(case)).findings if f.severity is Severity.S1]
    assert sorted(f.cells for f in findings) == [("requests/granted/natural",), ("requests/refused_petition/business",)]


@pytest.mark.parametrize("quality", ["low", "none"])
def test_a_table_read_badly_never_accuses(quality: str) -> None:
    case = {"tables": {"requests": quality}, "cells": {"requests/granted/natural": 23}}
    assert {f.certainty for f in judge(subject(case)).findings} == {Certainty.DOUBTFUL_READING}


def test_a_table_read_with_repairs_is_only_suspected() -> None:
    case = {"tables": {"requests": "medium"}, "cells": {"requests/granted/natural": 23}}
    findings = judge(subject(case)).findings
    assert {f.certainty for f in findings} == {Certainty.SUSPECT}
    assert all("请" in f.message for f in findings)


def test_nonsense_all_over_a_table_is_doubted_and_bounded() -> None:
    cells = {
        f"requests/{row.key}/{column.key}": (7 * i + 3 * j) % 11 for i, row in enumerate(_rows()) for j, column in enumerate(_columns())
    }
    findings = [f for f in judge(subject({"cells": cells})).findings if f.rule.startswith("T3")]
    assert len(findings) == 1
    assert findings[0].certainty is Certainty.DOUBTFUL_READING


def _rows():  # type: ignore[no-untyped-def]
    return [row for row in subject({}).operands.form.requests.rows if row.key != "other_single"]


def _columns():  # type: ignore[no-untyped-def]
    return subject({}).operands.form.requests.columns


def test_fingerprints_hold_no_values() -> None:
    first = judge(subject({"cells": {"requests/granted/natural": 23}})).findings[0]
    second = judge(subject({"cells": {"requests/granted/natural": 29}})).findings[0]
    assert first.fingerprint == second.fingerprint
    assert len(first.fingerprint) == 32


def test_fingerprints_are_unique_within_a_report() -> None:
    claims = [{"metric": "carried_out", "value": 9}, {"metric": "carried_out", "value": 8}]
    case = {"cells": {**FIVE_ZERO_TOTALS, "litigation/direct/total": 9, "requests/new_received/legal": ""}, "claims": claims}
    marks = [f.fingerprint for f in judge(subject(case)).findings]
    assert len(marks) == len(set(marks))


def test_judging_is_repeatable_and_blind_to_the_order_of_cells() -> None:
    made = report({"cells": FIVE_ZERO_TOTALS})
    turned = replace(made, cells=dict(reversed(made.cells.items())))
    assert judge(Subject(made)) == judge(Subject(turned))


def test_rules_are_found_by_their_files() -> None:
    ids = [rule.id for rule in all_rules()]
    assert ids == sorted(set(ids))
    assert find_rule("t3-02") is find_rule("T3-02") is not None


def test_messages_blame_nobody() -> None:
    for rule in all_rules():
        assert not any(word in rule.doc + rule.message + rule.title for word in ("造假", "瞒报", "抄袭"))


@pytest.mark.parametrize("edition", list(Edition))
@pytest.mark.parametrize("base", ["clean", "empty"])
def test_the_document_is_as_its_schema_says(edition: Edition, base: str) -> None:
    parsed = report({"form": edition.value, "base": base, "cells": FIVE_ZERO_TOTALS, "claims": [{"metric": "carried_out", "value": 9}]})
    text = render(check_document([report_entry(parsed, judge(Subject(parsed)))]))
    loaded = json.loads(text)
    jsonschema.Draft202012Validator(schema()).validate(loaded)
    assert set(loaded["reports"][0]["tables"]["requests"]["granted"]) == {column.key for column in _columns()}


def test_money_is_printed_as_it_was() -> None:
    parsed = report({"proactive": {"fees_wan": "13026.20"}})
    text = render(check_document([report_entry(parsed, judge(Subject(parsed)))]))
    assert '"value": 13026.20' in text


def test_percentages_hold_to_half_a_unit() -> None:
    assert fits_share(42, 81, Decimal("51.85"))
    assert not fits_share(42, 81, Decimal("51.87"))
    assert fits_growth(85, 55, 54)
    assert fits_growth(85, 55, 55)
    assert not fits_growth(85, 55, 56)
    assert fits_growth(50, 100, -50)
    assert not fits_growth(1, 0, 100)
