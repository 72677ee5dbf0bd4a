"""A process told to die somewhere dies there, and nowhere else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
WALK = "from storage.failpoint import step; [step(name) for name in ('a', 'b', 'a')]; print('whole')"


@pytest.mark.parametrize(("told", "dies"), [("a:1", True), ("a:2", True), ("a:3", False), ("*:3", True), ("*:4", False), ("", False)])
def test_it_dies_where_it_was_told(told: str, dies: bool) -> None:
    child = subprocess.run(
        [sys.executable, "-c", WALK], cwd=ROOT, env={**os.environ, "NIANBAO_FAILPOINT": told}, capture_output=True, timeout=60, check=False
    )
    assert (child.returncode == -signal.SIGKILL) is dies
    assert (child.stdout == b"whole\n") is not dies
