"""Whether absence is proven: only by visits that showed they could have seen the report, on every route, after the deadline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.duties.reasons import in_words
from storage.domain.clock import CHINA, local_date
from storage.domain.duties import Evidence, QualifiedNegative, VisitFact
from storage.domain.enums import MissingConfidence, VisitOutcome
from storage.domain.ids import EntryPointId


@dataclass(frozen=True, slots=True)
class Bar:
    """How much proof is asked for. Defaults are the product's promise; a deployment may only raise them."""

    established_negatives: int = 3
    established_days: int = 3
    established_age: timedelta = timedelta(hours=48)
    doubted_negatives: int = 2
    doubted_span: timedelta = timedelta(hours=24)
    withdrawn_days: int = 5
    withdrawn_span: timedelta = timedelta(days=14)


DEFAULT_BAR = Bar()
NEVER_MET = "这些栏目可见其他单位年报，但从未见过该单位的，可能另有公开栏目"


@dataclass(frozen=True, slots=True)
class Absence:
    """What the negatives since some instant prove. `confidence` is None where they prove nothing; `reason` says why, in Chinese."""

    confidence: MissingConfidence | None
    reason: str


@dataclass(frozen=True, slots=True)
class Gone:
    """Qualified looks from `since` to `until` that did not meet a report any more; only where `established` is it called withdrawn."""

    since: datetime
    until: datetime
    checks: int
    established: bool


def absent(evidence: Evidence, since: datetime, now: datetime, bar: Bar = DEFAULT_BAR) -> Absence:
    """Absence from `since` (the deadline, exclusive of anything before it) to `now`."""
    if not evidence.routes:
        return Absence(None, "尚未登记可查的公开栏目，无法判断；这不代表未发布")
    per_route = {route: _since(evidence.negatives, route, since) for route in evidence.routes}
    blind = [route for route, negatives in per_route.items() if not negatives]
    if blind:
        return Absence(None, _why_blind(evidence.visits, blind, since))
    weakest = min(per_route.values(), key=lambda negatives: _strength(negatives, now, bar))
    checks = sum(len(negatives) for negatives in per_route.values())
    first = min(negatives[0].at for negatives in per_route.values())
    newest = min(negatives[-1].at for negatives in per_route.values())
    when = f"自{_moment(first)}至{_moment(newest)}有效核查{checks}次均" if checks > 1 else f"{_moment(first)}有效核查"
    if evidence.met_since is None or evidence.met_since > now:
        # Others' reports show that the lists can be read, not that this body publishes there.
        return Absence(MissingConfidence.PROVISIONAL, f"{when}未发现；{NEVER_MET}，结论待确认")
    span = f"{when}未发现（同一路径可见以往年报）"
    if _strength(weakest, now, bar) == (1, 1, 1):
        return Absence(MissingConfidence.ESTABLISHED, span)
    return Absence(MissingConfidence.PROVISIONAL, f"{span}；{_what_lacks(weakest, now, bar)}，结论待确认")


def gone(evidence: Evidence, last_seen_at: datetime, bar: Bar = DEFAULT_BAR) -> Gone | None:
    """How it is known that a report no longer is where it was; None where it is not, or nobody could tell.

    Established only after two weeks of qualified looks at every list, none of which met it: portals move, are repaired and lose their lists
    for days, and a report called withdrawn that was none is a false accusation. An archived address that did not itself answer "gone" may
    still show the report, off the lists: that is never more than doubt.
    """
    if not evidence.routes:
        return None
    per_route = [[one for one in _since(evidence.negatives, route, last_seen_at) if one.at > last_seen_at] for route in evidence.routes]
    if any(len(after) < bar.doubted_negatives or after[-1].at - after[0].at < bar.doubted_span for after in per_route):
        return None
    long_enough = all(
        len({local_date(one.at) for one in after}) >= bar.withdrawn_days and after[-1].at - after[0].at >= bar.withdrawn_span
        for after in per_route
    )
    answered = all(one.gone_since is not None for one in evidence.seen if one.archived)
    since, until = max(after[0].at for after in per_route), min(after[-1].at for after in per_route)
    return Gone(since, until, sum(map(len, per_route)), established=long_enough and answered)


def last_absent(evidence: Evidence, until: datetime) -> datetime | None:
    """The newest moment up to `until` at which the report was provably on none of the routes; None where one route never proved it.

    A report unseen on one list may have stood on the other all along, so the oldest of the routes' newest negatives counts.
    """
    newest = []
    for route in evidence.routes:
        before = [one.at for one in evidence.negatives if one.entry_point_id == route and one.at <= until]
        if not before:
            return None
        newest.append(max(before))
    return min(newest, default=None)


def _since(negatives: Sequence[QualifiedNegative], route: EntryPointId, since: datetime) -> list[QualifiedNegative]:
    return sorted((one for one in negatives if one.entry_point_id == route and one.at >= since), key=lambda one: one.at)


def _strength(negatives: Sequence[QualifiedNegative], now: datetime, bar: Bar) -> tuple[int, int, int]:
    """Which of the three conditions hold: number, distinct local days, freshness."""
    days = {local_date(one.at) for one in negatives}
    return (
        int(len(negatives) >= bar.established_negatives),
        int(len(days) >= bar.established_days),
        int(now - negatives[-1].at < bar.established_age),
    )


def _what_lacks(negatives: Sequence[QualifiedNegative], now: datetime, bar: Bar) -> str:
    enough, spread, fresh = _strength(negatives, now, bar)
    if not enough or not spread:
        return f"尚不足{bar.established_negatives}次、{bar.established_days}个不同日期"
    assert not fresh
    return f"最近一次有效核查距今已超过{int(bar.established_age.total_seconds() // 3600)}小时"


def _why_blind(visits: Sequence[VisitFact], blind: Sequence[EntryPointId], since: datetime) -> str:
    """Why there is no qualified negative on some route; never a word of blame."""
    after = sorted((one for one in visits if one.entry_point_id in blind and one.at >= since), key=lambda one: one.at)
    if not after:
        return "期限过后尚无有效核查，无法判断；这不代表未发布"
    last = after[-1]
    outcomes = Counter(one.outcome for one in after)
    tally = "、".join(f"{outcome.label}{count}次" for outcome, count in sorted(outcomes.items(), key=lambda pair: pair[0].value))
    return f"期限过后{len(after)}次访问均不足以确认（{tally}）；最近一次{_moment(last.at)}{_detail(last)}；这不代表未发布"


def _detail(visit: VisitFact) -> str:
    if visit.outcome is VisitOutcome.COMPLETE:
        return f"读到列表，但{in_words(visit.inconclusive_reason or visit.reason) or '不能证明可见'}"
    cause = in_words(visit.reason or visit.inconclusive_reason)
    return f"{visit.outcome.label}（{cause}）" if cause else visit.outcome.label


def _moment(instant: datetime) -> str:
    return instant.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
