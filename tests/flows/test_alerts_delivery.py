"""From a body's silence to a message on the wire: real SMTP, real HTTP, faults injected, processes killed."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.alerts import robots
from monitor.alerts.outgoing import enqueue_test, plan_due
from monitor.alerts.send import SendSummary, send_due
from monitor.evaluate import evaluate_duties
from storage import duties, events, outbox
from storage.database import Database, open_database
from storage.domain.alerts import EventKind
from storage.domain.clock import FixedClock
from storage.domain.duties import DutyKey
from storage.domain.enums import Audience, DutyStatus, MissingConfidence, SendState, VisitOutcome
from storage.domain.ids import BodyId
from storage.domain.visits import VisitResult
from tests.flows.alert_world import (
    MORNING,
    Hook,
    Mailbox,
    add_destination,
    at,
    look,
    new_world,
    report_line,
    settings_for,
    smtp_server,
    webhook_server,
)

pytestmark = pytest.mark.flow


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with smtp_server() as server:
        yield server


@pytest.fixture
def hook() -> Iterator[Hook]:
    with webhook_server() as server:
        yield server


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """Three departments: one on time, one four days late, one proven absent on three days."""
    with new_world(tmp_path) as database:
        look(database, at(20, month=1), (report_line(0, at(20, month=1)),))
        for day in (1, 2, 3):
            look(database, at(day), (report_line(0, at(20, month=1)),))
        look(database, at(4), (report_line(0, at(20, month=1)), report_line(1, at(4))))
        yield database


def tell(db: Database, tmp_path: Path, clock: FixedClock) -> SendSummary:
    evaluate_duties(db, clock, 2024)
    plan_due(db, settings_for(tmp_path), clock)
    return send_due(db, settings_for(tmp_path), clock)


def state_of(db: Database, body: str) -> tuple[DutyStatus, MissingConfidence | None]:
    with db.read() as connection:
        stored = duties.get(connection, DutyKey(BodyId(body), 2024))
    assert stored is not None
    return stored.state.status, stored.state.missing_confidence


def test_one_digest_arrives_as_text_and_html(db: Database, tmp_path: Path, mailbox: Mailbox) -> None:
    add_destination(db, "办公室", mailbox.address)
    assert tell(db, tmp_path, FixedClock(MORNING)).accepted == 1
    assert state_of(db, "b0") == (DutyStatus.ON_TIME, None)
    assert state_of(db, "b1") == (DutyStatus.LATE, None)
    assert state_of(db, "b2") == (DutyStatus.MISSING, MissingConfidence.ESTABLISHED)
    (mail,) = mailbox.taken
    text = mail.get_body(("plain",)).get_content()
    assert "未发现（1）\n   · 示例市示例2局（2024年度）" in text.replace("\r\n", "\n")
    assert "逾期 4 天" in text
    assert "应发布 3｜已发布 2（按时 1、逾期 1、日期不明 0，按时率 33.3%）｜未发现 1" in text
    assert "示例市示例2局" in mail.get_body(("html",)).get_content()
    assert mail["Subject"].startswith("【年报监测】全部单位 2月5日：未发现 1、逾期 1")
    assert "https://nianbao.test/" in text


def test_a_second_round_sends_nothing_more(db: Database, tmp_path: Path, mailbox: Mailbox) -> None:
    add_destination(db, "办公室", mailbox.address)
    clock = FixedClock(MORNING)
    for _ in range(5):
        tell(db, tmp_path, clock)
        clock.advance(timedelta(minutes=30))
    assert len(mailbox.taken) == 1


def test_a_blind_portal_accuses_nobody(tmp_path: Path, mailbox: Mailbox) -> None:
    with new_world(tmp_path) as db:
        for day in range(1, 11):
            look(db, at(day), result=VisitResult(VisitOutcome.CHALLENGED, "HTTP 412"))
        add_destination(db, "办公室", mailbox.address)
        tell(db, tmp_path, FixedClock(at(10, 9)))
        assert {state_of(db, f"b{number}")[0] for number in range(3)} == {DutyStatus.UNKNOWN}
        with db.read() as connection:
            kinds = {event.kind for event in events.recent(connection)}
    assert EventKind.REPORT_MISSING not in kinds
    text = mailbox.taken[0].get_body(("plain",)).get_content()
    assert "不计入未发现" in text
    assert "遇验证页10次" in text


def test_a_webhook_gets_signed_json_with_an_idempotency_key(db: Database, tmp_path: Path, hook: Hook) -> None:
    add_destination(db, "系统", hook.address)
    assert tell(db, tmp_path, FixedClock(MORNING)).accepted == 1
    ((headers, body),) = hook.requests
    expected = hmac.new(b"sixteen-letters!", body, hashlib.sha256).hexdigest()
    assert headers["x-nianbao-signature"] == f"sha256={expected}"
    assert headers["idempotency-key"] == json.loads(body)["id"]


def test_one_destination_never_keeps_another_waiting(db: Database, tmp_path: Path, mailbox: Mailbox, hook: Hook) -> None:
    with smtp_server() as gone:
        address = gone.address
    add_destination(db, "先坏的", address)
    add_destination(db, "邮箱", mailbox.address)
    add_destination(db, "系统", hook.address)
    summary = tell(db, tmp_path, FixedClock(MORNING))
    assert (summary.accepted, summary.waiting) == (2, 1)
    assert len(mailbox.taken) == len(hook.requests) == 1


@pytest.mark.parametrize(("where", "reply"), [("on_mail", "421 try later"), ("on_rcpt", "450 greylisted"), ("on_data", "451 try later")])
def test_a_refusal_for_now_is_retried_with_the_same_message_id(
    db: Database, tmp_path: Path, mailbox: Mailbox, where: str, reply: str
) -> None:
    add_destination(db, "办公室", mailbox.address)
    setattr(mailbox, where, reply)
    clock = FixedClock(MORNING)
    assert tell(db, tmp_path, clock).waiting == 1
    assert mailbox.taken == []
    assert send_due(db, settings_for(tmp_path), clock) == SendSummary()
    setattr(mailbox, where, "250 OK")
    clock.advance(timedelta(minutes=2))
    assert send_due(db, settings_for(tmp_path), clock).accepted == 1
    with db.read() as connection:
        (row,) = outbox.recent(connection)
        assert [one.state for one in outbox.deliveries_of(connection, row.id)] == [SendState.RETRY, SendState.ACCEPTED]
    assert mailbox.message_ids == [row.message.message_id]


@pytest.mark.parametrize(("where", "reply"), [("on_mail", "550 no"), ("on_rcpt", "550 no such user"), ("on_data", "554 spam")])
def test_a_refusal_for_ever_is_dead_and_operators_hear_elsewhere(
    db: Database, tmp_path: Path, mailbox: Mailbox, hook: Hook, where: str, reply: str
) -> None:
    add_destination(db, "办公室", mailbox.address)
    add_destination(db, "运维", hook.address, Audience.OPERATOR)
    setattr(mailbox, where, reply)
    clock = FixedClock(MORNING)
    assert tell(db, tmp_path, clock).dead == 1
    tell(db, tmp_path, clock)
    ((_, body),) = hook.requests
    told = json.loads(body)["text"]
    assert reply.split(maxsplit=1)[0] in told
    assert "办公室" in told
    clock.advance(timedelta(days=1))
    assert send_due(db, settings_for(tmp_path), clock).dead == 0


def test_a_line_that_breaks_after_the_data_is_unknown_and_sent_again_as_the_same_message(
    db: Database, tmp_path: Path, mailbox: Mailbox
) -> None:
    add_destination(db, "办公室", mailbox.address)
    mailbox.on_data = "drop"
    clock = FixedClock(MORNING)
    assert tell(db, tmp_path, clock).waiting == 1
    mailbox.on_data = "250 OK"
    clock.advance(timedelta(minutes=2))
    assert send_due(db, settings_for(tmp_path), clock).accepted == 1
    assert len(mailbox.taken) == 2
    assert len(set(mailbox.message_ids)) == 1
    assert mailbox.taken[0].as_bytes() == mailbox.taken[1].as_bytes()


def test_two_dead_operators_do_not_alarm_each_other_for_ever(db: Database, tmp_path: Path, mailbox: Mailbox) -> None:
    mailbox.on_rcpt = "550 no"
    for name in ("甲", "乙"):
        add_destination(db, name, mailbox.address.replace("office", name.encode().hex()), Audience.OPERATOR)
    add_destination(db, "办公室", mailbox.address)
    clock = FixedClock(MORNING)
    for _ in range(60):
        tell(db, tmp_path, clock)
        clock.advance(timedelta(minutes=1))
    with db.read() as connection:
        assert sum(outbox.counts(connection).values()) <= 6


@pytest.mark.parametrize(
    ("status", "state"), [(500, SendState.RETRY), (429, SendState.RETRY), (410, SendState.DEAD), (302, SendState.RETRY)]
)
def test_a_webhooks_status_decides(db: Database, tmp_path: Path, hook: Hook, status: int, state: SendState) -> None:
    add_destination(db, "系统", hook.address)
    hook.status = status
    tell(db, tmp_path, FixedClock(MORNING))
    with db.read() as connection:
        (row,) = outbox.recent(connection)
    assert row.state is state
    assert f"HTTP {status}" in row.last_reply


def test_a_robot_that_answers_200_with_an_error_code_has_not_taken_it(
    db: Database, tmp_path: Path, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    local = robots.Service(hook.url + "?key={token}", 2048, robots.WECOM.text_key, robots.WECOM.codes, robots.WECOM.dead)
    monkeypatch.setitem(robots.SERVICES, "wecombot", local)  # type: ignore[misc]
    add_destination(db, "群机器人", "wecombot://abcdef-123456-secret")
    hook.answer = {"errcode": 93000, "errmsg": "invalid webhook url abcdef-123456-secret"}
    assert tell(db, tmp_path, FixedClock(MORNING)).dead == 1
    with db.read() as connection:
        (row,) = outbox.recent(connection)
    assert "93000" in row.last_reply
    assert "abcdef-123456-secret" not in row.last_reply
    assert json.loads(hook.requests[0][1])["msgtype"] == "text"


def test_a_muted_installation_sends_nothing_and_loses_nothing(db: Database, tmp_path: Path, mailbox: Mailbox) -> None:
    add_destination(db, "办公室", mailbox.address)
    clock = FixedClock(MORNING)
    evaluate_duties(db, clock, 2024)
    plan_due(db, settings_for(tmp_path), clock)
    muted = settings_for(tmp_path).model_copy(update={"alert_muted": True})
    assert send_due(db, muted, clock).muted
    assert mailbox.taken == []
    assert send_due(db, settings_for(tmp_path), clock).accepted == 1


def test_a_test_message_travels_the_same_way(db: Database, tmp_path: Path, mailbox: Mailbox) -> None:
    number = add_destination(db, "办公室", mailbox.address)
    clock = FixedClock(MORNING)
    enqueue_test(db, settings_for(tmp_path), clock, number)
    assert send_due(db, settings_for(tmp_path), clock).accepted == 1
    assert "测试消息" in mailbox.taken[0]["Subject"]


KILL = """
import os, signal, sys
from pathlib import Path
from monitor.alerts import outgoing, send
from monitor.evaluate import evaluate_duties
from storage import duties, events, outbox
from storage.database import open_database
from storage.domain.clock import FixedClock
from tests.flows.alert_world import MORNING, settings_for

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

