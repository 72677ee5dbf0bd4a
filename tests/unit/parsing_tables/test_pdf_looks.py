"""Digits of a PDF that are struck out, covered, mirrored or of the colour of their ground are no plain figures; others stay."""

import ctypes
import io
from collections.abc import Callable
from functools import cache

import pypdfium2 as pdfium
import pytest
from printing import facts, printed, reading, score
from pypdfium2 import raw

from storage.domain.enums import CellKind
from storage.domain.reports import Cell

REPORT = facts(81)
CELL = "requests/granted/total"
VALUE = int(REPORT.cells[CELL])
WHITE, NAVY, GREY = (255, 255, 255), (0, 0, 128), (200, 200, 200)
Box = tuple[float, float, float, float]
Change = Callable[[pdfium.PdfDocument, pdfium.PdfPage, pdfium.PdfObject, Box], None]


@cache
def source() -> tuple[bytes, int, Box]:
    """The report, and the page and rectangle (in PDF's coordinates) of the cell."""
    data = printed(REPORT, "pdf")
    at = reading(data).cells[CELL].at
    assert at is not None
    assert at.box is not None
    assert at.page is not None
    wide, high = pdfium.PdfDocument(data)[at.page - 1].get_size()
    return data, at.page - 1, (at.box.left * wide, high - at.box.bottom * high, at.box.right * wide, high - at.box.top * high)


def changed(change: Change) -> Cell:
    """The cell after its page was changed."""
    data, number, (left, bottom, right, top) = source()
    pdf = pdfium.PdfDocument(data)
    page = pdf[number]
    inside = []
    for item in page.get_objects([raw.FPDF_PAGEOBJ_TEXT]):
        x0, y0, x1, y1 = item.get_bounds()
        if left <= (x0 + x1) / 2 <= right and bottom <= (y0 + y1) / 2 <= top:
            inside.append((item, (x0, y0, x1, y1)))
    assert inside
    for item, box in inside:
        change(pdf, page, item, box)
    raw.FPDFPage_GenerateContent(page)
    out = io.BytesIO()
    pdf.save(out)
    return reading(out.getvalue()).cells[CELL]


def rectangle(page: pdfium.PdfPage, box: Box, colour: tuple[int, int, int], opacity: int = 255, *, first: bool = False) -> None:
    path = raw.FPDFPageObj_CreateNewRect(box[0], box[1], box[2] - box[0], box[3] - box[1])
    raw.FPDFPageObj_SetFillColor(path, *colour, opacity)
    raw.FPDFPath_SetDrawMode(path, raw.FPDF_FILLMODE_WINDING, 0)
    if first:
        raw.FPDFPage_InsertObjectAtIndex(page, path, 0)
    else:
        raw.FPDFPage_InsertObject(page, path)


def line(share: float, *, beyond: float = 1.0) -> Change:
    """A thin line at a share of the digits' height, as long as they are and a bit."""

    def draw(_pdf: object, page: pdfium.PdfPage, _item: object, box: Box) -> None:
        at = box[1] + share * (box[3] - box[1])
        rectangle(page, (box[0] - beyond, at - 0.3, box[2] + beyond, at + 0.3), (0, 0, 0))

    return draw


def coloured(colour: tuple[int, int, int], opacity: int = 255, *, ground: tuple[int, int, int] | None = None) -> Change:
    def paint(_pdf: object, page: pdfium.PdfPage, item: pdfium.PdfObject, box: Box) -> None:
        raw.FPDFPageObj_SetFillColor(item, *colour, opacity)
        if ground:
            rectangle(page, (box[0] - 2, box[1] - 2, box[2] + 2, box[3] + 2), ground, first=True)

    return paint


def mode(number: int) -> Change:
    return lambda _pdf, _page, item, _box: (raw.FPDFTextObj_SetTextRenderMode(item, number), None)[1]


def patch(colour: tuple[int, int, int], opacity: int = 255) -> Change:
    return lambda _pdf, page, _item, box: rectangle(page, (box[0] - 2, box[1] - 2, box[2] + 2, box[3] + 2), colour, opacity)


@pytest.mark.parametrize("share", [0.4, 0.5, 0.6])
def test_a_line_through_digits_strikes_them_out(share):
    cell = changed(line(share))
    assert (cell.value, cell.trusted) == (None, False)
    assert "\u0336" in cell.raw


@pytest.mark.parametrize("share", [-0.25, -0.1, 1.2])
def test_a_line_under_or_over_digits_does_not(share):
    assert (changed(line(share)).value, changed(line(share)).trusted) == (VALUE, True)


def test_a_border_far_longer_than_the_digits_does_not_strike_them_out():
    assert "\u0336" not in changed(line(0.5, beyond=25)).raw


@pytest.mark.parametrize(
    "change",
    [coloured(WHITE), coloured((250, 252, 255)), coloured((0, 0, 0), 0), coloured(NAVY, ground=NAVY), coloured(GREY, ground=GREY), mode(3)],
)
def test_digits_of_the_colour_of_their_ground_are_not_read(change):
    cell = changed(change)
    assert (cell.value, cell.kind) == (None, CellKind.BLANK)


@pytest.mark.parametrize(
    "change", [coloured(GREY), coloured(NAVY), coloured(WHITE, ground=NAVY), coloured(NAVY, ground=GREY), mode(0), mode(2), patch(GREY, 60)]
)
def test_digits_that_are_seen_are_read(change):
    assert (changed(change).value, changed(change).trusted) == (VALUE, True)


def test_digits_under_a_patch_are_none():
    cell = changed(patch(WHITE))
    assert (cell.value, cell.trusted) == (None, False)


def test_a_mirrored_sheet_gives_no_figures():
    pdf = pdfium.PdfDocument(source()[0])
    for page in pdf:
        for item in page.get_objects(max_depth=1):
            item.transform(pdfium.PdfMatrix(-1, 0, 0, 1, page.get_width(), 0))
        raw.FPDFPage_GenerateContent(page)
    out = io.BytesIO()
    pdf.save(out)
    assert score(out.getvalue(), REPORT.truth())["silent"] == 0
    assert not [cell for cell in reading(out.getvalue()).cells.values() if cell.value is not None and cell.trusted]


def test_a_mirrored_figure_is_none():
    def mirror(_pdf: object, _page: object, item: pdfium.PdfObject, box: Box) -> None:
        text = "".join(REPORT.cells[CELL])
        encoded = (text * 2).encode("utf-16-le") + b"\0\0"  # two figures of the same digits side by side: 44 or 1212
        raw.FPDFText_SetText(item, ctypes.cast(ctypes.c_char_p(encoded), ctypes.POINTER(ctypes.c_ushort)))
        item.transform(pdfium.PdfMatrix(-1, 0, 0, 1, box[0] + box[2], 0))

    cell = changed(mirror)
    assert (cell.value, cell.trusted) == (None, False)


def test_a_sheet_of_invisible_text_alone_is_no_print():
    pdf = pdfium.PdfDocument(source()[0])
    for page in pdf:
        for item in page.get_objects([raw.FPDF_PAGEOBJ_TEXT]):
            raw.FPDFTextObj_SetTextRenderMode(item, 3)
        raw.FPDFPage_GenerateContent(page)
    out = io.BytesIO()
    pdf.save(out)
    read = reading(out.getvalue())
    assert not [cell for cell in read.cells.values() if cell.value is not None and cell.trusted]
