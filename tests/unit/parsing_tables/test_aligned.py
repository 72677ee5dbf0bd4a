"""Tables drawn by white space alone: read by columns, on whole pages and on cut ones; what was harmed is flagged, never guessed."""

import random
import re

import pytest
from printing import facts, reading, score

from crawler.demo import slips
from crawler.demo.filled_form import make_facts
from crawler.demo.render_aligned import render_aligned
from storage.domain.enums import Edition

SHAPES = [(Edition.E2021, False), (Edition.E2021, True), (Edition.E2019, False)]


@pytest.mark.parametrize("page", [0, 31, 44, 57])
@pytest.mark.parametrize(("edition", "mixed"), SHAPES)
def test_every_cell_is_read_on_whole_and_on_cut_pages(page, edition, mixed):
    for seed in (61, 62, 63):
        report = facts(seed, edition, mixed=mixed)
        counts = score(render_aligned(report, lines_per_page=page).encode(), report.truth())
        assert counts["silent"] == 0
        # a page may end inside a wrapped label, or inside the head of table 4
        assert counts["flagged"] <= (0 if page == 0 else 15)


@pytest.mark.parametrize("slip", [slips.row_sum_error, slips.totals_left_zero, slips.dashes_for_zeros])
def test_wrong_figures_are_read_as_printed(slip):
    report = slip(facts(64))
    counts = score(render_aligned(report).encode(), report.truth())
    assert counts["silent"] == 0
    assert counts["right"] >= 0.9 * len(report.truth())


def test_figures_that_stand_alone_in_their_row_are_placed_by_their_column_or_flagged():
    report = slips.blank_cells(facts(65), "requests/granted/research", "requests/denied_query/legal", "requests/partial/business")
    text = render_aligned(report)
    counts = score(text.encode(), report.truth())
    assert counts["silent"] == 0
    read = reading(text.encode())
    granted = read.cells["requests/granted/natural"]
    assert granted.value == int(report.cells["requests/granted/natural"])


FIGURE = re.compile(r"(?<!\S)\d+(?!\S)")


def _harmed(lines, rng):
    at = rng.choice([i for i, line in enumerate(lines) if len(FIGURE.findall(line)) >= 5])
    found = list(FIGURE.finditer(lines[at]))
    figure, after = rng.choice(list(zip(found, [*found[1:], None], strict=True)))
    kind = rng.choice(("lost", "lost with its place", "glued", "inserted", "line lost", "label lost", "figures on the next line"))
    line = lines[at]
    new = {
        "lost": [line[: figure.start()] + " " * len(figure[0]) + line[figure.end() :]],
        "lost with its place": [line[: figure.start()] + line[figure.end() :]],
        "glued": [line[: figure.end()] + line[after.start() :]] if after else [line],
        "inserted": [line[: figure.start()] + "7 " + line[figure.start() :]],
        "line lost": [],
        "label lost": [re.sub(r"[^\d\s]", " ", line)],
        "figures on the next line": [line[: found[0].start()], " " * found[0].start() + line[found[0].start() :]],
    }[kind]
    return [*lines[:at], *new, *lines[at + 1 :]], kind


def test_harm_to_a_line_is_never_silent():
    rng = random.Random(66)
    for seed in range(40):
        report = make_facts(seed, _wanted(seed))
        lines, kind = _harmed(render_aligned(report).split("\n"), rng)
        truth = report.truth()
        wrong = [
            path
            for path, cell in reading("\n".join(lines).encode()).cells.items()
            if cell.trusted and cell.value is not None and cell.value != (truth[path].value if path in truth else None)
        ]
        assert not wrong, (seed, kind)


def _wanted(seed):
    from crawler.demo.filled_form import Wanted

    return Wanted("示例市发展局", 2023, edition=Edition.E2019 if seed % 4 == 3 else Edition.E2021, requests=(4, 30, 1200)[seed % 3])
