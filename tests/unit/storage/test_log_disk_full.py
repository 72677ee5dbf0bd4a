"""A disk that fills up in the middle of a line of the capture log: the line is gone whole, and the next one starts clean."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.archive.log import FolderLog, LogEntry, LogProblem
from storage.archive.places import FolderPlace
from storage.domain.errors import ArchiveError
from storage.domain.ids import Sha256
from storage.domain.originals import Capture, StoredOriginal

NOW = datetime(2025, 2, 1, 3, tzinfo=UTC)


def entry(number: int) -> LogEntry:
    sha256 = Sha256(f"{number:064x}")
    capture = Capture("page", f"http://a.gov.test/{number}", 200, NOW, NOW, sha256, response_head="HTTP/1.1 200\n" + "x" * 500)
    return LogEntry(capture, StoredOriginal(sha256, 5, f"blobs/{number}", "raw", "text/html", NOW))


@contextmanager
def no_file_longer_than(size: int) -> Iterator[None]:
    """As on a full disk: what fits is written, the rest is refused."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("room", [1, 300, 700, 1100, 1900, 2300, 2900])
def test_lines_that_did_not_fit_leave_nothing_behind(tmp_path: Path, room: int) -> None:
    log = FolderLog(FolderPlace(tmp_path))
    log.append([entry(0)], NOW)
    (file,) = (tmp_path / "log").glob("*.jsonl")
    before = file.read_bytes()
    assert 4 * len(before) > 2900, "four more lines do not fit"
    with no_file_longer_than(len(before) + room), pytest.raises(ArchiveError):
        log.append([entry(number) for number in (1, 2, 3, 4)], NOW)
    assert file.read_bytes() == before
    for writer in (log, FolderLog(FolderPlace(tmp_path))):
        writer.append([replace(entry(5))], NOW)
    found = list(log.read())
    assert [one for one in found if isinstance(one, LogProblem)] == []
    assert len(found) == 3
