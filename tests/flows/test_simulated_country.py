"""A small part of `make simulate`, so that the simulator itself and every system in it stay sound."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / "simulator" / "simulate.py"


def _last_line(*arguments):
    done = subprocess.run([sys.executable, str(SCRIPT), "--known", *arguments], capture_output=True, text=True, timeout=400, check=False)
    assert "recall" in done.stdout, done.stderr[-2000:]
    return dict(re.findall(r"(\w+) ([\d.]+)", done.stdout.splitlines()[-1])), done.stdout


@pytest.mark.xdist_group("simulator")
def test_one_host_of_each_system_is_read_whole_and_nothing_else_is_taken():
    score, printed = _last_line("--hosts", "9", "--years", "1", "--days", "2", "--sound")
    assert (score["recall"], score["precision"]) == ("1.0000", "1.0000"), printed
    assert (score["lookalikes"], score["false_missing"]) == ("0", "0"), printed


@pytest.mark.xdist_group("simulator")
def test_under_faults_nobody_is_called_missing_who_published():
    score, printed = _last_line("--hosts", "6", "--years", "1", "--days", "5")
    assert (score["false_missing"], score["faults_mistyped"], score["lookalikes"]) == ("0", "0", "0"), printed
    assert score["originals_lost"] == "0", printed
