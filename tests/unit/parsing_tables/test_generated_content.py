"""Figures that a style sheet prints are no part of what is read, so the figure they stand beside is none for sure."""

import pytest
from printing import facts, printed, reading

from crawler.parsing.readers import html
from storage.domain.document import GridBlock, TextBlock
from storage.domain.enums import CellKind

REPORT = facts(81)
CELL = "requests/granted/total"
VALUE = REPORT.cells[CELL]


def page(inside: str, sheet: str) -> bytes:
    source = printed(REPORT, "html").decode().replace("</head>", f"<style>{sheet}</style></head>")
    assert f"<td>{VALUE}</td>" in source
    return source.replace(f"<td>{VALUE}</td>", f"<td>{inside}</td>").encode()


@pytest.mark.parametrize(
    ("inside", "sheet"),
    [
        ("<i class='n'>7</i>", ".n::before{content:'1'}"),
        ("<i class='n'>7</i>", '/* a */ p, td > .n:after { color:red; content : "\\31 2" }'),
        ("<i class='n'></i>", "@media screen{.n:before{content:'7'}}"),
        ("<i data-v='17'></i>", "[data-v]:before{content:attr(data-v)}"),
        ("<i id='x'>7</i>", "table td #x::after{content:counter(c)}"),
        ("<i class='n'>7</i>", "<!-- .n:before{content:'-'} -->"),
        ("<b class='n'></b>", "b.n:first-child:before{content:url(7.png)}"),
        ("<i class='n'>7</i>", ".n:after{content:'1';display:block;height:0}"),
        ("<i class='n'>7</i>", ".n:after{content:'.5';height:0}"),
        ("<i class='n'>7</i>", "td :is(b, .n)::before{content:'1'}"),
        ("<i class='n'>7</i>", ":where(.n):after{content:'1'}"),
        ("<i class='n'>7</i>", ".n{color:red;&::before{content:'1'}}"),
        ("<i class='n'>7</i>", "td{color:red; .n{&::after{content:'}1'}}}"),
        ("<i class='n'>7</i>", "@layer a{@supports (color:red){td{::before{content:'1'}}}}"),
        ("<i class='n'>7</i>", "b{quotes:'/*'} .n::before{content:'1'}"),
        ("<em class='n'>7</em>", "em + i, td em:nth-child(1)::after{content:'.5'}"),
    ],
)
def test_a_figure_printed_by_a_style_sheet_leaves_none(inside, sheet):
    cell = reading(page(inside, sheet)).cells[CELL]
    assert (cell.value, cell.trusted) == (None, False)


@pytest.mark.parametrize(
    "sheet",
    [
        ".n::before{content:''}",
        ".n::before{content:'\\e605'}",
        ".n:after{content:'.';display:block;height:0;visibility:hidden}",
        "td:before{content:attr(data-label)}",
        "td:hover:before{content:'1'}",
        ".m::before, #n:after, li:before, th td:last-child:first-child b:before{content:'1'}",
        ".n:after{content:'.';display:block;height:0}",
        ".n:after{content:'1';height:0;overflow:hidden}",
        ".n{content:'1'} .n:first-line{color:red}",
        "ul .n::before{content:'1'}",
        "ul{.n::before{content:'1'}} :is(b,.m)::before{content:'1'} @keyframes a{50%{content:'1'}}",
    ],
)
def test_what_a_style_sheet_prints_elsewhere_or_without_figures_is_no_matter(sheet):
    cell = reading(page(f"<i class='n' data-label='合计'>{VALUE}</i>", sheet)).cells[CELL]
    assert (cell.value, cell.kind, cell.trusted) == (int(VALUE), CellKind.NUMBER, True)


def test_labels_keep_their_words_and_sentences_lose_the_figure():
    source = "<style>.n:before{content:'1'}</style><p>共<i class=n>5</i>件</p><table><tr><td class=n>件</td></tr></table>"
    text, grid = html.read(f"<html><body>{source}</body></html>".encode()).blocks
    assert isinstance(text, TextBlock)
    assert text.text == "共\ufffd5件"
    assert isinstance(grid, GridBlock)
    assert grid.cells[0].text == "件"


@pytest.mark.parametrize("filling", ["/*" * 60_000, ".n:before{content:'1" * 20_000 + "{" * 50_000, "a{content:" + "'" * 90_000 + "}"])
def test_a_hostile_style_sheet_is_read_once(filling):
    assert reading(page(VALUE, filling)).cells[CELL].value == int(VALUE)
