"""What a visit proved about our own eyes. Pure: facts in, the visit's result out.

A report is called missing only on visits that could have seen it: an archived report was met again by the same path (the canary), an
address that cannot exist was told apart (the negative control), the whole list was read, the number of rows did not collapse, and our own
connection worked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from crawler.discovery.troubles import Trouble
from storage.domain.enums import VisitOutcome
from storage.domain.visits import VisitResult

MIN_SHARE_OF_MEDIAN = 0.7
MAX_SKIPPED_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class ListFacts:
    """How reading one list went. `ended` is False where the reading stopped before the list did; `stop` then names why."""

    items_seen: int = 0
    pages_read: int = 0
    declared_total: int | None = None
    skipped: int = 0
    ended: bool = False
    stop: Trouble | None = None
    first_page_failed: bool = False


@dataclass(frozen=True, slots=True)
class Sight:
    """Everything a visit saw that its result depends on.

    `known_reports` are addresses of reports archived before this visit that belong to this list (where none of them stands any more, the
    gone ones), `met` those still standing that were found again in it.
    `reports` counts its rows that are reports, under whatever address; `led_elsewhere` the archived ones whose address led to another
    document today. `history` holds the row counts of earlier complete visits.
    """

    facts: ListFacts
    known_reports: frozenset[str] = frozenset()
    met: frozenset[str] = frozenset()
    reports: int = 0
    negative_control: bool | None = None
    own_network: bool | None = None
    history: Sequence[int] = ()
    failed_details: int = 0
    led_elsewhere: int = 0
    extra: Mapping[str, object] = field(default_factory=dict)


def conclude(sight: Sight) -> VisitResult:
    """The visit's typed outcome with its proofs; `inconclusive_reason` names the first thing that forbids concluding absence."""
    facts = sight.facts
    outcome, reason = _outcome(sight)
    canary = bool(sight.met) if sight.known_reports else None
    whole = facts.ended and facts.skipped <= MAX_SKIPPED_SHARE * max(1, facts.items_seen) and not _short_of_total(facts)
    own_network = sight.own_network if sight.own_network is not None else (True if canary else None)
    doubts = (
        ("" if outcome is VisitOutcome.COMPLETE else f"{outcome.value}:{reason}"),
        ("" if whole else _why_not_whole(facts)),
        ({None: "no-canary", False: "canary-lost", True: ""}[canary]),
        ("count-drop" if _dropped(facts.items_seen, sight.history) else ""),
        ({None: "no-negative-control", False: "negative-control-failed", True: ""}[sight.negative_control]),
        ({None: "own-network-untested", False: "own-network", True: ""}[own_network]),
    )
    return VisitResult(
        outcome=outcome,
        reason=reason,
        items_seen=facts.items_seen,
        declared_total=facts.declared_total,
        pages_read=facts.pages_read,
        whole_list=whole,
        canary=canary,
        negative_control=sight.negative_control,
        own_network=own_network,
        inconclusive_reason=next((doubt for doubt in doubts if doubt), ""),
        facts=dict(sight.extra),
    )


def _outcome(sight: Sight) -> tuple[VisitOutcome, str]:
    facts = sight.facts
    if facts.stop is not None:
        if facts.first_page_failed:
            return facts.stop.outcome, facts.stop.reason
        return VisitOutcome.PARTIAL, facts.stop.reason
    if sight.failed_details:
        return VisitOutcome.PARTIAL, "report-page-failed"
    if sight.led_elsewhere:
        return VisitOutcome.PARTIAL, "report-led-elsewhere"
    if sight.known_reports and not sight.met and not sight.reports:
        # All that was ever here is gone at once, and nothing like it came: another list under the address, rather than so many withdrawals.
        return VisitOutcome.LAYOUT_CHANGED, "canary-lost"
    return VisitOutcome.COMPLETE, ""


def _short_of_total(facts: ListFacts) -> bool:
    return facts.declared_total is not None and facts.items_seen + facts.skipped < facts.declared_total


def _why_not_whole(facts: ListFacts) -> str:
    if not facts.ended:
        return "list-not-read-to-end"
    return "declared-total-not-met" if _short_of_total(facts) else "rows-not-understood"


def _dropped(items: int, history: Sequence[int]) -> bool:
    return bool(history) and items < MIN_SHARE_OF_MEDIAN * median(history)
