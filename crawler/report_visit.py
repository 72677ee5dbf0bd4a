"""The reports of one visit: new ones fetched, undecided lines asked who they are."""

from __future__ import annotations

import uuid
from dataclasses import replace

from crawler.discovery.article import heading_of, published
from crawler.discovery.disguised import beside, same_denial
from crawler.discovery.naming import subject_of
from crawler.discovery.recognition import BARE, CUT, OTHER_SUBJECT, Clues, is_report, recognise
from crawler.discovery.wording import made_ready
from crawler.fetching import NO_VALIDATORS, Reply, Validators
from crawler.gone_lines import GONE_MARK, GoneLine
from crawler.listing import Ask
from crawler.page import Page
from crawler.recording import READ_MARK
from crawler.report_pages import Found, fetch_report
from crawler.visit_state import VisitState
from storage.domain.clock import local_date
from storage.domain.ids import Sha256
from storage.domain.originals import CaptureRole, NewVersion
from storage.domain.visits import Decision, ListLine

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
        elif line.decision is Decision.UNRESOLVED and not line.reason.startswith(READ_MARK) and _is_due(state, line):
            await _resolve(state, replace(line, reason=line.reason.removeprefix(GONE_MARK)))


async def _fetch(state: VisitState, line: ListLine) -> None:
    incomplete = state.before.last_facts.get("incomplete")
    failed_before = isinstance(incomplete, list) and line.url in incomplete
    found = await _behind(state, line, accept_gaps=failed_before)
    if found.version is not None:
        await record_found(state, line, found.version)
        state.archived_now.add(line.url)
    elif not found.gone:
        state.incomplete.append(line.url)


async def record_found(state: VisitState, line: ListLine, version: NewVersion) -> None:
    """Have a version written that stands behind a decided line."""
    state.written(state.recorder.record_report(line, version))
    await state.settle(but=AHEAD)


async def _resolve(state: VisitState, line: ListLine) -> None:
    """Let a line's own page say whose report it is and of which year, where its title did not."""
    found = await _behind(state, line, accept_gaps=True)
    if found.gone or (found.error_page is not None and await is_no_more(state, line.url, found.error_page)):
        _not_there(state, line)
        return
    if found.article is None and found.passing:
        state.incomplete.append(line.url)
        return
    state.gone_lines.pop(line.url, None)
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
        await record_found(state, decided, found.version)
        state.archived_now.add(line.url)


def _is_due(state: VisitState, line: ListLine) -> bool:
    gone = state.gone_lines.get(line.url)
    return gone is None or gone.is_due(local_date(state.recorder.clock.now()))


def _not_there(state: VisitState, line: ListLine) -> None:
    """Rows often stand before their pages: nothing was read, so nothing is decided, and it is asked for again; for a while."""
    today = local_date(state.recorder.clock.now())
    before = state.gone_lines.get(line.url)
    gone = state.gone_lines[line.url] = before.again(today) if before is not None else GoneLine(today, today)
    if gone.for_good and (before is None or not before.for_good):
        state.lines[line.url] = left = replace(line, reason=GONE_MARK + line.reason)
        state.written(state.recorder.record_list(state.visit_id, state.before.entry.id, [left]))


async def is_no_more(state: VisitState, url: str, shown: Page) -> bool:
    """Whether the host shows the same "no such page", now, for an address beside this one that never existed."""
    reply, _ = await state.ask(Ask(beside(url, uuid.uuid4().hex), referer=state.before.entry.url), "control")
    return reply.page is not None and reply.trouble is None and same_denial(shown, reply.page)


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
    # Whoever put a page up may be named as its source; where its title names nobody, the report itself says whose it is.
    several = len(state.before.bodies) > 1 and not subject_of(clues.title)
    own = (replace(clues, title=heading),) if several and (heading := heading_of(found.words)) else ()
    return (*own, clues, *(replace(clues, title=title) for title in (line.title, *documents)))


def _is_no_report(line: ListLine, found: Found) -> bool:
    """Whether what stands behind a line that says too little, or speaks of another subject, is plainly something else: a page that shows
    neither form nor document, or one whose full title is another document's where the list cut it short.

    One that is blank, or could not be had whole, may still be the report.
    """
    asked_of_page = line.reason in {BARE, CUT} or line.reason.startswith(OTHER_SUBJECT)
    if found.article is None or found.form or found.blank or found.passing or not asked_of_page:
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
