"""The reports of one visit: new ones fetched, undecided lines asked who they are, archived ones looked after from time to time."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta

from crawler.discovery.article import published
from crawler.discovery.disguised import beside, same_denial
from crawler.discovery.recognition import BARE, CUT, Clues, is_report, recognise
from crawler.discovery.wording import made_ready
from crawler.fetching import NO_VALIDATORS, Reply, Validators
from crawler.listing import Ask
from crawler.page import Page
from crawler.recording import READ_MARK
from crawler.report_pages import Found, fetch_report
from crawler.visit_state import VisitState
from storage.domain.clock import local_date
from storage.domain.ids import Sha256
from storage.domain.originals import CaptureRole, NewVersion, ReportVersion
from storage.domain.visits import Decision, ListLine

ASKED_AGAIN_FOR = timedelta(days=21)
"""For so long the address of a report that left its list is asked again after it was gone: longer than calling it withdrawn takes."""

AHEAD = 16
"""Reports a visit may be ahead of their rows; it is never finished before them."""


async def fetch_reports(state: VisitState) -> None:
    """Fetch what the list shows and the archive does not have; stops where the portal tells us to."""
    archived = {version.found.url for version in state.before.versions}
    for line in list(state.lines.values()):
        if state.stopped is not None:
            return
        if line.decision is Decision.REPORT and line.url not in archived:
            await _fetch(state, line)
        elif line.decision is Decision.UNRESOLVED and not line.reason.startswith(READ_MARK):
            await _resolve(state, line)


async def _fetch(state: VisitState, line: ListLine) -> None:
    incomplete = state.before.last_facts.get("incomplete")
    failed_before = isinstance(incomplete, list) and line.url in incomplete
    found = await _behind(state, line, accept_gaps=failed_before)
    if found.version is not None:
        await _record(state, line, found.version)
        state.archived_now.add(line.url)
    elif not found.gone:
        state.incomplete.append(line.url)


async def _record(state: VisitState, line: ListLine, version: NewVersion) -> None:
    state.written(state.recorder.record_report(line, version))
    await state.settle(but=AHEAD)


async def _resolve(state: VisitState, line: ListLine) -> None:
    """Let a line's own page say whose report it is and of which year, where its title did not."""
    found = await _behind(state, line, accept_gaps=True)
    if found.article is None and found.passing:
        state.incomplete.append(line.url)
        return
    if found.gone:
        # Rows often stand before their pages: nothing was read, so nothing is decided, and it is asked for again.
        return
    decided = replace(line, reason=READ_MARK + line.reason)
    for clues in _clues_of(state, line, found):
        own = recognise(clues, state.before.bodies)
        if own.decision is Decision.REPORT:
            decided = replace(line, decision=own.decision, reason=READ_MARK + own.reason, body_id=own.body_id, report_year=own.report_year)
            break
    if decided.decision is Decision.UNRESOLVED and _is_no_report(line, found):
        decided = replace(decided, decision=Decision.NOT_REPORT)
    state.lines[line.url] = decided
    state.written(state.recorder.record_list(state.visit_id, state.before.entry.id, [decided]))
    if decided.decision is Decision.REPORT and found.version is not None:
        await _record(state, decided, found.version)
        state.archived_now.add(line.url)


def _clues_of(state: VisitState, line: ListLine, found: Found) -> tuple[Clues, ...]:
    """What the page behind a line adds to its title, the surest first: the title of the page itself, then what its documents are called."""
    if found.article is None:
        return ()
    day = published(found.article.dates)
    clues = Clues(
        title=found.article.title or line.title,
        column=state.column,
        listed_on=line.listed_on or (day.value if day is not None else None),
        publisher=found.article.publisher,
        url=line.url,
        anywhere=state.errand.anywhere,
        form=found.form,
        said_year=found.said_year,
    )
    documents = found.names if not found.form and len(found.names) == 1 else ()
    return (clues, *(replace(clues, title=title) for title in (line.title, *documents)))


