"""Looks that stand inside a cell or a run, in whatever carrier: what a person does not see, or sees set apart, joins no figure."""

import io
import zipfile

import pytest

from crawler.parsing import word_looks
from crawler.parsing.readers import docx, rtf, sheet_xml, word_xml

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
SHADED = '<w:tcPr><w:shd w:val="clear" w:fill="D9D9D9"/></w:tcPr>'
WHITE = '<w:rPr><w:color w:val="FFFFFF"/></w:rPr>'
SHEET = (
    '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
    'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet" xmlns:html="http://www.w3.org/TR/REC-html40"><Worksheet ss:Name="a"><Table>'
    '<Row><Cell><Data ss:Type="String">件数</Data></Cell><Cell><ss:Data ss:Type="String" xmlns="http://www.w3.org/TR/REC-html40">{}'
    "</ss:Data></Cell></Row></Table></Worksheet></Workbook>"
)


def _docx(shaded):
    cells = f"<w:tc>{SHADED if shaded else ''}<w:p><w:r><w:t>x</w:t></w:r></w:p></w:tc>"
    cells += f"<w:tc><w:p><w:r>{WHITE}<w:t>9</w:t></w:r><w:r><w:t>4</w:t></w:r></w:p></w:tc>"
    return _packed(cells)


def _packed(cells, styles=""):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as package:
        package.writestr("[Content_Types].xml", '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>')
        package.writestr("word/document.xml", f"<w:document {W}><w:body><w:tbl><w:tr>{cells}</w:tr></w:tbl></w:body></w:document>")
        if styles:
            package.writestr("word/styles.xml", f"<w:styles {W}>{styles}</w:styles>")
    return made.getvalue()


def _figure(document):
    (table,) = [block for block in document.blocks if hasattr(block, "cells")]
    return table.cells[-1].text


@pytest.mark.parametrize("shaded", [False, True])
def test_a_white_digit_in_a_word_file_joins_no_figure_whatever_is_shaded_elsewhere(shaded):
    assert _figure(docx.read(_docx(shaded))) not in {"94", "9"}


@pytest.mark.parametrize(
    ("cell", "run", "read"),
    [
        ('<w:tcPr><w:shd w:fill="1F3864"/></w:tcPr>', "", "94"),
        ("", '<w:highlight w:val="blue"/>', "94"),
        ("", '<w:highlight w:val="none"/>', "4"),
        ('<w:tcPr><w:shd w:fill="1F3864"/></w:tcPr>', '<w:shd w:fill="FFFFFF"/>', "\ufffd4"),
    ],
)
def test_what_lies_nearest_behind_a_white_digit_tells_whether_it_is_seen(cell, run, read):
    runs = f'<w:r><w:rPr><w:color w:val="FFFFFF"/>{run}</w:rPr><w:t>9</w:t></w:r><w:r><w:t>4</w:t></w:r>'
    assert _figure(docx.read(_packed(f"<w:tc>{cell}<w:p>{runs}</w:p></w:tc>"))) == read


@pytest.mark.parametrize(
    ("body", "wrong"), [(r"12{\up6\fs12 3}", "123"), (r"12{\dn6\fs12 3}", "123"), (r"\highlight2 4\highlight0\cf1 9\cf0 1", "491")]
)
def test_raised_lowered_and_white_digits_of_an_rtf_file_join_no_figure(body, wrong):
    head = r"{\rtf1\ansi{\colortbl;\red255\green255\blue255;\red255\green255\blue0;}\trowd\cellx1000\cellx2000\intbl a\cell "
    assert _figure(rtf.read(f"{head}{body}\\cell\\row }}".encode())) != wrong


@pytest.mark.parametrize(
    ("inside", "read"), [("12<Sup>3</Sup>", "12³"), ("<S>9</S>4", "9̶4"), ("<B>94</B>", "94"), ("9<Font>4</Font>", "94")]
)
def test_looks_inside_a_cell_of_a_spreadsheet_are_kept(inside, read):
    assert _figure(sheet_xml.read(SHEET.format(inside).encode())) == read


def _style(name, told, base="", kind="character"):
    based = f'<w:basedOn w:val="{base}"/>' if base else ""
    return f'<w:style w:type="{kind}" w:styleId="{name}">{based}<w:rPr>{told}</w:rPr></w:style>'


STYLES = "".join(
    [
        _style("struck", "<w:strike/>"),
        _style("heir", '<w:color w:val="FF0000"/>', "struck"),
        _style("heir2", "<w:b/>", "heir"),
        _style("again", '<w:strike w:val="0"/>', "heir2"),
        _style("note", '<w:vertAlign w:val="superscript"/>'),
        _style("low", '<w:position w:val="-6"/>'),
        _style("white", '<w:color w:val="FEFEFE"/>'),
        _style("dark", '<w:color w:val="000000"/>', "white"),
        _style("gone", "<w:vanish/>"),
        _style("back", '<w:vanish w:val="0"/>', "gone"),
        _style("para", "<w:dstrike/>", kind="paragraph"),
    ]
)


