"""What one message says, before any wording is rendered: sections in the order people need them.

需要您处理 → 新情况 → 已解决 → 无法判断 → 数字. At most ten items of one group are spelled out; the rest is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from storage.domain.alerts import Event, EventKind
from storage.domain.clock import CHINA, local_date
from storage.domain.enums import Certainty, DutyStatus, MissingConfidence, Severity
from storage.domain.ids import BodyId
from storage.duties import StatusCounts

MAX_ITEMS = 10

GRAVE = frozenset({Severity.S1, Severity.S2})
"""Findings worth a line of their own; hints and remarks are counted, and wait on the page."""

HINTS = "提示和备注，不逐条列出"

Belongs = Callable[[Event], bool]

TO_DO = "需要您处理"
NEWS = "新情况"
RESOLVED = "已解决"
UNKNOWN = "无法判断"


@dataclass(frozen=True, slots=True)
class Scene:
    """The numbers and names a digest for one scope needs, as of one moment.

    `unknown` are bodies now undecidable with the reason; `sources` are the operators' figures (healthy, all).
    """

    title: str
    report_year: int
    as_of: datetime
    counts: StatusCounts
    names: Mapping[BodyId, str]
    unknown: tuple[tuple[str, str], ...] = ()
    sources_healthy: int = 0
    sources_all: int = 0
    link: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """One kind of item: its heading with the full count, the items spelled out (none where the count says it all)."""

    heading: str
    items: tuple[str, ...]
    count: int

    @property
    def more(self) -> int:
        """How many items follow the ones spelled out."""
        return self.count - len(self.items) if self.items else 0


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the digest."""

    title: str
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest ready for rendering."""

    scene: Scene
    on: date
    sections: tuple[Section, ...]
    new_findings: int
    reference: str

    @property
    def quiet(self) -> bool:
        """Nothing happened: this is a sign of life."""
        return not any(section.title != UNKNOWN for section in self.sections)

    @property
    def as_of(self) -> str:
        """数据截至, local."""
        return self.scene.as_of.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")

    @property
    def on_time_rate(self) -> str:
        """按时率 with one decimal, empty where nothing is due."""
        share = self.scene.counts.on_time_share
        return "" if share is None else f"{share * 100:.1f}%"

    @property
    def numbers(self) -> Mapping[str, int]:
        """The counts by status value, with `due` and `published`."""
        counts = self.scene.counts
        by_status = {status.value: number for status, number in counts.by_status.items()}
        return {**by_status, "due": counts.due, "published": counts.published}


def digest(events: Sequence[Event], scene: Scene, now: datetime, reference: str) -> Digest:
    """Sort the events of one day into sections."""
    found = [_section(title, grouping, events, scene) for title, grouping in SECTIONS]
    found.append(_blind_spots(scene))
    opened = sum(_is_new(event) and event.severity in GRAVE for event in events)
    return Digest(scene, local_date(now), tuple(section for section in found if section.groups), opened, reference)


def _is_missing(event: Event) -> bool:
    return event.kind is EventKind.REPORT_MISSING and event.payload.get("confidence") == MissingConfidence.ESTABLISHED


def _is_provisional(event: Event) -> bool:
    return event.kind is EventKind.REPORT_MISSING and not _is_missing(event)


def _is_finding(certainty: Certainty) -> Belongs:
    return lambda event: _is_new(event) and event.payload.get("certainty") == certainty and event.severity in GRAVE


def _is_new(event: Event) -> bool:
    return event.kind in {EventKind.FINDING_OPENED, EventKind.FINDING_REOPENED}


def _is_hint(event: Event) -> bool:
    return _is_new(event) and event.severity not in GRAVE


def _of_kind(*kinds: EventKind) -> Belongs:
    return lambda event: event.kind in kinds


def _was_missing(event: Event) -> bool:
    return event.kind is EventKind.REPORT_FOUND and event.payload.get("from") in {DutyStatus.MISSING, DutyStatus.UNKNOWN}


def _is_new_report(event: Event) -> bool:
    return event.kind is EventKind.REPORT_FOUND and not _was_missing(event)


Grouping = tuple[tuple[str, Belongs], ...]

SECTIONS: tuple[tuple[str, Grouping], ...] = (
    (
        TO_DO,
        (
            ("未发现", _is_missing),
            ("初步未发现，仍在复核", _is_provisional),
            ("已撤下", _of_kind(EventKind.REPORT_WITHDRAWN)),
            ("报告不一致，请核对", _is_finding(Certainty.INCONSISTENT)),
            ("疑似不一致，待核实", _is_finding(Certainty.SUSPECT)),
            (HINTS, _is_hint),
        ),
    ),
    (
        NEWS,
        (
            ("逾期发布", _of_kind(EventKind.REPORT_LATE)),
            ("已发布", _is_new_report),
            ("发布后有改动", _of_kind(EventKind.REPORT_REVISED)),
            ("恢复发布", _of_kind(EventKind.REPORT_RESTORED)),
        ),
    ),
    (RESOLVED, (("原未发现或无法判断，现已发现", _was_missing), ("问题复核通过", _of_kind(EventKind.FINDING_RESOLVED)))),
)


def _section(title: str, grouping: Grouping, events: Sequence[Event], scene: Scene) -> Section:
    groups = []
    for heading, belongs in grouping:
        members = sorted((event for event in events if belongs(event)), key=lambda event: (event.severity or "S9", _name(event, scene)))
        if members:
            lines = () if heading == HINTS else tuple(_line(event, scene) for event in members[:MAX_ITEMS])
            groups.append(Group(heading, lines, len(members)))
    return Section(title, tuple(groups))


def _blind_spots(scene: Scene) -> Section:
    lines = tuple(f"{name}：{reason}" for name, reason in scene.unknown[:MAX_ITEMS])
    group = Group("不计入未发现，不代表未发布", lines, len(scene.unknown))
    return Section(UNKNOWN, (group,) if scene.unknown else ())


def _name(event: Event, scene: Scene) -> str:
    if event.body_id is None:
        return event.payload.get("subject", "")
    return scene.names.get(event.body_id, str(event.body_id))


def _line(event: Event, scene: Scene) -> str:
    """One item: who, which year, what; facts with their source, no blame."""
    parts = [f"{_name(event, scene)}（{event.report_year}年度）"]
    if "days_late" in event.payload:
        parts.append(f"逾期 {event.payload['days_late']} 天")
    if "rule" in event.payload:
        parts.append(f"{event.payload['rule']} {event.payload.get('title', '')}")
    detail = event.payload.get("reason", "")
    notes = event.payload.get("notes", "")
    return "：".join(part for part in ("，".join(parts), "；".join(filter(None, (detail, notes)))) if part)
