"""One visit to one list: control, list, lines, reports, proofs, result. Plain code over the fetch seam; Scrapy is not known here.

Order matters. The control comes first, so that a host that answers everything with one page is known before its list is believed. Bytes
are kept
before they are read. The visit is finished last: a process that dies leaves it abandoned, and an abandoned visit proves nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from urllib.parse import urlsplit

from crawler.canary import ListFacts, Sight, conclude
from crawler.discovery.recognition import Clues, recognise
from crawler.discovery.troubles import Trouble, fingerprint, trouble
from crawler.fetching import NO_VALIDATORS, Fetch, Reply, Validators
from crawler.list_reading import Reading, read_all
from crawler.listing import Ask, Listing, Start
from crawler.page import Page
from crawler.page import page as make_page
from crawler.recording import Before, Recorder, as_facts
from crawler.report_pages import Found, fetch_report
from crawler.robots import CONTROL_TTL, HostMemory, is_fresh
from storage.domain.enums import VisitOutcome
from storage.domain.ids import EntryPointId, Sha256, VisitId
from storage.domain.originals import CaptureRole, ReportVersion
from storage.domain.visits import Decision, ListLine, VisitResult

AUDIT_EVERY = timedelta(days=6)
"""How often an archived report's page is asked for again, to notice silent edits and withdrawals."""

AUDITS_PER_VISIT = 20
READ_MARK = "page-read; "
_STOPPING = frozenset({VisitOutcome.CHALLENGED, VisitOutcome.BLOCKED})


@dataclass(frozen=True, slots=True)
class Done:
    """One finished reading of a list, not yet written as finished."""

    visit_id: VisitId
    before: Before
    result: VisitResult
    family: str
    validators: Validators
    new_versions: int


@dataclass(slots=True)
class Visit:
    """The state of one visit under way."""

    fetch: Fetch
    recorder: Recorder
    memory: HostMemory
    before: Before
    visit_id: VisitId
    max_pages: int = 30
    lines: dict[str, ListLine] = field(default_factory=dict)
    list_pages: list[dict[str, object]] = field(default_factory=list)
    new_versions: int = 0
    incomplete: list[str] = field(default_factory=list)
    stopped: Trouble | None = None

    async def ask(self, ask: Ask, role: CaptureRole, validators: Validators = NO_VALIDATORS) -> tuple[Reply, Sha256 | None]:
        """Ask, keep, then judge what came."""
        tier = self.before.entry.tier if role == "list" else "http"
        reply = await self.fetch(ask, self.before.portal, role, validators=validators, tier=tier)
        digest = self.recorder.keep(self.visit_id, role, ask, reply)
        if reply.page is not None and reply.trouble is None and not reply.not_modified and role != "control":
            reply = replace(reply, trouble=trouble(reply.page) or self._like_the_error_page(reply.page))
        if reply.trouble is not None and reply.trouble.outcome in _STOPPING:
            self.stopped = reply.trouble
        return reply, digest

    def _like_the_error_page(self, page: Page) -> Trouble | None:
        notes = self.memory.get(_host(page.url))
        if notes.control_print and notes.control_print == fingerprint(page) != "":
            return Trouble(VisitOutcome.SOFT_ERROR, "same-as-error-page")
        return None


async def visit(fetch: Fetch, recorder: Recorder, memory: HostMemory, entry_point_id: EntryPointId, *, max_pages: int = 30) -> Done:
    """Visit one entry point; what it proved is in the result, to be written with `Recorder.finish`."""
    before = recorder.before(entry_point_id)
    state = Visit(fetch, recorder, memory, before, recorder.start(entry_point_id), max_pages)
    facts, reading, validators = await _read_list(state)
    if facts.stop is None or not facts.first_page_failed:
        await _fetch_reports(state)
        await _audit(state)
    control = memory.get(_host(before.entry.url)).control_absent
    known = frozenset(version.found.url for version in before.versions if version.gone_since is None)
    sight = Sight(
        facts=facts,
        known_reports=known,
        met=known & state.lines.keys(),
        negative_control=control,
        history=before.history,
        failed_details=len(state.incomplete),
        extra=as_facts(list_pages=state.list_pages, incomplete=state.incomplete, new_versions=state.new_versions, column=reading.column),
    )
    result = conclude(sight)
    settled = result.outcome is VisitOutcome.COMPLETE and result.whole_list
    return Done(state.visit_id, before, result, reading.family_id, validators if settled else Validators(), state.new_versions)


