"""What a second reading adds: full confidence only where both saw the figures; each figure of a row is used once or doubted."""

import re

from printing import facts, printed, reading

ROW = "requests/granted/natural"


def test_figures_both_readings_saw_are_fully_sure():
    read = reading(printed(facts(91), "html"))
    assert {cell.confidence for path, cell in read.cells.items() if path.startswith("requests/granted/")} == {1.0}


def test_where_the_stream_finds_no_label_the_grid_stands_alone_and_says_so():
    page = printed(facts(91), "html").decode()
    page = page.replace("（一）予以公开", "（一）给以公开")  # near enough for the alignment of rows, not a wording of the form
    cells = [cell for path, cell in reading(page.encode()).cells.items() if path.startswith("requests/granted/")]
    assert {cell.confidence for cell in cells} == {0.95}
    assert [cell.value for cell in cells] == [int(facts(91).cells[f"requests/granted/{c}"]) for c in _columns()]


def test_an_eighth_figure_in_a_row_is_not_passed_over():
    page = printed(facts(92), "html").decode()
    start = page.index("（一）予以公开")
    end = page.index("</tr>", start)
    more = re.sub(r"<td>\d+</td>", lambda m: m[0] + "<td>5</td>", page[start:end], count=1)
    assert more != page[start:end]
    cell = reading((page[:start] + more + page[end:]).encode()).cells[ROW]
    assert cell.value is None or not cell.trusted


def _columns():
    return ("natural", "business", "research", "welfare", "legal", "other", "total")
