from decimal import Decimal

import pytest

from crawler.parsing.numbers import read
from storage.domain.enums import CellKind


@pytest.mark.parametrize(
    ("text", "kind", "value", "note"),
    [
        ("12", CellKind.NUMBER, 12, ""),
        ("0", CellKind.ZERO, 0, ""),
        ("０", CellKind.ZERO, 0, ""),
        ("零", CellKind.ZERO, 0, ""),
        ("２，３４５", CellKind.NUMBER, 2345, ""),
        ("1,234,567", CellKind.NUMBER, 1234567, ""),
        ("12件", CellKind.NUMBER, 12, ""),
        ("5949.088667", CellKind.NUMBER, Decimal("5949.088667"), ""),
        ("0.00", CellKind.ZERO, Decimal("0.00"), ""),
        ("", CellKind.BLANK, None, ""),
        ("\u00a0\u3000", CellKind.BLANK, None, ""),
        ("/", CellKind.DASH, None, ""),
        ("——", CellKind.DASH, None, ""),
        ("／", CellKind.DASH, None, ""),
        ("无", CellKind.DASH, None, ""),
        ("22（其中修订16件）", CellKind.ANNOTATED, 22, "其中修订16件"),
        ("55\n（含自然失效 29 件）", CellKind.ANNOTATED, 55, "含自然失效 29 件"),
        ("251000元", CellKind.ANNOTATED, 251000, "元"),
        ("+19", CellKind.ANNOTATED, 19, "+"),
        ("减4", CellKind.ANNOTATED, -4, "减"),
        ("－15", CellKind.ANNOTATED, -15, "-"),
        ("3*", CellKind.ANNOTATED, 3, "*"),
        ("无法统计", CellKind.TEXT, None, ""),
        ("详见附件", CellKind.TEXT, None, ""),
    ],
)
def test_a_figure_cell_is_read_as_printed(text, kind, value, note):
    figure = read(text)
    assert (figure.kind, figure.value, figure.note) == (kind, value, note)


@pytest.mark.parametrize(
    "text", ["1 2", "1\n2", "02", "1,23", "00", "\ufffd", "1\ufffd", "9\u03364", "#未计算", "#日期 45321", "#条件格式 7", "#REF!", "####"]
)
def test_a_cell_that_can_be_read_two_ways_is_not_guessed(text):
    figure = read(text)
    assert figure.kind is CellKind.UNREADABLE
    assert figure.value is None
