"""What a page's own style sheet hides, strikes out or sets apart joins no figure; what it merely dresses is read."""

import pytest
from printing import facts, printed, reading

from crawler.parsing import page_styles, selectors, style_sheets
from crawler.parsing.readers import html
from storage.domain.enums import CellKind

REPORT = facts(81)
CELL = "requests/granted/total"
VALUE = int(REPORT.cells[CELL])


def page(beside: str, head: str, cell: str = "<td>") -> bytes:
    source = printed(REPORT, "html").decode().replace("</head>", f"{head}</head>")
    assert f"<td>{VALUE}</td>" in source
    return source.replace(f"<td>{VALUE}</td>", f"{cell}{VALUE}{beside}</td>").encode()


def look(beside: str, head: str, cell: str = "<td>") -> tuple[int | None, bool]:
    found = reading(page(beside, head, cell)).cells[CELL]
    return found.value, found.trusted


@pytest.mark.parametrize(
    "sheet",
    [
        "i{text-decoration:line-through}",
        ".n{text-decoration : red solid line-through}",
        "td > .n{color:red; text-decoration-line:line-through}",
        "table{.n{text-decoration:line-through}}",
        "td{&:has(i) .n{text-decoration:line-through}}",
        "@layer a{@supports (color:red){:is(i,b).n{text-decoration:line-through}}}",
        ".n{text-decoration:line-through!important} td .n{text-decoration:none}",
        "@media screen{.n{text-decoration:line-through}}",
    ],
)
def test_what_a_style_sheet_strikes_out_leaves_no_figure(sheet):
    assert look("<i class='n'>9</i>", f"<style>{sheet}</style>") == (None, False)


@pytest.mark.parametrize(
    "sheet",
    [
        ".n{display:none}",
        "#x{visibility:hidden}",
        "td .n:not(.m){font-size:0}",
        ".n{font:0/0 a}",
        ".n{opacity:0.0}",
        ".n{color:white}",
        ".N{color:#FEFEFE}",
        ".n{color:rgb(255,255,255)}",
        "td{.n{color:rgba(9,9,9,0)}}",
        ".n{color:hsl(0,0%,99%)}",
        ":where(.n){color:#FFFFFFFF}",
        "td{background:#fff} .n{color:#fff}",
        "i{color:transparent}",
        ".n{color:red}.n{color:white}",
    ],
)
def test_what_a_style_sheet_hides_is_not_read(sheet):
    assert look("<i class='n' id='x'>9</i>", f"<style>{sheet}</style>") == (VALUE, True)


@pytest.mark.parametrize(
    "told", ["rgb(255,255,255)", "#ffffff", "#FFFFFFFF", "hsl(0 0% 100%)", "#fdfdfd", "#ffff", "rgb(100% 100% 100%)", "snow"]
)
def test_white_is_not_read_however_it_is_written(told):
    assert look(f"<span style='color:{told}'>9</span>", "") == (VALUE, True)


@pytest.mark.parametrize(
    ("sheet", "kind"), [(".n{vertical-align:super}", CellKind.ANNOTATED), ("i{vertical-align:sub;color:red}", CellKind.ANNOTATED)]
)
def test_what_a_style_sheet_raises_is_a_note(sheet, kind):
    cell = reading(page("<i class='n'>1</i>", f"<style>{sheet}</style>")).cells[CELL]
    assert (cell.value, cell.kind) == (VALUE, kind)


@pytest.mark.parametrize(
    "style", ["position:relative;top:-3.0pt;mso-text-raise:3.0pt", "position:relative; bottom:4px", "vertical-align:3pt"]
)
def test_digits_moved_off_the_line_of_others_are_none_of_theirs(style):
    assert look(f"<span style='{style}'>9</span>", "")[0] != int(f"{VALUE}9")


@pytest.mark.parametrize(
    ("head", "cell"),
    [
        ("<style>.n{color:white}</style>", "<td style='background:url(a.png)'>"),
        ("<link rel='stylesheet' href='a.css'>", "<td class='k'><!-- -->"),
        ("<style>.n:has(b){display:none} </style>", "<td>"),
    ],
)
def test_where_nobody_can_tell_whether_a_digit_is_seen_there_is_no_figure(head, cell):
    beside = "<i class='n' style='color:#fff'>9</i>" if "link" in head else "<i class='n'>9</i>"
    assert look(beside, head, cell) == (None, False)


