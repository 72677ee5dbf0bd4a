"""Storing what came while other visits go on: a thread waits for the disk, and answers that come together wait for it once.

The promise is that of `storage.archive.keep`: whoever waits here goes on only when bytes and log line are on disk, in that order.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

from storage.archive.keep import Kept, Received, keep
from storage.archive.store import Archive

MOST = 16
"""Answers per batch: the first of them is not kept waiting for the last."""

Answer = tuple[Kept | None, BaseException | None]


@dataclass(slots=True)
class Keeper:
    """Keeps answers in one archive for all visits of a process."""

    archive: Archive
    thread: Executor = field(default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="archive"))
    _waiting: list[tuple[Received, datetime, asyncio.Future[Kept]]] = field(default_factory=list)
    _writing: asyncio.Task[None] | None = None

    async def keep(self, received: Received, now: datetime) -> Kept:
        """Store the answer's bytes and its log line; after it returns nothing can lose them. Raises ArchiveError."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Kept] = loop.create_future()
        self._waiting.append((received, now, done))
        if self._writing is None or self._writing.done():
            self._writing = loop.create_task(self._write())
        return await done

    async def _write(self) -> None:
        """Write everything that waits; what comes meanwhile is written next, together."""
        loop = asyncio.get_running_loop()
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            answers = [received for received, _, _ in batch]
            told = await loop.run_in_executor(self.thread, self._kept, answers, max(now for _, now, _ in batch))
            for (_, _, done), (kept, error) in zip(batch, told, strict=True):
                if done.done():
                    continue
                if kept is not None:
                    done.set_result(kept)
                else:
                    assert error is not None
                    done.set_exception(error)

    def _kept(self, received: Sequence[Received], now: datetime) -> list[Answer]:
        """Keep them together; where that fails, each by itself, so that one's fault stays its own."""
        try:
            return [(kept, None) for kept in keep(self.archive, received, now)]
        except Exception as error:  # noqa: BLE001 (handed to whoever waits for it)
            if len(received) == 1:
                return [(None, error)]
        return [self._kept([one], now)[0] for one in received]