async def _read_list(state: Visit) -> tuple[ListFacts, Reading, Validators]:
    entry = state.before.entry

    def on_page(listing: Listing, _before: int) -> None:
        lines = [_decide(state, item_line, listing.column) for item_line in _as_lines(listing)]
        state.lines.update((line.url, line) for line in lines)
        state.recorder.record_list(state.visit_id, entry.id, lines)

    reading = Reading(on_page, state.max_pages, entry.family)
    await _take_control(state)
    reply, digest = await state.ask(Ask(entry.url), "list", state.before.validators if state.before.list_sha256 else Validators())
    if reply.not_modified and state.before.list_sha256:
        page = make_page(entry.url, 200, state.recorder.archive.get(state.before.list_sha256), {"content-type": "text/html"})
        digest = state.before.list_sha256
    elif reply.page is None or reply.trouble is not None:
        stop = reply.trouble or Trouble(VisitOutcome.UNREACHABLE, "no-answer")
        state.recorder.record_list(state.visit_id, entry.id, ())
        return ListFacts(stop=stop, first_page_failed=True), reading, NO_VALIDATORS
    else:
        page = reply.page
    state.list_pages.append({"url": entry.url, "sha256": digest, "not_modified": reply.not_modified})

    async def ask_page(ask: Ask) -> Reply:
        found, sha256 = await state.ask(ask, "list")
        state.list_pages.append({"url": ask.url, "sha256": sha256})
        return found

    facts = await read_all(Start(entry.url, entry.params), page, reading, ask_page)
    validators = state.before.validators if reply.not_modified else reply.validators
    return facts, reading, validators


async def _take_control(state: Visit) -> None:
    """Ask for an address that cannot exist and remember how this host says "absent"; once a week per host."""
    host = _host(state.before.entry.url)
    notes, now = state.memory.get(host), state.recorder.clock.now()
    if is_fresh(notes.control_at, now, CONTROL_TTL):
        return
    reply, _ = await state.ask(Ask(f"{host}/{uuid.uuid4().hex}.html"), "control")
    if reply.page is None or reply.trouble is not None:
        return
    found = trouble(reply.page)
    if found is not None and found.outcome is not VisitOutcome.SOFT_ERROR:
        return
    # A host that answers with a page like any other is known by that page's words; nothing with the same words is believed.
    print_of_absence = fingerprint(reply.page)
    state.memory.put(
        host,
        replace(
            state.memory.get(host),
            control_at=now.isoformat(),
            control_absent=found is not None or bool(print_of_absence),
            control_print=print_of_absence if found is None or reply.page.status < 400 else "",
        ),
    )


def _as_lines(listing: Listing) -> list[ListLine]:
    return [ListLine(item.url, item.title, item.listed_on, item.raw_date, item.position) for item in listing.items]


def _decide(state: Visit, line: ListLine, column: str) -> ListLine:
    known = state.before.lines.get(line.url)
    found = recognise(Clues(line.title, column, line.listed_on, url=line.url), state.before.bodies)
    if found.decision is Decision.UNRESOLVED and known is not None and known.line.decision is not Decision.UNRESOLVED:
        # Its own page, or a person, decided it before.
        return replace(known.line, title=line.title, listed_on=line.listed_on, raw_date=line.raw_date, position=line.position)
    reason = found.reason
    if known is not None and known.line.reason.startswith(READ_MARK):
        reason = READ_MARK + reason
    return replace(line, decision=found.decision, reason=reason, body_id=found.body_id, report_year=found.report_year)


