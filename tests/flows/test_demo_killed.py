"""kill -9 in the middle of the demo's crawl, then the same again: nothing lost, nothing doubled, the outcome as if nothing had happened."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.archive.store import open_archive
from storage.archive.verify import verify
from storage.database import open_database

pytestmark = [pytest.mark.flow, pytest.mark.timeout(900)]

PATIENCE = 90.0
DOUBLES = {
    "sightings": "entry_point_id, url",
    "captures": "natural_key",
    "report_versions": "report_id, url, main_sha256",
    "outbox": "destination_id, message_key",
    "events": "event_key",
}


def _demo(folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "monitor.cli.main", "--data-dir", str(folder), "demo", "--once", "--keep"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)


def _captures(folder: Path) -> int:
    """Answers stored so far; 0 while there is no database to ask."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"file:{folder / 'nianbao.sqlite3'}?mode=ro", uri=True, timeout=5)) as connection:
        return int(connection.execute("SELECT count(*) FROM captures").fetchone()[0])
    return 0


def _kill_at(folder: Path, captures: int) -> None:
    """Start the demo and end its whole process group, without warning, once it has stored that many answers."""
    process = _demo(folder)
    try:
        deadline = time.monotonic() + PATIENCE
        while _captures(folder) < captures:
            assert process.poll() is None, f"the demo ended by itself: {process.communicate()[0][-800:]}"
            assert time.monotonic() < deadline, "the crawl did not get that far"
            time.sleep(0.02)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def test_a_killed_crawl_is_made_good(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    _kill_at(folder, 20)
    kept = _captures(folder)
    _kill_at(folder, kept + 25)

    process = _demo(folder)
    output = process.communicate(timeout=600)[0]
    assert process.returncode == 0, output[-2000:]
    assert "与标准答案一致" in output

    with open_database(f"sqlite:///{folder / 'nianbao.sqlite3'}") as database:
        with database.read() as connection:
            for table, key in DOUBLES.items():
                doubled = connection.exec_driver_sql(f"SELECT {key}, count(*) FROM {table} GROUP BY {key} HAVING count(*) > 1").fetchall()
                assert not doubled, f"{table}: {doubled}"
            unread = connection.exec_driver_sql(
                "SELECT count(*) FROM report_versions v WHERE NOT EXISTS (SELECT 1 FROM readings r WHERE r.version_id = v.id)"
            ).scalar_one()
            assert unread == 0
            lost = connection.exec_driver_sql("SELECT count(*) FROM outbox WHERE state <> 'accepted'").scalar_one()
            assert lost == 0
            believed = connection.exec_driver_sql(
                "SELECT count(*) FROM visits v JOIN runs r ON r.id = v.run_id WHERE v.qualified AND r.state = 'abandoned'"
            ).scalar_one()
            assert believed == 0, "a dead run's visit counts as proof"
        with database.write() as connection:
            report = verify(open_archive(f"file://{folder / 'archive'}"), connection, now=datetime.now(UTC))
    assert not report.damage
    assert not report.log_problems
