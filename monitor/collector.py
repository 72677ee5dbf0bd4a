"""Python's collector of cycles, held back while tens of thousands of small values are made."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Python's collector of cycles runs less often meanwhile: judging makes many small values and no cycles.

    A tenth of the time, measured by `tests/bench/bench_cross.py`.
    """
    before = gc.get_threshold()
    gc.set_threshold(100_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
