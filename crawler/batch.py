"""One batch of entry points, several platforms at a time; each finished visit is written at once, failures of connection when the batch
is done.

Whether an unreachable host or our own network is to blame can only be said when it is known whether anybody answered.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar
from urllib.parse import urlsplit

from crawler.errands import WATCH, Errand
from crawler.fetching import Fetch
from crawler.listing import Ask
from crawler.recording import Recorder
from crawler.robots import HostMemory
from crawler.visiting import Done, visit
from storage.domain.enums import VisitOutcome
from storage.domain.errors import NianbaoError
from storage.domain.ids import EntryPointId, PortalId
from storage.domain.registry import Portal
from storage.domain.visits import VisitResult

T = TypeVar("T")
_LOG = logging.getLogger(__name__)

Progress = Callable[[Mapping[str, object]], None]


@dataclass(slots=True)
class Batch:
    """The work of one crawl process."""

    fetch: Fetch
    recorder: Recorder
    memory: HostMemory
    progress: Progress
    answered: Callable[[], int]
    max_pages: int = 30
    errand: Errand = WATCH
    concurrency: int = 16
    self_test_urls: Sequence[str] = ()
    own_network: bool | None = None
    outcomes: dict[str, int] = field(default_factory=dict)
    new_versions: int = 0
    failures: list[Exception] = field(default_factory=list)

    async def work(self, entry_point_ids: Sequence[EntryPointId]) -> None:
        """Visit all of them."""
        await self._test_own_network()
        gate = asyncio.Semaphore(self.concurrency)

        async def one(entry_point_id: EntryPointId) -> Done | None:
            async with gate:
                visited = visit(self.fetch, self.recorder, self.memory, entry_point_id, max_pages=self.max_pages, errand=self.errand)
                done = await self._guarded(entry_point_id, visited)
            if done is None or done.result.outcome is VisitOutcome.UNREACHABLE:
                # Whether the host or our own connection is to blame is known when all have been tried.
                return done
            await self._guarded(entry_point_id, self._finish(done))
            return None

        waiting = await asyncio.gather(*(one(entry_point_id) for entry_point_id in entry_point_ids))
        for done in waiting:
            if done is not None:
                await self._guarded(done.before.entry.id, self._finish(done, len(entry_point_ids)))
        self.memory.save()

    async def _guarded(self, entry_point_id: EntryPointId, work: Awaitable[T]) -> T | None:
        """The run loop: one list's fault, in its visit or in writing its end down, never stops the others."""
        try:
            return await work
        except Exception as error:  # noqa: BLE001 (told as a failure of this list)
            self._failed(entry_point_id, error)
            return None

    def _failed(self, entry_point_id: EntryPointId, error: Exception) -> None:
        """A fault of ours: the visit stays unfinished, which proves nothing, and the next crawl does it again."""
        self.failures.append(error)
        message = error.message if isinstance(error, NianbaoError) else repr(error)
        _LOG.error("visit of entry point %d failed", entry_point_id, exc_info=error)
        self.progress({"event": "failed", "entry_point": int(entry_point_id), "message": message})

    async def _test_own_network(self) -> None:
        """Ask the configured unrelated hosts; our connection works if two of them answer (or the one there is)."""
        if not self.self_test_urls:
            return
        replies = [await self.fetch(Ask(url), _test_portal(url), "control") for url in self.self_test_urls]
        answers = sum(reply.page is not None for reply in replies)
        self.own_network = answers >= min(2, len(replies))

    async def _finish(self, done: Done, tried: int = 1) -> None:
        result = with_network(done.result, self.own_network, answered=self.answered(), tried=tried)
        qualified = await self.recorder.finish(done.visit_id, done.before, result, family=done.family, validators=done.validators)
        self.outcomes[result.outcome.value] = self.outcomes.get(result.outcome.value, 0) + 1
        self.new_versions += done.new_versions
        self.progress(
            {
                "event": "visit",
                "entry_point": int(done.before.entry.id),
                "portal": done.before.portal.id,
                "name": done.before.portal.name,
                "outcome": result.outcome.value,
                "reason": result.reason,
                "items": result.items_seen,
                "new_versions": done.new_versions,
                "qualified": qualified,
            }
        )


def _test_portal(url: str) -> Portal:
    host = urlsplit(url).hostname or ""
    return Portal(PortalId(f"self-test:{host}"), host, url, f"self-test:{host}", delay_seconds=0.0)


def with_network(result: VisitResult, tested: bool | None, *, answered: int, tried: int) -> VisitResult:
    """The result with what is known of our own connection: by test where one is configured, else by who answered in this run."""
    own_network = tested
    if tested is None:
        own_network = True if answered >= 2 else (False if answered == 0 and tried >= 2 else result.own_network)
    reason = "own-network" if own_network is False and result.outcome is VisitOutcome.UNREACHABLE else result.reason
    doubt = result.inconclusive_reason
    if own_network is False:
        doubt = doubt or "own-network"
    elif own_network and doubt == "own-network-untested":
        doubt = ""
    return replace(result, own_network=own_network, reason=reason, inconclusive_reason=doubt)
