"""Writing down what a visit sees: bytes into the archive first, then rows, many pieces in one transaction.

Neighbours: the visit calls it; everything it writes can be written again without doubling, so a process that dies is simply repeated.
"""

from __future__ import annotations

import json
from asyncio import Future
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection

from crawler.committing import committed
from crawler.discovery.naming import KnownBody
from crawler.fetching import NO_VALIDATORS, Reply, Validators
from crawler.keeping import Keeper
from crawler.list_tail import ReadThrough, read_through_from
from crawler.listing import Ask
from crawler.page import Page
from crawler.page import page as make_page
from crawler.scribe import Scribe
from crawler.writing import Writer
from storage import bodies, captures, list_keys, portals, reports, sightings, visits
from storage.archive.keep import Received, write_rows
from storage.archive.store import Archive
from storage.arrivals import Arrival
from storage.database import Database
from storage.disk import NO_ROOM
from storage.domain.clock import Clock
from storage.domain.enums import SourceHealth, VisitOutcome
from storage.domain.errors import DigestMismatch, OriginalMissing
from storage.domain.ids import BodyId, EntryPointId, Sha256, VisitId
from storage.domain.originals import Capture, CaptureRole, NewVersion, ReportVersion
from storage.domain.registry import EntryPoint, Portal
from storage.domain.visits import Decision, ListLine, Sighting, Visit, VisitResult
from storage.list_keys import StoredKey

FAILURES_APART = timedelta(hours=6)
"""Two failures this far apart make a list blind; one alone may be an accident."""

READ_MARK = "page-read; "
"""Begins the reason of a line whose own page was asked already: it is not asked again on every visit."""

_SEEN_WELL = frozenset({VisitOutcome.COMPLETE})


@dataclass(frozen=True, slots=True)
class Before:
    """What was known of an entry point when its visit began."""

    entry: EntryPoint
    portal: Portal
    validators: Validators
    bodies: tuple[KnownBody, ...]
    lines: Mapping[str, Sighting]
    versions: tuple[ReportVersion, ...]
    history: tuple[int, ...]
    last_facts: Mapping[str, object]
    list_sha256: Sha256 | None
    list_page: Page | None
    whole_lines: tuple[ListLine, ...]
    read_through: ReadThrough | None


