"""The messages as people get them, whole; and what a hostile title can do to them (nothing)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from monitor.alerts.choosing import History, Sent
from monitor.alerts.digest import Deadline, Item, Open, Scene
from monitor.alerts.events import of_duty, of_finding, operator
from monitor.alerts.plan import Options, World, plan
from monitor.alerts.render import FOLDER, LANGUAGES, SHORT_LIMIT, Letter, render, words
from storage.domain.alerts import AlertRule, Destination, Event, EventKind, Hold, HoldSort, Message, Mode
from storage.domain.clock import CHINA
from storage.domain.duties import DutyKey, DutyState
from storage.domain.enums import Audience, Certainty, DateKind, DutyStatus, FindingState, MissingConfidence, Severity
from storage.domain.ids import BodyId, RuleId
from storage.domain.judgement import Finding
from storage.duties import StatusCounts

EXPECTED = Path(__file__).parents[2] / "golden" / "messages"
OFFICE = Destination(1, "办公室", "to@x.test", Audience.OVERSIGHT, "990100")
NOW = datetime(2025, 2, 5, 8, 40, tzinfo=CHINA).astimezone(UTC)
NAMES = {BodyId("b1"): "示例市示例局", BodyId("b2"): "甲县示例局", BodyId("b3"): "示例市某局", BodyId("b4"): "乙县某局"}
COUNTS = StatusCounts(
    {
        DutyStatus.ON_TIME: 31,
        DutyStatus.LATE: 4,
        DutyStatus.UNDATED: 0,
        DutyStatus.MISSING: 2,
        DutyStatus.UNKNOWN: 2,
        DutyStatus.WITHDRAWN: 1,
        DutyStatus.EXEMPT: 1,
        DutyStatus.NOT_DUE: 0,
    }
)
NEAR = Deadline(date(2025, 2, 8), 2024, 3, StatusCounts({**dict.fromkeys(DutyStatus, 0), DutyStatus.ON_TIME: 30, DutyStatus.UNKNOWN: 2}))
QUIET = Scene("示例市人民政府", 2024, NOW, StatusCounts({**dict.fromkeys(DutyStatus, 0), DutyStatus.ON_TIME: 40}), {}, (), 12, 12)
BLIND = (("乙县某局", "期限过后6次访问均不足以确认（遇验证页6次）；最近一次2025-02-05 06:00遇验证页（HTTP 412）；这不代表未发布"),)


def state(body: str, status: DutyStatus, reason: str, **more: object) -> DutyState:
    return DutyState(DutyKey(BodyId(body), 2024), status, NOW, reason=reason, **more)  # type: ignore[arg-type]


def the_days_events() -> list[Event]:
    absent = "自2025-02-01 06:00至2025-02-05 06:00有效核查5次均未发现（同一路径可见以往年报）"
    late = state(
        "b3",
        DutyStatus.LATE,
        "页面标注为2025-02-04，晚于期限2025-01-31共4天",
        days_late_min=4,
        days_late_max=4,
        published_on=date(2025, 2, 4),
        published_source=DateKind.PRINTED,
    )
    sure = state("b1", DutyStatus.MISSING, absent, missing_confidence=MissingConfidence.ESTABLISHED)
    first = state(
        "b2", DutyStatus.MISSING, absent + "；尚不足3次、3个不同日期，结论待确认", missing_confidence=MissingConfidence.PROVISIONAL
    )
    finding = Finding(
        RuleId("T3-01"),
        Severity.S1,
        Certainty.INCONSISTENT,
        "办理结果各项之和与总计不符",
        "表三自然人列子项之和 84 与总计 85 不符（原件第3页，文本提取）。请核对。",
        "f" * 32,
    )
    made = [
        *of_duty(sure, state("b1", DutyStatus.NOT_DUE, "x"), "990100"),
        *of_duty(first, state("b2", DutyStatus.NOT_DUE, "x"), "990101"),
        *of_duty(late, state("b3", DutyStatus.MISSING, "x"), "990100"),
        *of_finding(finding, (True, FindingState.OPEN), NOW, body_id=BodyId("b3"), report_year=2024, division_code="990100"),
    ]
    return [replace(event, id=number) for number, event in enumerate(made, 1)]


HELD = (Hold(1, HoldSort.ACK, "张", "", NOW - timedelta(days=1), NOW + timedelta(days=9), "report/b9/2024"),)
DEADLINES = (Deadline(date(2025, 1, 31), 2024, -5, COUNTS), Deadline(date(2025, 3, 31), 2024, 54, COUNTS))
BACK = Open("report/b8/2024", EventKind.REPORT_MISSING, "990101", Item("示例市旧局", 2024, what="missing", since="2025-01-02"), NOW)
OLD = Open("report/b9/2024", EventKind.REPORT_MISSING, "990101", Item("示例市老局", 2024, what="missing"), NOW - timedelta(days=2))


def message_of(events: list[Event], office: Destination = OFFICE, names: dict[BodyId, str] = NAMES, world: World | None = None) -> Message:
    """The one message made of these events, the fifth to that office."""
    inside = [replace(event, division_code="990101") for event in events]
    before = (Sent(1, "digest/2025-01-27", datetime(2025, 1, 27, 1, tzinfo=UTC)),)
    (message, *_) = plan(inside, [office], world or world_of(names), History((), before, {1: 4}), NOW, Options()).messages
    return message


def world_of(names: dict[BodyId, str], **more: Any) -> World:
    shown = Scene("示例市人民政府", 2024, NOW, COUNTS, names, BLIND, 11, 12, "https://nianbao.test/", more.pop("open", ()))
    link = "https://nianbao.test/unsubscribe/1.abc"
    return World(lambda destination, concerned: shown, unsubscribe=lambda destination: link, **more)


def digest_of(events: list[Event], names: dict[BodyId, str] = NAMES) -> Message:
    return message_of(events, names=names)


def operators_message(lang: str) -> Message:
    events = [
        operator(
            EventKind.SOURCE_BLIND,
            "乙县门户 http://yi.gov.test/list",
            "自2025-02-04 06:00起看不到（challenged:412），涉及3个单位",
            NOW,
            episode="1",
        ),
        operator(
            EventKind.DELIVERY_DEAD,
            "办公室",
            "NB-20250204-AAAAAA 第1次发送：550 no such user。消息保留在发件箱，修正后可重发。",
            NOW,
            episode="2",
        ),
    ]
    ops = Destination(2, "运维", "ops@x.test", Audience.OPERATOR, lang=lang)
    (message,) = plan([replace(event, id=n) for n, event in enumerate(events, 1)], [ops], world_of({}), History(), NOW, Options()).messages
    return message


def urgent(lang: str) -> Message:
    office = replace(OFFICE, lang=lang)
    gone = state("b1", DutyStatus.WITHDRAWN, "自2025-02-01至2025-02-05有效核查5次均不在栏目中")
    events = [replace(one, id=1) for one in of_duty(gone, state("b1", DutyStatus.ON_TIME, "x"), "990100")]
    rules = (AlertRule(1, "撤下", 1, Mode.IMMEDIATE, (EventKind.REPORT_WITHDRAWN,)),)
    return message_of(events, office, world=world_of(NAMES, rules=rules))


def unanswered(lang: str) -> Message:
    reason = "2025-01-27已通知，满5个工作日无人确认；有效核查5次均未发现"
    event = Event(
        "k",
        EventKind.REPORT_UNANSWERED,
        Audience.OVERSIGHT,
        NOW,
        BodyId("b1"),
        2024,
        payload={"to": "1", "reason": reason, "days": "5"},
        id=1,
    )
    return message_of([event], replace(OFFICE, lang=lang))


def trial(lang: str) -> Message:
    said = render("test", {"instance": "nianbao.test", "at": "2025-02-05 08:40", "letter": Letter("NB-20250205-AAAAAA", 5)}, lang)
    return Message(1, "test/x", "NB", "<x@y>", said.subject, said.text, said.html)


def whole_digest(lang: str) -> Message:
    """A digest with everything a digest may hold."""
    ended = replace(HELD[0], matter="report/b8/2024", at=NOW - timedelta(days=9), until=NOW - timedelta(hours=1))
    back = replace(BACK, since=NOW - timedelta(days=20))
    world = world_of(NAMES, open=(back, OLD), holds=HELD, ended=(ended,), deadlines=lambda destination: (DEADLINES[0], NEAR))
    return message_of(the_days_events(), replace(OFFICE, lang=lang), world=world)


MESSAGES: dict[str, Callable[[str], Message]] = {
    "digest": lambda lang: message_of(the_days_events(), replace(OFFICE, lang=lang)),
    "digest-whole": whole_digest,
    "digest-quiet": lambda lang: message_of([], replace(OFFICE, lang=lang), world=replace(world_of({}), scene=lambda *_: QUIET)),
    "digest-robot": lambda lang: message_of(the_days_events(), replace(OFFICE, lang=lang, address="wecombot://key")),
    "urgent": urgent,
    "unanswered": unanswered,
    "operator": operators_message,
    "test": trial,
}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", MESSAGES)
def test_messages_read_as_expected(name: str, lang: str, request: pytest.FixtureRequest) -> None:
    message = MESSAGES[name](lang)
    got = f"{message.subject}\n\n{message.body_text}"
    file = EXPECTED / lang / f"{name}.txt"
    if request.config.getoption("--accept") and not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(got, encoding="utf-8")
        pytest.fail("written; read it")
    assert got == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted((FOLDER / "en").iterdir()), ids=lambda path: path.name)
def test_english_templates_are_english(path: Path) -> None:
    """But for the prefix, by which chat robots know our messages."""
    text = re.sub("【年报监测(·运维)?】", "", path.read_text("utf-8"))
    assert not re.search("[\u4e00-\u9fff，。：；（）｜]", text.replace("PingFang SC", ""))


def test_every_language_has_every_template() -> None:
    names = {lang: {path.name for path in (FOLDER / lang).iterdir()} for lang in LANGUAGES}
    assert LANGUAGES == ("en", "zh-CN")
    assert names["en"] == names["zh-CN"]
    for lang in LANGUAGES:
        for part in ("sections", "groups", "holds"):
            assert words(lang)[part].keys() == words("zh-CN")[part].keys()
    english = tomllib.loads((FOLDER / "en" / "words.toml").read_text("utf-8"))["kinds"]
    oversight = ("report.", "finding.", "test")
    assert set(english) == {kind.value for kind in EventKind if not kind.value.startswith(oversight)}


def test_a_message_for_a_chat_is_short_and_keeps_its_code() -> None:
    names = dict.fromkeys(NAMES, "很长的名称" * 60)
    message = message_of(the_days_events(), replace(OFFICE, address="dingtalk://token"), names=names)
    assert len(message.body_text) <= SHORT_LIMIT + 1
    assert message.reference in message.body_text
    assert message.body_text.startswith("【年报监测】")


def test_the_numbers_of_the_message_add_up() -> None:
    text = digest_of(the_days_events()).body_text
    assert "应发布 40｜已发布 35（按时 31、逾期 4、日期不明 0，按时率 77.5%）｜未发现 2｜无法判断 2｜已撤下 1｜免报 1（不计）" in text


@pytest.mark.parametrize("word", ["造假", "瞒报", "抄袭", "未发布"])
def test_no_word_of_blame(word: str) -> None:
    text = digest_of(the_days_events()).body_text.replace("不代表未发布", "")
    assert word not in text


class Tags(HTMLParser):
    """The elements and attributes of a page, and the addresses it names."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.addresses += [value or "" for name, value in attrs if name in {"href", "src"}]


