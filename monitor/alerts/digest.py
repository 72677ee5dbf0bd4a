"""What one message says, before any wording is rendered: sections in the order people need them.

需要您处理 → 新情况 → 已解决 → 无法判断 → 数字. At most ten items of one group are spelled out; the rest is counted. Sections and groups are
codes; the words are in `messages/<language>/words.toml`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from storage.domain.alerts import Event, EventKind
from storage.domain.clock import CHINA, local_date
from storage.domain.enums import Certainty, DutyStatus, MissingConfidence, Severity
from storage.domain.ids import BodyId
from storage.duties import StatusCounts

MAX_ITEMS = 10

GRAVE = frozenset({Severity.S1, Severity.S2})
"""Findings worth a line of their own; hints and remarks are counted, and wait on the page."""

HINTS = "hints"
TO_DO, NEWS, RESOLVED, UNKNOWN = "todo", "news", "resolved", "unknown"

Belongs = Callable[[Event], bool]


@dataclass(frozen=True, slots=True)
class Item:
    """One line: who, which year, what. `what` is a group's code, `detail` a sentence with its evidence, `flips` how often it came into one
    same state in 30 days, where it goes to and fro.
    """

    name: str
    report_year: int | None = None
    detail: str = ""
    days_late: str = ""
    rule: str = ""
    title: str = ""
    what: str = ""
    since: str = ""
    flips: int = 0


@dataclass(frozen=True, slots=True)
class Deadline:
    """One due date and how its bodies stand."""

    due_on: date
    report_year: int
    days_left: int
    counts: StatusCounts

    @property
    def owed(self) -> int:
        """Bodies that owe a report by that day; before it passes, those without one are `not_due`, and no part of `counts.due`."""
        return self.counts.due + self.counts.by_status[DutyStatus.NOT_DUE]

    @property
    def numbers(self) -> Mapping[str, int]:
        """The counts by status value."""
        return {status.value: number for status, number in self.counts.by_status.items()}


@dataclass(frozen=True, slots=True)
class Open:
    """A matter that stands open now, whoever was told of it. `what` is a group's code."""

    matter: str
    kind: EventKind
    division: str
    item: Item
    since: datetime


@dataclass(frozen=True, slots=True)
class Scene:
    """The numbers and names a digest for one scope needs, as of one moment.

    `unknown` are bodies now undecidable with the reason; `sources` are the operators' figures (healthy, all). `near`, `passed`, `returned`
    and `still_open` are due in this very digest; `held` counts what people hold back, by sort.
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
    open: tuple[Open, ...] = ()
    flips: Mapping[tuple[BodyId | None, int | None], int] = field(default_factory=dict)
    near: tuple[Deadline, ...] = ()
    passed: tuple[Deadline, ...] = ()
    returned: tuple[Open, ...] = ()
    still_open: tuple[Open, ...] = ()
    held: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """One kind of item: its code with the full count, the items spelled out (none where the count says it all)."""

    code: str
    items: tuple[Item, ...]
    count: int
    deadlines: tuple[Deadline, ...] = ()

    @property
    def more(self) -> int:
        """How many items follow the ones spelled out."""
        return self.count - len(self.items) if self.items else 0


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the digest."""

    code: str
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest ready for rendering."""

    scene: Scene
    on: date
    sections: tuple[Section, ...]
    new_findings: int

    @property
    def quiet(self) -> bool:
        """Nothing happened: this is a sign of life."""
        return not any(section.code != UNKNOWN for section in self.sections)

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


def digest(events: Sequence[Event], scene: Scene, now: datetime) -> Digest:
    """Sort the events of one day into sections."""
    sections = [Section(code, _groups(grouping, events, scene)) for code, grouping in SECTIONS]
    extra = (*_deadlines(scene), *_standing("returned", scene.returned))
    todo = Section(TO_DO, (*extra, *sections[0].groups, *_standing("still_open", scene.still_open)))
    found = [todo, *sections[1:], _blind_spots(scene)]
    opened = sum(_is_new(event) and event.severity in GRAVE for event in events)
    return Digest(scene, local_date(now), tuple(section for section in found if section.groups), opened)


def groups_of(events: Sequence[Event], scene: Scene) -> tuple[Group, ...]:
    """The same groups without sections, for a message outside the digest; what belongs to none of them is listed all the same."""
    found = tuple(group for _, grouping in SECTIONS for group in _groups(grouping, events, scene))
    placed = [belongs for _, grouping in SECTIONS for _, belongs in grouping]
    rest = [event for event in events if not any(belongs(event) for belongs in placed)]
    return found + _groups((("other", lambda event: True),), rest, scene)


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


Grouping = Collection[tuple[str, Belongs]]

SECTIONS: tuple[tuple[str, Grouping], ...] = (
    (
        TO_DO,
        (
            ("unanswered", _of_kind(EventKind.REPORT_UNANSWERED)),
            ("missing", _is_missing),
            ("provisional", _is_provisional),
            ("withdrawn", _of_kind(EventKind.REPORT_WITHDRAWN)),
            ("inconsistent", _is_finding(Certainty.INCONSISTENT)),
            ("suspect", _is_finding(Certainty.SUSPECT)),
            (HINTS, _is_hint),
        ),
    ),
    (
        NEWS,
        (
            ("late", _of_kind(EventKind.REPORT_LATE)),
            ("published", _is_new_report),
            ("revised", _of_kind(EventKind.REPORT_REVISED)),
            ("restored", _of_kind(EventKind.REPORT_RESTORED)),
        ),
    ),
    (RESOLVED, (("found", _was_missing), ("checked", _of_kind(EventKind.FINDING_RESOLVED)))),
)


def _groups(grouping: Grouping, events: Sequence[Event], scene: Scene) -> tuple[Group, ...]:
    groups = []
    for code, belongs in grouping:
        members = sorted((event for event in events if belongs(event)), key=lambda event: (event.severity or "S9", _name(event, scene)))
        if members:
            items = () if code == HINTS else tuple(_item(event, scene) for event in members[:MAX_ITEMS])
            groups.append(Group(code, items, len(members)))
    return tuple(groups)


def _deadlines(scene: Scene) -> tuple[Group, ...]:
    pairs = (("near", scene.near), ("passed", scene.passed))
    return tuple(Group(code, (), len(found), found) for code, found in pairs if found)


def _standing(code: str, found: Sequence[Open]) -> tuple[Group, ...]:
    oldest = sorted(found, key=lambda one: (one.since, one.matter))
    return (Group(code, tuple(one.item for one in oldest[:MAX_ITEMS]), len(oldest)),) if oldest else ()


def _blind_spots(scene: Scene) -> Section:
    items = tuple(Item(name, detail=reason) for name, reason in scene.unknown[:MAX_ITEMS])
    group = Group("unseen", items, len(scene.unknown))
    return Section(UNKNOWN, (group,) if scene.unknown else ())


def _name(event: Event, scene: Scene) -> str:
    if event.body_id is None:
        return event.payload.get("subject", "")
    return scene.names.get(event.body_id, str(event.body_id))


def _item(event: Event, scene: Scene) -> Item:
    """One item: who, which year, what; facts with their source, no blame."""
    detail, notes = event.payload.get("reason", ""), event.payload.get("notes", "")
    return Item(
        name=_name(event, scene),
        report_year=event.report_year,
        detail="；".join(filter(None, (detail, notes))),
        days_late=event.payload.get("days_late", ""),
        rule=event.payload.get("rule", ""),
        title=event.payload.get("title", ""),
        flips=scene.flips.get((event.body_id, event.report_year), 0),
    )
