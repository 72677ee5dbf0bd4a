"""`nianbao alert`: what people decide is done, written down, and refused where it could hide something."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage import alert_holds, audit, bodies, destinations, events, outbox
from storage.database import open_database
from storage.domain.alerts import Event, EventKind, HoldSort, Message, Reply
from storage.domain.clock import CHINA
from storage.domain.enums import Audience, BodyKind, BodyLevel, SendState
from storage.domain.ids import BodyId
from storage.domain.registry import Body
from storage.settings import load
from tests.unit.cli.calling import Answer, Nianbao

NOW = datetime(2025, 2, 5, 9, tzinfo=CHINA).astimezone(UTC)


@pytest.fixture
def office(nianbao: Nianbao, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Nianbao:
    """An installation in which one absence was told by the message NB-20250205-AAAAAA, and another message died."""
    monkeypatch.setenv("NIANBAO_NOW", NOW.isoformat())
    monkeypatch.setenv("NIANBAO_DATA_DIR", str(tmp_path / "data"))
    with open_database(load().database_url) as database, database.write() as connection:
        bodies.upsert(connection, Body(BodyId("b1"), "示例局", BodyKind.DEPARTMENT, BodyLevel.PREFECTURE, "990100"), NOW)
        to = destinations.add(connection, "办公室", "office@x.test", Audience.OVERSIGHT, now=NOW)
        destinations.add(connection, "处长", "chief@x.test", Audience.OVERSIGHT, now=NOW)
        destinations.add(connection, "运维", "ops@x.test", Audience.OPERATOR, now=NOW)
        event = Event("k", EventKind.REPORT_MISSING, Audience.OVERSIGHT, NOW, BodyId("b1"), 2024, "990100")
        number, _ = events.append(connection, event)
        outbox.enqueue(connection, Message(to, "digest/2025-02-05", "NB-20250205-AAAAAA", "<a@x>", "题", "文", "", (number,)), NOW)
        outbox.enqueue(connection, Message(to, "digest/2025-02-04", "NB-20250204-BBBBBB", "<b@x>", "题", "文"), NOW - timedelta(days=1))
        (dead,) = (one for one in outbox.claim(connection, NOW, 5) if one.message.message_id == "<b@x>")
        outbox.settle(connection, dead, Reply(SendState.DEAD, "550 no such user"), NOW)
    return nianbao


def acts() -> list[tuple[str, str, str]]:
    with open_database(load().database_url) as database, database.read() as connection:
        return [(line.actor, line.action, line.target) for line in audit.recent(connection)]


def rows(answer: Answer) -> list[dict[str, object]]:
    assert answer.code == 0, answer.err
    found = json.loads(answer.out)
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize("named", ["nb-20250205-aaaaaa", "report/b1/2024"])
def test_a_matter_is_acknowledged_by_its_key_or_the_messages_code(office: Nianbao, named: str) -> None:
    assert office("alert", "ack", named, "--by", "张").code == 0
    with open_database(load().database_url) as database, database.read() as connection:
        (held,) = alert_holds.active(connection, NOW)
    assert (held.sort, held.matter, held.until) == (HoldSort.ACK, "report/b1/2024", NOW + timedelta(days=14))
    assert acts() == [("张", "alert.ack", "alert/report/b1/2024")]
    (row,) = rows(office("alert", "holds", "--format", "json"))
    assert office("alert", "unhold", str(row["id"]), "--by", "李").code == 0
    assert acts()[0] == ("李", "alert.unhold", f"hold/{row['id']}")
    assert "已结束" in office("alert", "unhold", str(row["id"])).out


REFUSED: tuple[tuple[tuple[str, ...], int], ...] = (
    (("ack", "report/b2/2024"), 5),
    (("ack", "NB-20250101-CCCCCC"), 5),
    (("ack", "rubbish"), 5),
    (("snooze", "report/b1/2024", "--until", "2025-02-20"), 2),
    (("snooze", "report/b1/2024", "--reason", "已电话核实"), 2),
    (("snooze", "report/b1/2024", "--until", "2025-02-05", "--reason", "x"), 2),
    (("snooze", "report/b1/2024", "--until", "soon", "--reason", "x"), 2),
    (("silence", "--reason", "x"), 2),
    (("silence", "--until", "2025-09-01", "--reason", "x"), 2),
    (("silence", "--until", "2025-03-01"), 2),
    (("silence", "--kind", "rubbish", "--until", "2025-03-01", "--reason", "x"), 2),
    (("unhold", "99"), 5),
    (("retry", "1"), 5),
    (("disable", "没有"), 5),
)


def test_what_nobody_could_answer_for_is_refused_and_leaves_no_trace(office: Nianbao) -> None:
    assert [(words, office("alert", *words).code) for words, _ in REFUSED] == list(REFUSED)
    assert acts() == []
    assert rows(office("alert", "holds", "--format", "json")) == []


def test_snooze_and_silence_are_kept_with_their_reasons(office: Nianbao) -> None:
    assert office("alert", "snooze", "report/b1/2024", "--until", "2025-02-20", "--reason", "等答复").code == 0
    assert office("alert", "silence", "--kind", "未发现", "--scope", "990100", "--until", "2025-03-01", "--reason", "机构改革").code == 0
    shown = rows(office("alert", "holds", "--format", "json"))
    assert [(row["sort"], row["what"], row["reason"]) for row in shown] == [
        ("silence", "未发现 990100", "机构改革"),
        ("snooze", "report/b1/2024", "等答复"),
    ]


def test_a_rule_is_a_sentence(office: Nianbao) -> None:
    words = ("--kind", "report.missing", "--severity", "S1", "--scope", "990100", "--escalate-to", "处长", "--escalate-days", "5")
    saved = office("alert", "rule", "add", "催办", "--to", "办公室", "--mode", "immediate", *words)
    said = "当 [未发现] 且 [级别 S1 及以上] 且 [地区 990100] → 立即 办公室；满 5 个工作日未确认 → 通知 处长"
    assert said in saved.out
    (row,) = rows(office("alert", "rule", "list", "--format", "json"))
    assert row["says"] == said
    assert office("alert", "rule", "add", "混", "--to", "办公室", "--escalate-to", "运维", "--escalate-days", "5").code == 2
    assert office("alert", "rule", "add", "无", "--to", "办公室", "--mode", "often").code == 2
    assert office("alert", "rule", "remove", "催办").code == 0
    assert office("alert", "rule", "remove", "催办").code == 5


def test_the_log_shows_the_services_answer_and_a_dead_message_is_sent_again(office: Nianbao) -> None:
    (row,) = rows(office("alert", "log", "--dead", "--format", "json"))
    assert (row["reference"], row["reply"], row["state"]) == ("NB-20250204-BBBBBB", "550 no such user", "dead")
    assert office("alert", "retry", str(row["id"]), "--by", "张").code == 0
    assert rows(office("alert", "log", "--dead", "--format", "json")) == []
    assert acts() == [("张", "alert.retry", f"outbox/{row['id']}")]


def test_a_recipient_has_a_language_a_cadence_and_a_switch(office: Nianbao) -> None:
    assert office("alert", "add", "en", "json://hook.example.org/x", "--language", "en", "--cadence", "weekly").code == 0
    assert office("alert", "disable", "en").code == 0
    shown = {row["name"]: row for row in rows(office("alert", "list", "--format", "json"))}
    assert (shown["en"]["lang"], shown["en"]["cadence"], shown["en"]["enabled"]) == ("en", "weekly", False)
    assert office("alert", "enable", "en").code == 0
    assert office("alert", "add", "x", "json://hook.example.org/x", "--language", "fr").code == 2
    refused = office("alert", "add", "x", "json://127.0.0.1/x")
    assert refused.code == 6
    assert "alert_allow_hosts" in refused.err