HOSTILE = "<script>alert(1)</script><img src=x onerror=y>\"'\r\nBcc: x@y.test\r\n\r\n\u2028\u202e{{ 7*7 }}"


def test_a_hostile_title_is_text_and_nothing_else() -> None:
    events = [replace(event, payload={**event.payload, "reason": HOSTILE, "title": HOSTILE}) for event in the_days_events()]
    message = digest_of(events, dict.fromkeys(NAMES, HOSTILE))
    tags = Tags()
    tags.feed(message.body_html)
    assert not tags.names & {"script", "img", "iframe", "object", "link", "form"}
    assert not any(name.startswith("on") for name in tags.attributes)
    assert "49" not in message.body_text.replace("2024", "")
    assert "\n" not in message.subject
    assert not any(line.startswith("Bcc") for line in message.body_text.splitlines())
    assert "\u202e" not in message.body_text + message.body_html


def test_the_page_needs_nothing_from_elsewhere_and_is_small() -> None:
    message = digest_of(the_days_events())
    tags = Tags()
    tags.feed(message.body_html)
    assert tags.addresses == ["https://nianbao.test/", "https://nianbao.test/unsubscribe/1.abc"]
    assert len(message.body_html.encode()) < 100_000


def test_hints_are_counted_and_what_a_status_tells_is_told_once() -> None:
    hint = Finding(
        RuleId("XY-09"), Severity.S3, Certainty.INCONSISTENT, "正文与上年高度相似", "正文与 2023 年度报告有 69% 相同。", "e" * 32
    )
    late = Finding(RuleId("TL-02"), Severity.S1, Certainty.INCONSISTENT, "公布日期晚于期限", "晚于期限 4 天。", "d" * 32)
    about = {"body_id": BodyId("b3"), "report_year": 2024, "division_code": "990100"}
    assert of_finding(late, (True, FindingState.OPEN), NOW, **about) == ()  # type: ignore[arg-type]
    (event,) = of_finding(hint, (True, FindingState.OPEN), NOW, **about)  # type: ignore[arg-type]
    message = digest_of([replace(event, id=1)])
    assert "提示和备注，不逐条列出（1）" in message.body_text
    assert "69%" not in message.body_text
    assert "新问题 0" in message.subject
