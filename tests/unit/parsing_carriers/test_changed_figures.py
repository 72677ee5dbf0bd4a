"""Change one digit anywhere in table 3 or 4, in any carrier: the reading follows it. Every cell: tests/bench/changed_figures.py."""

import random

import pytest
from carriers import facts
from changed_figures import LOSSY, PRINTERS, changed, every_cell

from crawler.parsing import libarchive
from crawler.parsing.report import parse

SAMPLE = 4
needs_libarchive = pytest.mark.skipif(libarchive._library() is None, reason="libarchive is not installed")
ALL = [pytest.param(name, marks=needs_libarchive) if name.startswith("rar") else name for name in PRINTERS]


@pytest.mark.parametrize("carrier", ALL)
def test_a_changed_digit_is_read_as_changed(carrier):
    rng = random.Random(f"changed/{carrier}")  # the same cells in every run
    seeds = [1, 2, 3, 4]
    done = 0
    while done < SAMPLE:
        seed = rng.choice(seeds)
        case = changed(seed, rng.choice(list(every_cell(seed))), rng)
        if case is None:
            continue
        done += 1
        cell = parse(PRINTERS[carrier](case.report), source="x").cells[case.path]
        assert cell.value == case.value or (carrier in LOSSY and not cell.trusted), (carrier, seed, case.path)
        assert carrier in LOSSY or cell.trusted


def test_a_figure_that_breaks_every_sum_stays_as_printed():
    rng = random.Random(1)
    report = facts(1)
    path = next(path for path in every_cell(1) if path.endswith("total_handled/total"))
    case = changed(1, path, rng)
    assert case is not None
    assert case.value != int(report.cells[path])
    assert parse(PRINTERS["docx"](case.report), source="x").cells[path].value == case.value
