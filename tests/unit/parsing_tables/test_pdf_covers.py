"""Digits of a PDF under pictures, forms and annotations, crossed out aslant or on their heads are no figures; seals hide nothing."""

import ctypes

import pypdfium2 as pdfium
import pytest
from PIL import Image, ImageDraw
from pypdfium2 import raw
from test_pdf_looks import NAVY, VALUE, Box, Change, changed, coloured


def picture(image: Image.Image, *, first: bool = False, wide: float = 3.0) -> Change:
    def put(pdf: pdfium.PdfDocument, page: pdfium.PdfPage, _item: object, box: Box) -> None:
        placed = raw.FPDFPageObj_NewImageObj(pdf)
        raw.FPDFImageObj_SetBitmap(None, 0, placed, pdfium.PdfBitmap.from_pil(image))
        matrix = (box[2] - box[0] + 2 * wide, 0, 0, box[3] - box[1] + 2 * wide, box[0] - wide, box[1] - wide)
        raw.FPDFImageObj_SetMatrix(placed, *matrix)
        if first:
            raw.FPDFPage_InsertObjectAtIndex(page, placed, 0)
        else:
            raw.FPDFPage_InsertObject(page, placed)

    return put


def seal() -> Image.Image:
    made = Image.new("RGBA", (200, 200), (255, 255, 255, 0))
    ImageDraw.Draw(made).ellipse((4, 4, 196, 196), outline=(220, 0, 0, 255), width=8)
    return made


def slash(x0: float, y0: float, x1: float, y1: float) -> Change:
    """A stroked line between two points told in shares of the digits' box."""

    def draw(_pdf: object, page: pdfium.PdfPage, _item: object, box: Box) -> None:
        wide, high = box[2] - box[0], box[3] - box[1]
        path = raw.FPDFPageObj_CreateNewPath(box[0] + x0 * wide, box[1] + y0 * high)
        raw.FPDFPath_LineTo(path, box[0] + x1 * wide, box[1] + y1 * high)
        raw.FPDFPath_SetDrawMode(path, 0, 1)
        raw.FPDFPage_InsertObject(page, path)

    return draw


def annotation(kind: int, *, text: str = "", filled: bool = False, flags: int = raw.FPDF_ANNOT_FLAG_PRINT) -> Change:
    def add(_pdf: object, page: pdfium.PdfPage, _item: object, box: Box) -> None:
        made = raw.FPDFPage_CreateAnnot(page, kind)
        raw.FPDFAnnot_SetRect(made, raw.FS_RECTF(box[0] - 2, box[3] + 2, box[2] + 2, box[1] - 2))
        raw.FPDFAnnot_SetFlags(made, flags)
        if filled:
            raw.FPDFAnnot_SetColor(made, raw.FPDFANNOT_COLORTYPE_InteriorColor, 255, 255, 255, 255)
        if text:
            encoded = text.encode("utf-16-le") + b"\0\0"
            raw.FPDFAnnot_SetStringValue(made, b"Contents", ctypes.cast(ctypes.c_char_p(encoded), ctypes.POINTER(ctypes.c_ushort)))
        raw.FPDFPage_CloseAnnot(made)

    return add


def moved(far: float, change: Change) -> Change:
    """The same beside the digits."""
    return lambda pdf, page, item, box: change(pdf, page, item, (box[0], box[1] + far, box[2], box[3] + far))


def headlong(_pdf: object, _page: object, item: pdfium.PdfObject, box: Box) -> None:
    item.transform(pdfium.PdfMatrix(-1, 0, 0, -1, box[0] + box[2], box[1] + box[3]))


def in_form(colour: tuple[int, int, int]) -> Change:
    """A rectangle inside a form: a page of its own, put over the digits."""

    def put(pdf: pdfium.PdfDocument, page: pdfium.PdfPage, _item: object, box: Box) -> None:
        other = pdfium.PdfDocument.new()
        sheet = other.new_page(box[2] - box[0] + 4, box[3] - box[1] + 4)
        path = raw.FPDFPageObj_CreateNewRect(0, 0, *sheet.get_size())
        raw.FPDFPageObj_SetFillColor(path, *colour, 255)
        raw.FPDFPath_SetDrawMode(path, raw.FPDF_FILLMODE_WINDING, 0)
        raw.FPDFPage_InsertObject(sheet, path)
        raw.FPDFPage_GenerateContent(sheet)
        xobject = raw.FPDF_NewXObjectFromPage(pdf, other, 0)
        placed = raw.FPDF_NewFormObjectFromXObject(xobject)
        raw.FPDFPageObj_Transform(placed, 1, 0, 0, 1, box[0] - 2, box[1] - 2)
        raw.FPDFPage_InsertObject(page, placed)
        raw.FPDF_CloseXObject(xobject)

    return put


WHITE = Image.new("RGB", (20, 20), "white")


@pytest.mark.parametrize(
    "change",
    [
        picture(WHITE),
        in_form((255, 255, 255)),
        slash(-0.2, -0.1, 1.2, 1.1),
        slash(-0.3, 1.2, 1.3, -0.2),
        annotation(raw.FPDF_ANNOT_FREETEXT, text="8"),
        annotation(raw.FPDF_ANNOT_FREETEXT),
        annotation(raw.FPDF_ANNOT_STRIKEOUT),
        annotation(raw.FPDF_ANNOT_SQUARE, filled=True),
        annotation(raw.FPDF_ANNOT_INK),
        headlong,
    ],
)
def test_digits_nobody_can_be_sure_of_are_no_figure(change):
    cell = changed(change)
    assert (cell.value, cell.trusted) == (None, False)


@pytest.mark.parametrize(
    "change",
    [
        picture(seal(), wide=10),
        picture(WHITE, first=True),
        moved(40, picture(WHITE)),
        moved(40, in_form((255, 255, 255))),
        slash(-1.0, 1.2, 0.4, 2.6),
        slash(1.4, -0.5, 3.5, 1.2),
        annotation(raw.FPDF_ANNOT_HIGHLIGHT),
        annotation(raw.FPDF_ANNOT_LINK),
        annotation(raw.FPDF_ANNOT_SQUARE),
        annotation(raw.FPDF_ANNOT_FREETEXT, text="8", flags=raw.FPDF_ANNOT_FLAG_HIDDEN),
        moved(40, annotation(raw.FPDF_ANNOT_STRIKEOUT)),
        coloured(NAVY),
    ],
)
def test_digits_that_are_seen_all_the_same_are_read(change):
    cell = changed(change)
    assert (cell.value, cell.trusted) == (VALUE, True)
