from __future__ import annotations

import io
from collections.abc import Iterator
from decimal import Decimal

import docx
import lxml.html
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.demo import slips
from crawler.demo.filled_form import (
    DrawnTable,
    ReportFacts,
    Wanted,
    figures_said,
    lay_out,
    make_facts,
    render_docx,
    render_html,
    render_image_only_html,
    render_pdf,
    render_text,
    truth_of,
)
from crawler.demo.sampling import APPLICANTS
from storage.domain.enums import CellKind, Edition
from storage.forms.loader import Table, form

EDITIONS = [Edition.E2019, Edition.E2021]


def draw(seed: int, edition: Edition = Edition.E2021, *, mixed: bool = False) -> ReportFacts:
    return make_facts(seed, Wanted("示例市教育局", 2024, edition=edition, mixed=mixed))


def residuals(facts: ReportFacts, table: Table) -> Iterator[tuple[str, int]]:
    """Each equation of the official form at each place, with left minus right."""
    rows = {path.split("/")[1] for path in facts.cells if path.startswith(f"{table.key}/")}
    columns = [column.key for column in table.columns]
    for equation in table.equations:
        places = columns if equation.along == "columns" else sorted(rows)
        for place in places:

            def side(terms: tuple[str, ...], along: str = equation.along, place: str = place) -> int:
                paths = [f"{table.key}/{t}/{place}" if along == "columns" else f"{table.key}/{place}/{t}" for t in terms]
                return sum(facts.number(path) for path in paths)

            yield f"{equation.id}@{place}", side(equation.left) - side(equation.right)


def broken(facts: ReportFacts) -> set[str]:
    official = form(facts.edition)
    return {name for table in (official.requests, official.litigation) for name, residual in residuals(facts, table) if residual}


@given(seed=st.integers(0, 10_000), edition=st.sampled_from(EDITIONS), mixed=st.booleans())
@settings(max_examples=60, deadline=None)
def test_a_drawn_report_agrees_with_itself(seed: int, edition: Edition, mixed: bool) -> None:
    facts = draw(seed, edition, mixed=mixed)
    assert broken(facts) == set()
    assert facts.stated["requests_received"] == facts.number("requests/new_received/total")
    outcomes = [facts.stated[f"requests_{group}"] for group in ("granted", "partial", "denied", "unable", "refused", "other")]
    assert sum(outcomes) == facts.number("requests/total_handled/total")
    assert all(str(value) in render_text(facts) for value in figures_said(facts).values())


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_same_seed_gives_the_same_report_and_another_seed_another(edition: Edition) -> None:
    assert draw(7, edition) == draw(7, edition)
    assert draw(7, edition) != draw(8, edition)


def test_every_row_and_column_is_met_within_a_few_dozen_seeds() -> None:
    met: set[str] = set()
    for seed in range(60):
        facts = draw(seed)
        met |= {path for path in facts.cells if path.startswith("requests/") and facts.number(path) > 0}
    assert {path.split("/")[1] for path in met} == {path.split("/")[1] for path in draw(0).cells if path.startswith("requests/")}
    assert {path.split("/")[2] for path in met} == {*APPLICANTS, "total"}


def test_next_year_continues_the_carry_over_and_the_norms_in_force() -> None:
    first = draw(3)
    second = make_facts(4, Wanted("示例市教育局", 2025, previous=first))
    for applicant in (*APPLICANTS, "total"):
        assert second.number(f"requests/carried_in/{applicant}") == first.number(f"requests/carried_out/{applicant}")
    change = second.number("proactive/norm_made") - second.number("proactive/norm_repealed")
    assert second.number("proactive/norm_valid") == first.number("proactive/norm_valid") + change


@pytest.mark.parametrize(
    ("slip", "expected"),
    [
        (slips.row_sum_error, {"row_total@granted", "outcomes@total"}),
        (slips.detail_error, {"row_total@granted", "outcomes@natural"}),
        (slips.balance_error, {"balance@natural", "balance@total"}),
        (slips.litigation_total_zero, {"group_total@direct"}),
        (slips.text_against_table, set()),
        (slips.all_zero, set()),
        (slips.header4_misaligned, set()),
    ],
)
def test_a_slip_breaks_exactly_what_it_names(slip: object, expected: set[str]) -> None:
    assert callable(slip)
    assert broken(slip(draw(5))) == expected


def test_totals_left_zero_breaks_each_filled_row_and_the_total_column() -> None:
    clean = draw(5)
    kept = {"new_received", "carried_in", "total_handled", "carried_out"}
    filled = {p.split("/")[1] for p in clean.cells if p.startswith("requests/") and clean.number(p) > 0} - kept
    assert broken(slips.totals_left_zero(clean)) == {*(f"row_total@{row}" for row in filled), "outcomes@total"}


def test_a_slip_on_a_cell_the_report_does_not_print_is_refused() -> None:
    with pytest.raises(KeyError):
        draw(1).with_cells({"requests/other_single/total": "1"})
    with pytest.raises(KeyError):
        draw(1).with_stated("no_such_metric", 1)


