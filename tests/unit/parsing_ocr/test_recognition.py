import random
from dataclasses import replace
from decimal import Decimal

import pytest

from crawler.demo.sampling import Wanted, make_facts
from crawler.demo.scans import DAMAGE, pages, scan
from crawler.demo.slips import row_sum_error
from crawler.parsing.ocr import engine
from crawler.parsing.ocr.caution import cautious
from crawler.parsing.report import Hints, parse
from crawler.parsing.sandbox import Limits, ParserPool
from storage.domain.document import Locator
from storage.domain.enums import CellKind, Edition, ReadingQuality
from storage.domain.ids import CellPath
from storage.domain.reports import Cell
from storage.forms.loader import form

installed = pytest.mark.skipif(not engine.available(), reason="the extra [ocr] is not installed")
BODY = "示例市教育局"


def _facts(seed):
    return make_facts(random.Random(seed), Wanted(BODY, 2024, requests=30))


def _judged(facts, parsed):
    """Right, flagged and silent cells, as the corpus counts them."""
    counts = {"right": 0, "flagged": 0, "silent": []}
    for path, printed in facts.cells.items():
        cell = parsed.cell(path)
        shown = "" if cell.value is None else str(cell.value)
        if shown == printed.lstrip("+") or (printed.strip() in {"", "/"} and cell.value is None):
            counts["right"] += 1
        elif not cell.trusted or cell.kind in {CellKind.ABSENT, CellKind.TEXT}:
            counts["flagged"] += 1
        else:
            counts["silent"].append((path, printed, cell.raw))
    return counts


@installed
@pytest.mark.parametrize(("kind", "dots", "least"), [("clean", 150, 0.98), ("scan", 200, 0.85)])
def test_a_scanned_report_is_read_and_nothing_wrong_is_silent(kind, dots, least):
    facts = _facts(kind)
    parsed = parse(scan(facts, kind, random.Random(7), dots_per_inch=dots), source="scan.tif")
    counts = _judged(facts, parsed)
    assert counts["silent"] == []
    assert counts["right"] >= least * len(facts.cells)
    assert parsed.report_year == 2024
    assert parsed.body is None or parsed.body.name == BODY, "a name that could not be read is not another body's"
    assert any(problem.code == "read-by-ocr" for problem in parsed.reading.problems)
    cell = parsed.cell("requests/new_received/total")
    assert cell.at.page in {1, 2}
    assert 0 <= cell.at.box.left < cell.at.box.right <= 1


@installed
def test_a_sum_that_does_not_hold_doubts_its_figures_and_suggests_none_as_read():
    facts = row_sum_error(_facts("sum"))
    parsed = parse(scan(facts, "clean", random.Random(7), dots_per_inch=150), source="scan.tif")
    cell = parsed.cell("requests/granted/total")
    assert str(cell.value) == facts.cells["requests/granted/total"], "what is printed is what is read"
    assert not cell.trusted


@installed
def test_pictures_a_page_shows_are_read_where_they_are_at_hand():
    facts = _facts("page")
    sheet = scan(facts, "clean", random.Random(7), dots_per_inch=150)
    markup = f"<html><body><h1>{BODY}2024年政府信息公开工作年度报告</h1><p>二、主动公开政府信息情况</p><img src='./P01.tif'></body></html>"
    alone = parse(markup.encode(), source="page")
    assert {problem.code for problem in alone.reading.problems} >= {"tables-are-images"}
    both = parse(markup.encode(), source="page", hints=Hints(pictures=(("http://a.gov.test/x/P01.tif", sheet),)))
    assert both.cell("requests/new_received/total").value == int(facts.cells["requests/new_received/total"])


def test_without_the_recogniser_a_picture_is_not_checkable():
    data = scan(_facts("none"), "clean", random.Random(7), dots_per_inch=150)
    with ParserPool(Limits(recognise=False)) as pool:
        parsed = pool.parse(data, source="scan.tif")
    assert parsed.reading.quality is ReadingQuality.NONE
    assert {problem.code for problem in parsed.reading.problems} == {"tables-are-images"}
    assert all("nianbao[ocr]" in problem.message for problem in parsed.reading.problems)


@installed
@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, b"\xff\xd8\xff" + b"garbage" * 9, b"II*\x00\x08\x00\x00\x00"])
def test_a_broken_picture_is_a_problem_not_a_crash(data):
    parsed = parse(data, source="broken.png")
    assert parsed.reading.quality is ReadingQuality.NONE
    assert any(problem.code == "picture-not-read" for problem in parsed.reading.problems)


def test_every_kind_of_damage_leaves_a_picture():
    page = pages(_facts("kinds"), 60)[0]
    for kind, steps in DAMAGE.items():
        made = page
        for step in steps:
            made = step(made, random.Random(kind))
        assert made.width > 100


def test_an_amount_that_may_have_lost_its_point_is_doubted():
    official = form(Edition.E2021)
    at = Locator("page:1/table[1]/r14c2", 1)
    path = CellPath("proactive/fees_wan")
    for text, value, believed in (("12815814", 12815814, False), ("1281.5814", Decimal("1281.5814"), True), ("0", 0, True)):
        cells = {path: Cell(CellKind.NUMBER, text, value, at)}
        assert cautious(cells, official, frozenset({at.path}))[path].trusted is believed
    assert cautious({path: Cell(CellKind.NUMBER, "12815814", 12815814, at)}, official, frozenset())[path].trusted, "read, not recognised"


def test_sums_speak_for_and_against_what_was_recognised():
    official = form(Edition.E2021)
    facts = _facts("caution")
    at = Locator("page:1/table[2]/r4c2", 1)
    cells = {
        path: Cell(CellKind.NUMBER, facts.cells[path], int(facts.cells[path]), at)
        for path in official.requests.paths()
        if path in facts.cells
    }
    seen = frozenset({at.path})
    assert all(cell.trusted for cell in cautious(cells, official, seen).values())
    wrong = CellPath("requests/granted/natural")
    right = cells[wrong].value
    cells[wrong] = replace(cells[wrong], value=right + 10, raw=str(right + 10))
    judged = cautious(cells, official, seen)
    assert not judged[wrong].trusted
    assert (judged[wrong].value, judged[wrong].suggestion) == (right + 10, right), "a suggestion is never the reading"
    assert not judged[CellPath("requests/granted/total")].trusted
    assert judged[CellPath("requests/denied_law_forbidden/other")].trusted