@pytest.mark.parametrize(
    ("style", "own", "read"),
    [
        ("struck", "", "49\u0336"),
        ("heir2", "", "49\u0336"),
        ("again", "", "49"),
        ("struck", '<w:strike w:val="false"/>', "49"),
        ("note", "", "4⁹"),
        ("note", '<w:vertAlign w:val="baseline"/>', "49"),
        ("low", "", "4₉"),
        ("white", "", "4"),
        ("dark", "", "49"),
        ("white", '<w:color w:val="auto"/>', "49"),
        ("white", '<w:shd w:val="clear" w:fill="1F3864"/>', "49"),
        ("gone", "", "4"),
        ("back", "", "49"),
        ("unknown", "", "49"),
    ],
)
def test_the_style_of_a_run_says_how_its_digits_look(style, own, read):
    runs = f'<w:r><w:t>4</w:t></w:r><w:r><w:rPr><w:rStyle w:val="{style}"/>{own}</w:rPr><w:t>9</w:t></w:r>'
    assert _figure(docx.read(_packed(f"<w:tc><w:p>{runs}</w:p></w:tc>", STYLES))) == read


def test_the_style_of_a_paragraph_says_it_of_all_its_runs():
    runs = '<w:pPr><w:pStyle w:val="para"/></w:pPr><w:r><w:t>4</w:t></w:r><w:r><w:rPr><w:dstrike w:val="0"/></w:rPr><w:t>9</w:t></w:r>'
    assert _figure(docx.read(_packed(f"<w:tc><w:p>{runs}</w:p></w:tc>", STYLES))) == "4\u03369"


def test_a_word_file_in_one_piece_brings_its_styles():
    package = "http://schemas.microsoft.com/office/2006/xmlPackage"
    runs = '<w:r><w:t>4</w:t></w:r><w:r><w:rPr><w:rStyle w:val="struck"/></w:rPr><w:t>9</w:t></w:r>'
    body = f"<w:document {W}><w:body><w:tbl><w:tr><w:tc><w:p>{runs}</w:p></w:tc></w:tr></w:tbl></w:body></w:document>"
    parts = "".join(f"<p:part><p:xmlData>{part}</p:xmlData></p:part>" for part in (body, f"<w:styles {W}>{STYLES}</w:styles>"))
    assert _figure(word_xml.read(f'<p:package xmlns:p="{package}">{parts}</p:package>'.encode())) == "49\u0336"


@pytest.mark.parametrize("colour", ["FEFEFE", "fdfdfd", "F5F5F5", "F0F0F0"])
def test_what_is_nearly_white_is_white(colour):
    runs = f'<w:r><w:t>4</w:t></w:r><w:r><w:rPr><w:color w:val="{colour}"/></w:rPr><w:t>9</w:t></w:r>'
    assert _figure(docx.read(_packed(f"<w:tc><w:p>{runs}</w:p></w:tc>"))) == "4"
    ground = '<w:tcPr><w:shd w:val="clear" w:fill="FBFBFB"/></w:tcPr>'
    assert _figure(docx.read(_packed(f"<w:tc>{ground}<w:p>{runs}</w:p></w:tc>"))) == "4"


@pytest.mark.parametrize(
    ("before", "told", "after", "read"),
    [
        ("4", "6", "", "4⁹"),
        ("4", "-8", "件", "4₉件"),
        ("", "6", "4", "⁹4"),
        ("4", "3pt", "", "4⁹"),
        ("4", "1", "", "49"),
        ("4", "0", "", "49"),
        ("共", "6", "件", "共9件"),
        ("", "6", "", "9"),
    ],
)
def test_digits_moved_off_the_line_are_none_of_the_figure_beside_them(before, told, after, read):
    runs = "".join(f"<w:r>{look}<w:t>{text}</w:t></w:r>" for look, text in (("", before), (_moved(told), "9"), ("", after)))
    assert _figure(docx.read(_packed(f"<w:tc><w:p>{runs}</w:p></w:tc>"))) == read


def test_figures_moved_as_a_whole_are_figures_also_where_programs_cut_them():
    runs = "".join(f"<w:r>{_moved('6')}<w:t>{text}</w:t></w:r>" for text in "49")
    assert _figure(docx.read(_packed(f"<w:tc><w:p>{runs}</w:p></w:tc>"))) == "49"


def _moved(told):
    return f'<w:rPr><w:position w:val="{told}"/></w:rPr>'


def test_only_styles_in_use_are_looked_at():
    used = b'<w:rStyle w:val="heir2"/><w:pStyle w:val="plain"/>'
    styles = STYLES.encode() + _style("plain", "<w:b/>", kind="paragraph").encode()
    assert word_looks.may_matter(used, styles)
    assert not word_looks.may_matter(b'<w:pStyle w:val="plain"/>', styles)
    assert not word_looks.may_matter(b'<w:rStyle w:val="loop"/>', _style("loop", "", "loop").encode())
