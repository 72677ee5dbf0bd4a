"""The command as people meet it: in this process for its answers, as a process of its own for exit codes and tracebacks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.cli.main import main
from tests.unit.cli.calling import Answer, Nianbao


@pytest.fixture
def nianbao(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Nianbao:
    """Call the command in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("NIANBAO_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "200")

    def call(*words: str | Path) -> Answer:
        capsys.readouterr()
        code = main([str(word) for word in words])
        said = capsys.readouterr()
        return Answer(code, said.out, said.err)

    return call


@pytest.fixture
def process(tmp_path: Path) -> Nianbao:
    """Call the command as a process of its own, in an empty folder."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NIANBAO_")}

    def call(*words: str | Path, **extra: str) -> Answer:
        done = subprocess.run(
            [sys.executable, "-m", "monitor.cli.main", *map(str, words)],
            cwd=tmp_path,
            env={**environment, "PYTHONPATH": str(Path(__file__).resolve().parents[3]), **extra},
            capture_output=True,
            encoding="utf8",
            timeout=120,
            check=False,
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    return call
