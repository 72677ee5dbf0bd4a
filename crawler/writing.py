"""Writing rows while visits go on: one thread holds the pen, and what is handed in meanwhile is written in one transaction.

What is handed in waits a moment for company: a transaction waits for the disk once, however much is in it. Whoever needs a piece written
waits for it, and nothing rests on a piece that was not waited for: a visit is only finished when all of it is committed
(`VisitState.settle`). Where a shared transaction fails, each piece is written by itself, so that one's fault stays its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Connection

from crawler.committing import Commit, Piece
from storage.archive.keep import Kept
from storage.arrivals import Arrival

T = TypeVar("T")
MOST = 64
"""Pieces per transaction: others who write must not wait long."""
LINGER = 0.2
"""Seconds a piece waits for company. A process that dies loses no more rows than it fetched in that time, and none of their bytes."""


@dataclass(slots=True)
class Writer:
    """Has pieces of work committed in the order they were handed in, and before them the rows of what was kept."""

    commit: Commit
    thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="database"))
    _kept: list[Kept] = field(default_factory=list)
    _waiting: list[tuple[Piece, asyncio.Future[Any]]] = field(default_factory=list)
    _writing: asyncio.Task[None] | None = None
    _timer: asyncio.TimerHandle | None = None

    def put(self, kept: Kept) -> None:
        """An answer that is safe in the archive: its rows are written with the next piece, whosever that is."""
        self._kept.append(kept)

    def take(self) -> Sequence[Kept]:
        """What was put here and is nowhere in the database yet, for somebody who writes it now."""
        kept, self._kept = self._kept, []
        return kept

    def hand_in(self, piece: Callable[[Connection], T] | Arrival) -> asyncio.Future[T]:
        """Have the piece written before long. The future holds its answer once that is committed, or what it raised; an arrival's answer
        is whether it is a new version. Work may be done twice.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        self._waiting.append((piece, done))
        if len(self._waiting) >= MOST:
            self.hurry()
        elif self._timer is None:
            self._timer = loop.call_later(LINGER, self.hurry)
        return done

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Do the work in a transaction, now; its answer, once that is committed. Raises what the work raises. It may be done twice."""
        done = self.hand_in(work)
        self.hurry()
        return await done

    def hurry(self) -> None:
        """Somebody waits: write what there is."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._waiting and (self._writing is None or self._writing.done()):
            self._writing = asyncio.get_running_loop().create_task(self._write())

    async def _write(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            answers, left = await loop.run_in_executor(self.thread, self.commit, self.take(), [piece for piece, _ in batch])
            for one in left:
                self.put(one)
            for (_, done), (answer, error) in zip(batch, answers, strict=True):
                if done.done():
                    continue
                if error is None:
                    done.set_result(answer)
                else:
                    done.set_exception(error)
