"""A footnote mark, a crossed-out or an unseen figure is no digit of the figure beside it; what is no text is no blank either."""

import io
import zipfile
from dataclasses import replace

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from printing import facts, printed, reading

from crawler.demo.filled_form import render_rtf, render_xlsx
from crawler.parsing import numbers, page_lines, set_apart
from crawler.parsing.page_lines import Glyph
from storage.domain.enums import CellKind

REPORT = facts(81)
CELL = "requests/granted/total"
VALUE = REPORT.cells[CELL]


def page(beside: str, *, alone: bool = False, head: str = "") -> bytes:
    """The report as a page with something beside, or instead of, every printed figure of that value."""
    source = printed(REPORT, "html").decode().replace("</head>", f"{head}</head>")
    assert f"<td>{VALUE}</td>" in source
    return source.replace(f"<td>{VALUE}</td>", f"<td>{'' if alone else VALUE}{beside}</td>").encode()


def document(properties: str, text: str, *, alone: bool = False) -> bytes:
    """The same as DOCX: a run with these properties."""
    word = docx.Document(io.BytesIO(printed(REPORT, "docx")))
    for table in word.tables:
        for run in list(table._tbl.iter(qn("w:r"))):
            if "".join(part.text or "" for part in run.iter(qn("w:t"))) == str(VALUE):
                run.addnext(parse_xml(f"<w:r {nsdecls('w')}><w:rPr>{properties}</w:rPr>{text}</w:r>"))
                if alone:
                    run.getparent().remove(run)
    target = io.BytesIO()
    word.save(target)
    return target.getvalue()


@pytest.mark.parametrize(
    "beside",
    [
        "<sup>1</sup>",
        "<sub>2</sub>",
        "<sup><a href='#n1'>1</a></sup>",
        "<span style='Vertical-Align: super; font-size:60%'>1</span>",
        "<sup>(3)</sup>",
    ],
)
def test_a_raised_mark_on_a_page_is_a_note(beside):
    cell = reading(page(beside)).cells[CELL]
    assert (cell.value, cell.kind, cell.trusted) == (int(VALUE), CellKind.ANNOTATED, True)


@pytest.mark.parametrize("place", ["superscript", "subscript"])
def test_a_raised_mark_in_a_document_is_a_note(place):
    cell = reading(document(f'<w:vertAlign w:val="{place}"/>', "<w:t>1</w:t>")).cells[CELL]
    assert (cell.value, cell.kind, cell.trusted) == (int(VALUE), CellKind.ANNOTATED, True)


@pytest.mark.parametrize(
    ("beside", "value"),
    [
        (r"{\super 1}", int(VALUE)),
        (r"\sub 2\nosupersub ", int(VALUE)),
        (r"{\strike 9}", None),
        (r"{\striked1 9}", None),
        (r"{\strike0 9}", int(f"{VALUE}9")),
        (r"\super\plain 9", int(f"{VALUE}9")),
    ],
)
def test_a_mark_in_rich_text_is_no_digit(beside, value):
    source = render_rtf(REPORT)
    assert f" {VALUE}\\cell".encode() in source
    cell = reading(source.replace(f" {VALUE}\\cell".encode(), f" {VALUE}{beside}\\cell".encode())).cells[CELL]
    assert (cell.value, cell.trusted) == (value, value is not None)


@pytest.mark.parametrize(
    ("beside", "ground", "value", "trusted"),
    [
        (r"{\cf1 9}", "", int(VALUE), True),
        (r"\cf1\plain 9", "", int(f"{VALUE}9"), True),
        (r"{\cf2 9}", "", int(f"{VALUE}9"), True),
        (r"{\cf1\highlight3 9}", "", int(f"{VALUE}9"), True),
        (r"{\cf1\highlight1 9}", "", int(VALUE), True),
        (r"\cbpat3{\cf1 9}", "", int(f"{VALUE}9"), True),
        (r"{\cf1 9}", r"\clcbpat3", int(f"{VALUE}9"), True),
        (r"{\cf1 9}", r"\clcbpat1\clshdng0", int(VALUE), True),
        (r"\trowd{\cf1 9}", "", None, False),  # the row says later on what ground it stands
    ],
)
def test_white_text_in_rich_text_is_read_on_a_ground_only(beside, ground, value, trusted):
    colours = rb"{\colortbl;\red255\green255\blue255;\red0\green0\blue255;\red0\green0\blue128;}"
    source = render_rtf(REPORT).replace(rb"{\colortbl;}", colours).replace(b"\\cellx", ground.encode() + b"\\cellx")
    cell = reading(source.replace(f" {VALUE}\\cell".encode(), f" {VALUE}{beside}\\cell".encode())).cells[CELL]
    assert (cell.value, cell.trusted) == (value, trusted)


