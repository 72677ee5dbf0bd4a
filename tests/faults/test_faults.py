"""A small part of `make faults`: few of its steps, all of its judging."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults import run
from tests.faults.ground import ground
from tests.faults.table import Tally, last_line

pytestmark = [pytest.mark.flow, pytest.mark.timeout(280)]


@pytest.mark.parametrize(("promise", "stride"), [("R1", 17), ("R3", 41)])
def test_nothing_is_lost_or_doubled(promise: str, stride: int, tmp_path: Path) -> None:
    with ground(tmp_path, stride=stride, postgres=False) as here:
        tally = run.PROMISES[promise](here)
    assert tally.runs > 2
    assert (tally.lost, tally.doubled) == (0, 0), tally.notes


def test_the_documentation_holds_the_table_and_nothing_lost() -> None:
    page = run.PAGE.read_text(encoding="utf-8")
    table = page.partition(run.BEGIN)[2].partition(run.END)[0]
    named = [line.split("|")[1].strip() for line in table.splitlines() if line.startswith("| R")]
    assert named == [name for name in run.PROMISES if name in named]
    assert set(run.INJECTED) <= set(named)
    assert "lost 0 doubled 0`" in table


def test_what_is_lost_or_doubled_is_counted() -> None:
    tally = Tally("R0", "")
    tally.expect("messages", found=1, wanted=3)
    tally.expect("events", found=5, wanted=4)
    assert (tally.lost, tally.doubled) == (2, 1)
    assert last_line([tally]) == "faults 0 runs 0 lost 2 doubled 1"
