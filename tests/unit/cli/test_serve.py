"""`nianbao serve` and `nianbao demo` as processes: they say where they listen, end when told to, and leave nothing running."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.unit.cli.calling import Nianbao

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_SECONDS = 120


@contextmanager
def started(folder: Path, *words: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command running in `folder`, and the address it said it listens on."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NIANBAO_")} | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "monitor.cli.main", *words]
    with subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stderr is not None
            said = ""
            for line in process.stderr:
                said += line
                if found := re.search(r"网页 (http://\S+)", line):
                    yield process, found[1]
                    return
            raise AssertionError(said)
        finally:
            if process.poll() is None:
                process.kill()


def _at_work_in(folder: Path) -> list[str]:
    """Processes that stand in that folder, wherever they are in the tree: an orphan would still do."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                place = (entry / "cwd").readlink()
            except OSError:
                continue
            if place.is_relative_to(folder):
                found.append(entry.name)
    return found


@pytest.mark.parametrize(("how", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_serve_answers_and_ends_when_told(nianbao: Nianbao, tmp_path: Path, how: signal.Signals, code: int) -> None:
    assert nianbao("init").code == 0
    with started(tmp_path, "serve", "--port", "0") as (process, address):
        with urllib.request.urlopen(f"{address}healthz", timeout=PATIENCE_SECONDS) as answer:
            assert answer.status == 200
        process.send_signal(how)
        assert process.wait(PATIENCE_SECONDS) == code


def test_a_taken_port_is_said_to_be(nianbao: Nianbao) -> None:
    assert nianbao("init").code == 0
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        answer = nianbao("serve", "--no-schedule", "--port", str(port))
    assert answer.code == 9
    assert str(port) in answer.err


@pytest.mark.flow
@pytest.mark.timeout(600)
def test_demo_once_agrees_with_the_ledger_and_leaves_nothing_running(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NIANBAO_")} | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "monitor.cli.main", "demo", "--once"]
    process = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    out, err = process.communicate(timeout=500)
    assert process.returncode == 0, out + err
    assert "与标准答案一致" in out
    assert "Traceback" not in err
    assert list((tmp_path / "nianbao-demo" / "outbox").glob("*.eml"))
    deadline = time.monotonic() + 10
    while _at_work_in(tmp_path) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert _at_work_in(tmp_path) == []
