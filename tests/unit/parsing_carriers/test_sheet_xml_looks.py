"""Excel 2003 XML: styles are inherited, rows and columns hidden and dressed as in any spreadsheet."""

import pytest

from crawler.parsing.readers import sheet_xml

HEAD = (
    '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
    'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Styles>'
)
WHITE, STRUCK = '<Font ss:Color="#FFFFFF"/>', '<Font ss:StrikeThrough="1"/>'


def style(name, told="", parent=""):
    above = f' ss:Parent="{parent}"' if parent else ""
    return f'<Style ss:ID="{name}"{above}>{told}</Style>'


def figures(rows, styles="", columns="", table=""):
    source = f'{HEAD}{styles}</Styles><Worksheet ss:Name="a"><Table{table}>{columns}{rows}</Table></Worksheet></Workbook>'
    return {str(c.at).rpartition("/")[2]: c.text for block in sheet_xml.read(source.encode()).blocks for c in getattr(block, "cells", ())}


def row(*cells, told=""):
    return f"<Row{told}>" + "".join(c if c.startswith("<") else f'<Cell><Data ss:Type="Number">{c}</Data></Cell>' for c in cells) + "</Row>"


def cell(figure, style, told=""):
    return f'<Cell ss:StyleID="{style}"{told}><Data ss:Type="Number">{figure}</Data></Cell>'


@pytest.mark.parametrize(
    ("styles", "read"),
    [
        (style("x", STRUCK), "7\u0336"),
        (style("p", STRUCK) + style("x", "", "p"), "7\u0336"),
        (style("q", STRUCK) + style("p", "", "q") + style("x", "<Interior/>", "p"), "7\u0336"),
        (style("Default", STRUCK) + style("x"), "7\u0336"),
        (style("Default", WHITE) + style("y", '<Font ss:Bold="1"/>') + style("x", '<NumberFormat ss:Format="0"/>'), ""),
        (style("p", '<Font ss:Color="#FEFEFE"/>') + style("x", "", "p"), ""),
        (style("p", '<NumberFormat ss:Format="0,"/>') + style("x", '<Font ss:Bold="1"/>', "p"), None),
        (style("x", "", "x"), "7"),
        (style("p", STRUCK) + style("x", '<Font ss:Bold="1"/>', "p"), "7"),
        (style("p", WHITE) + style("x", '<Interior ss:Color="#1F3864" ss:Pattern="Solid"/>', "p"), "7"),
    ],
)
def test_what_a_style_does_not_say_its_parent_says(styles, read):
    last = cell("3", "y") if '"y"' in styles else "3"
    found = figures(row("1", cell("7", "x"), last) + row(cell("1", "y"), "2"), styles).get("B1", "")
    assert found != "7" if read is None else found == read


def test_rows_and_columns_dress_their_cells():
    styles = style("s", STRUCK) + style("w", WHITE) + style("n")
    columns = '<Column/><Column ss:StyleID="s" ss:Span="1"/><Column ss:Index="5" ss:StyleID="w"/>'
    rows = row("1", "2", cell("3", "n"), "4", "5") + row("1", "2", told=' ss:StyleID="w"') + row("9", "9", "9")
    found = figures(rows, styles, columns)
    assert [found.get(f"{letter}1") for letter in "ABCDE"] == ["1", "2\u0336", "3", "4", None]
    assert (found.get("A2") or "", found.get("B2") or "", found["A3"]) == ("", "", "9")


@pytest.mark.parametrize("told", ['ss:Hidden="1"', 'ss:Width="0"', 'ss:Hidden="1" ss:Span="1"'])
def test_hidden_columns_are_not_read(told):
    found = figures(row("1", "2", "3", "4") * 2, columns=f'<Column ss:Index="2" {told}/>')
    assert found["A1"] == "1"
    assert not found.get("B1")
    assert (found.get("C1") or "") == ("" if "Span" in told else "3")
    assert found["D1"] == "4"


@pytest.mark.parametrize("told", ['ss:Hidden="1"', 'ss:Height="0"'])
def test_hidden_rows_are_not_read_and_rows_that_stand_for_more_keep_their_place(told):
    rows = row("1", "2") + row("3", "4", told=f" {told}") + row(told=' ss:Span="2"') + row("5", "6")
    found = figures(rows)
    assert "A2" not in found or not found["A2"]
    assert found["A6"] == "5"
    assert set(found.values()) - {""} == {"1", "2", "5", "6"}


def test_ordinary_sheets_are_read_as_they_were():
    styles = style("Default", '<Font ss:Color="#000000"/><Interior/><NumberFormat/>') + style("b", '<Font ss:Bold="1" ss:Color="#333333"/>')
    found = figures(row("1", cell("2", "b")) + row("3", "4"), styles, '<Column ss:Width="54"/>', ' ss:StyleID="b"')
    assert list(found.values()) == ["1", "2", "3", "4"]
