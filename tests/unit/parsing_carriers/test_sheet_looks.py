"""A sheet's figures are what a person sees of them: scaled, hidden, white and struck-out ones are never read as plain numbers."""

import io
import zipfile
from dataclasses import replace
from functools import cache

import pytest
from carriers import excel_2003, facts
from lxml import etree

from crawler.demo.filled_form import ReportFacts
from crawler.demo.render_xlsx import render_xlsx
from crawler.parsing import number_formats, sheet_looks
from crawler.parsing.readers import xlsx
from crawler.parsing.report import parse
from crawler.parsing.sheet_looks import Look, Looks
from storage.domain.enums import CellKind
from storage.domain.reports import Cell

PATH = "requests/granted/total"
REPORT = facts(1)
WHITE = '<font><color rgb="FFFFFFFF"/></font>'
NAVY = '<fill><patternFill patternType="solid"><fgColor rgb="FF000080"/></patternFill></fill>'


def report(value: str) -> ReportFacts:
    return replace(REPORT, cells=dict(REPORT.cells) | {PATH: value})


@cache
def place() -> str:
    at = parse(render_xlsx(report("7000")), source="x").cells[PATH].at
    return str(at).rpartition("/")[2]


def read(value: str, *, xf: str = "<xf/>", parts: str = "", dxf: str = "", sheet: str = "", head: str = "") -> Cell:
    """The cell under a style of its own. `parts` are fonts, fills and formats before the styles; `sheet` follows the sheet's data."""
    where, made = place(), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(render_xlsx(report(value)))) as source, zipfile.ZipFile(made, "w") as target:
        for name in source.namelist():
            text = source.read(name).decode()
            if name.endswith("styles.xml"):
                main = text[text.index("<styleSheet") : text.index(">", text.index("<styleSheet")) + 1]
                text = f"{main}{parts}<cellXfs><xf/>{xf * 4}</cellXfs>{dxf}</styleSheet>"
            elif name.endswith("sheet1.xml"):
                before, _, after = text.partition(f'<c r="{where}"')
                text = f'{before}<c r="{where}" s="3"{after}'.replace("</worksheet>", f"{sheet.replace('HERE', where)}</worksheet>")
                text = text.replace("<sheetData>", f"{head}<sheetData>")
            target.writestr(name, text)
    return parse(made.getvalue(), source="x").cells[PATH]


def coded(code: str) -> dict[str, str]:
    return {"parts": f'<numFmts><numFmt numFmtId="170" formatCode="{code}"/></numFmts>', "xf": '<xf numFmtId="170"/>'}


@pytest.mark.parametrize("code", ["#,##0,", "0,,", "0.0,", "[DBNum1]0", "0.0E+0", "# ?/?", "[&lt;100]0;0,", "[White]0"])
def test_a_format_that_shows_another_number_leaves_no_figure(code):
    cell = read("7000", **coded(code))
    assert (cell.value, cell.trusted) == (None, False)


@pytest.mark.parametrize("code", [";;;", "&quot;&quot;", ";0"])
def test_a_hidden_figure_is_blank(code):
    assert read("7000", **coded(code)).kind is CellKind.BLANK


@pytest.mark.parametrize(
    "code", ["0", "#,##0", "#,##0_);[Red](#,##0)", "0_ ;[红色]-0 ", "General", "@", "G/通用格式", "0&quot;件&quot;", "¥#,##0"]
)
def test_an_ordinary_format_shows_the_figure(code):
    cell = read("7000", **coded(code))
    assert (cell.value, cell.kind, cell.trusted) == (7000, CellKind.NUMBER, True)


@pytest.mark.parametrize(
    ("stored", "code", "text"),
    [
        ("0", "0;-0;;@", ""), ("0", "#", ""), ("0", number_formats.BUILT_IN[41], "-"), ("-7", "0_);(0)", "(7)"), ("7", '"1"0', "17"),
        ("0", '0;0;"无"', "无"), ("7.25", "?0.0?", "7.25"), ("7", "000", "007"), ("1234567", "#,##0.0#", "1,234,567.0"), ("-0.2", "0", "0"),
    ],
)  # fmt: skip
def test_zeros_signs_and_words_show_as_the_format_says(stored, code, text):
    assert number_formats.shown(stored, code) == text


@pytest.mark.parametrize("colour", ['rgb="FFFFFFFF"', 'rgb="FFFEFEFE"', 'indexed="9"', 'theme="0"'])
def test_a_white_figure_is_not_read(colour):
    style = {"parts": f"<fonts><font/><font><color {colour}/></font></fonts>", "xf": '<xf fontId="1"/>'}
    assert read("7000", **style).kind is CellKind.BLANK
    doubted = read("7000", sheet='<tableParts count="1"/>', **style)
    assert (doubted.value, doubted.trusted) == (None, False)


@pytest.mark.parametrize(
    ("colour", "fill"), [('rgb="FFFFFFFF"', NAVY), ('theme="0" tint="-0.5"', ""), ('rgb="FFFF0000"', ""), ('theme="1"', "")]
)
def test_a_coloured_figure_is_read(colour, fill):
    parts = f"<fonts><font/><font><color {colour}/></font></fonts><fills><fill/><fill/>{fill or '<fill/>'}</fills>"
    assert read("7000", parts=parts, xf='<xf fontId="1" fillId="2"/>').value == 7000


@pytest.mark.parametrize(("told", "value"), [("<strike/>", None), ('<strike val="0"/>', 7000), ("<b/>", 7000)])
def test_a_struck_out_cell_is_no_figure(told, value):
    cell = read("7000", parts=f"<fonts><font/><font>{told}</font></fonts>", xf='<xf fontId="1"/>')
    assert (cell.value, cell.trusted) == (value, value is not None)


