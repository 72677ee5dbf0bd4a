"""The archived reports of one visit, looked after from time to time: silent edits, replaced files, withdrawals, addresses led elsewhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from crawler.addresses import is_elsewhere
from crawler.discovery.recognition import Clues, is_report, recognise
from crawler.fetching import Reply
from crawler.listing import Ask
from crawler.report_pages import Found, fetch_report
from crawler.report_visit import is_no_more, record_found
from crawler.visit_state import VisitState
from storage import captures
from storage.domain.clock import local_date
from storage.domain.ids import Sha256
from storage.domain.originals import CaptureRole, ReportVersion
from storage.domain.visits import Decision, ListLine
from storage.statements import url_of

ASKED_AGAIN_FOR = timedelta(days=21)
"""For so long the address of a report that left its list is asked again after it was gone: longer than calling it withdrawn takes."""


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
        gone = found.gone or (found.error_page is not None and await is_no_more(state, version.found.url, found.error_page))
        if gone or found.not_modified:
            state.written(state.recorder.record_check(version, gone=gone))
        elif found.version is not None and is_same_report(version, found, state):
            await record_found(state, line, found.version)
        elif found.version is not None:
            state.led_elsewhere[version.found.url] = found.led_to


def is_same_report(version: ReportVersion, found: Found, state: VisitState) -> bool:
    """Whether what came is the archived report: always where it came from its own address, or from where that led when it was archived.
    From another place it is only where the page there calls itself that body's report of that year, or says nothing of the kind and is the
    same to the byte or word: portals lead addresses of old pages to whatever took their place.
    """
    came, had = found.version, version.found
    if not found.led_to or came is None or found.led_to in _places_of(version, state):
        return True
    article = found.article
    if article is not None and article.title:
        clues = Clues(
            article.title, state.column, publisher=article.publisher, url=found.led_to, form=found.form, said_year=found.said_year
        )
        own = recognise(clues, state.before.bodies)
        if own.decision is Decision.REPORT or is_report(article.title, state.column)[0] is Decision.REPORT:
            return (own.decision, own.body_id, own.report_year) == (Decision.REPORT, version.body_id, version.report_year)
    return came.main_sha256 == had.main_sha256 or bool(came.text_sha256 and came.text_sha256 == had.text_sha256)


def _places_of(version: ReportVersion, state: VisitState) -> set[str]:
    """The addresses from which the files of the archived version came when its own was asked for."""
    digests = {version.found.main_sha256, *(part.sha256 for part in version.found.parts)}
    with state.recorder.database.read() as connection:
        kept = [capture for digest in digests for capture in captures.for_original(connection, digest)]
    return {capture.final_url for capture in kept if capture.url == url_of(version.found.url)}


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
        if is_elsewhere(ask.url, page.url):
            # That the place it was led to has not changed says nothing of the report.
            return replace(reply, page=page), digest
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
    led_before = state.before.last_facts.get("led_elsewhere")
    led = led_before if isinstance(led_before, dict) else {}
    unlisted = [v for v in (*standing, *doubted) if whole_list and v.found.url not in state.lines and v not in today]
    left = [v for v in unlisted if v.found.url not in led and not _was_asked_today(state, v.found.url)]
    old = [v for v in standing if now - v.last_seen_at >= state.errand.audit_every and (v not in unlisted or v.found.url in led)]
    # One that was led elsewhere is not seen, however often it is asked for: it waits its turn like those that were.
    old = [v for v in old if v.found.url not in led or _age_of_answer(state, v.found.url) >= state.errand.audit_every]
    return [*left[:most], *old[: max(0, most - len(today) - len(left))]]


def _age_of_answer(state: VisitState, url: str) -> timedelta:
    asked_at = state.recorder.asked_at(url)
    return timedelta.max if asked_at is None else state.recorder.clock.now() - asked_at


def _was_asked_today(state: VisitState, url: str) -> bool:
    asked_at = state.recorder.asked_at(url)
    return asked_at is not None and local_date(asked_at) == local_date(state.recorder.clock.now())


def led_elsewhere(state: VisitState) -> dict[str, str]:
    """The archived reports whose address last led to something else, and where to: those met today and those not asked for since."""
    before = state.before.last_facts.get("led_elsewhere")
    kept = {url: to for url, to in before.items() if not _was_asked_today(state, url)} if isinstance(before, dict) else {}
    return kept | state.led_elsewhere
