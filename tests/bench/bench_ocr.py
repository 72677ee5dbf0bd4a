"""Scans with known truth: cells right, flagged and silent by kind of damage, time beside the recogniser alone, and peak memory.

Usage   python tests/bench/bench_ocr.py [--reports 3] [--seed 1] [--dots 200] [--kinds clean,scan] [--minutes 60]
A cell is right (the printed figure, or rightly none), flagged (confidence below 0.9, or a kind that is no figure) or silent. "Alone" is
rapidocr finding and recognising the lines of the same pages, on one thread as here. Needs the extra `[ocr]`. Exit 1 where more than one
cell in 10,000 is silent.
"""

from __future__ import annotations

import argparse
import io
import random
import resource
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
from PIL import Image, ImageSequence

from crawler.demo.facts import ReportFacts
from crawler.demo.sampling import Wanted, make_facts
from crawler.demo.scans import DAMAGE, scan
from crawler.parsing.ocr import engine
from crawler.parsing.report import parse
from storage.domain.enums import CellKind, Edition
from storage.domain.reports import ParsedReport

_NO_FIGURE = frozenset({CellKind.ABSENT, CellKind.TEXT, CellKind.UNREADABLE, CellKind.CONFLICT, CellKind.MERGED})


def facts_of(rng: random.Random) -> ReportFacts:
    """A report of some size and edition."""
    edition = rng.choice((Edition.E2021, Edition.E2021, Edition.E2019))
    return make_facts(rng, Wanted("示例市教育局", 2024, requests=rng.choice((4, 30, 90, 1200)), edition=edition))


def judged(facts: ReportFacts, report: ParsedReport) -> Counter[str]:
    """Cells right, flagged and silent; `doubted` are those right that were flagged all the same."""
    counts: Counter[str] = Counter()
    for path, told in facts.truth().items():
        cell = report.cell(path)
        flagged = not cell.trusted or cell.kind in _NO_FIGURE
        right = cell.value == told.value
        counts["right" if right else "flagged" if flagged else "silent"] += 1
        counts["doubted"] += right and flagged
        if not right and not flagged:
            print(f"silent: {path} {told.value} read as {cell.raw!r}")
    return counts


def alone(data: bytes) -> float:
    """CPU seconds of the recogniser's own way with the same pages."""
    pages = [np.asarray(frame.convert("RGB"))[:, :, ::-1] for frame in ImageSequence.Iterator(Image.open(io.BytesIO(data)))]
    started = time.process_time()
    for page in pages:
        _whole()(page, use_cls=False)
    return time.process_time() - started


_made: list[object] = []


def _whole() -> object:
    if not _made:
        import rapidocr

        names = ("intra_op_num_threads", "inter_op_num_threads")
        threads = {f"EngineConfig.onnxruntime.{name}": 1 for name in names}
        _made.append(rapidocr.RapidOCR(params={"Global.log_level": "critical", **threads}))
    return _made[0]


def main() -> int:
    """Run and print one line per kind of damage."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--reports", type=int, default=3)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--dots", type=int, default=200)
    options.add_argument("--kinds", default=",".join(DAMAGE))
    options.add_argument("--minutes", type=float, default=60)
    given = options.parse_args()
    if not engine.available():
        print("the extra [ocr] is not installed: nothing to measure")
        return 0
    until = time.monotonic() + 60 * given.minutes
    total: Counter[str] = Counter()
    spent, beside = 0.0, 0.0
    for kind in given.kinds.split(","):
        counts: Counter[str] = Counter()
        for number in range(given.reports):
            if time.monotonic() > until:
                break
            rng = random.Random(f"{given.seed}/{kind}/{number}")
            facts = facts_of(rng)
            data = scan(facts, kind, rng, dots_per_inch=given.dots)
            started = time.process_time()
            report = parse(data, source="scan.tif")
            took = time.process_time() - started
            counts += judged(facts, report) + Counter(reports=1)
            if number == 0 and counts["reports"] == 1 and total["reports"]:  # the first report of all pays for loading the models
                spent += took
                beside += alone(data)
        total += counts
        print(f"{kind:8} {dict(counts)}", flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    cells = total["right"] + total["flagged"] + total["silent"]
    print(f"all      {dict(total)}: {total['right'] / max(1, cells):.4f} right, {total['silent']} silent of {cells} cells")
    print(f"peak memory {peak:.0f} MB" + (f"; reading / recogniser alone = {spent / beside:.2f}" if beside else ""))
    return 1 if total["silent"] * 10_000 > cells else 0


if __name__ == "__main__":
    sys.exit(main())
