"""Text that lies unseen over a scanned sheet, and text recognised from pictures, is believed only where sums bear it out."""

import io

import pypdfium2 as pdfium
import pytest
from printing import facts, printed
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from crawler.parsing import pictures
from crawler.parsing.ocr import engine
from crawler.parsing.report import parse
from storage.domain.document import Document, ImageBlock, Locator, TextBlock

REPORT = facts(81)
INVISIBLE, VISIBLE = 3, 0


def scanned(mode: int, *, misread: dict[str, str]) -> bytes:
    """The report as pictures of its sheets under text put where a recogniser found it."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    target = io.BytesIO()
    canvas = Canvas(target)
    for page in pdfium.PdfDocument(printed(REPORT, "pdf")):
        width, height = page.get_size()
        canvas.setPageSize((width, height))
        canvas.drawImage(ImageReader(page.render(scale=0.5).to_pil()), 0, 0, width, height)
        text, told = page.get_textpage(), canvas.beginText()
        told.setTextRenderMode(mode)
        for i in range(text.count_chars()):
            char = text.get_text_range(i, 1)
            if char.strip():
                left, bottom, _, top = text.get_charbox(i, loose=True)
                told.setFont("STSong-Light", max(5, 0.8 * (top - bottom)))
                told.setTextOrigin(left, bottom + 0.2 * (top - bottom))
                told.textOut(misread.get(char, char))
        canvas.drawText(told)
        canvas.showPage()
    canvas.save()
    return target.getvalue()


@pytest.fixture
def no_recogniser(monkeypatch):
    monkeypatch.setattr(engine, "available", lambda: False)


@pytest.mark.usefixtures("no_recogniser")
def test_a_scanners_text_is_believed_only_where_sums_bear_it_out():
    report = parse(scanned(INVISIBLE, misread={"3": "8"}), source="x")
    truth = REPORT.truth()
    wrong = [path for path, cell in report.cells.items() if cell.value is not None and cell.value != truth[path].value]
    assert len(wrong) > 2
    assert not [path for path in wrong if report.cells[path].trusted]
    assert "text-by-scanner" in {problem.code for problem in report.reading.problems}


@pytest.mark.usefixtures("no_recogniser")
def test_text_that_is_seen_is_no_scanners():
    report = parse(scanned(VISIBLE, misread={}), source="x")
    assert "text-by-scanner" not in {problem.code for problem in report.reading.problems}


@pytest.mark.parametrize(("own", "told"), [("自有正文，" * 3, True), ("自有正文，" * 30, False)])
def test_a_report_read_mostly_from_pictures_says_so(monkeypatch, own, told):
    monkeypatch.setattr(engine, "available", lambda: True)
    monkeypatch.setattr(pictures, "_read", lambda _data, at, _problems: [TextBlock("由图片识别得到的正文。" * 3, at)])
    document = Document("text/html", (TextBlock(own, Locator("p[1]")), ImageBlock(Locator("img[1]"), b"x")))
    codes = {problem.code for problem in pictures.recognised(document).problems}
    assert "read-by-ocr" in codes
    assert ("text-by-ocr" in codes) is told
