"""Every cell of a report points at its place on a picture of the original, whatever the carrier."""

from __future__ import annotations

import io
from collections import Counter
from functools import cache

import pypdfium2 as pdfium
import pytest
from PIL import Image

from crawler.demo.filled_form import Wanted, make_facts, render_docx, render_html, render_pdf, render_text
from crawler.demo.layout import requests_table
from crawler.demo.render_image import draw_table
from crawler.demo.render_rtf import render_rtf
from crawler.parsing.rendering import evidence, png
from crawler.parsing.report import parse
from storage.domain.document import Box, Locator
from storage.domain.errors import NotFoundError
from storage.domain.reports import Cell

FACTS = make_facts(23, Wanted("示例市水务局", 2024))
CARRIERS = {
    "html": lambda: render_html(FACTS).encode(),
    "word": lambda: render_html(FACTS, style="word").encode("gb18030"),
    "docx": lambda: render_docx(FACTS),
    "pdf": lambda: render_pdf(FACTS),
    "rtf": lambda: render_rtf(FACTS),
    "tab": lambda: render_text(FACTS, "tab").encode(),
    "pipe": lambda: render_text(FACTS, "pipe").encode(),
    "lines": lambda: render_text(FACTS, "lines").encode(),
    "glued": lambda: render_text(FACTS, "glued").encode(),
}
BORDERED = [name for name in CARRIERS if name != "glued"]


@cache
def original(carrier: str) -> bytes:
    return CARRIERS[carrier]()


@cache
def cells(carrier: str) -> dict[str, Cell]:
    return {str(path): cell for path, cell in parse(original(carrier), source=carrier).cells.items() if cell.at is not None}


@cache
def places(carrier: str):
    return evidence.locate(original(carrier), locators={path: cell.at for path, cell in cells(carrier).items()})


@cache
def picture(carrier: str, page: int) -> Image.Image:
    shown = evidence.render_page(original(carrier), page=page)
    assert len(shown.png) <= png.LIMIT
    image = Image.open(io.BytesIO(shown.png)).convert("L")
    assert image.size == (shown.width, shown.height)
    return image


def pixels(box: Box, image: Image.Image, inset: int = 0) -> tuple[int, int, int, int]:
    left, top = round(box.left * image.width) + inset, round(box.top * image.height) + inset
    return left, top, round(box.right * image.width) - inset, round(box.bottom * image.height) - inset


@pytest.mark.parametrize("carrier", CARRIERS)
def test_every_cell_is_found_inside_a_page(carrier: str) -> None:
    assert len(cells(carrier)) >= 190
    assert set(places(carrier)) == set(cells(carrier))
    for place in places(carrier).values():
        assert place.page >= 1
        assert 0 <= place.box.left < place.box.right <= 1
        assert 0 <= place.box.top < place.box.bottom <= 1


@pytest.mark.parametrize("carrier", BORDERED)
def test_different_cells_have_different_boxes(carrier: str) -> None:
    assert all(place.exact for place in places(carrier).values())
    boxes = list(places(carrier).values())
    assert Counter((place.page, place.box) for place in boxes).most_common(1)[0][1] == 1
    for page in {place.page for place in boxes}:
        here = sorted((place.box for place in boxes if place.page == page), key=lambda box: box.left)
        assert max(overlap(a, b) for a in here for b in here if a is not b) < 0.05


def overlap(a: Box, b: Box) -> float:
    """Shared area over joint area."""
    wide, high = min(a.right, b.right) - max(a.left, b.left), min(a.bottom, b.bottom) - max(a.top, b.top)
    shared = max(0.0, wide) * max(0.0, high)
    return shared / ((a.right - a.left) * (a.bottom - a.top) + (b.right - b.left) * (b.bottom - b.top) - shared)


@pytest.mark.parametrize("carrier", BORDERED)
def test_a_box_holds_ink_where_a_figure_is_printed_and_none_where_nothing_is(carrier: str) -> None:
    for path, place in places(carrier).items():
        image = picture(carrier, place.page)
        inside = image.crop(pixels(place.box, image, inset=0 if carrier in {"tab", "pipe", "lines"} else 4))
        darkest = inside.getextrema()[0]
        if cells(carrier)[path].raw.strip():
            assert darkest < 120, path
        else:
            assert darkest > 120, path


def test_the_text_within_a_box_of_a_pdf_is_the_cells_text() -> None:
    pdf = pdfium.PdfDocument(original("pdf"))
    for path, place in places("pdf").items():
        page = pdf[place.page - 1]
        width, height = page.get_size()
        box = place.box
        text = page.get_textpage().get_text_bounded(
            box.left * width, height - box.bottom * height, box.right * width, height - box.top * height
        )
        assert "".join(text.split()) == "".join(cells("pdf")[path].raw.split()), path
    pdf.close()


def test_lost_borders_give_the_line_and_not_a_cell_made_up() -> None:
    [box] = {(place.page, place.box) for place in places("glued").values()}
    assert box[1].bottom - box[1].top > 0.1


@pytest.mark.parametrize("carrier", CARRIERS)
def test_the_same_bytes_give_the_same_picture(carrier: str) -> None:
    at = next(iter(cells(carrier).values())).at
    assert at is not None
    one, two = (evidence.render(original(carrier), locator=given) for given in (at, str(at)))
    assert one.png == two.png
    assert max(abs(getattr(one.box, side) - getattr(two.box, side)) for side in ("left", "top", "right", "bottom")) < 0.001
    assert parse(original(carrier), source="").sha256 in one.caption


def test_captions_say_which_pages_are_drawn() -> None:
    assert "绘制" in evidence.render_page(original("html"), page=1).caption
    assert "绘制" not in evidence.render_page(original("pdf"), page=1).caption


def test_an_image_original_is_shown_with_the_boxes_given_for_it() -> None:
    data = draw_table(requests_table(FACTS))
    width, height = Image.open(io.BytesIO(data)).size
    # the first figure of the first row: columns are 90, 130 and 330 wide, rows 46 high, the margin 12
    truth = Box((12 + 550) / width, (12 + 3 * 46) / height, (12 + 646) / width, (12 + 4 * 46) / height)
    shown = evidence.render(data, locator=Locator("page:1", 1, truth))
    assert overlap(shown.box, truth) >= 0.99
    image = Image.open(io.BytesIO(shown.png)).convert("L")
    assert image.crop(pixels(shown.box, image, inset=6)).getextrema()[0] < 120
    assert len(shown.png) <= png.LIMIT


def test_a_place_that_is_not_there_is_refused() -> None:
    with pytest.raises(NotFoundError):
        evidence.render(original("html"), locator="table[99]/tr[1]/td[1]")
    with pytest.raises(NotFoundError):
        evidence.render(original("pdf"), locator="page:99@0.1,0.1,0.2,0.2")
    with pytest.raises(NotFoundError):
        evidence.render_page(original("docx"), page=99)


def test_an_address_only_known_by_its_surroundings_is_not_called_exact() -> None:
    shown = evidence.render(original("html"), locator="table[2]/tr[99]/td[1]")
    assert not shown.exact
    assert "不是单独的一格" in shown.caption
