"""The errand `discover`: search the portals of these entry points for their columns, keep every page asked, write down what was found."""

from __future__ import annotations

from dataclasses import dataclass, replace

from crawler.discovery.troubles import Trouble, fingerprint, trouble
from crawler.exploring import Candidate, Exploration, explore
from crawler.fetching import Fetch, Reply
from crawler.listing import Ask
from crawler.portal_batch import PortalBatch, Progress, Searched, Tell
from crawler.recording import Recorder
from crawler.robots import HostMemory
from crawler.visit_state import host_of
from storage import discoveries, portals
from storage.discoveries import NewCandidate, Outcome, State, StoredCandidate
from storage.domain.clock import local_date
from storage.domain.enums import VisitOutcome
from storage.domain.registry import EntryPoint, Portal


def discovery_batch(fetch: Fetch, recorder: Recorder, memory: HostMemory, progress: Progress, *, concurrency: int = 16) -> PortalBatch:
    """The searches of one crawl process. A search begins at the home page, which is not watched itself once a column is known."""
    search = _Discovery(fetch, recorder, memory).search
    return PortalBatch(search, recorder, memory, progress, enabled_only=False, concurrency=concurrency)


@dataclass(frozen=True, slots=True)
class _Discovery:
    fetch: Fetch
    recorder: Recorder
    memory: HostMemory

    async def search(self, portal: Portal, tell: Tell) -> None:
        """Look for the columns of one portal."""
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
        tell(self._written(portal, home, found))

    def _judged(self, reply: Reply) -> Reply:
        if reply.page is None or reply.trouble is not None:
            return reply
        wrong = trouble(reply.page)
        notes = self.memory.get(host_of(reply.page.url))
        if wrong is None and notes.control_print and notes.control_print == fingerprint(reply.page):
            wrong = Trouble(VisitOutcome.SOFT_ERROR, "same-as-error-page")
        return replace(reply, trouble=wrong)

    def _written(self, portal: Portal, home: EntryPoint, found: Exploration) -> Searched:
        now = self.recorder.clock.now()
        outcome, reason = verdict(found)
        notes = {
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
                facts=notes,
            )
        columns = [_column(one) for one in stored if one.state is not State.REJECTED]
        facts = {"asked": found.asked, "columns": columns}
        return Searched(portal, _said(outcome, found), reason or outcome.value, home, len(columns), facts=facts)


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


def _column(one: StoredCandidate) -> dict[str, object]:
    return {
        "id": one.id,
        "url": one.url,
        "family": one.family,
        "confidence": one.confidence,
        "state": one.state.value,
        "reports": one.reports,
    }
