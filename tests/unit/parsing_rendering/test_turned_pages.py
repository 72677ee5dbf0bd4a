"""Boxes of a PDF stay on their cells when pages are turned, cropped, or begin away from the origin."""

from __future__ import annotations

import io

import pypdfium2 as pdfium
import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from crawler.parsing import detect
from crawler.parsing.rendering import evidence
from storage.domain.document import Box, GridBlock

Corners = tuple[float, float, float, float] | None

WIDTH, HEIGHT = 500.0, 400.0
LEFT, BOTTOM, WIDE, HIGH = 120.0, 150.0, 80.0, 30.0


def table_pdf(rotation: int, crop: Corners, media: Corners) -> bytes:
    """Three by three ruled cells with a number each; the cell of 42 is filled red, so that the picture tells where it is."""
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(WIDTH, HEIGHT), invariant=1)
    canvas.setFillColorRGB(1, 0, 0)
    canvas.rect(LEFT + WIDE, BOTTOM + 2 * HIGH, WIDE, HIGH, stroke=0, fill=1)
    canvas.setFillColorRGB(0, 0, 0)
    for line in range(4):
        canvas.line(LEFT, BOTTOM + line * HIGH, LEFT + 3 * WIDE, BOTTOM + line * HIGH)
        canvas.line(LEFT + line * WIDE, BOTTOM, LEFT + line * WIDE, BOTTOM + 3 * HIGH)
    for row in range(3):
        for column in range(3):
            text = "42" if (row, column) == (0, 1) else str(100 + row * 3 + column)
            canvas.drawCentredString(LEFT + (column + 0.5) * WIDE, BOTTOM + (2 - row) * HIGH + 10, text)
    canvas.showPage()
    canvas.save()
    pdf = pdfium.PdfDocument(target.getvalue())
    page = pdf[0]
    if media:
        page.set_mediabox(*media)
    if crop:
        page.set_cropbox(*crop)
    page.set_rotation(rotation)
    turned = io.BytesIO()
    pdf.save(turned)
    pdf.close()
    return turned.getvalue()


def red_area(png: bytes) -> Box:
    """Where the red cell is on the picture."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    red, green, _ = image.split()
    found = Image.eval(green, lambda value: 255 if value < 90 else 0)
    bright = Image.eval(red, lambda value: 255 if value > 180 else 0)
    box = Image.composite(found, Image.new("L", image.size), bright).getbbox()
    assert box is not None
    return Box(box[0] / image.width, box[1] / image.height, box[2] / image.width, box[3] / image.height)


def overlap(a: Box, b: Box) -> float:
    wide, high = min(a.right, b.right) - max(a.left, b.left), min(a.bottom, b.bottom) - max(a.top, b.top)
    shared = max(0.0, wide) * max(0.0, high)
    return shared / ((a.right - a.left) * (a.bottom - a.top) + (b.right - b.left) * (b.bottom - b.top) - shared)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("crop", [None, (60.0, 90.0, 460.0, 380.0)])
@pytest.mark.parametrize("media", [None, (-70.0, -40.0, 560.0, 440.0), (20.0, 30.0, 500.0, 400.0)])
def test_a_box_lies_on_its_cell(rotation: int, crop: Corners, media: Corners) -> None:
    data = table_pdf(rotation, crop, media)
    grids = [block for block in detect.read(data).blocks if isinstance(block, GridBlock)]
    [cell] = [cell for grid in grids for cell in grid.cells if cell.text.replace("\n", "") in {"42", "24"}]
    shown = evidence.render(data, locator=cell.at)
    assert overlap(shown.box, red_area(shown.png)) >= 0.7