@pytest.mark.parametrize("inside", [r"{\pict\pngblip 89504e47}", r"{\field{\*\fldinst EQ 8}{\fldrslt }}", r"{\*\moMath{\*\mr 8}}"])
def test_a_figure_that_is_no_text_in_rich_text_is_no_blank(inside):
    cell = reading(render_rtf(REPORT).replace(f" {VALUE}\\cell".encode(), f" {inside}\\cell".encode())).cells[CELL]
    assert (cell.value, cell.trusted) == (None, False)


@pytest.mark.parametrize(
    ("properties", "value"),
    [
        ('<vertAlign val="superscript"/>', int(VALUE)),
        ('<vertAlign val="baseline"/>', int(f"{VALUE}1")),
        ("<strike/>", None),
        ('<strike val="0"/>', int(f"{VALUE}1")),
    ],
)
def test_a_mark_in_a_sheets_string_is_no_digit(properties, value):
    report = replace(REPORT, cells=dict(REPORT.cells) | {CELL: "注下"})
    plain, rich = '<si><t xml:space="preserve">注下</t></si>', f"<si><r><t>{VALUE}</t></r><r><rPr>{properties}</rPr><t>1</t></r></si>"
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(render_xlsx(report))) as source, zipfile.ZipFile(target, "w") as made:
        for name in source.namelist():
            made.writestr(name, source.read(name).decode().replace(plain, rich))
    cell = reading(target.getvalue()).cells[CELL]
    assert (cell.value, cell.trusted) == (value, value is not None)


@pytest.mark.parametrize(
    ("small", "value"),
    [
        ((10, 17), 4),  # hangs from the top of the figure: a footnote mark
        ((13, 20), None),  # stands on its line: a smaller digit, or its box is measured in another way
        ((10.2, 19.6), 41),
    ],
)
def test_a_smaller_digit_on_a_sheet_is_no_digit_of_the_figure(small, value):
    big, mark = Glyph("4", 0, 10, 5, 20, 0), Glyph("1", 5, small[0], 8, small[1], 1)
    (line,) = page_lines.lines([big, mark])
    assert numbers.read(line.text).value == value


def test_a_whole_figure_set_small_is_a_figure():
    assert reading(page(f"<sup>{VALUE}</sup>", alone=True)).cells[CELL].kind is CellKind.NUMBER
    assert reading(document('<w:vertAlign w:val="superscript"/>', f"<w:t>{VALUE}</w:t>", alone=True)).cells[CELL].kind is CellKind.NUMBER


@pytest.mark.parametrize(
    "beside", ["<s>9</s>", "<strike>9</strike>", "<del>9</del>", "<span style='text-decoration-line:line-through'>9</span>"]
)
def test_a_crossed_out_figure_on_a_page_is_no_digit(beside):
    cell = reading(page(beside)).cells[CELL]
    assert (cell.value, cell.trusted) == (None, False)
    assert cell.raw == f"{VALUE}9\u0336"


@pytest.mark.parametrize("name", ["strike", "dstrike"])
def test_a_crossed_out_figure_in_a_document_is_no_digit(name):
    cell = reading(document(f"<w:{name}/>", "<w:t>9</w:t>")).cells[CELL]
    assert (cell.value, cell.trusted) == (None, False)


@pytest.mark.parametrize(
    ("beside", "head"),
    [
        ("<span style='mso-hide:all'>9</span>", ""),
        ("<span style='font-size:0px'>9</span>", ""),
        ("<i style='opacity:0'>9</i>", ""),
        ("<b style='color:#FFFFFF'>9</b>", ""),
        ("<font color='#ffffff'>9</font>", ""),
        ("<em class='a unseen'>9</em>", "<style>p{color:red} .unseen, b.c {display : none}</style>"),
        ("<ruby><rt>9</rt></ruby>", ""),
    ],
)
def test_what_nobody_sees_on_a_page_is_not_read(beside, head):
    cell = reading(page(beside, head=head)).cells[CELL]
    assert (cell.value, cell.kind, cell.trusted) == (int(VALUE), CellKind.NUMBER, True)


