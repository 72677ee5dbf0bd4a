"""What people are told: events, destinations, messages and what became of them.

An event is written in the transaction of the change it tells of; messages are planned from events and rest in the outbox until a
relay has accepted them. Oversight staff and operators are two audiences that never mix.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from storage.domain.enums import Audience, Labelled, SendState
from storage.domain.ids import BodyId
from storage.domain.quick import quick


class EventKind(Labelled):
    """What happened; stored, so permanent."""

    REPORT_FOUND = "report.found", "发现年报"
    REPORT_LATE = "report.late", "逾期发布"
    REPORT_MISSING = "report.missing", "未发现"
    REPORT_UNKNOWN = "report.unknown", "无法判断"
    REPORT_WITHDRAWN = "report.withdrawn", "已撤下"
    REPORT_RESTORED = "report.restored", "恢复发布"
    REPORT_REVISED = "report.revised", "发布后有改动"
    FINDING_OPENED = "finding.opened", "新问题"
    FINDING_RESOLVED = "finding.resolved", "问题已解决"
    FINDING_REOPENED = "finding.reopened", "问题再次出现"
    SOURCE_BLIND = "source.blind", "栏目看不到"
    SOURCE_RECOVERED = "source.recovered", "栏目已恢复"
    RUN_OVERDUE = "run.overdue", "任务未按时开始"
    RUN_FAILED = "run.failed", "任务失败"
    PROCESS_FAILED = "process.failed", "处理失败"
    DELIVERY_FAILING = "delivery.failing", "消息发送受阻，仍在重试"
    DELIVERY_DEAD = "delivery.dead", "消息无法送达"
    FIXITY_FAILED = "fixity.failed", "存档校验失败"
    CLOCK_JUMP = "clock.jump", "时钟跳变"
    DISK_LOW = "disk.low", "磁盘空间不足"
    REPORT_UNANSWERED = "report.unanswered", "未发现，久未确认"
    ALERT_FLAPPING = "alert.flapping", "状态反复变化"
    SUBSCRIPTION_ENDED = "subscription.ended", "接收方退订"
    TEST = "test", "测试消息"


@quick
@dataclass(frozen=True, slots=True)
class Event:
    """One thing to tell. `key` is unique and makes writing it twice harmless; `payload` holds plain strings for the wording."""

    key: str
    kind: EventKind
    audience: Audience
    at: datetime
    body_id: BodyId | None = None
    report_year: int | None = None
    division_code: str = ""
    severity: str = ""
    payload: Mapping[str, str] = field(default_factory=dict)
    id: int | None = None
    planned_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Destination:
    """Where messages go. `address` is an Apprise address and holds secrets: never print it. `scope` is a division code, empty for all.

    `lang` is `zh-CN` or `en`, `cadence` of its digest `daily` or `weekly`. `timeouts` says how often in a row its service let us wait.
    """

    id: int
    name: str
    address: str
    audience: Audience
    scope: str = ""
    enabled: bool = True
    lang: str = "zh-CN"
    cadence: str = "daily"
    timeouts: int = 0


class Mode(Labelled):
    """How a destination hears of a kind of matter."""

    IMMEDIATE = "immediate", "立即"
    DIGEST = "digest", "每日摘要"
    NONE = "none", "不通知"


@dataclass(frozen=True, slots=True)
class AlertRule:
    """A sentence about one destination: of these kinds (empty: all), this severity or worse, in this region, it hears in this mode.

    The first rule that fits decides; where none does, the digest tells it. With `escalate_to`, an absence that nobody acknowledged for
    `escalate_days` working days is told to that second destination.
    """

    id: int
    name: str
    destination_id: int
    mode: Mode
    kinds: tuple[EventKind, ...] = ()
    severity: str = ""
    scope: str = ""
    escalate_to: int | None = None
    escalate_days: int = 0
    enabled: bool = True


class HoldSort(Labelled):
    """Why a matter is quiet for a while."""

    ACK = "ack", "已确认收到"
    SNOOZE = "snooze", "稍后处理"
    SILENCE = "silence", "静默"


@dataclass(frozen=True, slots=True)
class Hold:
    """A person's word that keeps messages back until a moment: of one matter, or (silence) of kinds in a region."""

    id: int
    sort: HoldSort
    actor: str
    reason: str
    at: datetime
    until: datetime
    matter: str = ""
    kinds: tuple[EventKind, ...] = ()
    scope: str = ""
    ended_at: datetime | None = None
    ended_by: str = ""

    def active(self, now: datetime) -> bool:
        """Whether it still keeps anything back."""
        return self.at <= now < self.until and (self.ended_at is None or now < self.ended_at)


@dataclass(frozen=True, slots=True)
class Message:
    """One rendered message for one destination.

    `message_key` is unique per destination; `reference` is the short code people quote; `message_id` is the e-mail Message-ID, the same
    on every attempt, so that a repeated delivery is one message to the eye. `unsubscribe` is the signed address of one-click unsubscribing.
    `kinds` are those of its events, filled in when the message is claimed for sending.
    """

    destination_id: int
    message_key: str
    reference: str
    message_id: str
    subject: str
    body_text: str
    body_html: str = ""
    event_ids: tuple[int, ...] = ()
    unsubscribe: str = ""
    kinds: tuple[EventKind, ...] = ()


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An outbox row claimed for sending; `attempt` counts from 1 and includes this one."""

    id: int
    destination: Destination
    message: Message
    attempt: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of one attempt: accepted, retry, unknown (may have arrived) or dead; `text` is the service's own answer, redacted.

    `timed_out` that the service held the line and said nothing: its other messages need not find that out one by one.
    """

    state: SendState
    text: str = ""
    timed_out: bool = False
