"""The evidence pack made by the command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from storage import audit
from tests.unit.cli.calling import Nianbao
from tests.unit.web.evidence_world import World, lived


@pytest.fixture
def world(tmp_path: Path, nianbao: Nianbao, monkeypatch: pytest.MonkeyPatch) -> World:
    with lived(tmp_path) as made:
        monkeypatch.setenv("NIANBAO_DATABASE_URL", made.url)
        monkeypatch.setenv("NIANBAO_ARCHIVE_URL", (tmp_path / "archive").as_uri())
    return made


def test_a_pack_is_made_once_and_checks(nianbao: Nianbao, world: World, tmp_path: Path) -> None:
    said = nianbao("report", "export", "示例县教育局", "--year", "2024", "--to", "pack")
    assert said.code == 0, said.err
    assert "verify.py" in said.err
    done = subprocess.run([sys.executable, "-I", "pack/verify.py"], cwd=tmp_path, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout.decode()
    again = nianbao("report", "export", "示例县教育局", "--year", "2024", "--to", "pack")
    assert again.code == 2
    assert "已经存在" in again.err
    with world.database.read() as connection:
        (line,) = audit.recent(connection)
    assert (line.action, line.target) == ("report.export", "report/9902-01/2024")


def test_nothing_known_and_damaged_originals_are_said_so(nianbao: Nianbao, world: World, tmp_path: Path) -> None:
    assert nianbao("report", "export", "示例县教育局", "--year", "2019", "--to", "x.zip").code == 5
    for blob in (tmp_path / "archive/blobs").rglob("*"):
        if blob.is_file():
            blob.unlink()
    assert nianbao("report", "export", "示例县教育局", "--year", "2024", "--to", "x.zip").code == 8
    assert not (tmp_path / "x.zip").exists()
