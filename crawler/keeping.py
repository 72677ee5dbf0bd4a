"""Storing what came while other visits go on: the disk is waited for in threads, and answers that come together share one write of the log.

The promise is that of `storage.archive.keep`: whoever waits here goes on only when bytes and log line are on disk, in that order. A disk
asked by several threads at once makes one journal entry of what it would else make many of.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

from storage.archive.keep import Kept, Received, log_of, store_of, stored
from storage.archive.log import LogEntry
from storage.archive.store import Archive

THREADS = 8


@dataclass(slots=True)
class Keeper:
    """Keeps answers in one archive for all visits of a process. `threads` None keeps at once, without a thread."""

    archive: Archive
    threads: Executor | None = field(default_factory=lambda: ThreadPoolExecutor(THREADS, thread_name_prefix="archive"))
    _waiting: list[tuple[LogEntry, datetime, asyncio.Future[LogEntry]]] = field(default_factory=list)
    _writing: asyncio.Task[None] | None = None

    async def keep(self, received: Received, now: datetime) -> Kept:
        """Store the answer's bytes and its log line; after it returns nothing can lose them. Raises ArchiveError."""
        loop = asyncio.get_running_loop()
        entry = await loop.run_in_executor(self.threads, store_of, self.archive, received, now)
        logged: asyncio.Future[LogEntry] = loop.create_future()
        self._waiting.append((entry, now, logged))
        if self._writing is None or self._writing.done():
            self._writing = loop.create_task(self._write())
        return stored(await logged, received)

    async def _write(self) -> None:
        """Write everything that waits; what comes meanwhile is written next, together."""
        loop = asyncio.get_running_loop()
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                entries = [entry for entry, _, _ in batch]
                written = await loop.run_in_executor(self.threads, log_of, self.archive, entries, max(now for _, now, _ in batch))
            except BaseException as error:  # noqa: BLE001 (handed to everybody who waits for this write)
                for _, _, logged in batch:
                    if not logged.done():
                        logged.set_exception(error)
                continue
            for (_, _, logged), entry in zip(batch, written, strict=True):
                if not logged.done():
                    logged.set_result(entry)
