"""All that is known about duties, gathered from visits, sightings and versions; the input of judging them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import chain

from sqlalchemy import Connection

from storage import portals, reports, searches, sightings, visits
from storage.domain.duties import Candidate, DateEvidence, DutyKey, Evidence, QualifiedNegative, Seen, VisitFact
from storage.domain.enums import DateKind
from storage.domain.ids import BodyId, EntryPointId
from storage.domain.originals import ReportVersion
from storage.domain.reports import DateMention
from storage.domain.visits import Decision, Sighting, Visit

VISITS_PER_ROUTE = 12

PUBLICATION_KINDS = frozenset(DateKind) - {DateKind.PERIOD, DateKind.FIRST_SEEN}
"""Kinds of dates that claim when something was published; the reporting period and our own clock do not."""


def gather(connection: Connection, keys: Sequence[DutyKey], *, until: datetime | None = None) -> dict[DutyKey, Evidence]:
    """The evidence of each duty. A few statements for all of them, so that tens of thousands can be judged in one go.

    With `until` the newest visits are those of up to that moment; what else came later is left to whoever judges as of then.
    """
    body_ids, years = [key.body_id for key in keys], {key.report_year for key in keys}
    routes = portals.routes_of(connection, body_ids)
    lines = _by_duty(sightings.for_bodies(connection, body_ids, years))
    stored: dict[DutyKey, list[ReportVersion]] = defaultdict(list)
    for version in reports.versions_of(connection, body_ids, years):
        stored[DutyKey(version.body_id, version.report_year)].append(version)
    candidates = _unresolved_by_route(connection)
    asked, first_met = searches.ids_of(connection, body_ids), sightings.first_met(connection, body_ids)
    used = set(chain.from_iterable(routes.values())) | {line.entry_point_id for found in lines.values() for line in found}
    facts, proofs = visits.newest(connection, used, until, limit=VISITS_PER_ROUTE), visits.qualified(connection, used, until)
    oldest = sightings.oldest_years(connection, used)
    watched = {
        route: _Route(route, facts.get(route, ()), proofs.get(route, ()), candidates.get(route, []), oldest.get(route))
        for route in sorted(used)
    }

    def routes_to(key: DutyKey) -> list[_Route]:
        # A list that never carried the report cannot show that it is gone: where a search met it, or a list that is given up by now, that
        # is a way to it, too.
        met, lists = {line.entry_point_id for line in lines[key]}, routes.get(key.body_id, ())
        elsewhere = [] if met.intersection(lists) else sorted(met)
        return [watched[route] for route in (*lists, *elsewhere)]

    def met_on(body: BodyId) -> datetime | None:
        by_list = first_met.get(body, {})
        return min((by_list[route] for route in routes.get(body, ()) if route in by_list), default=None)

    met_since = {body: met_on(body) for body in dict.fromkeys(body_ids)}
    waiting = {key: [line for one in asked.get(key.body_id, ()) for line in candidates.get(one, [])] for key in keys}
    return {key: _evidence(key, routes_to(key), lines[key], stored[key], waiting[key], met_since[key.body_id]) for key in keys}


class _Route:
    """One list with what its visits proved, read once for all duties on it."""

    def __init__(
        self,
        route: EntryPointId,
        recent: Sequence[Visit],
        proofs: Sequence[visits.Proof],
        waiting: Sequence[Sighting],
        oldest: int | None,
    ) -> None:
        self.id = route
        self._oldest = oldest
        self.facts = tuple(map(_fact, recent))
        self.waiting = waiting
        # One value for all duties on the list: making it anew for each takes longer than looking through them.
        self._qualified = [(start, end, QualifiedNegative(end, route, visit)) for visit, start, end in proofs]

    def negatives(self, key: DutyKey, lines: Sequence[Sighting]) -> list[QualifiedNegative]:
        """Qualified visits that saw neither the report nor an undecided line that may be it (as `visits.negatives`)."""
        there = [line for line in lines if line.entry_point_id == self.id] + [line for line in self.waiting if _may_be(line, key)]
        # Many portals keep a list for the newest year and the older ones elsewhere: a list is silent about the years before its own.
        if self._oldest is not None and key.report_year < self._oldest:
            return []
        found = self._qualified
        for line in there:
            first, last = line.first_seen_at, line.last_seen_at
            found = [one for one in found if first > one[1] or last < one[0]]
        return [negative for _, _, negative in found]


def _evidence(
    key: DutyKey,
    routes: Sequence[_Route],
    lines: Sequence[Sighting],
    stored: Sequence[ReportVersion],
    searched: Sequence[Sighting],
    met_since: datetime | None,
) -> Evidence:
    """The evidence of one duty; `searched` are lines of searches that wait for a decision, candidates like those of the lists."""
    negatives = [negative for route in routes for negative in route.negatives(key, lines)]
    if len(routes) > 1:  # those of one list come the newest first
        negatives.sort(key=lambda one: (one.at, one.visit_id or 0), reverse=True)
    waiting = {line.id: line for several in (*(route.waiting for route in routes), searched) for line in several}
    return Evidence(
        routes=tuple([route.id for route in routes]),
        seen=_seen(lines, stored),
        negatives=tuple(negatives),
        visits=routes[0].facts if len(routes) == 1 else tuple([fact for route in routes for fact in route.facts]),
        candidates=tuple(_candidates(key, waiting.values())) if waiting else (),
        met_since=met_since,
    )


def _by_duty(found: Iterable[Sighting]) -> dict[DutyKey, list[Sighting]]:
    lines: dict[DutyKey, list[Sighting]] = defaultdict(list)
    for sighting in found:
        if sighting.line.body_id is not None and sighting.line.report_year is not None:
            lines[DutyKey(sighting.line.body_id, sighting.line.report_year)].append(sighting)
    return lines


def _fact(visit: Visit) -> VisitFact:
    result = visit.result
    at = visit.finished_at or visit.started_at
    return VisitFact(at, visit.entry_point_id, result.outcome, result.reason, visit.qualified, result.inconclusive_reason)


def _unresolved_by_route(connection: Connection) -> dict[EntryPointId, list[Sighting]]:
    found: dict[EntryPointId, list[Sighting]] = defaultdict(list)
    for sighting in sightings.unresolved(connection, limit=None):
        found[sighting.entry_point_id].append(sighting)
    return found


def _candidates(key: DutyKey, waiting: Iterable[Sighting]) -> Iterable[Candidate]:
    for sighting in waiting:
        if _may_be(sighting, key):
            yield Candidate(sighting.line.url, sighting.line.title, sighting.first_seen_at)


def _may_be(sighting: Sighting, key: DutyKey) -> bool:
    return sighting.line.body_id in {None, key.body_id} and sighting.line.report_year in {None, key.report_year}


def _seen(lines: Sequence[Sighting], stored: Sequence[ReportVersion]) -> tuple[Seen, ...]:
    """One entry per address, whether met as a line, as an archived page or both."""
    line_by_url = {sighting.line.url: sighting for sighting in lines if sighting.line.decision is Decision.REPORT}
    versions: dict[str, list[ReportVersion]] = defaultdict(list)
    for version in stored:
        versions[version.found.url].append(version)
    return tuple(_seen_at(url, line_by_url.get(url), versions.get(url, [])) for url in sorted({*line_by_url, *versions}))


def _seen_at(url: str, line: Sighting | None, versions: list[ReportVersion]) -> Seen:
    firsts = [version.first_seen_at for version in versions] + ([line.first_seen_at] if line else [])
    lasts = [version.last_seen_at for version in versions] + ([line.last_seen_at] if line else [])
    dates: list[DateEvidence] = [DateEvidence(DateKind.LIST, line.line.listed_on, url)] if line and line.line.listed_on else []
    for version in versions:
        dates += [DateEvidence(mention.kind, mention.value, url) for mention in version.found.dates if _claims_publication(mention)]
        found = version.found
        if found.published_on and found.published_source in PUBLICATION_KINDS:
            dates.append(DateEvidence(found.published_source, found.published_on, url))
    return Seen(
        url=url,
        first_seen_at=min(firsts),
        last_seen_at=max(lasts),
        dates=tuple(dict.fromkeys(dates)),
        archived=bool(versions),
        gone_since=_gone_since(versions),
        version_id=max(versions, key=lambda version: (version.gone_since is None, version.number)).id if versions else None,
    )


def _gone_since(versions: list[ReportVersion]) -> datetime | None:
    """When the address stopped showing any version; a version replaced by the next is not gone."""
    moments = [version.gone_since for version in versions]
    known = [moment for moment in moments if moment is not None]
    return max(known) if versions and len(known) == len(moments) else None


def _claims_publication(mention: DateMention) -> bool:
    return mention.kind in PUBLICATION_KINDS