@dataclass(slots=True)
class Recorder:
    """The writing hand of one crawl."""

    database: Database
    archive: Archive
    clock: Clock
    run_id: int | None = None
    scribe: Scribe | None = None
    _keeper: Keeper = field(init=False)
    _writer: Writer = field(init=False)

    def __post_init__(self) -> None:
        commit = committed if self.scribe is None else self.scribe.commit
        self._keeper, self._writer = Keeper(self.archive), Writer(partial(commit, self.database))

    def before(self, entry_point_id: EntryPointId) -> Before:
        """Everything a visit needs to know at its start."""
        with self.database.read() as connection:
            status = portals.status(connection, entry_point_id)
            entry = status.entry_point
            lines = sightings.known(connection, entry_point_id)
            owners = {line.line.body_id for line in lines.values() if line.line.body_id} | set(entry.body_ids)
            newest = next((v for v in visits.recent(connection, entry_point_id, limit=5) if v.finished_at is not None), None)
            listed = captures.newest_for_url(connection, entry.url)
            list_page = self._archived(listed)
            through = _read_through(newest)
            return Before(
                entry=entry,
                portal=portals.get(connection, entry.portal_id),
                validators=Validators(status.etag, status.last_modified),
                bodies=_known_bodies(connection, entry),
                lines=lines,
                versions=_versions(connection, owners, lines),
                history=visits.item_counts(connection, entry_point_id, limit=5),
                last_facts=newest.result.facts if newest else {},
                list_sha256=listed.sha256 if listed and list_page else None,
                list_page=list_page,
                whole_lines=_whole_lines(newest, through, lines),
                read_through=through,
            )

    async def start(self, entry_point_id: EntryPointId) -> VisitId:
        """Begin a visit; until it is finished it counts as abandoned."""
        now, run_id = self.clock.now(), self.run_id
        return await self._writer.write(partial(visits.start, entry_point_id=entry_point_id, now=now, run_id=run_id))

    async def keep(self, visit_id: VisitId | None, role: CaptureRole, ask: Ask, reply: Reply) -> Sha256 | None:
        """Store what came, before anything reads it; None where nothing came or nothing changed."""
        page = reply.page
        if page is None or reply.not_modified:
            return None
        form = "".join(f"\n{name}={value}" for name, value in ask.form)
        capture = Capture(
            role=role,
            url=ask.url,
            status=page.status,
            requested_at=reply.requested_at,
            received_at=reply.received_at,
            sha256=Sha256(""),
            final_url=page.url,
            method=ask.method,
            request_head=reply.request_head + (f"\n{form}" if form else ""),
            response_head=reply.response_head,
            ip=reply.ip,
            tls=reply.tls,
            visit_id=visit_id,
        )
        kept = await self._keeper.keep(Received(page.body, capture, page.media_type), self.clock.now())
        self._writer.put(kept)
        return kept.capture.sha256

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction for whoever writes something else than a visit; what was kept is written with it."""
        kept = self._writer.take()
        try:
            with self.database.write() as connection:
                write_rows(connection, kept)
                yield connection
        except BaseException:
            for one in kept:
                self._writer.put(one)
            raise

    def record_list(self, visit_id: VisitId, entry_point_id: EntryPointId, lines: Sequence[ListLine]) -> Future[int]:
        """Have the rows of one list page written with their decisions; no new version comes of that."""
        return self._writer.hand_in(partial(_list_rows, of=(visit_id, entry_point_id), lines=lines, now=self.clock.now()))

    def record_report(self, line: ListLine, version: NewVersion) -> Future[int]:
        """Have the version standing behind a decided line written; how many new ones that makes."""
        assert line.body_id is not None
        assert line.report_year is not None
        return self._writer.hand_in(Arrival(line.body_id, line.report_year, version, self.clock.now()))

    def record_check(self, version: ReportVersion, *, gone: bool) -> Future[int]:
        """Have written that an archived report was asked for again: it still stands, or it is gone."""
        return self._writer.hand_in(partial(_check, version_id=version.id, gone=gone, now=self.clock.now()))

    async def settled(self, piece: Future[int]) -> int:
        """The answer of something handed in, once it is committed. Raises what kept it from being written."""
        # What is committed already hurries nobody: the pieces behind it go on waiting for company.
        if not piece.done():
            self._writer.hurry()
        return await piece

    def validators_of(self, url: str) -> Validators:
        """What the server said of an address the last time it answered with content; nothing where that content cannot be had back."""
        with self.database.read() as connection:
            found = captures.newest_for_url(connection, url)
        headers = _headers(found) if found is not None else {}
        said = Validators(headers.get("etag", ""), headers.get("last-modified", ""))
        return said if said and self._bytes(found) is not None else NO_VALIDATORS

    def asked_at(self, url: str) -> datetime | None:
        """When that address last answered anything, None where it never did."""
        with self.database.read() as connection:
            found = captures.newest_for_url(connection, url)
        return None if found is None else found.received_at

    def newest_page(self, url: str) -> tuple[Page, Sha256] | None:
        """The page that the server last answered with content at that address, from the archive, and its hash."""
        with self.database.read() as connection:
            found = captures.newest_for_url(connection, url)
        page = self._archived(found)
        return (page, found.sha256) if found is not None and page is not None else None

    def _archived(self, capture: Capture | None) -> Page | None:
        """An answer with content as it came, under the address it came from: its links are relative to that."""
        data = self._bytes(capture)
        if capture is None or data is None:
            return None
        content_type = {"content-type": _headers(capture).get("content-type", "")}
        return make_page(capture.final_url or capture.url, 200, data, content_type)

    def _bytes(self, capture: Capture | None) -> bytes | None:
        """What an answer with content brought; None where it is damaged or lost, too. Asked for anew as a whole, it is stored again; the
        nightly check tells of the damage.
        """
        if capture is None or capture.status != 200:
            return None
        try:
            return self.archive.get(capture.sha256)
        except (DigestMismatch, OriginalMissing):
            return None

    async def finish(self, visit_id: VisitId, before: Before, result: VisitResult, *, family: str, validators: Validators) -> bool:
        """End the visit, all of whose writing is settled, with the health of the list that follows from it; whether it can serve as a
        proof of absence.
        """
        entry = before.entry
        end = _End(visit_id, entry.id, result, validators, family if family != entry.family else "", entry.params, self.clock.now())
        return await self._writer.write(partial(_finish, end=end))

    def key_of(self, entry_point_id: EntryPointId) -> StoredKey | None:
        """The key of a list that only a browser shows, if one is kept."""
        with self.database.read() as connection:
            return list_keys.current(connection, entry_point_id)

    def keys_of(self, entry_point_id: EntryPointId) -> tuple[StoredKey, ...]:
        """The keys the list had, the newest first."""
        with self.database.read() as connection:
            return list_keys.history(connection, entry_point_id)

    async def finish_search(self, visit_id: VisitId, result: VisitResult) -> None:
        """End a visit to a portal's own search. It never proves an absence, and how well the search works is no state of our eyes."""
        assert not result.qualified
        await self._writer.write(partial(_finish_search, visit_id=visit_id, result=result, now=self.clock.now()))