@pytest.mark.parametrize(
    ("beside", "sheet"),
    [
        ("<i class='n'>9</i>", "td{background:#1f6fb5} .n{color:#fff}"),
        ("<i class='n'>9</i>", ".n{color:white} table .n{color:#333}"),
        ("<i class='n' style='color:red'>9</i>", ".n{color:white}"),
        ("<i class='n'>9</i>", "td{font-size:0} td .n{font-size:14px}"),
        ("<i class='n'>9</i>", "@media print{.n{display:none}} @media (max-width:600px){td .n{text-decoration:line-through}}"),
        ("<i class='n'>9</i>", "@keyframes n{from{opacity:0}} .n:hover{display:none} .n::selection{color:#fff}"),
        ("<i class='n'>9</i>", ".n{position:relative;top:-0.5px;vertical-align:middle;text-decoration:underline}"),
        ("<i class='n'>9</i>", "li .n, td > b.n, .m{display:none} a:link .n{color:white}"),
        ("<i class='n'>9</i>", ".n{background:#000;color:#fff}"),
    ],
)
def test_what_is_seen_is_read(beside, sheet):
    value = int(f"{VALUE}9")
    cell = "<td>" if "td{font-size:0}" not in sheet else "<td><i class='n'>"
    assert look(beside, f"<style>{sheet}</style>", cell) == (value, True)


def test_a_white_cell_keeps_its_place_in_the_row():
    rows = "<tr><td>1</td><td style='color:#fff'>2</td><td>3</td></tr>"
    (grid,) = html.read(f"<html><body><table>{rows}</table></body></html>".encode()).blocks
    assert [cell.text for cell in grid.cells] == ["1", "", "3"]


def test_what_stands_elsewhere_and_alone_stays_for_a_script_to_show():
    sheet = "<style>.banner{background:url(a.png)} .banner h1{color:#fff} .tab{display:none} .x{color:white}</style>"
    body = "<div class='banner'><h1>2024年度报告</h1></div><div class='tab'>第2页</div><p>共1<i class='x'>9</i>件</p>"
    blocks = html.read(f"<html><head>{sheet}</head><body>{body}</body></html>".encode()).blocks
    assert [block.text for block in blocks] == ["2024年度报告", "第2页", "共1\ufffd件"]


def test_a_title_on_a_picture_stays_also_where_a_table_lays_out_the_page():
    sheet = "<style>.t{color:#fff} td.n{color:#fff}</style>"
    rows = "<tr><td class='t' background='a.png'>某局2024年度工作报告</td></tr><tr><td class='n' background='a.png'>12</td></tr>"
    (grid,) = html.read(f"<html><head>{sheet}</head><body><table>{rows}</table></body></html>".encode()).blocks
    assert [cell.text for cell in grid.cells] == ["某局2024年度工作报告", "\ufffd\ufffd"]


@pytest.mark.parametrize(
    "filling", ["a{" * 40_000, "/*" * 60_000, ":is(" * 30_000 + "{color:#fff}", "[a=" * 30_000, "a" * 90_000, "a b " * 90 + "{color:#fff}"]
)
def test_a_hostile_sheet_is_read_once(filling):
    assert look("", f"<style>{filling}</style>") == (VALUE, True)


def test_nested_rules_are_written_out():
    sheet = (
        "/* x */ .a, b { color:red; & > i, .c{opacity:0} @media print { top:1px } &::before{content:'};'} } @font-face{src:url(x)} p{left:0"
    )
    found = [(rule.selectors, rule.told.strip(";"), rule.conditional) for rule in style_sheets.rules(sheet)]
    assert found == [
        ((".a", "b"), "color:red", False),
        ((":is(.a,b) > i", ":is(.a,b) .c"), "opacity:0", False),
        ((".a", "b"), "top:1px", True),
        ((":is(.a,b)::before",), "content:'};'", False),
        (("p",), "left:0", False),
    ]


@pytest.mark.parametrize(
    ("selector", "meant"),
    [
        ("td:nth-child(2)", True),
        ("tr > td:last-child + td", False),
        ("td:nth-child(odd)", False),
        ("td:nth-child(-n+2)", True),
        ("td:nth-last-of-type(1)", True),
        ("td[width='3'].K", True),
        ("td[width^='4']", False),
        ("#r ~ td, td", True),
        ("table:has(p) td", None),
        (":not(td)", False),
        ("td::before", False),
    ],
)
def test_which_element_a_selector_means(selector, meant):
    root = html.etree.fromstring("<table><tr><td id='r'>1</td><td class='k' width='3'>2</td></tr></table>", html.etree.HTMLParser())
    cell = root.findall(".//td")[1]
    answers = [selectors.matches(cell, one) for one in style_sheets.split(selector)]
    assert answers[-1] is meant


def test_heavier_rules_win():
    weights = [selectors.weight(one) for one in ("i", "td i", ".n", "td .n:hover", ":is(#a, b) i", ":where(#a)", "#a")]
    assert weights == [(0, 0, 1), (0, 0, 2), (0, 1, 0), (0, 2, 1), (1, 0, 1), (0, 0, 0), (1, 0, 0)]
    assert page_styles.look("color:white;color:red") is None