async def _fetch_reports(state: Visit) -> None:
    archived = {version.found.url for version in state.before.versions}
    for line in list(state.lines.values()):
        if state.stopped is not None:
            return
        if line.decision is Decision.REPORT and line.url not in archived:
            await _fetch_one(state, line)
        elif line.decision is Decision.UNRESOLVED and not line.reason.startswith(READ_MARK) and "short-title" not in line.reason:
            await _resolve(state, line)


async def _fetch_one(state: Visit, line: ListLine) -> None:
    failed_before = line.url in _strings(state.before.last_facts.get("incomplete"))
    found = await _report_behind(state, line, accept_gaps=failed_before)
    if found.version is not None:
        state.new_versions += state.recorder.record_report(line, found.version)
    elif not found.gone:
        state.incomplete.append(line.url)


async def _resolve(state: Visit, line: ListLine) -> None:
    """Let a line's own page say whose and which year it is, where its title did not."""
    found = await _report_behind(state, line, accept_gaps=True)
    if found.article is None:
        if found.passing:
            state.incomplete.append(line.url)
            return
        decided = replace(line, reason=READ_MARK + line.reason)
    else:
        clues = Clues(found.article.title or line.title, "", line.listed_on, found.article.publisher, line.url)
        own = recognise(clues, state.before.bodies)
        if own.decision is not Decision.REPORT:
            own = recognise(replace(clues, title=line.title), state.before.bodies)
        better = own if own.decision is Decision.REPORT else None
        decided = replace(line, reason=READ_MARK + line.reason)
        if better is not None:
            decided = replace(
                line, decision=better.decision, reason=READ_MARK + better.reason, body_id=better.body_id, report_year=better.report_year
            )
    state.lines[line.url] = decided
    state.recorder.record_list(state.visit_id, state.before.entry.id, [decided])
    if decided.decision is Decision.REPORT and found.version is not None:
        state.new_versions += state.recorder.record_report(decided, found.version)


async def _report_behind(state: Visit, line: ListLine, *, accept_gaps: bool, validators: Validators = NO_VALIDATORS) -> Found:
    async def ask_file(ask: Ask, role: CaptureRole) -> tuple[Reply, Sha256 | None]:
        return await state.ask(ask, role, validators if ask.url == line.url else Validators())

    return await fetch_report(line, ask_file, referer=state.before.entry.url, accept_gaps=accept_gaps)


async def _audit(state: Visit) -> None:
    """Ask again for archived reports that left the list or were not asked for in a while: silent edits, replaced files, withdrawals."""
    for version in _due_for_audit(state.before.versions, state)[:AUDITS_PER_VISIT]:
        if state.stopped is not None:
            return
        line = state.lines.get(version.found.url) or _line_of(state, version)
        known = state.recorder.validators_of(version.found.url) if not version.found.parts else Validators()
        found = await _report_behind(state, line, accept_gaps=False, validators=known)
        if found.gone or found.not_modified:
            state.recorder.record_check(version, gone=found.gone)
        elif found.version is not None:
            state.new_versions += state.recorder.record_report(line, found.version)


def _due_for_audit(versions: Sequence[ReportVersion], state: Visit) -> list[ReportVersion]:
    newest = {(v.body_id, v.report_year, v.found.url): v for v in versions}
    now = state.recorder.clock.now()
    standing = [v for v in newest.values() if v.gone_since is None]
    due = [v for v in standing if v.found.url not in state.lines or now - v.last_seen_at >= AUDIT_EVERY]
    return sorted(due, key=lambda v: (v.found.url in state.lines, v.last_seen_at))


def _line_of(state: Visit, version: ReportVersion) -> ListLine:
    known = state.before.lines[version.found.url].line
    return replace(known, decision=Decision.REPORT, body_id=version.body_id, report_year=version.report_year)


def _strings(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list | tuple) else []


def _host(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
