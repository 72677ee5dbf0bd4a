"""`make faults`: break the product at every step and count what is lost and what is doubled; exit 1 unless both are 0."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from tests.faults.by_tests import TESTED, tested
from tests.faults.clocks import r8, r19
from tests.faults.crawling import r2
from tests.faults.databases import r4
from tests.faults.disks import r7
from tests.faults.ground import ROOT, Ground, ground
from tests.faults.migrating import r32
from tests.faults.originals import r1
from tests.faults.restoring import r31
from tests.faults.table import Tally, last_line, markdown
from tests.faults.telling import r3, r6
from tests.faults.twins import r10

Promise = Callable[[Ground], Tally]
INJECTED: dict[str, Promise] = {
    **{"R1": r1, "R2": r2, "R3": r3, "R4": r4, "R6": r6, "R7": r7, "R8": r8},
    **{"R10": r10, "R19": r19, "R31": r31, "R32": r32},
}
PROMISES: dict[str, Promise] = dict(
    sorted({**INJECTED, **{name: partial(tested, name) for name in TESTED}}.items(), key=lambda item: int(item[0][1:]))
)
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
        tallies = trial(Path(folder), chosen.only or tuple(PROMISES), chosen.stride, write=chosen.write)
    print(markdown(tallies))
    for note in (note for tally in tallies for note in tally.notes[:5]):
        print(note)
    print(last_line(tallies))
    return 1 if any(tally.lost or tally.doubled or not tally.runs for tally in tallies) else 0


def trial(folder: Path, names: Sequence[str], stride: int, *, write: bool = False) -> list[Tally]:
    """The promises of these names, one after another."""
    tallies = []
    with ground(folder, stride=stride) as here:
        for name in names:
            began = time.monotonic()
            tallies.append(PROMISES[name](here))
            if write:
                write_page(tallies[-1:], stride)
            print(f"{name}: {tallies[-1].runs} runs in {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return tallies


def write_page(tallies: Sequence[Tally], stride: int) -> None:
    """Put these rows into the table between its marks; rows of promises that were not tried stay as they are."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    old, _, after = rest.partition(END)
    fresh = markdown(tallies).splitlines()
    found = {line.split("|")[1].strip(): line for line in [*old.splitlines(), *fresh[2:]] if line.startswith("| R")}
    lines = [*fresh[:2], *(found[name] for name in PROMISES if name in found)]
    totals = [sum(int(line.split("|")[column]) for line in lines[2:]) for column in (-5, -4, -3, -2)]
    said = "faults {} runs {} lost {} doubled {}".format(*totals)
    text = "\n".join([*lines, "", f"Row by row, at strides of 1 to {stride}: `{said}`", ""])
    PAGE.write_text(f"{before}{BEGIN}{text}{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
