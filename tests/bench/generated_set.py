"""Generated reports over all carriers and damages: cells right, flagged and silent, per carrier and per damage.

Usage   python tests/bench/generated_set.py [--count 600] [--seed 1] [--harm 120] [--details]
`--count` reports are printed in every carrier by turns, with slips, damages and other shapes drawn from the seed; `--harm` reports more per
carrier have figures destroyed or moved. Every cell of the form is right (the printed value, or rightly none), flagged (kind absent,
unreadable, conflict, merged or text, or confidence below 0.9) or silent. Exit 1 where a carrier with borders has a silent cell.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping
from functools import partial
from itertools import chain
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "unit" / "parsing_carriers"), str(HERE.parent / "unit" / "parsing_tables"), str(HERE.parent.parent)]

import test_reshaped  # noqa: E402
from carriers import CARRIERS  # noqa: E402
from carriers import facts as plain_facts  # noqa: E402
from reportlab.platypus.doctemplate import LayoutError  # noqa: E402

from crawler.demo.damage import BLOCK_DAMAGE  # noqa: E402
from crawler.demo.filled_form import lay_out  # noqa: E402
from crawler.demo.harm import HARM  # noqa: E402
from crawler.demo.reshape import RESHAPE  # noqa: E402
from crawler.demo.samples import ALL_CARRIERS, Sample, sample  # noqa: E402
from crawler.parsing.report import parse  # noqa: E402
from storage.domain.enums import CellKind  # noqa: E402
from storage.domain.ids import CellPath  # noqa: E402
from storage.domain.reports import Number  # noqa: E402

_FLAGGED = {CellKind.ABSENT, CellKind.UNREADABLE, CellKind.CONFLICT, CellKind.MERGED, CellKind.TEXT}
BORDERLESS = frozenset({"glued", "aligned"})


def judged(data: bytes, truth: Mapping[CellPath, Number | None]) -> Counter[str]:
    """Cells right, flagged and silent."""
    counts: Counter[str] = Counter()
    for path, cell in parse(data, source="x").cells.items():
        want = truth.get(path)
        if cell.value == want and (want is not None or path in truth):
            counts["right"] += 1
        elif cell.value != want:
            counts["flagged" if cell.kind in _FLAGGED or not cell.trusted else "silent"] += 1
    return counts


def damaged(count: int, seed: int, results: dict[str, dict[str, Counter[str]]], *, details: bool) -> None:
    """The stream of samples, every fourth of another shape: truth is what was printed."""
    usual = (partial(sample, number, seed, ALL_CARRIERS, BLOCK_DAMAGE) for number in range(count - count // 4))
    reshaped = (partial(sample, number, seed + 1, ALL_CARRIERS, RESHAPE) for number in range(count // 4))
    for make in chain(usual, reshaped):
        try:
            made = make()
        except (LayoutError, TypeError):  # a row taller than a sheet cannot be set as PDF
            results["carrier"]["not printed"] += Counter(reports=1)
            continue
        score(made, results, details=details)


def score(made: Sample, results: dict[str, dict[str, Counter[str]]], *, details: bool) -> None:
    """Count one sample's cells."""
    counts = judged(made.data, {path: told.value for path, told in made.facts.truth().items()})
    if details and counts["silent"]:
        print("silent:", made.number, made.carrier, made.damage, counts)
    results["carrier"][made.carrier] += counts
    for name in made.damage or ("none",):
        results["damage"][name] += counts


def harmed(count: int, seed: int, results: dict[str, dict[str, Counter[str]]], *, details: bool) -> None:
    """Figures destroyed or moved: a cell that cannot be told any more may only be right or flagged."""
    for number in range(count):
        harm = HARM[number % len(HARM)]
        for carrier, make in test_reshaped.CARRIERS.items():
            report, rng = test_reshaped.report_of(seed * 10_000 + number)
            blocks, lost = harm(lay_out(report), rng)
            padded = harm.__name__ == "cell_lost" and carrier in test_reshaped.PADS
            wrong = [] if padded else test_reshaped._silent(make(report, blocks), blocks, report, lost)
            if details and wrong:
                print("silent:", number, carrier, harm.__name__, wrong[:3])
            results["harm"][harm.__name__] += Counter(reports=1, silent=len(wrong))
            results["harm in"][carrier] += Counter(reports=1, silent=len(wrong))


def wrapped(results: dict[str, dict[str, Counter[str]]]) -> None:
    """The further carriers, as they are."""
    for name, make in CARRIERS.items():
        for seed in random.Random(1).sample(range(1000), 6):
            report = plain_facts(seed)
            results["carrier"][name] += judged(make(report), {path: told.value for path, told in report.truth().items()})


def main() -> int:
    """Run and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=600)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--harm", type=int, default=120)
    options.add_argument("--details", action="store_true")
    given = options.parse_args()
    results: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    damaged(given.count, given.seed, results, details=given.details)
    wrapped(results)
    harmed(given.harm, given.seed, results, details=given.details)
    bad = False
    for group, rows in results.items():
        print(f"\nby {group}")
        for name, counts in sorted(rows.items()):
            told = "  ".join(
                f"{counts[word]:6} {word}" for word in ("reports", "right", "flagged", "silent") if word in counts or word == "silent"
            )
            print(f"  {name:26} {told}")
            bad |= counts["silent"] > 0 and name not in BORDERLESS and group != "damage"
    total = sum((c for c in results["carrier"].values()), Counter[str]())
    print(f"\n{total['right']} right, {total['flagged']} flagged, {total['silent']} silent of {total.total()} cells")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