def _is_no_report(line: ListLine, found: Found) -> bool:
    """Whether what stands behind a line that says too little is plainly something else: a page that shows neither form nor document, or
    one whose full title is another document's where the list cut it short.

    One that is blank, or could not be had whole, may still be the report.
    """
    if found.article is None or found.form or found.blank or found.passing or line.reason not in {BARE, CUT}:
        return False
    if line.reason == CUT:
        return (
            is_report(found.article.title)[0] is Decision.NOT_REPORT and made_ready(line.title).text in made_ready(found.article.title).text
        )
    return found.version is not None and found.version.carrier == "html"


async def _behind(state: VisitState, line: ListLine, *, accept_gaps: bool, validators: Validators = NO_VALIDATORS) -> Found:
    async def ask_file(ask: Ask, role: CaptureRole) -> tuple[Reply, Sha256 | None]:
        return await state.ask(ask, role, validators if ask.url == line.url else NO_VALIDATORS)

    return await fetch_report(line, ask_file, referer=state.before.entry.url, accept_gaps=accept_gaps)


async def audit(state: VisitState, *, whole_list: bool) -> None:
    """Ask again for archived reports that left the list, or were not asked for in a while: silent edits, replaced files, withdrawals."""
    for version in _due(state, whole_list=whole_list):
        if state.stopped is not None:
            return
        line = replace(
            state.lines.get(version.found.url) or state.before.lines[version.found.url].line,
            decision=Decision.REPORT,
            body_id=version.body_id,
            report_year=version.report_year,
        )
        found = await _again(state, line, version)
        gone = found.gone or (found.error_page is not None and await _is_no_more(state, version.found.url, found.error_page))
        if gone or found.not_modified:
            state.written(state.recorder.record_check(version, gone=gone))
        elif found.version is not None:
            await _record(state, line, found.version)


async def _is_no_more(state: VisitState, url: str, shown: Page) -> bool:
    """Whether the host shows the same "no such page", now, for an address beside this one that never existed."""
    reply, _ = await state.ask(Ask(beside(url, uuid.uuid4().hex), referer=state.before.entry.url), "control")
    return reply.page is not None and reply.trouble is None and same_denial(shown, reply.page)


async def _again(state: VisitState, line: ListLine, version: ReportVersion) -> Found:
    """The archived report as its portal shows it now. Where it has files, its page's word that nothing changed says nothing of those:
    the page is then taken from the archive and each file asked for on its own terms.
    """

    async def ask_file(ask: Ask, role: CaptureRole) -> tuple[Reply, Sha256 | None]:
        reply, digest = await state.ask(ask, role, state.recorder.validators_of(ask.url))
        archived = state.recorder.newest_page(ask.url) if reply.not_modified else None
        if archived is None:
            return reply, digest
        page, digest = archived
        trouble = state.wrong_with(page, role)
        if trouble is None and not version.found.parts:
            return reply, digest
        # Where an error page was shown the last time, that it has not changed says nothing of the report.
        return replace(reply, page=page, trouble=trouble), digest

    return await fetch_report(line, ask_file, referer=state.before.entry.url)


def _due(state: VisitState, *, whole_list: bool) -> list[ReportVersion]:
    """What left the list, each once a day, then what was not looked at for longest; what was looked at today counts towards the day's
    number.
    """
    newest = {(v.body_id, v.report_year, v.found.url): v for v in state.before.versions}
    now, most = state.recorder.clock.now(), state.errand.audits
    standing = sorted((v for v in newest.values() if v.gone_since is None), key=lambda v: v.last_seen_at)
    today = [v for v in standing if local_date(v.last_seen_at) == local_date(now)]
    doubted = [v for v in newest.values() if v.gone_since is not None and now - v.gone_since < ASKED_AGAIN_FOR]
    unlisted = [v for v in (*standing, *doubted) if whole_list and v.found.url not in state.lines and v not in today]
    left = [v for v in unlisted if not _was_asked_today(state, v.found.url)]
    old = [v for v in standing if now - v.last_seen_at >= state.errand.audit_every and v not in unlisted]
    return [*left[:most], *old[: max(0, most - len(today) - len(left))]]


def _was_asked_today(state: VisitState, url: str) -> bool:
    asked_at = state.recorder.asked_at(url)
    return asked_at is not None and local_date(asked_at) == local_date(state.recorder.clock.now())
