"""What is printed in a carrier is what is read from it: every cell right, none in silence wrong."""

import re
from collections import Counter

import pytest
from carriers import ARCHIVES, CARRIERS, OFFICE, by_office, facts
from printing import score

from crawler.demo import slips
from crawler.demo.filled_form import render_docx, render_html, render_text
from crawler.demo.render_xlsx import render_xlsx
from crawler.demo.samples import OFFICE_CARRIERS, samples
from crawler.parsing import detect, libarchive
from crawler.parsing.report import parse
from storage.domain.enums import CellKind, ReadingQuality

SEEDS = range(1, 13)
needs_libarchive = pytest.mark.skipif(libarchive._library() is None, reason="libarchive is not installed")
ALL = [*CARRIERS, *(pytest.param(name, marks=needs_libarchive) for name in ARCHIVES)]
SLIPS = [slips.blank_zeros, slips.dashes_for_zeros, slips.totals_left_zero, slips.row_sum_error, slips.all_zero, slips.annotated_norms]
EVERY = {**CARRIERS, **ARCHIVES}


@pytest.mark.parametrize("carrier", ALL)
def test_every_cell_is_read(carrier):
    for seed in SEEDS:
        report = facts(seed)
        assert score(EVERY[carrier](report), report.truth()) == {"right": len(report.truth())}


@pytest.mark.parametrize("carrier", ALL)
@pytest.mark.parametrize("slip", SLIPS)
def test_wrong_and_blank_figures_are_read_as_printed(carrier, slip):
    report = slip(facts(4))
    counts = score(EVERY[carrier](report), report.truth())
    assert counts == {"right": len(report.truth())}


@pytest.mark.parametrize("carrier", ALL)
def test_the_report_is_known_by_its_words(carrier):
    report = facts(2)
    read = parse(EVERY[carrier](report), source="x")
    assert read.reading.quality is ReadingQuality.HIGH
    assert (read.body.name if read.body else "", read.report_year, read.form) == (report.body, report.report_year, report.edition)
    assert [section.number for section in read.sections if section.number] == [1, 2, 3, 4, 5, 6]
    assert {claim.metric for claim in read.claims}


@pytest.mark.parametrize("carrier", [*CARRIERS, *ARCHIVES])
def test_exactly_one_reader_takes_it(carrier):
    data = EVERY[carrier](facts(1))
    assert sum(reader.sniff(data) for reader in detect.all_readers().values()) == 1


@pytest.mark.parametrize(
    ("carrier", "pattern"),
    [
        ("xlsx", r"sheet:年度报告/[A-O]\d+"),
        ("ofd", r"page:\d+/table\[\d\]/r\d+c\d+@0\.\d{4},.*"),
        ("rtf", r"table\[\d\]/tr\[\d+\]/tc\[\d+\]"),
        ("excel-2003-xml", r"sheet:表1/[A-O]\d+"),
    ],
)
def test_each_cell_can_be_found_again(carrier, pattern):
    read = parse(CARRIERS[carrier](facts(1)), source="x")
    places = [str(cell.at) for cell in read.cells.values() if cell.kind is not CellKind.ABSENT]
    assert places
    assert all(re.fullmatch(pattern, place) for place in places)
    assert len(set(places)) == len(places)


@pytest.mark.skipif(not OFFICE, reason="LibreOffice is not installed: no legacy files can be made")
@pytest.mark.parametrize(("target", "source"), [("doc", "docx"), ("rtf", "docx"), ("odt", "docx"), ("xls", "xlsx")])
def test_files_saved_by_an_office_program_are_read(target, source, tmp_path):
    seeds = range(1, 3) if target == "odt" else range(1, 11)
    render = render_docx if source == "docx" else render_xlsx
    saved = by_office({f"{seed}.{source}": render(facts(seed)) for seed in seeds}, target, tmp_path / "office")
    assert len(saved) == len(seeds)
    for name, data in saved.items():
        truth = facts(int(name)).truth()
        assert sum(reader.sniff(data) for reader in detect.all_readers().values()) == 1
        assert score(data, truth) == {"right": len(truth)}


@pytest.mark.parametrize("code", ["utf-16-le", "utf-16-be", "utf-8-sig", "gb18030"])
def test_text_and_pages_in_any_usual_encoding(code):
    report = facts(5)
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(code, b"")
    for printed in (render_text(report, "tab"), render_html(report)):
        assert score(mark + printed.encode(code), report.truth()) == {"right": len(report.truth())}


def test_two_rows_of_the_head_that_ran_together_keep_the_columns():
    report = facts(1)
    lines = render_text(report, "tab").split("\n")
    at = next(i for i, line in enumerate(lines) if line.strip().startswith("商业企业"))
    joined = "\n".join([*lines[: at - 1], lines[at - 1] + lines[at], *lines[at + 1 :]])
    counts = score(joined.encode(), report.truth())
    assert counts["silent"] == 0
    assert counts["right"] == len(report.truth())


def test_damaged_forms_are_read_or_flagged_from_every_office_carrier():
    counts = sum((score(one.data, one.facts.truth()) for one in samples(120, 3, OFFICE_CARRIERS)), Counter[str]())
    assert counts["silent"] == 0
    assert counts["right"] / counts.total() >= 0.995
