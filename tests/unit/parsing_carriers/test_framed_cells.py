"""Figures in frames of their own (a table of one cell, a field of a form) belong to the cell they stand in."""

import io
import re
import zipfile

import pytest
from carriers import OFFICE, by_office, facts
from printing import reading, score

from crawler.demo.filled_form import render_docx, render_html

DIGITS = r"<td([^>]*)>(\d+)</td>"


def _framed_docx(report):
    data = render_docx(report)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "word/document.xml":
                text = content.decode()
                figure = r"(<w:p>(?:<w:pPr>(?:(?!</w:pPr>).)*</w:pPr>)?<w:r><w:t>\d+</w:t></w:r></w:p>)</w:tc>"
                framed = re.sub(figure, r"<w:tbl><w:tblPr/><w:tblGrid/><w:tr><w:tc><w:tcPr/>\1</w:tc></w:tr></w:tbl><w:p/></w:tc>", text)
                assert framed != text
                content = framed.encode()
            target.writestr(name, content)
    return out.getvalue()


def test_a_table_of_one_cell_in_a_page_is_its_cell():
    page = render_html(facts(1))
    framed = re.sub(DIGITS, r"<td\1><table><tr><td>\2</td></tr></table></td>", page)
    assert framed != page
    assert score(framed.encode(), facts(1).truth()) == {"right": len(facts(1).truth())}


def test_fields_of_a_form_are_read():
    page = re.sub(DIGITS, r'<td\1><input type="text" value="\2"><input type="hidden" value="9"></td>', render_html(facts(1)))
    assert score(page.encode(), facts(1).truth()) == {"right": len(facts(1).truth())}


def test_a_table_of_one_cell_in_a_document_is_its_cell():
    assert score(_framed_docx(facts(1)), facts(1).truth()) == {"right": len(facts(1).truth())}


@pytest.mark.skipif(not OFFICE, reason="LibreOffice is not installed: no legacy files can be made")
def test_and_in_files_that_flow(tmp_path):
    saved = by_office({"1.docx": _framed_docx(facts(1))}, "rtf", tmp_path / "office")
    assert score(saved["1"], facts(1).truth()) == {"right": len(facts(1).truth())}


def test_a_cell_that_holds_a_whole_table_is_no_sure_blank():
    page = render_html(facts(1))
    framed = re.sub(DIGITS, r"<td\1><table><tr><td>一</td><td>\2</td></tr></table></td>", page)
    cells = reading(framed.encode()).cells
    assert not any(cell.trusted for path, cell in cells.items() if path.startswith("requests/granted/"))
