"""Hosts that said for good that everything of theirs is elsewhere (another scheme, another name): asked there at once for some days.

Without this every request to a portal that moved to https costs two. What is not there is asked for where it was, as half a host may have
stayed; where the old place only leads to the new one again, that answer is known already, and after some such answers the old place is no
longer asked for what is nobody's report.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace

from crawler.listing import Ask
from crawler.page import Page
from crawler.robots import CONTROL_TTL, HostMemory, is_fresh
from crawler.visit_state import host_of
from crawler.way_on import whole_move
from storage.domain.clock import Clock
from storage.domain.originals import CaptureRole

_ENOUGH = 2
"""Addresses that the old place led to the new one after all, until it is believed to do so with every other."""


@dataclass(frozen=True, slots=True)
class MovedHosts:
    """What the memory of hosts says of moves; for the length of one crawl, also what came of asking at the old place again: the addresses
    led on once more by host, and the hosts that still had something.
    """

    memory: HostMemory
    clock: Clock
    _led_again: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _half: set[str] = field(default_factory=set)

    def direct(self, ask: Ask) -> Ask:
        """The request as it is asked by now; the same where its host did not move."""
        host = host_of(ask.url)
        notes = self.memory.get(host)
        moved = notes.moved_to and is_fresh(notes.moved_at, self.clock.now(), CONTROL_TTL)
        return replace(ask, url=notes.moved_to + ask.url.removeprefix(host)) if moved else ask

    def learn(self, asked: str, page: Page | None) -> None:
        """Remember what an answer says of its whole host."""
        if page is not None and (moved := whole_move(asked, page)):
            host, now = host_of(asked), self.clock.now().isoformat()
            self.memory.put(host, replace(self.memory.get(host), moved_to=moved, moved_at=now))

    def forget(self, asked: str) -> None:
        """Something of the host is still where it was."""
        self.memory.put(host_of(asked), replace(self.memory.get(host_of(asked)), moved_to=""))

    def asked_again(self, asked: str, page: Page | None, *, led_on: bool) -> None:
        """What came of asking at the old place for what was not at the new one: it led there again, or had it itself."""
        if led_on:
            self._led_again[host_of(asked)].add(asked)
        elif page is not None and page.status < 400:
            self._half.add(host_of(asked))

    def is_whole(self, asked: str, role: CaptureRole) -> bool:
        """Whether what is absent at the new place need not be asked for at the old one. A report's own page and files always are: calling
        one gone that still stands there would be an accusation.
        """
        host = host_of(asked)
        return role not in {"page", "document"} and host not in self._half and len(self._led_again[host]) >= _ENOUGH
