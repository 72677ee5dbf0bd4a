"""The official forms as data: complete, unambiguous, and with the equations the form itself states."""

from __future__ import annotations

import pytest

from storage.domain.enums import Edition
from storage.forms.loader import form


@pytest.mark.parametrize("edition", list(Edition))
def test_table_of_requests_has_the_official_shape(edition: Edition) -> None:
    table = form(edition).requests
    assert [column.label for column in table.columns] == ["自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计"]
    printed = [row for row in table.rows if not row.alternative_to]
    assert len(printed) == (25 if edition is Edition.E2021 else 23)
    assert printed[0].label == "一、本年新收政府信息公开申请数量"
    assert printed[-1].label == "四、结转下年度继续办理"


@pytest.mark.parametrize("edition", list(Edition))
def test_equations_count_as_the_form_prints_them(edition: Edition) -> None:
    loaded = form(edition)
    along = {equation.id: equation.along for equation in loaded.requests.equations}
    assert along == {"balance": "columns", "outcomes": "columns", "row_total": "rows"}
    outcomes = next(e for e in loaded.requests.equations if e.id == "outcomes")
    assert set(outcomes.left) == {row.key for row in loaded.requests.rows if row.outcome}
    assert len(outcomes.left) == (22 if edition is Edition.E2021 else 19)


def test_keys_are_those_of_the_corpus_schema() -> None:
    paths = set(form(Edition.E2021).paths())
    assert {"proactive/fees_wan", "requests/other_single/total", "litigation/after_reconsideration/pending"} <= paths
    assert {"proactive/procurement/1", "proactive/fees/1"} <= set(form(Edition.E2019).paths())


def test_labels_do_not_collide_within_a_group() -> None:
    for edition in Edition:
        seen: set[tuple[str, str]] = set()
        for row in form(edition).requests.rows:
            key = (row.group, row.label)
            assert key not in seen or row.alternative_to
            seen.add(key)