@pytest.mark.parametrize(
    ("raw", "kind", "value"),
    [
        ("", CellKind.BLANK, None),
        ("/", CellKind.DASH, None),
        ("0", CellKind.ZERO, 0),
        ("12", CellKind.NUMBER, 12),
        ("+19", CellKind.NUMBER, 19),
        ("5949.0886", CellKind.NUMBER, Decimal("5949.0886")),
        ("22（其中修订16件）", CellKind.ANNOTATED, 22),
        ("详见附件", CellKind.TEXT, None),
    ],
)
def test_truth_of_a_printed_cell(raw: str, kind: CellKind, value: object) -> None:
    truth = truth_of(raw)
    assert (truth.kind, truth.value) == (kind, value)


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("mixed", [False, True])
def test_the_layout_tiles_each_table_and_places_each_cell_once(edition: Edition, mixed: bool) -> None:
    facts = draw(2, edition, mixed=mixed)
    placed = []
    for table in (block for block in lay_out(facts) if isinstance(block, DrawnTable)):
        area = [
            (r, c)
            for cell in table.cells
            for r in range(cell.row, cell.row + cell.rowspan)
            for c in range(cell.column, cell.column + cell.colspan)
        ]
        assert sorted(area) == [(r, c) for r in range(table.rows) for c in range(table.columns)]
        placed += [cell.path for cell in table.cells if cell.path]
    assert placed == list(facts.cells)


def test_the_group_cell_spans_the_rows_the_notices_give() -> None:
    spans = {
        edition: max(c.rowspan for b in lay_out(draw(1, edition)) if isinstance(b, DrawnTable) for c in b.cells) for edition in EDITIONS
    }
    assert spans == {Edition.E2019: 20, Edition.E2021: 22}


def expected_rows(facts: ReportFacts) -> list[list[str]]:
    """The last seven texts of each item row of table 3, as printed."""
    table = form(facts.edition).requests
    rows = dict.fromkeys(path.split("/")[1] for path in facts.cells if path.startswith("requests/"))
    return [[facts.text(table.path(row, column.key)) for column in table.columns] for row in rows]


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("style", ["clean", "word"])
def test_html_reads_back(edition: Edition, style: str) -> None:
    facts = draw(11, edition)
    page = lxml.html.document_fromstring(render_html(facts, style="word" if style == "word" else "clean"))
    tables = page.xpath("//table")
    assert len(tables) == 3
    rows = [[cell.text_content().strip() for cell in row.xpath("./td")] for row in tables[1].xpath(".//tr")]
    assert [row[-7:] for row in rows[3:]] == expected_rows(facts)
    assert facts.title in page.text_content()


@pytest.mark.parametrize("edition", EDITIONS)
def test_docx_reads_back(edition: Edition) -> None:
    facts = draw(12, edition)
    document = docx.Document(io.BytesIO(render_docx(facts)))
    rows = [[cell.text for cell in row.cells] for row in document.tables[1].rows]
    assert [row[-7:] for row in rows[3:]] == expected_rows(facts)
    assert rows[5][0] == rows[-2][0] == "三、本年度办理结果"
    assert document.paragraphs[0].text == facts.title


@pytest.mark.parametrize("edition", EDITIONS)
def test_pdf_text_layer_reads_back(edition: Edition) -> None:
    facts = draw(13, edition)
    document = pypdfium2.PdfDocument(render_pdf(facts))
    try:
        text = "\n".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()
    lines = [line.split() for line in text.splitlines()]
    figures = [line[-7:] for line in lines if len(line) >= 7 and all(word.isdigit() for word in line[-7:])]
    assert figures[: len(expected_rows(facts))] == expected_rows(facts)
    assert facts.title in text.replace("\r\n", "").replace("\n", "")


@pytest.mark.parametrize("shape", ["tab", "pipe", "lines", "glued"])
def test_text_keeps_the_order_of_all_figures(shape: str) -> None:
    facts = draw(14)
    text = render_text(facts, shape)  # type: ignore[arg-type]
    table = text[text.index("申请人情况") : text.index("四、政府信息公开行政复议")]
    if shape == "glued":
        assert "（一）予以公开" + "".join(expected_rows(facts)[2]) + "（二）" in table
        return
    separators = {"tab": "\t", "pipe": "|", "lines": "\n"}
    words = [word.strip() for word in table.replace("\n", separators[shape]).split(separators[shape])]
    assert [word for word in words if word.isdigit()] == [figure for row in expected_rows(facts) for figure in row]


def test_image_only_pages_hold_no_figure_of_a_table_as_text() -> None:
    page, images = render_image_only_html(draw(15))
    document = lxml.html.document_fromstring(page)
    assert document.xpath("//table") == []
    assert [source.removeprefix("./") for source in document.xpath("//img/@src")] == list(images)
    assert all(data.startswith(b"\x89PNG") for data in images.values())
    assert "予以公开" not in "".join(document.xpath("//h2/text()"))


@pytest.mark.parametrize("render", [render_docx, render_pdf, render_html, render_image_only_html])
def test_the_same_facts_give_the_same_bytes(render: object) -> None:
    assert callable(render)
    assert render(draw(16)) == render(draw(16))


def test_the_misaligned_head_has_fourteen_leaves_over_fifteen_figures() -> None:
    facts = slips.header4_misaligned(draw(17))
    rows = [row for row in render_text(facts, "tab").splitlines() if "尚未审结" in row]
    leaves = [word for row in rows for word in row.split("\t") if word in {"结果", "结果维持", "结果纠正", "其他结果", "尚未审结", "总计"}]
    assert len(leaves) == 14
    assert sum(path.startswith("litigation/") for path in facts.cells) == 15


def test_every_rendering_says_that_it_is_an_example() -> None:
    facts = draw(18)
    assert "示例数据" in render_html(facts)
    assert "示例数据" in render_text(facts)
    assert any("示例数据" in paragraph.text for paragraph in docx.Document(io.BytesIO(render_docx(facts))).paragraphs)
