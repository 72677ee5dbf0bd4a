"""The errand `gapfill`: ask the portals' own searches for reports that were due and not found, within small bounds.

Which reports: due at most `WITHIN` ago, still missing or unknown, and not asked for in the last days. Which portals: those whose lists
carry the body.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from crawler.discovery.troubles import Trouble, trouble
from crawler.errands import GAPFILL
from crawler.fetching import Fetch
from crawler.gap_visit import GapSearch
from crawler.listing import Ask
from crawler.portal_batch import PortalBatch, Progress, Searched, Tell
from crawler.recording import Recorder
from crawler.robots import HostMemory
from crawler.search_scan import SearchForm, find_form
from crawler.visit_state import VisitState
from storage import bodies, portals, searches
from storage.domain.clock import local_date
from storage.domain.duties import DutyKey
from storage.domain.enums import VisitOutcome
from storage.domain.ids import PortalId
from storage.domain.registry import EntryPoint, Portal

WITHIN = timedelta(days=60)
APART = timedelta(days=3)
SEARCH_DELAY = 6.0
"""Seconds between two questions: searches bear less than static pages."""

NO_FORM = Trouble(VisitOutcome.PARTIAL, "no-search-form")


def gap_batch(fetch: Fetch, recorder: Recorder, memory: HostMemory, progress: Progress, *, concurrency: int = 16) -> PortalBatch:
    """The searches of one crawl process."""
    return PortalBatch(_Gaps(fetch, recorder, memory).fill, recorder, memory, progress, concurrency=concurrency)


@dataclass(frozen=True, slots=True)
class _Gaps:
    fetch: Fetch
    recorder: Recorder
    memory: HostMemory

    async def fill(self, portal: Portal, tell: Tell) -> None:
        """Ask one portal's search for what is missing there."""
        wanted, entry = self._wanted(portal.id)
        if not wanted and entry is None:
            return tell(Searched(portal, VisitOutcome.COMPLETE, "no-gaps", facts={"asked_for": 0}))
        slow = replace(portal, delay_seconds=max(portal.delay_seconds, SEARCH_DELAY))
        remembered = entry is not None
        if entry is None:
            entry, why = await self._find(slow)
            if entry is None:
                return tell(Searched(portal, why.outcome, why.reason, facts={"asked_for": 0}))
        search = await self._visit(slow, entry, wanted, tell)
        if search.form_failed and remembered:
            moved, _ = await self._find(slow)
            if moved is not None and (moved.url, moved.params) != (entry.url, entry.params):
                await self._visit(slow, moved, wanted, tell)
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

    async def _visit(self, portal: Portal, entry: EntryPoint, wanted: Mapping[DutyKey, str], tell: Tell) -> GapSearch:
        with self.recorder.writing() as connection:
            # Bodies that came to the portal since then are known to its search, too.
            searches.remember(connection, portal, entry.url, entry.family, entry.params, self.recorder.clock.now())
        before = replace(self.recorder.before(entry.id), portal=portal)
        state = VisitState(self.fetch, self.recorder, self.memory, before, await self.recorder.start(entry.id), errand=GAPFILL)
        search = GapSearch(state, SearchForm(entry.family, entry.url, entry.params), wanted)
        result = await search.run()
        await self.recorder.finish_search(state.visit_id, result)
        facts = {"asked_for": len(search.asked)}
        tell(Searched(portal, result.outcome, result.reason, entry, search.rows, state.new_versions, facts))
        return search
