"""Sheets that lie on their side or head: the tables are read, and each place is given on the sheet as it is displayed."""

import io

import pypdfium2 as pdfium
import pytest
from printing import facts, printed, reading, score


def turned(data: bytes, degrees: int) -> bytes:
    pdf = pdfium.PdfDocument(data)
    for number in range(len(pdf)):
        pdf[number].set_rotation(degrees)
    out = io.BytesIO()
    pdf.save(out)
    pdf.close()
    return out.getvalue()


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_sheet_displayed_on_its_side_is_read(degrees):
    report = facts(71)
    assert score(turned(printed(report, "pdf"), degrees), report.truth()) == {"right": len(report.truth())}


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_its_places_are_those_of_the_displayed_sheet(degrees):
    data = printed(facts(72), "pdf")
    upright = reading(data).cells["requests/granted/total"].at
    lying = reading(turned(data, degrees)).cells["requests/granted/total"].at
    assert upright is not None
    assert upright.box is not None
    assert lying is not None
    assert lying.box is not None
    left, top, right, bottom = upright.box.left, upright.box.top, upright.box.right, upright.box.bottom
    expected = {
        90: (1 - bottom, left, 1 - top, right),
        180: (1 - right, 1 - bottom, 1 - left, 1 - top),
        270: (top, 1 - right, bottom, 1 - left),
    }[degrees]
    got = (lying.box.left, lying.box.top, lying.box.right, lying.box.bottom)
    assert got == pytest.approx(expected, abs=0.01)
