"""The errand `discover`: search the portals of these entry points for their columns, keep every page asked, write down what was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from crawler.discovery.anchors import Link
from crawler.discovery.outbound import owner_of, shared_out
from crawler.discovery.troubles import Trouble, fingerprint, trouble
from crawler.exploring import Candidate, Exploration, explore
from crawler.fetching import Fetch, Reply
from crawler.listing import Ask
from crawler.portal_batch import PortalBatch, Progress, Searched, Tell
from crawler.recording import Recorder
from crawler.robots import HostMemory
from crawler.visit_state import host_of
from crawler.way_on import led_away
from storage import discoveries, moved, portals
from storage.discoveries import NewCandidate, Outcome, State, StoredCandidate
from storage.domain.clock import local_date
from storage.domain.enums import VisitOutcome
from storage.domain.registry import EntryPoint, Portal

SUBSITE_PAGES = 12
"""Most pages asked in search of the column of one part of a portal."""

MAX_LEADS = 200
"""Most columns on other hosts that one search writes down."""


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
            subsites = discoveries.subsites(connection, portal)

        async def ask_page(ask: Ask) -> Reply:
            reply = await self.fetch(ask, portal, "list", tier=home.tier if ask.url == portal.home_url else "http")
            await self.recorder.keep(None, "list", ask, reply)
            return self._judged(reply)

        found = await explore(portal.home_url, ask_page, hints=hints, known_hosts=known_hosts)
        for one in subsites:
            if found.stop is None:
                part = await explore(one.url, ask_page, max_pages=SUBSITE_PAGES, within=discoveries.folder_of(one.url))
                found = _joined(found, part)
        tell(self._written(portal, home, found))

    def _judged(self, reply: Reply) -> Reply:
        if reply.page is None or reply.trouble is not None:
            return reply
        wrong = trouble(reply.page)
        notes = self.memory.get(host_of(reply.page.url))
        if wrong is None and notes.control_print and notes.control_print == fingerprint(reply.page):
            wrong = Trouble(VisitOutcome.SOFT_ERROR, "same-as-error-page")
        wrong = wrong or led_away(reply.page, "list")
        return replace(reply, trouble=wrong)

    def _written(self, portal: Portal, home: EntryPoint, found: Exploration) -> Searched:
        now = self.recorder.clock.now()
        outcome, reason = verdict(found)
        notes = {
            "outbound": [{"url": link.url, "words": link.words} for link in found.outbound[:200]],
            "troubles": [list(pair) for pair in found.troubles[:50]],
        }
        with self.recorder.writing() as connection:
            others = [one for one in portals.list_all(connection) if one.id != portal.id]
            mine = [one for one in found.candidates if owner_of(one.url, (portal, *others)) in {None, portal}]
            stored = discoveries.record(
                connection,
                home,
                [as_candidate(one, local_date(now).year) for one in mine],
                outcome=outcome,
                now=now,
                reason=reason,
                asked=found.asked,
                facts=notes,
            )
            strange = [Link(one.url, one.words, one.evidence.confidence, "") for one in found.candidates if one not in mine]
            _keep_leads(connection, portal, others, found, strange, now)
            if outcome is Outcome.FOUND:
                moved.give_up(connection, portal.id, {one.entry_point_id for one in stored if one.entry_point_id is not None}, now)
        columns = [_column(one) for one in stored if one.state is not State.REJECTED]
        facts = {"asked": found.asked, "columns": columns}
        return Searched(portal, _said(outcome, found), reason or outcome.value, home, len(columns), facts=facts)


def _joined(whole: Exploration, part: Exploration) -> Exploration:
    """A portal's search with that of one of its parts, whose ways out all lead to the rest of the portal."""
    known = {one.url for one in whole.candidates}
    return replace(
        whole,
        candidates=(*whole.candidates, *(one for one in part.candidates if one.url not in known)),
        asked=whole.asked + part.asked,
        stop=whole.stop or part.stop,
        exhausted=whole.exhausted and part.exhausted,
        troubles=(*whole.troubles, *part.troubles),
    )


def _keep_leads(
    connection: Connection, portal: Portal, others: Sequence[Portal], found: Exploration, strange: Sequence[Link], now: datetime
) -> None:
    """Columns on other hosts: one of a registered portal is tried by that portal's own search, at its pace and by its rules; any other
    waits for a person to say whose host it is, and is asked by nobody until then.
    """
    owned, unknown = shared_out([*strange, *found.outbound[:MAX_LEADS]], others)
    for owner, link in owned:
        discoveries.lead(connection, owner.id, _as_lead(link, found), now=now)
        discoveries.settle_lead(connection, portal.id, link.url)
    for link in unknown:
        discoveries.lead(connection, portal.id, replace(_as_lead(link, found), reasons=(discoveries.UNREGISTERED,)), now=now)


def _as_lead(link: Link, found: Exploration) -> NewCandidate:
    return NewCandidate(link.url, found.led_out.get(link.url, ""), link.words, reasons=(discoveries.LINKED,))


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