def after(module, name):
    real = getattr(module, name)
    def wrapped(*args, **kwargs):
        real(*args, **kwargs)
        die()
    setattr(module, name, wrapped)

point = sys.argv[2]
if point == "state-written": after(duties, "save_states")
elif point == "event-written": after(events, "append_all")
elif point == "enqueued": after(outbox, "enqueue")
elif point == "planned": after(events, "mark_planned")
elif point == "claimed": send.attempt = die
elif point == "sent": after(send, "attempt")
elif point == "settled": after(outbox, "settle")
folder = Path(sys.argv[1])
settings, clock = settings_for(folder), FixedClock(MORNING)
with open_database(settings.database_url) as db:
    evaluate_duties(db, clock, 2024)
    outgoing.plan_due(db, settings, clock)
    send.send_due(db, settings, clock)
"""


@pytest.mark.parametrize("point", ["state-written", "event-written", "enqueued", "planned", "claimed", "sent", "settled"])
def test_killed_at_any_step_nothing_is_lost_and_a_repeat_is_the_same_message(
    db: Database, tmp_path: Path, mailbox: Mailbox, point: str
) -> None:
    add_destination(db, "办公室", mailbox.address)
    root = Path(__file__).parents[2]
    died = subprocess.run(
        [sys.executable, "-c", KILL, str(tmp_path), point], cwd=root, env={**os.environ, "PYTHONPATH": str(root)}, timeout=120, check=False
    )
    assert died.returncode == -signal.SIGKILL
    clock = FixedClock(MORNING + timedelta(minutes=3))
    with open_database(settings_for(tmp_path).database_url) as restarted:
        tell(restarted, tmp_path, clock)
        tell(restarted, tmp_path, clock)
        with restarted.read() as connection:
            assert outbox.counts(connection)[SendState.ACCEPTED] == 1
            assert sum(outbox.counts(connection).values()) == 1
            assert len(duties.transitions(connection, DutyKey(BodyId("b2"), 2024))) == 1
    assert len(mailbox.taken) == (2 if point in {"sent", "settled"} else 1)
    assert len(set(mailbox.message_ids)) == 1
    assert "未发现（1）" in mailbox.taken[0].get_body(("plain",)).get_content()
