"""Good files with one small change, for every reader: no crash, no hang, and nothing read wrong that the change does not show."""

import io
import random
import time
from pathlib import Path

import pytest
from carriers import ARCHIVES, CARRIERS, facts
from mutations import inside, mutant

from crawler.demo import scans
from crawler.demo.filled_form import render_docx, render_html, render_pdf, render_text
from crawler.parsing import detect
from crawler.parsing.report import parse
from storage.domain.enums import CellKind, ReadingQuality

MUTANTS = 60
SECONDS = 8.0  # of CPU for one small file: a hundred times the usual
OFFICE = Path(__file__).parents[2] / "golden/readers/office"


def picture(report):
    target = io.BytesIO()
    scans.pages(report, 72)[0].save(target, "PNG")
    return target.getvalue()


FILES = {
    **CARRIERS,
    **ARCHIVES,
    "html": lambda report: render_html(report).encode(),
    "word-html": lambda report: render_html(report, style="word").encode("gb18030"),
    "docx": render_docx,
    "pdf": render_pdf,
    "pipe": lambda report: render_text(report, "pipe").encode(),
    "lines": lambda report: render_text(report, "lines").encode(),
    "glued": lambda report: render_text(report, "glued").encode(),
    "doc": lambda _: (OFFICE / "form_2021.doc").read_bytes(),
    "xls": lambda _: (OFFICE / "form_2021.xls").read_bytes(),
    "image": picture,
}
WITH_FIGURES = sorted(set(FILES) - {"image"})  # what harm does to a scan is measured with the recogniser's own tests
# Figures are bytes there, or letters of a coded stream: any byte may be part of one, and a cell that moves shows at two places.
CODED = {"xls": 2, "pdf": 2, "rar4": 1, "rar5": 1}
FLAGGED = {CellKind.ABSENT, CellKind.UNREADABLE, CellKind.CONFLICT, CellKind.MERGED, CellKind.TEXT}
DOUBTED = {ReadingQuality.LOW, ReadingQuality.NONE}


def unflagged(report, truth):
    """Cells read without doubt whose value is not the one printed before the change."""
    return [
        (path, want.value, cell.value)
        for path, want in truth.items()
        if (cell := report.cells[path]).value != want.value
        and cell.kind not in FLAGGED
        and cell.confidence >= 0.9
        and report.reading.tables[path.split("/")[0]] not in DOUBTED
    ]


@pytest.mark.timeout(240)
@pytest.mark.parametrize("carrier", WITH_FIGURES)
def test_harm_is_seen_or_shown(carrier):
    original = facts(1)
    data, truth, rng = FILES[carrier](original), original.truth(), random.Random(f"harm/{carrier}")
    for number in range(MUTANTS):
        packaged = carrier in {"docx", "xlsx", "ofd"} and number % 4
        harmed = inside(data, rng) if packaged else mutant(data, rng)
        before = time.process_time()
        report = parse(harmed.data, source="x")
        assert time.process_time() - before < SECONDS, harmed.what
        assert "reader-failed" not in {problem.code for problem in report.reading.problems}, harmed.what
        wrong = unflagged(report, truth)
        assert len(wrong) <= max(harmed.touched, CODED.get(carrier, 0)), (harmed.what, wrong)


@pytest.mark.timeout(240)
@pytest.mark.parametrize("name", sorted(detect.all_readers()))
def test_garbage_behind_a_good_beginning_is_no_report(name):
    rng = random.Random(f"garbage/{name}")
    heads = {"archive_rar": ["rar4", "rar5"], "archive_zip": ["zip"], "sheet_xml": ["excel-2003-xml"],
             "word_xml": ["word-2003-xml", "flat-package"],
             "mhtml": ["mht"], "text": ["text-utf-16", "pipe"], "odt": ["zip"]}  # fmt: skip
    for carrier in heads.get(name, [name]):
        data = FILES[carrier](facts(1))
        for size in (64, 512, 2000):
            report = parse(data[:size] + rng.randbytes(20_000), source="x")
            assert report.reading.quality in DOUBTED
            assert report.reading.problems
            assert "reader-failed" not in {problem.code for problem in report.reading.problems}


def test_every_reader_has_a_file_in_this_test():
    used = {detect.detect(render(facts(1)))[0] for render in FILES.values()}
    assert set(detect.all_readers()) - used == {"odt"}  # read through the converter; its round trip is tested where LibreOffice is
