"""The errand `gapfill`: ask the portals' own searches for reports that were due and not found, within small bounds.

Which reports: due at most `WITHIN` ago, still missing or unknown, and not asked for in the last days. Which portals: those whose lists
carry the body. The counterpart of a batch of visits, with the same outside: outcomes, failures, one progress line per portal.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from crawler.discovery.troubles import Trouble, trouble
from crawler.errands import GAPFILL
from crawler.fetching import Fetch
from crawler.gap_visit import GapSearch
from crawler.listing import Ask
from crawler.recording import Recorder
from crawler.robots import HostMemory
from crawler.search_scan import SearchForm, find_form
from crawler.visit_state import VisitState
from storage import bodies, portals, searches
from storage.domain.clock import local_date
from storage.domain.duties import DutyKey
from storage.domain.enums import VisitOutcome
from storage.domain.errors import NianbaoError
from storage.domain.ids import EntryPointId, PortalId
from storage.domain.registry import EntryPoint, Portal

_LOG = logging.getLogger(__name__)

WITHIN = timedelta(days=60)
APART = timedelta(days=3)
SEARCH_DELAY = 6.0
"""Seconds between two questions: searches bear less than static pages."""

NO_FORM = Trouble(VisitOutcome.PARTIAL, "no-search-form")

Progress = Callable[[Mapping[str, object]], None]


@dataclass(slots=True)
class GapBatch:
    """The searches of one crawl process."""

    fetch: Fetch
    recorder: Recorder
    memory: HostMemory
    progress: Progress
    concurrency: int = 16
    outcomes: dict[str, int] = field(default_factory=dict)
    new_versions: int = 0
    failures: list[Exception] = field(default_factory=list)

    async def work(self, entry_point_ids: Sequence[EntryPointId]) -> None:
        """Search each portal once, whichever of its entry points were named."""
        gate = asyncio.Semaphore(self.concurrency)

        async def one(portal: Portal) -> None:
            async with gate:
                try:
                    await self._fill(portal)
                except Exception as error:  # noqa: BLE001 (the run loop: one portal's fault never stops the others)
                    self._failed(portal, error)

        await asyncio.gather(*(one(portal) for portal in self._portals(entry_point_ids)))
        self.memory.save()

    def _portals(self, entry_point_ids: Sequence[EntryPointId]) -> list[Portal]:
        with self.recorder.database.read() as connection:
            points = portals.entry_points_of(connection, ids=list(entry_point_ids))
            return [portals.get(connection, portal_id) for portal_id in dict.fromkeys(point.portal_id for point in points)]

    async def _fill(self, portal: Portal) -> None:
        wanted, entry = self._wanted(portal.id)
        if not wanted and entry is None:
            return self._tell(portal, None, Trouble(VisitOutcome.COMPLETE, "no-gaps"))
        slow = replace(portal, delay_seconds=max(portal.delay_seconds, SEARCH_DELAY))
        remembered = entry is not None
        if entry is None:
            entry, why = await self._find(slow)
            if entry is None:
                return self._tell(portal, None, why)
        search = await self._visit(slow, entry, wanted)
        if search.form_failed and remembered:
            moved, _ = await self._find(slow)
            if moved is not None and (moved.url, moved.params) != (entry.url, entry.params):
                await self._visit(slow, moved, wanted)
        return None

    def _wanted(self, portal_id: PortalId) -> tuple[dict[DutyKey, str], EntryPoint | None]:
        """The reports to ask for with their bodies' names, and how the portal is searched."""
        now = self.recorder.clock.now()
        with self.recorder.database.read() as connection:
            points = portals.entry_points_of(connection, portal_id=portal_id)
            mine = [body for point in points for body in point.body_ids]
            entry = searches.entry_of(connection, portal_id)
            gaps = searches.open_gaps(connection, mine, local_date(now), within=WITHIN)
            lately = searches.asked_since(connection, entry.id, now - APART) if entry is not None else frozenset()
            names = bodies.get_many(connection, [gap.key.body_id for gap in gaps])
        return {gap.key: names[gap.key.body_id].name for gap in gaps if gap.key not in lately}, entry

    async def _find(self, portal: Portal) -> tuple[EntryPoint | None, Trouble]:
        """The search the home page offers, stored; else why there is none."""
        ask = Ask(portal.home_url)
        reply = await self.fetch(ask, portal, "list")
        await self.recorder.keep(None, "list", ask, reply)
        wrong = reply.trouble or (trouble(reply.page) if reply.page is not None else None)
        form = find_form(reply.page) if reply.page is not None and wrong is None else None
        with self.recorder.writing() as connection:
            if form is None:
                return None, wrong or NO_FORM
            now = self.recorder.clock.now()
            return searches.remember(connection, portal, form.url, form.dialect, form.params, now), NO_FORM

    async def _visit(self, portal: Portal, entry: EntryPoint, wanted: Mapping[DutyKey, str]) -> GapSearch:
        with self.recorder.writing() as connection:
            # Bodies that came to the portal since then are known to its search, too.
            searches.remember(connection, portal, entry.url, entry.family, entry.params, self.recorder.clock.now())
        before = replace(self.recorder.before(entry.id), portal=portal)
        state = VisitState(self.fetch, self.recorder, self.memory, before, self.recorder.start(entry.id), errand=GAPFILL)
        search = GapSearch(state, SearchForm(entry.family, entry.url, entry.params), wanted)
        result = await search.run()
        self.recorder.finish_search(state.visit_id, result)
        self.new_versions += state.new_versions
        self._tell(portal, entry, Trouble(result.outcome, result.reason), search)
        return search

    def _tell(self, portal: Portal, entry: EntryPoint | None, why: Trouble, search: GapSearch | None = None) -> None:
        self.outcomes[why.outcome.value] = self.outcomes.get(why.outcome.value, 0) + 1
        self.progress(
            {
                "event": "visit",
                "entry_point": int(entry.id) if entry is not None else 0,
                "portal": portal.id,
                "name": portal.name,
                "outcome": why.outcome.value,
                "reason": why.reason,
                "items": search.rows if search else 0,
                "new_versions": search.state.new_versions if search else 0,
                "qualified": False,
                "asked_for": len(search.asked) if search else 0,
            }
        )

    def _failed(self, portal: Portal, error: Exception) -> None:
        self.failures.append(error)
        message = error.message if isinstance(error, NianbaoError) else repr(error)
        _LOG.error("search of portal %s failed", portal.id, exc_info=error)
        self.progress({"event": "failed", "portal": portal.id, "message": message})
