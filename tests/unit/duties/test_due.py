from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from monitor.duties.due import LocalDate, due, read_dates
from monitor.duties.expected import expected
from storage.domain.duties import Exemption
from storage.domain.enums import BodyKind, BodyLevel
from storage.domain.errors import ConfigError
from storage.domain.ids import BodyId
from storage.domain.registry import Body


def body(kind: BodyKind = BodyKind.DEPARTMENT, code: str = "990102", name: str = "b1") -> Body:
    return Body(BodyId(name), "示例县示例局", kind, BodyLevel.COUNTY, code)


@pytest.mark.parametrize(
    ("kind", "year", "on", "article"),
    [
        (BodyKind.DEPARTMENT, 2024, date(2025, 1, 31), "第四十九条第一款"),
        (BodyKind.TOWNSHIP, 2024, date(2025, 1, 31), "第四十九条第一款"),
        (BodyKind.SUBDISTRICT, 2019, date(2020, 1, 31), "第四十九条第一款"),
        (BodyKind.OTHER, 2024, date(2025, 1, 31), "第五十四条"),
        (BodyKind.GOVERNMENT, 2024, date(2025, 3, 31), "第四十九条第二款"),
        (BodyKind.DEPARTMENT, 2018, date(2019, 3, 31), "第三十一条"),
    ],
)
def test_statutory_dates(kind: BodyKind, year: int, on: date, article: str) -> None:
    deadline = due(body(kind), year)
    assert deadline.on == on
    assert article in deadline.legal_basis
    assert deadline.version


def test_every_kind_has_a_date() -> None:
    assert all(due(body(kind), year).on for kind in BodyKind for year in (2012, 2018, 2019, 2025))


def test_a_stricter_local_date_stands_beside_the_law() -> None:
    local = LocalDate(date(2025, 1, 28), 2024, "某市通知", "city/2024", division_prefix="990100")
    deadline = due(body(), 2024, [local])
    assert (deadline.on, deadline.inner_on, deadline.inner_basis) == (date(2025, 1, 31), date(2025, 1, 28), "某市通知")
    assert due(body(code="990200"), 2024, [local]).inner_on is None
    assert due(body(), 2023, [local]).inner_on is None


def test_an_extension_takes_the_place_of_the_law_and_the_nearest_one_holds() -> None:
    region = LocalDate(date(2025, 2, 10), 2024, "市延期", "x/1", division_prefix="9901", binding=True)
    own = LocalDate(date(2025, 2, 5), 2024, "本单位延期", "x/2", body_id="b1", binding=True)
    assert due(body(), 2024, [region]).on == date(2025, 2, 10)
    assert due(body(), 2024, [region, own]).legal_basis == "本单位延期"


def test_dates_that_cannot_be_are_refused() -> None:
    with pytest.raises(ConfigError):
        read_dates({"version": "x", "rule": [{"kinds": ["department"], "month": 2, "day": 30, "basis": "?"}]})
    with pytest.raises(ConfigError):
        read_dates({"version": "x", "rule": [{"kinds": ["nobody"], "month": 1, "day": 1, "basis": "?"}]})


def test_expected_keeps_exempt_bodies_with_their_reason() -> None:
    bodies = [
        body(name="a"),
        body(name="b"),
        replace(body(name="c"), active_from_year=2025),
        replace(body(name="d"), active_to_year=2022),
        replace(body(name="e"), exempt_reason="并入县政府办"),
    ]
    duties = expected(
        bodies,
        2024,
        exemptions=[Exemption(BodyId("b"), 2024, "机构改革撤销", "县政府"), Exemption(BodyId("a"), 2023, "?")],
    )
    assert [duty.key.body_id for duty in duties] == ["a", "b", "c", "d", "e"]
    assert [bool(duty.exempt_reason) for duty in duties] == [False, True, True, True, True]
    assert "县政府" in duties[1].exempt_reason
    assert duties[4].exempt_reason == "并入县政府办"
