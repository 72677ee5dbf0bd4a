"""Closed sets of words, each with the Chinese label people read.

Values are stored in the database and printed in JSON, so they are permanent. Source: design notes, section 4.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Labelled(StrEnum):
    """A string value with a Chinese label; equality and storage use the value alone."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        """Make a member whose string is `value`."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    __hash__ = str.__hash__  # equality is the string's; the enumeration's own is a function call for every look into a set

    @classmethod
    def of(cls, value: str) -> Self:
        """The member with that value, as calling the class gives it, in a fifth of the time. Raises ValueError."""
        found: Self | None = cls._value2member_map_.get(value)  # type: ignore[assignment]  # its own members
        return cls(value) if found is None else found


class BodyKind(Labelled):
    """What a body is in law; the statutory deadline hangs on it (条例 art. 49)."""

    DEPARTMENT = "department", "政府部门"
    GOVERNMENT = "government", "人民政府"
    TOWNSHIP = "township", "乡镇人民政府"
    SUBDISTRICT = "subdistrict", "街道办事处"
    OTHER = "other", "其他组织"


class BodyLevel(Labelled):
    """Administrative level of a body."""

    NATION = "nation", "国家级"
    PROVINCE = "province", "省级"
    PREFECTURE = "prefecture", "市级"
    COUNTY = "county", "县级"
    TOWNSHIP = "township", "乡级"


class Edition(Labelled):
    """Edition of the official form, decided from the printed tables, never from the year."""

    E2019 = "2019", "国办公开办函〔2019〕60号"
    E2021 = "2021", "国办公开办函〔2021〕30号"


class DutyStatus(Labelled):
    """Publication status of one body for one report year, always with an as-of time."""

    NOT_DUE = "not_due", "未到期"
    ON_TIME = "on_time", "按时"
    LATE = "late", "逾期"
    UNDATED = "undated", "已发现·日期不明"
    MISSING = "missing", "未发现"
    UNKNOWN = "unknown", "无法判断"
    WITHDRAWN = "withdrawn", "已撤下"
    EXEMPT = "exempt", "免报"


class MissingConfidence(Labelled):
    """How well an absence is proven; only established ones leave the office."""

    PROVISIONAL = "provisional", "初步未发现"
    ESTABLISHED = "established", "确认未发现"


class SourceHealth(Labelled):
    """State of our own eyes, per entry point; told to operators, never to oversight staff as a finding."""

    UNTESTED = "untested", "待测试"
    HEALTHY = "healthy", "正常"
    DEGRADED = "degraded", "部分异常"
    BLIND = "blind", "看不到"
    MOVED = "moved", "已迁移"
    DISABLED = "disabled", "已暂停"


class VisitOutcome(Labelled):
    """What happened on one attempt to read a column."""

    COMPLETE = "complete", "完整读取"
    PARTIAL = "partial", "部分读取"
    CHALLENGED = "challenged", "遇验证页"
    BLOCKED = "blocked", "被拒绝"
    UNREACHABLE = "unreachable", "无法连接"
    LAYOUT_CHANGED = "layout_changed", "结构变化"
    SOFT_ERROR = "soft_error", "错误页"
    ABANDONED = "abandoned", "中途放弃"


class CellKind(Labelled):
    """What is printed in a cell; blank, "/" and 0 are three different things."""

    NUMBER = "number", "数字"
    ZERO = "zero", "零"
    BLANK = "blank", "空白"
    DASH = "dash", "斜杠或横线"
    ANNOTATED = "annotated", "带注数字"
    MERGED = "merged", "合并单元格"
    TEXT = "text", "文字"
    ABSENT = "absent", "表中没有"
    UNREADABLE = "unreadable", "无法读取"
    CONFLICT = "conflict", "两次读取不一致"


class ReadingQuality(Labelled):
    """How far a reading of a whole report can be trusted."""

    HIGH = "high", "高"
    MEDIUM = "medium", "中"
    LOW = "low", "低"
    NONE = "none", "无"


class Outcome(Labelled):
    """Result of one rule over interval operands."""

    PASS = "pass", "一致"
    PASS_IF_BLANK_ZERO = "pass_if_blank_zero", "空白按零计时一致"
    FAIL = "fail", "不成立"
    LIKELY_FAIL = "likely_fail", "空白按零计时不成立"
    UNDETERMINED = "undetermined", "无法判定"
    NOT_APPLICABLE = "not_applicable", "不适用"


class Certainty(Labelled):
    """Certainty of a finding = rule outcome x reading quality; a doubtful reading never accuses."""

    INCONSISTENT = "inconsistent", "报告不一致"
    SUSPECT = "suspect", "疑似不一致"
    DOUBTFUL_READING = "doubtful_reading", "提取存疑"
    NOT_CHECKABLE = "not_checkable", "无法校验"


class Severity(Labelled):
    """S1 legal breach or certain contradiction in a statutory table … S4 form, information."""

    S1 = "S1", "严重"
    S2 = "S2", "一般"
    S3 = "S3", "提示"
    S4 = "S4", "备注"


class FindingState(Labelled):
    """Life of a finding; survives re-parsing, reopens only when an operand changes."""

    OPEN = "open", "待核实"
    CONFIRMED = "confirmed", "已确认"
    DISMISSED = "dismissed", "已排除"
    SNOOZED = "snoozed", "稍后"
    RESOLVED = "resolved", "已解决"


class Scope(Labelled):
    """Whose figures a sentence of the narrative speaks of."""

    SELF = "self", "本单位"
    OFFICE = "office", "政府办公室自身"
    REGION = "region", "全地区"
    UNKNOWN = "unknown", "口径不明"


class DateKind(Labelled):
    """Where a date was read; lateness weighs them by kind."""

    SIGNATURE = "signature", "落款日期"
    PRINTED = "printed", "页面标注"
    PERIOD = "period", "统计期限"
    META = "meta", "页面元数据"
    LIST = "list", "列表日期"
    URL = "url", "网址日期"
    HTTP = "http", "HTTP Last-Modified"
    FILE = "file", "文件属性"
    FIRST_SEEN = "first_seen", "首次发现"


class SendState(Labelled):
    """State of one outbox row."""

    PENDING = "pending", "待发送"
    LEASED = "leased", "发送中"
    ACCEPTED = "accepted", "已被接收"
    RETRY = "retry", "等待重试"
    UNKNOWN = "unknown", "结果不明"
    DEAD = "dead", "无法送达"


class Audience(Labelled):
    """Who a message is for; the two never mix."""

    OVERSIGHT = "oversight", "监督人员"
    OPERATOR = "operator", "运维人员"


class RunState(Labelled):
    """State of one scheduled piece of work."""

    SCHEDULED = "scheduled", "已排期"
    CLAIMED = "claimed", "进行中"
    OK = "ok", "完成"
    PARTIAL = "partial", "部分完成"
    FAILED = "failed", "失败"
    ABANDONED = "abandoned", "中断"
