"""Hosts that show their home page for every address to whoever asks too quickly, as a large regulator's portal does."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from crawler.demo.pages import Answer, Request

MANY = 6
"""So many quick requests in a row are a burst: on a busy machine one may come late, and the next then seems quick."""

BLOCKED_FOR = 60.0


@dataclass(slots=True)
class _Seen:
    at: float = float("-inf")
    quick: int = 0
    until: float = float("-inf")


@dataclass(slots=True)
class Bursts:
    """Watches these hosts. `quick` is the pause in seconds below which a request counts as hurried, `home` what the host then shows."""

    hosts: Collection[str]
    quick: float
    home: Callable[[str], Answer]
    clock: Callable[[], float] = time.monotonic
    _seen: dict[str, _Seen] = field(default_factory=lambda: defaultdict(_Seen))

    def __call__(self, host: str, request: Request) -> Answer | None:
        """The home page in place of the answer, or None where the host answers as ever."""
        if host not in self.hosts:
            return None
        now, seen = self.clock(), self._seen[host]
        seen.quick = seen.quick + 1 if now - seen.at < self.quick else 0
        seen.at = now
        if seen.quick >= MANY:
            seen.until = now + BLOCKED_FOR
        return self.home(host) if now < seen.until and request.path != "/" else None
