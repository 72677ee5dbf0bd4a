"""Retention: what anything names stays, what nothing names leaves slowly and comes back when it is named after all."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.archive.keep import Received, keep, write_rows
from storage.archive.retain import carry_out, plan
from storage.archive.store import Archive, open_archive
from storage.database import Database
from storage.domain.errors import ArchiveError, UsageError
from storage.domain.ids import Sha256
from storage.domain.originals import Capture

AT = datetime(2025, 2, 1, 3, tzinfo=UTC)
WEEK = timedelta(days=7)


def answer(name: str) -> Received:
    return Received(name.encode() * 40, Capture("page", f"http://a.gov.test/{name}", 200, AT, AT, Sha256("0" * 64)), "text/html")


@pytest.fixture
def archive(tmp_path: Path, db: Database) -> Archive:
    """One original with rows, one that only the log names, one that nothing names, and what a dead process was writing."""
    made = open_archive(str(tmp_path / "archive"))
    with db.write() as c:
        write_rows(c, keep(made, [answer("rows")], AT))
    keep(made, [answer("log")], AT)
    made.put(b"nothing names this" * 9, media_type="", now=AT)
    (tmp_path / "archive/tmp/dead").write_bytes(b"half")
    for path in (tmp_path / "archive").rglob("*"):
        os.utime(path, (AT.timestamp(), AT.timestamp()))
    return made


def run(archive: Archive, db: Database, now: datetime) -> tuple[int, int, int, int]:
    with db.read() as c:
        planned = plan(archive, c, now)
    carry_out(archive, planned, now)
    return len(planned.young), len(planned.to_set_aside), len(planned.to_put_back), len(planned.to_delete)


def test_what_nothing_names_leaves_after_two_weeks_and_nothing_else_ever(archive: Archive, db: Database, tmp_path: Path) -> None:
    held = {key for key in archive.blob_keys() if archive.place.read(key) != b""}
    assert run(archive, db, AT + WEEK - timedelta(seconds=1)) == (2, 0, 0, 0)
    assert set(archive.blob_keys()) == held
    assert run(archive, db, AT + WEEK) == (0, 1, 0, 1)  # set aside; and the half-written file is gone
    assert run(archive, db, AT + 2 * WEEK - timedelta(seconds=1)) == (1, 0, 0, 0)
    assert len(list(archive.place.keys("set-aside"))) == 1
    assert run(archive, db, AT + 2 * WEEK) == (0, 0, 0, 1)
    for years in range(1, 30, 7):
        assert run(archive, db, AT + timedelta(days=365 * years)) == (0, 0, 0, 0)
    assert len(list(archive.blob_keys())) == len(held) - 1 == 2
    assert not list(archive.place.keys("set-aside"))
    assert not list(archive.place.keys("tmp"))
    for received in (answer("rows"), answer("log")):
        assert received.data in [archive.get(Sha256(key.rpartition("/")[2].partition(".")[0])) for key in archive.blob_keys()]


def test_what_is_named_meanwhile_comes_back(archive: Archive, db: Database) -> None:
    with db.read() as c:
        planned = plan(archive, c, AT + WEEK)
    late = Received(b"nothing names this" * 9, answer("late").capture)
    (kept,) = keep(archive, [late], AT + WEEK)  # a crawl meets the same bytes after the plan was made
    carry_out(archive, planned, AT + WEEK)
    assert not archive.exists(kept.original.sha256)
    assert run(archive, db, AT + 3 * WEEK)[2] == 1
    assert archive.get(kept.original.sha256) == late.data
    assert run(archive, db, AT + 9 * WEEK) == (0, 0, 0, 0)


def test_a_log_that_is_not_whole_lets_nothing_leave(archive: Archive, db: Database, tmp_path: Path) -> None:
    path = tmp_path / "archive/log/2025-02-01.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"status":200', b'"status":404', 1))
    with db.read() as c, pytest.raises(ArchiveError):
        plan(archive, c, AT + 9 * WEEK)


def test_a_bucket_is_left_alone(db: Database, archive_url: str) -> None:
    if archive_url.startswith("s3"):
        with db.read() as c, pytest.raises(UsageError):
            plan(open_archive(archive_url), c, AT)
