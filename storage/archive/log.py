"""The capture log beside the blobs: JSON lines, appended and never changed, each chained to the one before by a hash.

It holds all that the database knows of captures, so the database can be rebuilt from the archive, and it proves order and integrity:
changing, dropping or inserting a line breaks every chain after it. In a folder there is one stream, a file per day, shared by all
processes under a lock; in an object store every writer has its own stream of write-once segments.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from storage.archive import places
from storage.archive.places import FolderPlace, Place
from storage.codec import from_plain, to_plain
from storage.domain.errors import ArchiveError
from storage.domain.originals import Capture, StoredOriginal

LOG = "log"
TORN = "log-torn"
GENESIS = "0" * 64
VERSION = 1
_NOT_LOGGED = frozenset({"visit_id", "chain", "id"})
TAIL = 1 << 14
"""How much of a file's end is read at first to find its last line; lines are a few KB."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One capture with the blob it brought."""

    capture: Capture
    original: StoredOriginal


@dataclass(frozen=True, slots=True)
class LogProblem:
    """A place where the log is not as it was written: `torn`, `unreadable` or `chain-broken`."""

    kind: str
    key: str
    line: int


class CaptureLog(Protocol):
    """An append-only log of captures."""

    def append(self, entries: Sequence[LogEntry], now: datetime) -> tuple[LogEntry, ...]:
        """Write the entries so that they survive a power cut; they come back with their chain hashes. Raises ArchiveError."""
        ...

    def read(self) -> Iterator[LogEntry | LogProblem]:
        """Everything ever written, in order within each stream, with the places that are not as written."""
        ...


def open_log(place: Place) -> CaptureLog:
    """The log that belongs to a place."""
    return FolderLog(place) if isinstance(place, FolderPlace) else SegmentLog(place)


def _line(entry: LogEntry, before: str) -> tuple[bytes, LogEntry]:
    capture, original = _dumped(_plain_capture(entry.capture)), _dumped(to_plain(entry.original))
    # Written from its parts, as `_dumped` would write the whole: they are long, and the chain is made of them, too.
    chain = _hashed(before, f'{{"capture":{capture},"original":{original},"v":{VERSION}}}')
    text = f'{{"capture":{capture},"chain":"{chain}","original":{original},"prev":"{before}","v":{VERSION}}}'
    return text.encode("ascii") + b"\n", replace(entry, capture=replace(entry.capture, chain=chain))


def _lines(entries: Sequence[LogEntry], before: str) -> tuple[bytes, tuple[LogEntry, ...]]:
    data, written = b"", []
    for entry in entries:
        line, chained = _line(entry, before)
        before = chained.capture.chain
        data += line
        written.append(chained)
    return data, tuple(written)


def _chain_at_end(data: bytes) -> str:
    return str(json.loads(data.rstrip(b"\n").rpartition(b"\n")[2])["chain"])


def _plain_capture(capture: Capture) -> Any:
    """A visit's number means nothing without the database, and the chain cannot hold itself."""
    plain = to_plain(capture)
    return {name: value for name, value in plain.items() if name not in _NOT_LOGGED}


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"), sort_keys=True)


def _chain(before: str, body: Any) -> str:
    return _hashed(before, _dumped(body))


def _hashed(before: str, text: str) -> str:
    return hashlib.sha256(f"{before}\n{text}".encode("ascii")).hexdigest()


def _read_lines(key: str, data: bytes, before: str) -> Iterator[tuple[LogEntry | LogProblem, str]]:
    """Entries and problems of one file, each with the chain up to it."""
    *lines, rest = data.split(b"\n")
    for number, text in enumerate(lines, start=1):
        try:
            body = json.loads(text)
            said, chain = body.pop("prev"), body.pop("chain")
            entry = LogEntry(from_plain(Capture, body["capture"]), from_plain(StoredOriginal, body["original"]))
        except (ValueError, KeyError, TypeError, AttributeError):
            yield LogProblem("unreadable", key, number), before
            continue
        if said != before or chain != _chain(said, body):
            yield LogProblem("chain-broken", key, number), before
        before = chain
        yield replace(entry, capture=replace(entry.capture, chain=chain)), before
    if rest:
        yield LogProblem("torn", key, len(lines) + 1), before


