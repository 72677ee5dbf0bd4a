"""What happens to a sheet before anything is recognised: no recogniser runs here."""

import random

import pytest

pytest.importorskip("cv2", reason="the extra [ocr] is not installed")

import numpy as np
from PIL import Image, ImageDraw

from crawler.demo.sampling import Wanted, make_facts
from crawler.demo.scans import DAMAGE, pages
from crawler.parsing import ruling
from crawler.parsing.ocr import cells, picture, rules
from crawler.parsing.rendering.evidence import render

FACTS = make_facts(random.Random(5), Wanted("示例市教育局", 2024, requests=30))


@pytest.fixture(scope="module")
def sheet():
    """The sheet with the table of requests."""
    return pages(FACTS, 200)[1]


def _shape(image):
    ruled = rules.find(picture.upright(image).grey)
    tables = [table for table in ruling.tables(ruled.across, ruled.down) if len(table.cells) > 3]
    return [(len(table.xs), len(table.ys), len(table.cells)) for table in tables]


@pytest.mark.parametrize("kind", ["skewed", "blurred", "jpeg", "sealed"])
def test_a_damaged_sheet_has_the_tables_of_the_clean_one(sheet, kind):
    damaged, rng = sheet, random.Random(kind)
    for step in DAMAGE[kind]:
        damaged = step(damaged, rng)
    assert _shape(damaged) == _shape(sheet)


def test_grain_makes_no_lines_of_text(sheet):
    def lines(image):
        ruled = rules.find(picture.upright(image).grey)
        (*_, table) = sorted(ruling.tables(ruled.across, ruled.down), key=lambda one: len(one.cells))
        return len(cells.lines(ruled.ink, ruled.letter)), sum(len(cells._inside(ruled, table, i)) for i in range(len(table.cells)))

    prose, inside = lines(sheet)
    noisy_prose, noisy_inside = lines(DAMAGE["noisy"][0](sheet, random.Random(3)))
    assert abs(noisy_inside - inside) <= 0.05 * inside
    assert abs(noisy_prose - prose) <= 0.3 * prose


def test_a_seal_is_bleached_and_black_under_it_stays():
    image = Image.new("RGB", (600, 800), "white")
    pen = ImageDraw.Draw(image)
    pen.ellipse((200, 300, 320, 420), outline=(220, 40, 40), width=4)
    pen.rectangle((250, 350, 256, 364), fill=(220, 40, 40))
    pen.rectangle((240, 298, 246, 312), fill=(0, 0, 0))
    pen.rectangle((290, 298, 296, 312), fill=(110, 20, 20))
    grey = picture.upright(image).grey
    assert (
        grey[301, 260] == grey[357, 253] == grey[30, 2] == 255
    )  # a ring left a shade darker than paper stands as a stroke beside the figure
    assert grey[305, 243] < 60
    assert grey[305, 293] < 140


@pytest.mark.parametrize("box", [(300, 500, 308, 516), (100, 500, 160, 516), (40, 500, 560, 700)])
def test_red_that_is_no_seal_stays(box):
    """A figure corrected by hand, a red headline, a table with red rules: bleached to paper they would read as nothing."""
    image = Image.new("RGB", (600, 800), "white")
    ImageDraw.Draw(image).rectangle(box, outline=(220, 40, 40), width=4)
    left, top, right, bottom = box
    assert picture.upright(image).grey[top:bottom, left:right].min() <= 221


def test_a_sheet_all_red_is_no_error():
    assert picture.upright(Image.new("RGB", (60, 40), (220, 40, 40))).grey.shape == (40, 60)


def test_a_box_on_the_turned_sheet_comes_back_to_where_it_was():
    image = Image.new("L", (900, 600), 255)
    pixels = np.array(image)
    pixels[::60, 40:860] = 0
    pixels[290:310, 440:460] = 0
    page = picture.upright(Image.fromarray(pixels).rotate(1.5, Image.Resampling.BICUBIC, fillcolor=255))
    box = page.box(440, 290, 460, 310)
    assert 0.45 < (box.left + box.right) / 2 < 0.55
    assert 0.45 < (box.top + box.bottom) / 2 < 0.55


def test_the_evidence_of_a_recognised_cell_is_a_box_on_the_picture_itself(tmp_path):
    target = tmp_path / "sheet.png"
    Image.new("L", (300, 200), 255).save(target)
    shown = render(target.read_bytes(), locator="page:1/table[1]/r2c3@0.1,0.2,0.3,0.4")
    assert (shown.box.left, shown.box.bottom, shown.page, shown.exact) == (0.1, 0.4, 1, True)
    assert "存档原件的页面" in shown.caption
