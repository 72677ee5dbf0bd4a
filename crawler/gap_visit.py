"""One visit to a portal's own search for single reports: words, pages of results, recognition, reports. Never a proof of absence.

A search ranks, forgets and times out as it likes: what it shows is looked at like a line of a list, what it does not show says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from crawler.audit_visit import audit
from crawler.discovery.recognition import Candidate, Clues, recognise
from crawler.discovery.troubles import Trouble
from crawler.listing import Item
from crawler.recording import READ_MARK, as_facts
from crawler.report_visit import fetch_reports
from crawler.search_answers import Results, read_results
from crawler.search_scan import SearchForm, search_ask
from crawler.visit_state import VisitState
from storage.domain.duties import DutyKey
from storage.domain.enums import VisitOutcome
from storage.domain.visits import Decision, ListLine, VisitResult
from storage.searches import ASKED

MAX_PAGES = 3
MAX_QUERIES = 8
MAX_UNDECIDED = 5
SEARCH_ONLY = "search-only"
NOT_UNDERSTOOD = Trouble(VisitOutcome.LAYOUT_CHANGED, "search-not-understood")


@dataclass(slots=True)
class GapSearch:
    """What one visit asked and met. `names` are the full names of the bodies asked for."""

    state: VisitState
    form: SearchForm
    wanted: Mapping[DutyKey, str]
    asked: set[DutyKey] = field(default_factory=set)
    rows: int = 0
    foreign: int = 0
    answers: int = 0
    undecided: int = 0
    trouble: Trouble | None = None
    queries: list[str] = field(default_factory=list)

    @property
    def open(self) -> list[DutyKey]:
        """Reports wanted and not met yet."""
        met = {(line.body_id, line.report_year) for line in self.state.lines.values() if line.decision is Decision.REPORT}
        return [key for key in self.wanted if (key.body_id, key.report_year) not in met]

    @property
    def form_failed(self) -> bool:
        """Whether the form itself led nowhere: it may have moved."""
        gone = {VisitOutcome.LAYOUT_CHANGED, VisitOutcome.SOFT_ERROR}
        return not self.answers and self.trouble is not None and self.trouble.outcome in gone

    async def run(self) -> VisitResult:
        """Search, fetch what was found, look after what was found before; how it went."""
        for year in sorted({key.report_year for key in self.wanted}, reverse=True):
            await self._search_year(year)
        state = self.state
        state.written(state.recorder.record_list(state.visit_id, state.before.entry.id, list(state.lines.values())))
        await fetch_reports(state)
        await audit(state, whole_list=False)
        await state.settle()
        return self._result()

    async def _search_year(self, year: int) -> None:
        """First the words all reports of a year have in common, then the names of those that did not come with them."""
        await self._query(f"{year}年政府信息公开工作年度报告")
        for key in self.open:
            if key.report_year != year:
                continue
            if self._over or len(self.queries) >= MAX_QUERIES:
                return
            await self._query(f"{self.wanted[key]}{year}年政府信息公开工作年度报告")
            if not self._over:
                self.asked.add(key)
        # Those met by the common words were asked for, too.
        self.asked |= {key for key in self.wanted if key.report_year == year and key not in self.open}

    @property
    def _over(self) -> bool:
        return self.trouble is not None or self.state.stopped is not None

    async def _query(self, words: str) -> None:
        if self._over or not self.open:
            return
        self.queries.append(words)
        ask, seen = search_ask(self.form, words), set[str]()
        for number in range(1, MAX_PAGES + 1):
            if ask is None:
                return
            reply, _ = await self.state.ask(ask, "list")
            if reply.page is None or reply.trouble is not None:
                self.trouble = reply.trouble or NOT_UNDERSTOOD
                return
            results = read_results(reply.page, self.state.before.portal.home_url)
            if not results.understood:
                # After the last page of results there may be anything; the first must be understood.
                self.trouble = None if number > 1 else NOT_UNDERSTOOD
                return
            fresh = [item for item in results.items if item.url not in seen]
            self._take(results, fresh)
            seen |= {item.url for item in fresh}
            if not fresh or not self.open:
                return
            ask = results.next or search_ask(self.form, words, number + 1)

    def _take(self, results: Results, fresh: Sequence[Item]) -> None:
        self.answers += 1
        self.rows += len(results.items)
        self.foreign += results.foreign
        for item in fresh:
            line = self._decide(item)
            if line is not None:
                self.state.lines.setdefault(line.url, line)

    def _decide(self, item: Item) -> ListLine | None:
        """The row as a line if it is, or may be, a wanted report; everything else a search shows is other people's."""
        line = ListLine(item.url, item.title, item.listed_on, item.raw_date, len(self.state.lines))
        known = self.state.before.lines.get(item.url)
        if known is not None:
            return known.line
        clues = Clues(item.title, "", item.listed_on, url=item.url, anywhere=True)
        found = recognise(clues, self.state.before.bodies)
        if found.body_id is not None and found.report_year is not None:
            wanted = DutyKey(found.body_id, found.report_year) in self.wanted and found.decision is Decision.REPORT
            return _decided(line, found, found.decision, found.reason) if wanted else None
        if found.decision is not Decision.UNRESOLVED or self.undecided >= MAX_UNDECIDED:
            return None
        return self._doubtful(line, clues)

    def _doubtful(self, line: ListLine, clues: Clues) -> ListLine | None:
        """A row without a full name: it waits for its own page or a person, unless it names somebody who is not asked for."""
        loose = recognise(Clues(clues.title, "", clues.listed_on, url=clues.url), self.state.before.bodies)
        years = {key.report_year for key in self.wanted}
        if loose.report_year not in {None, *years} or "unknown-name" in loose.reason:
            return None
        named = "body:title" in loose.reason
        if named and not any(key.body_id == loose.body_id for key in self.wanted):
            return None
        self.undecided += 1
        # A short name may be another region's office of that kind: that is not for its page to say, but for a person.
        reason = f"{READ_MARK if named else ''}search; {loose.reason}"
        return _decided(line, loose, Decision.UNRESOLVED, reason, body=named)

    def _result(self) -> VisitResult:
        outcome, reason = self._outcome()
        return VisitResult(
            outcome=outcome,
            reason=reason,
            items_seen=self.rows,
            pages_read=self.answers,
            inconclusive_reason=SEARCH_ONLY,
            facts=as_facts(
                **{ASKED: sorted([key.body_id, key.report_year] for key in self.asked)},
                queries=self.queries,
                foreign=self.foreign,
                found=len(self.wanted) - len(self.open),
                incomplete=self.state.incomplete,
                led_elsewhere=self.state.led_elsewhere,
                new_versions=self.state.new_versions,
                list_pages=self.state.list_pages,
            ),
        )

    def _outcome(self) -> tuple[VisitOutcome, str]:
        stop = self.trouble or self.state.stopped
        if stop is not None:
            return (VisitOutcome.PARTIAL if self.answers else stop.outcome), stop.reason
        if self.state.incomplete:
            return VisitOutcome.PARTIAL, "report-page-failed"
        if self.queries and not self.rows:
            return VisitOutcome.PARTIAL, "search-empty"
        return VisitOutcome.COMPLETE, ""


def _decided(line: ListLine, found: Candidate, decision: Decision, reason: str, *, body: bool = True) -> ListLine:
    return replace(line, decision=decision, reason=reason[:200], body_id=found.body_id if body else None, report_year=found.report_year)
