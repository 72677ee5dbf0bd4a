from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.parsing.chinese_numbers import CHINESE, chinese, parse, to_chinese


@given(st.integers(min_value=0, max_value=10**12 - 1))
def test_round_trip(number: int) -> None:
    assert chinese(to_chinese(number)) == number


@given(st.text(alphabet=CHINESE, max_size=12))
def test_any_string_of_numerals_gives_a_number_or_none(text: str) -> None:
    value = chinese(text)
    assert value is None or value >= 0


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("五十", 50), ("十二", 12), ("一百零五", 105), ("一百一十", 110), ("两千零二十三", 2023), ("二〇二三", 2023), ("三万五千", 35000),
        ("一亿零三万", 100030000), ("零", 0), ("85", 85), ("８５", 85), ("1,234", 1234), ("1，234", 1234), ("12.50", Decimal("12.50")),
        ("十百", None), ("百百", None), ("五六十", None), ("", None), ("甲", None), ("1,23", None),
    ],
)  # fmt: skip
def test_parse(text: str, value: object) -> None:
    assert parse(text) == value
