"""Looks that stand inside a cell or a run, in whatever carrier: what a person does not see, or sees set apart, joins no figure."""

import io
import zipfile

import pytest

from crawler.parsing.readers import docx, rtf, sheet_xml

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


def _packed(cells):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as package:
        package.writestr("[Content_Types].xml", '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>')
        package.writestr("word/document.xml", f"<w:document {W}><w:body><w:tbl><w:tr>{cells}</w:tr></w:tbl></w:body></w:document>")
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
