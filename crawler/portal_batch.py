"""One batch of portals, each searched once, whichever of its entry points were named: the shared outside of `discovering` and `gapfilling`.

The counterpart of a batch of visits (`crawler.batch`), with the same outside: outcomes, failures, one progress line per search.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from crawler.recording import Recorder
from crawler.robots import HostMemory
from storage import portals
from storage.domain.enums import VisitOutcome
from storage.domain.errors import NianbaoError
from storage.domain.ids import EntryPointId
from storage.domain.registry import EntryPoint, Portal

_LOG = logging.getLogger(__name__)

Progress = Callable[[Mapping[str, object]], None]


@dataclass(frozen=True, slots=True)
class Searched:
    """What came of one search of a portal; `facts` are what only this kind of search tells. `entry` is None where none was used."""

    portal: Portal
    outcome: VisitOutcome
    reason: str
    entry: EntryPoint | None = None
    items: int = 0
    new_versions: int = 0
    facts: Mapping[str, object] = field(default_factory=dict)

    def line(self) -> dict[str, object]:
        """The progress line, in the form of a visit's."""
        return {
            "event": "visit",
            "entry_point": int(self.entry.id) if self.entry is not None else 0,
            "portal": self.portal.id,
            "name": self.portal.name,
            "outcome": self.outcome.value,
            "reason": self.reason,
            "items": self.items,
            "new_versions": self.new_versions,
            "qualified": False,
            **self.facts,
        }


Tell = Callable[[Searched], None]
Search = Callable[[Portal, Tell], Awaitable[None]]
"""Searches one portal and tells of every search it made there."""


@dataclass(slots=True)
class PortalBatch:
    """The searches of one crawl process. `enabled_only`: only portals and entry points that are watched."""

    search: Search
    recorder: Recorder
    memory: HostMemory
    progress: Progress
    enabled_only: bool = True
    concurrency: int = 16
    outcomes: dict[str, int] = field(default_factory=dict)
    new_versions: int = 0
    failures: list[Exception] = field(default_factory=list)

    async def work(self, entry_point_ids: Sequence[EntryPointId]) -> None:
        """Search the portals of these entry points."""
        gate = asyncio.Semaphore(self.concurrency)

        async def one(portal: Portal) -> None:
            async with gate:
                try:
                    await self.search(portal, self._tell)
                except Exception as error:  # noqa: BLE001 (the run loop: one portal's fault never stops the others)
                    self._failed(portal, error)

        await asyncio.gather(*(one(portal) for portal in self._portals(entry_point_ids)))
        self.memory.save()

    def _portals(self, entry_point_ids: Sequence[EntryPointId]) -> list[Portal]:
        with self.recorder.database.read() as connection:
            points = portals.entry_points_of(connection, ids=list(entry_point_ids), enabled_only=self.enabled_only)
            return [portals.get(connection, portal_id) for portal_id in dict.fromkeys(point.portal_id for point in points)]

    def _tell(self, done: Searched) -> None:
        self.outcomes[done.outcome.value] = self.outcomes.get(done.outcome.value, 0) + 1
        self.new_versions += done.new_versions
        self.progress(done.line())

    def _failed(self, portal: Portal, error: Exception) -> None:
        """A fault of ours: nothing is concluded from it."""
        self.failures.append(error)
        message = error.message if isinstance(error, NianbaoError) else repr(error)
        _LOG.error("search of portal %s failed", portal.id, exc_info=error)
        self.progress({"event": "failed", "portal": portal.id, "message": message})
