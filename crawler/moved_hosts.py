"""Hosts that said for good that everything of theirs is elsewhere (another scheme, another name): asked there at once for some days.

Without this every request to a portal that moved to https costs two.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from crawler.listing import Ask
from crawler.page import Page
from crawler.robots import CONTROL_TTL, HostMemory, is_fresh
from crawler.visit_state import host_of
from crawler.way_on import whole_move
from storage.domain.clock import Clock


@dataclass(frozen=True, slots=True)
class MovedHosts:
    """What the memory of hosts says of moves."""

    memory: HostMemory
    clock: Clock

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
