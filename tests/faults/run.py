"""`make faults`: break the product at every step and count what is lost and what is doubled; exit 1 unless both are 0."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.faults.ground import ROOT, Ground, ground
from tests.faults.originals import r1
from tests.faults.table import Tally, last_line, markdown
from tests.faults.telling import r3, r6

Promise = Callable[[Ground], Tally]
PROMISES: dict[str, Promise] = {"R1": r1, "R3": r3, "R6": r6}
PAGE = ROOT / "tests" / "faults" / "README.md"
BEGIN, END = "<!-- table -->\n", "<!-- /table -->"


def main(arguments: Sequence[str] | None = None) -> int:
    """The whole trial; its exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", default=(), metavar="R1", help="these promises only")
    parser.add_argument("--stride", type=int, default=1, help="steps passed over between two kills; 1 kills at every step")
    parser.add_argument("--write", action="store_true", help="put the table into the documentation")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="nianbao-faults-") as folder:
        tallies = trial(Path(folder), chosen.only or tuple(PROMISES), chosen.stride)
    print(markdown(tallies))
    for note in (note for tally in tallies for note in tally.notes[:5]):
        print(note)
    if chosen.write:
        write_page(tallies)
    print(last_line(tallies))
    return 1 if any(tally.lost or tally.doubled or not tally.runs for tally in tallies) else 0


def trial(folder: Path, names: Sequence[str], stride: int) -> list[Tally]:
    """The promises of these names, one after another."""
    tallies = []
    with ground(folder, stride=stride) as here:
        for name in names:
            began = time.monotonic()
            tallies.append(PROMISES[name](here))
            print(f"{name}: {tallies[-1].runs} runs in {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return tallies


def write_page(tallies: Sequence[Tally]) -> None:
    """Put the table between its marks."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}{markdown(tallies)}\n\n`{last_line(tallies)}`\n{END}{rest.partition(END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