@dataclass(frozen=True, slots=True)
class _End:
    """How a visit ended, and what that changes of its list; `family` where it is another one than before."""

    visit_id: VisitId
    entry_point_id: EntryPointId
    result: VisitResult
    validators: Validators
    family: str
    params: Mapping[str, str]
    now: datetime


# What is handed to the writer are functions of this module with plain values: they may be carried out by another process.


def _list_rows(connection: Connection, *, of: tuple[VisitId, EntryPointId], lines: Sequence[ListLine], now: datetime) -> int:
    if lines:
        sightings.record(connection, *of, lines, now)
    return 0


def _check(connection: Connection, *, version_id: int, gone: bool, now: datetime) -> int:
    if gone:
        reports.mark_gone(connection, version_id, now)
    else:
        reports.mark_seen(connection, [version_id], now)
    return 0


def _finish(connection: Connection, *, end: _End) -> bool:
    visit = visits.finish(connection, end.visit_id, end.result, end.now)
    if end.family:
        portals.set_family(connection, end.entry_point_id, end.family, end.params)
    portals.set_validators(connection, end.entry_point_id, etag=end.validators.etag, last_modified=end.validators.last_modified)
    if end.result.reason != NO_ROOM:  # a full disk of ours says nothing about the list
        health = _health(connection, end.entry_point_id, end.visit_id, end.result, end.now)
        portals.set_health(connection, end.entry_point_id, *health, end.now)
    return visit.qualified


def _finish_search(connection: Connection, *, visit_id: VisitId, result: VisitResult, now: datetime) -> None:
    visits.finish(connection, visit_id, result, now)


def _health(
    connection: Connection, entry_point_id: EntryPointId, visit_id: VisitId, result: VisitResult, now: datetime
) -> tuple[SourceHealth, str]:
    lost = result.canary is False
    if result.outcome in _SEEN_WELL and not lost:
        return SourceHealth.HEALTHY, ""
    reason = "canary-lost" if result.outcome in _SEEN_WELL else f"{result.outcome.value}:{result.reason}"[:40]
    if result.outcome is VisitOutcome.PARTIAL:
        return SourceHealth.DEGRADED, reason
    earlier = [v for v in visits.recent(connection, entry_point_id, limit=2) if v.id != visit_id and v.finished_at is not None]
    failed_before = any(v.result.outcome not in {VisitOutcome.COMPLETE, VisitOutcome.PARTIAL} or v.result.canary is False for v in earlier)
    apart = any(now - v.started_at >= FAILURES_APART for v in earlier)
    return (SourceHealth.BLIND if failed_before and apart else SourceHealth.DEGRADED), reason


def _known_bodies(connection: Connection, entry: EntryPoint) -> tuple[KnownBody, ...]:
    found = bodies.get_many(connection, entry.body_ids)
    return tuple(KnownBody(body.id, (body.name, *body.aliases)) for body in found.values())


def _versions(connection: Connection, owners: set[BodyId], lines: Mapping[str, Sighting]) -> tuple[ReportVersion, ...]:
    """Current versions of reports of these bodies that were met in this list."""
    wanted = {(s.line.body_id, s.line.report_year) for s in lines.values() if s.line.decision is Decision.REPORT}
    found = reports.versions_of(connection, sorted({body_id for body_id, _ in wanted if body_id in owners}))
    mine = [version for version in found if (version.body_id, version.report_year) in wanted and version.found.url in lines]
    return tuple(sorted(mine, key=lambda version: (version.body_id, version.report_year, version.number)))


def _read_through(newest: Visit | None) -> ReadThrough | None:
    """The page-by-page reading that the newest visit rests on; none after a visit that was not complete, or whose own reading was not
    whole.
    """
    if newest is None or newest.result.outcome is not VisitOutcome.COMPLETE:
        return None
    through = read_through_from(newest.result.facts)
    return None if through is not None and through.visit_id == newest.id and not newest.result.whole_list else through


def _whole_lines(newest: Visit | None, through: ReadThrough | None, lines: Mapping[str, Sighting]) -> tuple[ListLine, ...]:
    """The rows of the list as it was last read to its end, if they stood unchanged at every visit since, as far as those looked."""
    if newest is None or through is None:
        return ()
    # Rows of the first page were met again at each visit since; those behind it were last met by the visit that read them.
    met = {newest.id, VisitId(through.visit_id)}
    return tuple(s.line for s in sorted(lines.values(), key=lambda s: s.line.position) if s.last_visit_id in met)


def _headers(capture: Capture) -> dict[str, str]:
    pairs = (line.partition(":") for line in capture.response_head.splitlines()[1:])
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def as_facts(**values: object) -> dict[str, object]:
    """Facts of a visit as plain JSON values."""
    return dict(json.loads(json.dumps(values, ensure_ascii=False, default=str)))
