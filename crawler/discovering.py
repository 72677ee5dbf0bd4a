"""The errand `discover`: search the portals of these entry points for their columns, keep every page asked, write down what was found.

The counterpart of a batch of visits, with the same outside: outcomes, failures, one progress line per portal.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from crawler.discovery.troubles import Trouble, fingerprint, trouble
from crawler.exploring import Candidate, Exploration, explore
from crawler.fetching import Fetch, Reply
from crawler.listing import Ask
from crawler.recording import Recorder
from crawler.robots import HostMemory
from crawler.visit_state import host_of
from storage import discoveries, portals
from storage.discoveries import NewCandidate, Outcome, State, StoredCandidate
from storage.domain.clock import local_date
from storage.domain.enums import VisitOutcome
from storage.domain.errors import NianbaoError
from storage.domain.ids import EntryPointId
from storage.domain.registry import EntryPoint, Portal

_LOG = logging.getLogger(__name__)

Progress = Callable[[Mapping[str, object]], None]


@dataclass(slots=True)
class DiscoveryBatch:
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
                    await self._search(portal)
                except Exception as error:  # noqa: BLE001 (the run loop: one portal's fault never stops the others)
                    self._failed(portal, error)

        await asyncio.gather(*(one(portal) for portal in self._portals(entry_point_ids)))
        self.memory.save()

    def _portals(self, entry_point_ids: Sequence[EntryPointId]) -> list[Portal]:
        with self.recorder.database.read() as connection:
            points = portals.entry_points_of(connection, ids=list(entry_point_ids), enabled_only=False)
            return [portals.get(connection, portal_id) for portal_id in dict.fromkeys(point.portal_id for point in points)]

    async def _search(self, portal: Portal) -> None:
        now = self.recorder.clock.now()
        with self.recorder.database.write() as connection:
            home = discoveries.home_entry(connection, portal, now)
            hints = discoveries.hints(connection, portal)
            known_hosts = [one.id for one in portals.list_all(connection) if one.platform_id == portal.platform_id]

        async def ask_page(ask: Ask) -> Reply:
            reply = await self.fetch(ask, portal, "list", tier=home.tier if ask.url == portal.home_url else "http")
            await self.recorder.keep(None, "list", ask, reply)
            return self._judged(reply)

        found = await explore(portal.home_url, ask_page, hints=hints, known_hosts=known_hosts)
        self._write(portal, home, found)

    def _judged(self, reply: Reply) -> Reply:
        if reply.page is None or reply.trouble is not None:
            return reply
        wrong = trouble(reply.page)
        notes = self.memory.get(host_of(reply.page.url))
        if wrong is None and notes.control_print and notes.control_print == fingerprint(reply.page):
            wrong = Trouble(VisitOutcome.SOFT_ERROR, "same-as-error-page")
        return replace(reply, trouble=wrong)

    def _write(self, portal: Portal, home: EntryPoint, found: Exploration) -> None:
        now = self.recorder.clock.now()
        outcome, reason = verdict(found)
        facts = {
            "outbound": [{"url": link.url, "words": link.words} for link in found.outbound[:200]],
            "troubles": [list(pair) for pair in found.troubles[:50]],
        }
        with self.recorder.writing() as connection:
            stored = discoveries.record(
                connection,
                home,
                [as_candidate(one, local_date(now).year) for one in found.candidates],
                outcome=outcome,
                now=now,
                reason=reason,
                asked=found.asked,
                facts=facts,
            )
        said = _said(outcome, found)
        self.outcomes[said.value] = self.outcomes.get(said.value, 0) + 1
        self.progress(_line(portal, home, said, reason or outcome.value, stored, found))

    def _failed(self, portal: Portal, error: Exception) -> None:
        self.failures.append(error)
        message = error.message if isinstance(error, NianbaoError) else repr(error)
        _LOG.error("search of portal %s failed", portal.id, exc_info=error)
        self.progress({"event": "failed", "portal": portal.id, "message": message})


def verdict(found: Exploration) -> tuple[Outcome, str]:
    """How a search ended, and why where it is no success. "None" is only said by a search that could look everywhere."""
    if found.trusted:
        return Outcome.FOUND, ""
    if found.stop is not None:
        return Outcome.STOPPED, f"{found.stop.outcome.value}:{found.stop.reason}"
    if found.candidates:
        return Outcome.QUEUED, "low-confidence"
    unseen = [reason for _, reason in found.troubles if not reason.startswith("soft_error:status-4")]
    if not found.exhausted:
        return Outcome.STOPPED, "page-limit"
    return (Outcome.STOPPED, unseen[0]) if unseen else (Outcome.NONE, "no-column-met")


def as_candidate(one: Candidate, this_year: int) -> NewCandidate:
    """A candidate as it is stored. A list of one year, or one of a row of such lists, is marked: it cannot show another year's absence."""
    year = one.evidence.year
    params = {"list_series": "yearly"} if one.series else {}
    if year is not None and year < this_year + 1:
        params["list_year"] = str(year)
    return NewCandidate(
        url=one.url,
        found_on=one.found_on,
        words=one.words or one.column,
        family=one.family,
        confidence=one.evidence.confidence,
        reports=one.evidence.reports,
        others=one.evidence.others,
        reasons=one.evidence.reasons,
        list_year=year,
        trusted=one.evidence.trusted,
        params=params,
    )


def _said(outcome: Outcome, found: Exploration) -> VisitOutcome:
    if outcome is Outcome.FOUND:
        return VisitOutcome.COMPLETE
    return found.stop.outcome if found.stop is not None else VisitOutcome.PARTIAL


def _line(
    portal: Portal, home: EntryPoint, said: VisitOutcome, reason: str, stored: Sequence[StoredCandidate], found: Exploration
) -> dict[str, object]:
    columns = [
        {"id": one.id, "url": one.url, "family": one.family, "confidence": one.confidence, "state": one.state.value, "reports": one.reports}
        for one in stored
        if one.state is not State.REJECTED
    ]
    return {
        "event": "visit",
        "entry_point": int(home.id),
        "portal": portal.id,
        "name": portal.name,
        "outcome": said.value,
        "reason": reason,
        "items": len(columns),
        "new_versions": 0,
        "qualified": False,
        "asked": found.asked,
        "columns": columns,
    }
