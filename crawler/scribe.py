"""A process that commits rows for a crawl, so that the crawl goes on meanwhile: one process of Python does one thing at a time, and a
sixth of a crawl's work is rows (tests/bench/bench_crawling.py).

It is a fork made before anything is opened and before there are threads. It holds nothing: what it is handed are values, it answers each
batch when that is committed, and nothing rests on a batch that was not answered. It ends when whoever made it does, killed or not. Where
it is gone itself, the crawl writes its rows itself from then on; work that was under way is done again, which doubles nothing.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection as Channel
from types import TracebackType

from crawler.committing import Committed, Piece, committed
from storage import failpoint
from storage.archive.keep import Kept
from storage.database import Database, open_database
from storage.domain.errors import NianbaoError, StoreError


class Scribe:
    """Commits batches of rows in a process of its own. Make it first of all; close it, or use it as a context manager."""

    def __init__(self) -> None:
        self._channel: Channel | None
        self._channel, theirs = Pipe()
        sys.stdout.flush()
        crawl, self._pid = os.getpid(), os.fork()
        if self._pid == 0:
            self._channel.close()
            failpoint.part_of(crawl)
            _serve(theirs)
        theirs.close()

    @property
    def pid(self) -> int:
        """The process."""
        return self._pid

    def commit(self, database: Database, kept: Sequence[Kept], pieces: Sequence[Piece]) -> Committed:
        """As `committed`, which is also what happens where the process is gone or cannot be told."""
        address = database.url.render_as_string(hide_password=False)
        try:
            told = None if self._channel is None else pickle.dumps((address, kept, pieces), pickle.HIGHEST_PROTOCOL)
        except (pickle.PicklingError, AttributeError, TypeError):
            told = None
        answer = None if told is None else self._asked(told)
        return committed(database, kept, pieces) if answer is None else answer

    def _asked(self, told: bytes) -> Committed | None:
        assert self._channel is not None
        try:
            self._channel.send_bytes(told)
            answer: Committed | None = pickle.loads(self._channel.recv_bytes())  # noqa: S301 - from our own fork
        except (EOFError, OSError):
            self.close()
            return None
        return answer

    def close(self) -> None:
        """Let it end, and wait for that."""
        if self._channel is None:
            return
        self._channel.close()
        self._channel = None
        with suppress(ChildProcessError):
            os.waitpid(self._pid, 0)

    def __enter__(self) -> Scribe:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def _serve(channel: Channel) -> None:
    """Answer until there is nobody left who asks; never returns."""
    gc.freeze()
    for name in (signal.SIGINT, signal.SIGTERM):  # meant for the crawl, which still has to write how it ended
        signal.signal(name, signal.SIG_IGN)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    database: Database | None = None
    with suppress(EOFError, OSError):
        while True:
            address, kept, pieces = pickle.loads(channel.recv_bytes())  # noqa: S301 - from whoever forked us
            try:
                database = database or open_database(address, migrate=False)
            except NianbaoError:
                channel.send_bytes(pickle.dumps(None))  # whoever asked finds out why
                continue
            channel.send_bytes(_told(committed(database, kept, pieces)))
    os._exit(0)


def _told(answer: Committed) -> bytes:
    """The answers as bytes; an error that cannot travel comes as its words."""
    answers, left = answer
    return pickle.dumps(([(value, None if error is None else _portable(error)) for value, error in answers], left))


def _portable(error: BaseException) -> BaseException:
    try:
        back = pickle.loads(pickle.dumps(error))  # noqa: S301 - just made
    except Exception:  # noqa: BLE001 (whatever keeps it from travelling)
        back = None
    return error if type(back) is type(error) else StoreError(repr(error))
