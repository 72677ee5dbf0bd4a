"""Ending in order when told to: SIGTERM unwinds the command like an exception, so that child processes and files are closed."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

TERMINATED = 128 + signal.SIGTERM


@contextmanager
def stopped_by_sigterm(code: int = TERMINATED) -> Iterator[None]:
    """Inside, SIGTERM raises SystemExit with `code`; the web server below us hands the signal back once it has shut down."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signals belong to the main thread; a caller elsewhere has its own way to stop
        return

    def stop(number: int, frame: FrameType | None) -> None:
        raise SystemExit(code)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