def rule(kind: str, formula: str, area: str = "HERE") -> str:
    return f'<conditionalFormatting sqref="{area}"><cfRule dxfId="0" {kind}><formula>{formula}</formula></cfRule></conditionalFormatting>'


@pytest.mark.parametrize(
    ("kind", "formula", "told"),
    [
        ('type="cellIs" operator="greaterThan"', "100", "gone"),
        ('type="cellIs" operator="greaterThan"', "9999", "read"),
        ('type="cellIs" operator="equal"', "B2", "doubt"),
        ('type="expression"', "A1&gt;3", "doubt"),
    ],
)
def test_a_condition_that_hides_is_asked(kind, formula, told):
    cell = read("7000", dxf=f"<dxfs><dxf>{WHITE}</dxf></dxfs>", sheet=rule(kind, formula))
    assert (cell.value, cell.trusted) == {"gone": (None, True), "read": (7000, True), "doubt": (None, False)}[told]


def test_a_condition_elsewhere_or_that_only_colours_is_no_matter():
    assert read("7000", dxf=f"<dxfs><dxf>{WHITE}</dxf></dxfs>", sheet=rule('type="expression"', "1", "A99:B99")).value == 7000
    assert read("7000", dxf=f"<dxfs><dxf>{WHITE}{NAVY}</dxf></dxfs>", sheet=rule('type="expression"', "1")).value == 7000


@pytest.mark.parametrize("area", ["COLUMN:COLUMN", "$COLUMN:$COLUMN", "A99:B99 COLUMN:COLUMN"])
def test_a_condition_over_whole_columns_or_rows_is_asked(area):
    area = area.replace("COLUMN", place().rstrip("0123456789"))
    cell = read("7000", dxf=f"<dxfs><dxf>{WHITE}</dxf></dxfs>", sheet=rule('type="expression"', "A1&gt;3", area))
    assert (cell.value, cell.trusted) == (None, False)


@pytest.mark.parametrize("area", ["ROW:ROW", "$ROW:$ROW", "A1:XFD99"])
def test_a_row_whose_every_figure_is_doubted_is_there(area):
    area = area.replace("ROW", place().lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    cell = read("7000", dxf=f"<dxfs><dxf>{WHITE}</dxf></dxfs>", sheet=rule('type="expression"', "A1&gt;3", area))
    assert (cell.kind, cell.trusted) == (CellKind.UNREADABLE, False)


def test_rows_as_a_whole_are_an_area():
    assert [condition.areas[0][:3] for condition in _conditions("3:5", "$3:$3")] == [(2, 0, 4), (2, 0, 2)]
    assert all(condition.areas[0][3] >= 16383 for condition in _conditions("3:5"))


def _conditions(*areas):
    sheet = "".join(rule('type="expression"', "1", area) for area in areas)
    return sheet_looks.conditions(etree.fromstring(f"<s>{sheet}</s>"), Looks(conditional=[Look(struck=True)]), xlsx._area)


@pytest.mark.parametrize("area", ["XA:XFD", "50000:99999"])
def test_a_condition_over_other_columns_or_rows_is_no_matter(area):
    assert read("7000", dxf=f"<dxfs><dxf>{WHITE}</dxf></dxfs>", sheet=rule('type="expression"', "1", area)).value == 7000


@pytest.mark.parametrize(
    ("runs", "told"),
    [
        ("<r><t>9</t></r><r><rPr><color theme='1'/></rPr><t>4</t></r>", "4"),
        ("<r><rPr><color rgb='FF000000'/></rPr><t>94</t></r>", "94"),
        ("<r><t>94</t></r>", ""),
        ("<r><rPr><color theme='0' tint='-0.05'/></rPr><t>9</t></r><r><rPr/><t>4</t></r>", "\ufffd4"),
    ],
)
def test_a_run_that_says_its_colour_is_seen_in_a_white_cell(runs, told):
    item = etree.fromstring(f"<si>{runs}</si>")
    assert xlsx._text(item, Look(unseen=True)) == told


def test_a_bar_instead_of_its_figure_leaves_none():
    bar = '<conditionalFormatting sqref="HERE"><cfRule type="dataBar"><dataBar showValue="0"/></cfRule></conditionalFormatting>'
    assert not read("7000", sheet=bar).trusted


def test_a_sheet_without_zeros_shows_blanks():
    head = '<sheetViews><sheetView showZeros="0"/></sheetViews>'
    assert (read("0", head=head).kind, read("0").kind) == (CellKind.BLANK, CellKind.ZERO)
    assert read("70", head=head).value == 70


@pytest.mark.parametrize(
    ("told", "value", "trusted"),
    [
        ('<NumberFormat ss:Format="#,##0,"/>', None, False),
        ('<NumberFormat ss:Format=";;;"/>', None, True),
        ('<NumberFormat ss:Format="General Number"/>', 7000, True),
        ('<Font ss:StrikeThrough="1"/>', None, False),
        ('<Font ss:Color="#FFFFFF"/>', None, True),
        ('<Font ss:Color="#FFFFFF"/><Interior ss:Color="#000080" ss:Pattern="Solid"/>', 7000, True),
    ],
)
def test_the_older_form_of_a_sheet_says_how_its_cells_look(told, value, trusted):
    styled = excel_2003(report("7000")).decode().replace("<Worksheet", f'<Styles><Style ss:ID="s1">{told}</Style></Styles><Worksheet', 1)
    figure = '<Data ss:Type="Number">7000</Data>'
    before, _, after = styled.partition(figure)
    head, _, tail = before.rpartition("<Cell ")
    cell = parse(f'{head}<Cell ss:StyleID="s1" {tail}{figure}{after}'.encode(), source="x").cells[PATH]
    assert (cell.value, cell.trusted) == (value, trusted)