@pytest.mark.parametrize(
    ("beside", "head"),
    [
        ("<span style='background:navy;color:#fff'>9</span>", ""),
        ("<em class='unseen'>9</em>", "<style>@media print {.unseen{display:none} b{color:red}}</style>"),
        ("<span style='font-size:0.9em'>9</span>", ""),
    ],
)
def test_what_may_be_seen_is_read(beside, head):
    assert reading(page(beside, head=head)).cells[CELL].value == int(f"{VALUE}9")


@pytest.mark.parametrize(
    ("properties", "value"),
    [
        ("<w:vanish/>", int(VALUE)),
        ('<w:vanish w:val="0"/>', int(f"{VALUE}9")),
        ('<w:strike w:val="false"/>', int(f"{VALUE}9")),
        ('<w:color w:val="FFFFFF"/>', int(VALUE)),
        ('<w:shd w:val="clear" w:fill="000080"/><w:color w:val="FFFFFF"/>', int(f"{VALUE}9")),
    ],
)
def test_a_property_holds_only_where_it_is_on(properties, value):
    assert reading(document(properties, "<w:t>9</w:t>")).cells[CELL].value == value


def test_a_hidden_style_hides_what_is_based_on_it():
    made = docx.Document(io.BytesIO(document('<w:rStyle w:val="Quiet"/>', "<w:t>9</w:t>")))
    for name, told in (("Unseen", "<w:rPr><w:vanish/></w:rPr>"), ("Quiet", "")):
        based = '<w:basedOn w:val="Unseen"/>' if name == "Quiet" else ""
        made.styles.element.append(
            parse_xml(f'<w:style {nsdecls("w")} w:type="character" w:styleId="{name}"><w:name w:val="{name}"/>{based}{told}</w:style>')
        )
    target = io.BytesIO()
    made.save(target)
    assert reading(target.getvalue()).cells[CELL].value == int(VALUE)


def test_a_hidden_row_is_not_read():
    made = docx.Document(io.BytesIO(printed(REPORT, "docx")))
    row = next(row for row in made.tables[-2]._tbl.tr_lst if "予以公开" in "".join(row.itertext()))
    row.addprevious(parse_xml(f"<w:tr {nsdecls('w')}><w:trPr><w:hidden/></w:trPr><w:tc><w:p><w:r><w:t>77</w:t></w:r></w:p></w:tc></w:tr>"))
    target = io.BytesIO()
    made.save(target)
    assert not reading(target.getvalue()).problems


@pytest.mark.parametrize(
    "inside",
    [
        "<img src='a.png'>",
        "<p><svg><text>8</text></svg></p>",
        "<canvas></canvas>",
        "<select><option>7</option><option selected>8</option></select>",
        "<script>document.write(8)</script>",
    ],
)
def test_a_figure_that_is_no_text_on_a_page_is_no_blank(inside):
    cell = reading(page(inside, alone=True)).cells[CELL]
    assert (cell.value, cell.trusted) == (None, False)


@pytest.mark.parametrize(
    "inside",
    [
        "<w:drawing/>",
        "<w:object/>",
        '<w:sym w:font="Wingdings" w:char="F038"/>',
        '<w:fldChar w:fldCharType="begin"/><w:instrText>=SUM(LEFT)</w:instrText><w:fldChar w:fldCharType="end"/>',
        f"<m:oMath {nsdecls('m')}><m:r><m:t>8</m:t></m:r></m:oMath>",
    ],
)
def test_a_figure_that_is_no_text_in_a_document_is_no_blank(inside):
    cell = reading(document("", inside, alone=True)).cells[CELL]
    assert (cell.value, cell.trusted) == (None, False)


@pytest.mark.parametrize("span", ["", ' colspan="4"'])
def test_a_head_whose_span_lies_names_no_column_for_sure(span):
    source = printed(REPORT, "html").decode()
    assert source.count(' colspan="5">法人或其他组织') == 1
    cells = reading(source.replace(' colspan="5">法人或其他组织', f"{span}>法人或其他组织").encode()).cells
    for path, told in REPORT.truth().items():
        if path.startswith("requests/"):
            assert cells[path].value == told.value or not cells[path].trusted


@pytest.mark.parametrize(("text", "value"), [("12¹", 12), ("12⁽²⁾", 12), ("1\u20602", 12), ("\u200f12\u200e", 12)])
def test_marks_that_print_no_digit_leave_the_figure(text, value):
    assert numbers.read(text).value == value


@pytest.mark.parametrize("text", ["\u202e12", "1\u03362", "¹²"])
def test_marks_that_change_the_figure_leave_none(text):
    assert numbers.read(text).value is None


def test_struck_words_keep_their_spaces():
    assert set_apart.struck("8 五") == "8\u0336 五\u0336"
