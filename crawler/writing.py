"""Writing rows while other visits go on: one thread holds the pen, and what is handed in meanwhile is written in one transaction.

Whoever hands something in goes on when it is committed, as if it had a transaction of its own; a transaction shared by several waits for
the disk once. Where a shared one fails, each is written by itself, so that one's fault stays its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Connection

from storage.database import Database

T = TypeVar("T")
MOST = 32
"""Pieces of work per transaction: others who write must not wait long."""

Work = Callable[[Connection], Any]


@dataclass(slots=True)
class Writer:
    """Commits pieces of work to one database in the order they were handed in."""

    database: Database
    thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="database"))
    _waiting: list[tuple[Work, asyncio.Future[Any]]] = field(default_factory=list)
    _writing: asyncio.Task[None] | None = None

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Do the work in a transaction; its answer, once that is committed. Raises what the work raises. It may be done twice."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        self._waiting.append((work, done))
        if self._writing is None or self._writing.done():
            self._writing = loop.create_task(self._write())
        return await done

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            answers = await asyncio.get_running_loop().run_in_executor(self.thread, self._committed, [work for work, _ in batch])
            for (_, done), (answer, error) in zip(batch, answers, strict=True):
                if done.done():
                    continue
                if error is None:
                    done.set_result(answer)
                else:
                    done.set_exception(error)

    def _committed(self, works: Sequence[Work]) -> list[tuple[Any, BaseException | None]]:
        try:
            with self.database.write() as connection:
                return [(work(connection), None) for work in works]
        except Exception as error:  # noqa: BLE001 (handed to whoever waits for it)
            if len(works) == 1:
                return [(None, error)]
        return [self._committed([work])[0] for work in works]
