"""Every cell of tables 3 and 4, every carrier: one digit changed, and how the reading answers.

Usage   python tests/bench/changed_figures.py [--seeds 1,4] [--every 1] [--office]
        `--every 5` takes each fifth cell; `--office` adds DOC, RTF, ODT and XLS as LibreOffice saves them.
Prints a line per carrier: cells changed, followed, flagged, silent. Exit 1 where anything is silent, or flagged in a carrier with borders.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "unit" / "parsing_carriers"), str(HERE.parent.parent)]

from carriers import OFFICE, by_office  # noqa: E402
from changed_figures import LOSSY, PRINTERS, Changed, changed, every_cell  # noqa: E402

from crawler.demo.filled_form import render_docx, render_xlsx  # noqa: E402
from crawler.parsing.report import parse  # noqa: E402

SAVED = {"doc": "docx", "rtf": "docx", "odt": "docx", "xls": "xlsx"}


def cases(seeds: list[int], every: int) -> list[Changed]:
    """The changed reports."""
    rng = random.Random(1)
    found = [changed(seed, path, rng) for seed in seeds for path in list(every_cell(seed))[::every]]
    return [case for case in found if case is not None]


def answer(data: bytes, case: Changed) -> str:
    """`followed`, `flagged` or `silent`."""
    cell = parse(data, source="x").cells[case.path]
    if cell.value == case.value and cell.trusted:
        return "followed"
    return "silent" if cell.trusted else "flagged"


def saved(target: str, chosen: list[Changed]) -> Counter[str]:
    """The answers to files saved by LibreOffice, converted in one run."""
    source = SAVED[target]
    render = render_docx if source == "docx" else render_xlsx
    with tempfile.TemporaryDirectory() as folder:
        files = by_office({f"{i}.{source}": render(case.report) for i, case in enumerate(chosen)}, target, Path(folder) / "office")
    return Counter(answer(files[str(i)], case) for i, case in enumerate(chosen))


def main() -> int:
    """Run and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seeds", default="1,4")
    options.add_argument("--every", type=int, default=1)
    options.add_argument("--office", action="store_true")
    given = options.parse_args()
    chosen = cases([int(seed) for seed in given.seeds.split(",")], given.every)
    bad = False
    results = {name: Counter(answer(make(case.report), case) for case in chosen) for name, make in PRINTERS.items()}
    if given.office and OFFICE:
        results |= {f"{name} (saved)": saved(name, chosen[::12] if name == "odt" else chosen[::4]) for name in SAVED}
    for name, counts in results.items():
        told = "  ".join(f"{counts[word]:4} {word}" for word in ("followed", "flagged", "silent"))
        print(f"{name:18} {counts.total():5} changed  {told}")
        bad |= counts["silent"] > 0 or (name not in LOSSY and counts["flagged"] > 0)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
