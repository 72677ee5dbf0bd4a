"""One visit to one list: control, list, reports, proofs, result. Plain code over the fetch seam; Scrapy is not known here.

Order matters. The control comes first, so that a host that answers everything with one page is known before its list is believed. Bytes
are kept before they are read. The visit is finished last: a process that dies leaves it abandoned, and an abandoned visit proves nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from crawler.audit_visit import audit, led_elsewhere
from crawler.canary import Sight, conclude
from crawler.errands import WATCH, Errand
from crawler.fetching import NO_VALIDATORS, Fetch, Validators
from crawler.gone_lines import FACT, as_fact
from crawler.list_reading import LAYOUT
from crawler.list_visit import read_list
from crawler.list_years import of_other_years, years_of
from crawler.recording import Before, Recorder, as_facts
from crawler.report_visit import fetch_reports
from crawler.robots import HostMemory
from crawler.visit_state import VisitState, host_of
from storage.domain.clock import local_date
from storage.domain.enums import VisitOutcome
from storage.domain.ids import EntryPointId, VisitId
from storage.domain.registry import SUBSITE
from storage.domain.visits import Decision, VisitResult
from storage.statements import url_of

NO_COLUMN = "column-unknown"


@dataclass(frozen=True, slots=True)
class Done:
    """One finished reading of a list, not yet written as finished."""

    visit_id: VisitId
    before: Before
    result: VisitResult
    family: str
    validators: Validators
    new_versions: int


async def visit(
    fetch: Fetch, recorder: Recorder, memory: HostMemory, entry_point_id: EntryPointId, *, max_pages: int = 30, errand: Errand = WATCH
) -> Done:
    """Visit one entry point on that errand; what it proved is in the result, to be written with `Recorder.finish`."""
    before = recorder.before(entry_point_id)
    state = VisitState(fetch, recorder, memory, before, await recorder.start(entry_point_id), max_pages, errand)
    listed = await read_list(state)
    facts = listed.facts
    if not facts.first_page_failed:
        await fetch_reports(state)
        await audit(state, whole_list=facts.ended)
    await state.settle()
    known = frozenset(version.found.url for version in before.versions if version.gone_since is None)
    expected = known or frozenset(state.archived_now)
    sight = Sight(
        facts=facts,
        # A list whose reports are all gone has lost them: a portal made anew looks like that, and its silence is no health.
        known_reports=expected or frozenset(version.found.url for version in before.versions),
        met=expected & state.lines.keys(),
        reports=sum(line.decision is Decision.REPORT for line in state.lines.values()),
        negative_control=memory.get(host_of(before.entry.url)).control_absent,
        history=before.history,
        failed_details=len(state.incomplete),
        led_elsewhere=len(state.led_elsewhere),
        extra=as_facts(
            list_pages=state.list_pages,
            incomplete=state.incomplete,
            led_elsewhere=led_elsewhere(state),
            **{FACT: as_fact(state.gone_lines, state.lines if facts.ended else before.lines)},
            new_versions=state.new_versions,
            column=listed.column,
            read_through=state.read_through.as_facts() if state.read_through else None,
            **({"list_key": state.key_note} if state.key_note else {}),
        ),
    )
    result = _of_its_years(_of_its_place(conclude(sight), before), state, listed.column)
    return Done(
        state.visit_id,
        before,
        result,
        listed.family,
        listed.validators if result.outcome is VisitOutcome.COMPLETE else NO_VALIDATORS,
        state.new_versions,
    )


def _of_its_place(result: VisitResult, before: Before) -> VisitResult:
    """The result in other words where a home page is read for want of a column: the column is still unknown, whatever the page shows."""
    entry = before.entry
    if entry.url != url_of(before.portal.home_url) and SUBSITE not in entry.params:
        return result
    if (result.outcome, result.reason) == (LAYOUT.outcome, LAYOUT.reason):
        return result if entry.family else replace(result, reason=NO_COLUMN)
    if result.outcome is VisitOutcome.COMPLETE and result.canary is None:
        # The news of a home page are rows like others. Read to their end they say nothing of a column that nobody has seen yet.
        return replace(result, outcome=VisitOutcome.LAYOUT_CHANGED, reason=NO_COLUMN, whole_list=False)
    return result


def _of_its_years(result: VisitResult, state: VisitState, column: str) -> VisitResult:
    """The result with the doubt that the awaited report may stand in another list of the portal (`crawler.list_years`)."""
    entry, awaited = state.before.entry, local_date(state.recorder.clock.now()).year - 1
    shown = years_of([*(one.line for url, one in state.before.lines.items() if url not in state.lines), *state.lines.values()])
    if result.inconclusive_reason or not of_other_years(entry.params, entry.url, column, shown, awaited):
        return result
    return replace(result, inconclusive_reason="list-of-other-years")
