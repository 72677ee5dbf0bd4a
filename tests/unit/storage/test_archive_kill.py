"""A process killed at any step of keeping an original leaves it whole and findable, or absent; never half, never lost."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage import captures, originals
from storage.archive.keep import Received, keep, write_rows
from storage.archive.log import LogEntry, LogProblem
from storage.archive.rebuild import rebuild
from storage.archive.store import open_archive, sha256_of
from storage.archive.verify import verify
from storage.database import open_database
from storage.domain.ids import Sha256
from storage.domain.originals import Capture

NOW = datetime(2025, 2, 1, tzinfo=UTC)
DATA = b"<html>" + b"annual report " * 500
STEPS = [
    "begun",
    "half-written",
    "written",
    "synced",
    "linked",
    "folder-synced",
    "log-half-written",
    "log-written",
    "log-synced",
    "row-written",
    "row-committed",
]
KEPT_FROM = "linked"
LOGGED_FROM = "log-written"


def _work(folder: Path, kill_at: str) -> None:
    """What the child does; it dies at `kill_at`."""
    from storage.archive import places

    def die_there(name: str) -> None:
        if name == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    places.step = die_there
    capture = Capture("page", "http://a.gov.test/", 200, NOW, NOW, Sha256(""))
    with open_database(f"sqlite:///{folder / 'db.sqlite3'}") as db:
        kept = keep(open_archive(str(folder / "archive")), [Received(DATA, capture)], NOW)
        with db.write() as connection:
            write_rows(connection, kept)
            die_there("row-written")
        die_there("row-committed")


@pytest.mark.parametrize("step", [*STEPS, "none"])
def test_killed_at(step: str, tmp_path: Path, migrated_sqlite: Path) -> None:
    shutil.copy(migrated_sqlite, tmp_path / "db.sqlite3")
    code = f"from tests.unit.storage.test_archive_kill import _work; from pathlib import Path; _work(Path({str(tmp_path)!r}), {step!r})"
    root = Path(__file__).parents[3]
    child = subprocess.run([sys.executable, "-c", code], cwd=root, check=False, timeout=120, capture_output=True)
    assert child.returncode == (0 if step == "none" else -signal.SIGKILL), child.stderr.decode()
    archive = open_archive(str(tmp_path / "archive"))
    kept, logged = STEPS.index(step) >= STEPS.index(KEPT_FROM) if step != "none" else True, step == "none"
    logged = logged or STEPS.index(step) >= STEPS.index(LOGGED_FROM)
    sha256 = sha256_of(DATA)
    assert archive.exists(sha256) is kept
    assert not kept or archive.get(sha256) == DATA
    found = list(archive.log.read())
    assert [entry.capture.sha256 for entry in found if isinstance(entry, LogEntry)] == [sha256] * logged
    assert [problem.kind for problem in found if isinstance(problem, LogProblem)] == ["torn"] * (step == "log-half-written")
    _after_restart(tmp_path, sha256, committed=step in {"row-committed", "none"}, logged=logged)


def _after_restart(folder: Path, sha256: Sha256, *, committed: bool, logged: bool) -> None:
    archive = open_archive(str(folder / "archive"))
    with open_database(f"sqlite:///{folder / 'db.sqlite3'}") as db:
        with db.write() as connection:
            assert [row.sha256 for row in originals.list_all(connection)] == [sha256] * committed
            assert verify(archive, connection, now=NOW).damage == ()
        rebuild(archive, db)
        with db.read() as connection:
            assert len(captures.list_all(connection)) == logged
        # The next run does it again; however often, there is one blob and one row per answer.
        with db.write() as connection:
            write_rows(connection, keep(archive, [Received(DATA, Capture("page", "http://a/", 200, NOW, NOW, Sha256("")))], NOW))
        with db.write() as connection:
            report = verify(archive, connection, now=NOW)
    assert archive.get(sha256) == DATA
    assert report.sound
    assert len(list(archive.blob_keys())) == 1
