"""When a report was published, from dates of unequal worth.

A date on the page, in the list or in the page's metadata is strong; one in the address is made by the publishing system and comes next. A
signature only says that nothing was published before it: a signature of January does not hide a publication of April. What we saw with
our own eyes before the deadline outranks every claim. Whatever the claims contradict is noted, never settled in silence.

What a server and a file say of themselves decides nothing: `Last-Modified` moves when a site is made anew, and a PDF may stand in the
place of an earlier one. The first only narrows the interval of a lateness that our own looks have proven, in the body's favour; the second
is a note where it is later than the date claimed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from storage.domain.clock import deadline_instant, local_date
from storage.domain.duties import DateEvidence, Duty, Seen
from storage.domain.enums import DateKind, DutyStatus
from storage.domain.quick import quick

STRONG = (DateKind.PRINTED, DateKind.LIST, DateKind.META)
"""In this order: the printed date is what offices go by."""

CLAIMS = (*STRONG, DateKind.URL)

UNCLAIMED = (DateKind.HTTP, DateKind.FILE)
"""Nobody says by these that the report was published then."""

BACKDATING_SLACK = timedelta(days=1)
"""A list may carry the date of the evening before it was put online."""


@quick
@dataclass(frozen=True, slots=True)
class Publication:
    """Timeliness of a report that was found: on_time, late or undated, with the evidence."""

    status: DutyStatus
    reason: str
    published_on: date | None = None
    source: DateKind | None = None
    days_late_min: int | None = None
    days_late_max: int | None = None
    notes: tuple[str, ...] = ()


def published(duty: Duty, seen: Sequence[Seen], last_not_seen_at: datetime | None) -> Publication:
    """Judge the timeliness of a report seen at one or more addresses; `last_not_seen_at` is the newest qualified negative before that."""
    first_seen_at = min(one.first_seen_at for one in seen)
    usable, notes = _usable(duty, seen, first_seen_at)
    claim = _earliest_best(usable)
    notes += _disagreements(usable) + _later_files(usable)
    if claim is not None and last_not_seen_at is not None and claim.on < local_date(last_not_seen_at) - BACKDATING_SLACK:
        notes += (f"{claim.kind.label}为{claim.on}，但{_moment(last_not_seen_at)}核查时栏目中尚无此条，日期待核实",)
    if first_seen_at <= deadline_instant(duty.due_on):
        return _seen_in_time(duty, claim, first_seen_at, notes)
    if claim is not None:
        return _by_claim(duty, claim, usable, notes)
    return _by_interval(duty, usable, seen, first_seen_at, last_not_seen_at, notes)


def _usable(duty: Duty, seen: Sequence[Seen], first_seen_at: datetime) -> tuple[list[list[DateEvidence]], tuple[str, ...]]:
    """Per address the dates that can be true at all, and a note for each that cannot."""
    earliest, latest = date(duty.key.report_year, 12, 31), local_date(first_seen_at)
    notes: dict[str, None] = {}
    per_address = []
    for one in seen:
        kept = []
        for claimed in one.dates:
            if claimed.kind in UNCLAIMED and not earliest <= claimed.on <= latest:
                continue  # a form of earlier years, a page made anew, a clock that is wrong: no contradiction of anybody's word
            if claimed.on < earliest:
                notes[f"{claimed.kind.label}{claimed.on}早于报告年度结束，未采用"] = None
            elif claimed.on > latest and claimed.kind in CLAIMS:
                notes[f"{claimed.kind.label}{claimed.on}晚于首次发现（{latest}），未采用"] = None
            else:
                kept.append(claimed)
        per_address.append(kept)
    return per_address, tuple(notes)


def _earliest_best(per_address: Iterable[Sequence[DateEvidence]]) -> DateEvidence | None:
    """The best date of each address, and of these the earliest: a report may stand at two addresses, the first one counts."""
    best = [claim for claim in map(_best, per_address) if claim is not None]
    return min(best, key=lambda claim: claim.on, default=None)


def _best(dates: Sequence[DateEvidence]) -> DateEvidence | None:
    for kind in CLAIMS:
        of_kind = [claim for claim in dates if claim.kind is kind]
        if of_kind:
            return min(of_kind, key=lambda claim: claim.on)
    return None


def _disagreements(per_address: Iterable[Sequence[DateEvidence]]) -> tuple[str, ...]:
    notes = []
    for dates in per_address:
        strong = sorted({(claim.on, claim.kind) for claim in dates if claim.kind in CLAIMS}, key=lambda pair: (pair[0], pair[1].value))
        if strong and strong[-1][0] - strong[0][0] > timedelta(days=1):
            notes.append("日期不一致：" + "、".join(f"{kind.label}{on}" for on, kind in strong))
    return tuple(dict.fromkeys(notes))


def _later_files(per_address: Iterable[Sequence[DateEvidence]]) -> tuple[str, ...]:
    """A file finished after the day on which it is said to have been published."""
    notes = []
    for dates in per_address:
        claim, finished = _best(dates), max((one.on for one in dates if one.kind is DateKind.FILE), default=None)
        if claim is not None and finished is not None and finished > claim.on + BACKDATING_SLACK:
            notes.append(f"{claim.kind.label}为{claim.on}，而{DateKind.FILE.label}中的日期为{finished}，可能替换过文件，日期待核实")
    return tuple(dict.fromkeys(notes))


def _seen_in_time(duty: Duty, claim: DateEvidence | None, first_seen_at: datetime, notes: tuple[str, ...]) -> Publication:
    """Found before the deadline: on time, whatever a date claims."""
    on = claim.on if claim else local_date(first_seen_at)
    source = claim.kind if claim else DateKind.FIRST_SEEN
    return Publication(DutyStatus.ON_TIME, f"{_moment(first_seen_at)}已发现，期限为{duty.due_on}", on, source, notes=notes)


def _by_claim(duty: Duty, claim: DateEvidence, per_address: Iterable[Sequence[DateEvidence]], notes: tuple[str, ...]) -> Publication:
    label = f"{claim.kind.label}为{claim.on}"
    if claim.on <= duty.due_on:
        return Publication(DutyStatus.ON_TIME, f"{label}，期限为{duty.due_on}", claim.on, claim.kind, notes=notes)
    in_time = sorted({other.on for dates in per_address for other in dates if other.kind in STRONG and other.on <= duty.due_on})
    if in_time:
        # A claim of lateness that another strong date contradicts is no ground for an accusation.
        reason = f"{label}，另有日期{in_time[0]}在期限内，公布时间无法确定"
        return Publication(DutyStatus.UNDATED, reason, notes=notes)
    days = (claim.on - duty.due_on).days
    return Publication(DutyStatus.LATE, f"{label}，晚于期限{duty.due_on}共{days}天", claim.on, claim.kind, days, days, notes)


def _by_interval(
    duty: Duty,
    per_address: Sequence[Sequence[DateEvidence]],
    seen: Sequence[Seen],
    first_seen_at: datetime,
    last_not_seen_at: datetime | None,
    notes: tuple[str, ...],
) -> Publication:
    """No usable date: between the last time it was provably not there and the first time it was."""
    latest = (local_date(first_seen_at) - duty.due_on).days
    if last_not_seen_at is not None and last_not_seen_at >= deadline_instant(duty.due_on):
        earliest = (local_date(last_not_seen_at) - duty.due_on).days
        reason = f"{_moment(last_not_seen_at)}核查尚无，{_moment(first_seen_at)}首次发现，期限为{duty.due_on}"
        served = _served_since(per_address, local_date(last_not_seen_at), local_date(first_seen_at))
        if served is not None:
            latest = (served - duty.due_on).days
            reason += f"，{DateKind.HTTP.label}为{served}"
        return Publication(DutyStatus.LATE, reason, None, DateKind.FIRST_SEEN, earliest, latest, notes)
    signed = _signed_after(duty, per_address, len(seen))
    if signed is not None:
        days = (signed - duty.due_on).days
        reason = f"落款日期为{signed}，晚于期限{duty.due_on}，公布不会早于落款"
        return Publication(DutyStatus.LATE, reason, None, DateKind.SIGNATURE, days, max(days, latest), notes)
    return Publication(DutyStatus.UNDATED, f"{_moment(first_seen_at)}首次发现，此前无有效核查，页面与列表均无可用日期", notes=notes)


def _served_since(per_address: Iterable[Sequence[DateEvidence]], unseen_on: date, first_seen_on: date) -> date | None:
    """The earliest day since which a server says that the report has been as it is, after it was last not there and before we saw it."""
    said = [one.on for dates in per_address for one in dates if one.kind is DateKind.HTTP and unseen_on <= one.on < first_seen_on]
    return min(said, default=None)


def _signed_after(duty: Duty, per_address: Sequence[Sequence[DateEvidence]], addresses: int) -> date | None:
    """The earliest signature, where every address carries one and all are after the deadline."""
    signatures = [[claim.on for claim in dates if claim.kind is DateKind.SIGNATURE] for dates in per_address]
    if len(signatures) < addresses or not all(signatures):
        return None
    earliest = min(min(dates) for dates in signatures)
    return earliest if earliest > duty.due_on else None


def _moment(instant: datetime) -> str:
    return f"{local_date(instant)}"