class FolderLog:
    """One stream in a folder: `log/2025-02-01.jsonl` by UTC day, the first line of a day chained to the last of the day before."""

    def __init__(self, place: FolderPlace) -> None:
        self._place = place
        self._folder = place.root / LOG
        self._end: tuple[str, int, str] | None = None  # file, size and chain after our last line; spares reading it back

    def append(self, entries: Sequence[LogEntry], now: datetime) -> tuple[LogEntry, ...]:
        """Write the entries so that they survive a power cut; they come back with their chain hashes. Raises ArchiveError."""
        if not entries:
            return ()
        try:
            self._folder.mkdir(exist_ok=True)
            with (self._folder.parent / "log.lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                return self._append_locked(entries, now)
        except OSError as error:
            raise ArchiveError(
                f"存档日志写入失败：{error.strerror or error}", kept="原件已写入。", advice="请检查磁盘空间和权限。"
            ) from error

    def _append_locked(self, entries: Sequence[LogEntry], now: datetime) -> tuple[LogEntry, ...]:
        days = self._days()
        # A clock set back must not write before lines that are there: the newest file goes on.
        name = max([f"{now.strftime('%Y-%m-%d')}.jsonl", *days[-1:]])
        before = self._last_chain(days)
        data, written = _lines(entries, before)
        self._write(name, data)
        self._end = (name, (self._folder / name).stat().st_size, written[-1].capture.chain)
        return written

    def _write(self, name: str, data: bytes) -> None:
        path = self._folder / name
        new = not path.exists()
        # Without a buffer: one that could not be emptied is emptied again on closing, and after the cut below there is room for it.
        with path.open("ab", buffering=0) as file:
            start = file.seek(0, os.SEEK_END)
            try:
                half = len(data) // 2
                places.write_whole(file.fileno(), data[:half])
                places.step("log-half-written")
                places.write_whole(file.fileno(), data[half:])
                places.step("log-written")
                os.fsync(file.fileno())
            except OSError:
                os.ftruncate(file.fileno(), start)  # a full disk must not leave half a line
                raise
        if new:
            places.sync_folder(self._folder)
        places.step("log-synced")

    def _days(self) -> list[str]:
        return sorted(path.name for path in self._folder.glob("*.jsonl"))

    def _last_chain(self, days: Sequence[str]) -> str:
        if self._end and days and self._end[:2] == (days[-1], (self._folder / days[-1]).stat().st_size):
            return self._end[2]
        for name in reversed(days):
            path = self._folder / name
            self._set_torn_aside(name)
            last = _last_line(path)
            if last:
                return _chain_of(last, name)
        return GENESIS

    def _set_torn_aside(self, name: str) -> None:
        """A line cut by a crash was never acknowledged; its bytes are kept apart, so that the next line starts clean."""
        path = self._folder / name
        with path.open("r+b") as file:
            size = file.seek(0, os.SEEK_END)
            if size == 0:
                return
            file.seek(size - 1)
            if file.read(1) == b"\n":
                return
            file.seek(0)
            data = file.read()
            end = data.rfind(b"\n") + 1
            self._place.create(f"{TORN}/{name}.{end}.{uuid.uuid4().hex[:8]}", data[end:])
            file.truncate(end)
            os.fsync(file.fileno())

    def read(self) -> Iterator[LogEntry | LogProblem]:
        """Everything ever written, in order, with the places that are not as written."""
        before = GENESIS
        for name in self._days():
            for found, chain in _read_lines(f"{LOG}/{name}", (self._folder / name).read_bytes(), before):
                before = chain
                yield found


def _chain_of(line: bytes, name: str) -> str:
    try:
        return str(json.loads(line)["chain"])
    except (ValueError, KeyError, TypeError) as error:
        raise ArchiveError(
            f"存档日志 {name} 的末行无法读取，未再写入",
            kept="原件已写入。",
            advice="运行 nianbao archive verify 查看；从第二份存档或备份恢复该文件。",
        ) from error


def _last_line(path: Any) -> bytes:
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        span = min(size, TAIL)
        while True:
            file.seek(size - span)
            lines = bytes(file.read(span)).rstrip(b"\n").split(b"\n")
            if len(lines) > 1 or span == size:
                return lines[-1]
            span = min(size, span * 4)


class SegmentLog:
    """Streams in an object store: `log/<writer>/<number>.<day>.jsonl`, each object written once, chained within its writer."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._writer = uuid.uuid4().hex[:16]
        self._number = 0
        self._before = GENESIS

    def append(self, entries: Sequence[LogEntry], now: datetime) -> tuple[LogEntry, ...]:
        """Write the entries as one object; they come back with their chain hashes. Raises ArchiveError."""
        while entries:
            data, written = _lines(entries, self._before)
            key = f"{LOG}/{self._writer}/{self._number:08d}.{now.strftime('%Y-%m-%d')}.jsonl"
            mine = self._place.create(key, data) or self._place.read(key) == data
            # Taken by other lines: an earlier append that arrived although its answer was lost. It stands; go on behind it.
            self._before = written[-1].capture.chain if mine else _chain_at_end(self._place.read(key))
            self._number += 1
            if mine:
                return written
        return ()

    def read(self) -> Iterator[LogEntry | LogProblem]:
        """Everything ever written, writer by writer, with the places that are not as written; a missing segment breaks its chain."""
        writer, before = "", GENESIS
        for key in self._place.keys(LOG):
            owner = key.split("/")[-2]
            if owner != writer:
                writer, before = owner, GENESIS
            for found, chain in _read_lines(key, self._place.read(key), before):
                before = chain
                yield found
