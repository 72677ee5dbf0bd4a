"""Unsubscribing on the wire and on the page; robots asked no faster than they take it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from monitor.alerts import people, robots
from monitor.alerts.deadman import ping_if_alive
from monitor.alerts.outgoing import plan_due
from monitor.alerts.send import send_due
from monitor.evaluate import evaluate_duties
from monitor.web.app import create_app
from storage import alert_rules, audit, destinations, events, heartbeats, installation, outbox
from storage.archive.store import open_archive
from storage.database import Database
from storage.domain.alerts import AlertRule, EventKind, HoldSort, Message, Mode
from storage.domain.clock import FixedClock
from storage.domain.enums import Audience, SendState
from storage.send_rates import Rate
from tests.flows.alert_world import MORNING, add_destination, at, look, new_world, settings_for, smtp_server, webhook_server

pytestmark = pytest.mark.flow


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """Three departments, none of which has published."""
    with new_world(tmp_path) as database:
        for day in (2, 3, 4):
            look(database, at(day))
        yield database


@pytest.fixture
def client(db: Database, tmp_path: Path) -> FastAPI:
    settings = settings_for(tmp_path)
    return create_app(db, open_archive(settings.archive_url), settings, FixedClock(MORNING))


def ask(app: FastAPI, method: str, path: str) -> httpx.Response:
    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="https://nianbao.test") as client:
            data = {"List-Unsubscribe": "One-Click"} if method == "POST" else None
            return await client.request(method, path, data=data)

    return asyncio.run(asked())


def tell(db: Database, tmp_path: Path, clock: FixedClock) -> None:
    evaluate_duties(db, clock, 2024)
    plan_due(db, settings_for(tmp_path), clock)
    send_due(db, settings_for(tmp_path), clock)


def test_one_click_unsubscribes_and_operators_hear_of_it(db: Database, tmp_path: Path, client: FastAPI) -> None:
    with smtp_server() as mailbox, smtp_server() as other:
        office = add_destination(db, "办公室", mailbox.address)
        add_destination(db, "运维", other.address, Audience.OPERATOR)
        clock = FixedClock(MORNING)
        tell(db, tmp_path, clock)
        (mail,) = mailbox.taken
        link = str(mail["List-Unsubscribe"]).strip(" <>")
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert link.startswith("https://nianbao.test/unsubscribe/")
        assert link in mail.get_body(("plain",)).get_content()
        path = link.removeprefix("https://nianbao.test")

        asked = ask(client, "GET", path)
        assert (asked.status_code, "确认退订" in asked.text) == (200, True)
        with db.read() as connection:
            assert destinations.get(connection, office).enabled
        for _ in range(2):
            done = ask(client, "POST", path)
            assert (done.status_code, "已退订" in done.text) == (200, True)
        with db.read() as connection:
            assert not destinations.get(connection, office).enabled
            assert [line.action for line in audit.recent(connection)] == ["alert.unsubscribe"]
            kinds = [event.kind for event in events.recent(connection, audience=Audience.OPERATOR)]
        assert kinds == [EventKind.SUBSCRIPTION_ENDED]
        tell(db, tmp_path, clock)
        assert "办公室" in other.taken[-1].get_body(("plain",)).get_content()
        assert other.taken[-1]["List-Unsubscribe"] is None


@pytest.mark.parametrize("bad", ["1.", "1.00000000", "x", "9.abc", "１.abc", "1.é"])
def test_a_link_we_did_not_sign_does_nothing(db: Database, client: FastAPI, bad: str) -> None:
    number = add_destination(db, "办公室", "a@x.test")
    with db.write() as connection:
        installation.link_key(connection)
    assert ask(client, "POST", f"/unsubscribe/{bad}").status_code == 404
    with db.read() as connection:
        assert destinations.get(connection, number).enabled


def test_a_burst_for_one_robot_is_spread_and_none_is_lost(db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with webhook_server() as hook:
        local = robots.Service(hook.url + "?key={token}", 2048, robots.WECOM.text_key, ("errcode",), frozenset(), Rate(10, 10))
        monkeypatch.setitem(robots.SERVICES, "wecombot", local)  # type: ignore[misc]
        hook.answer = {"errcode": 0}
        number = add_destination(db, "群", "wecombot://abcdef-123456")
        clock, sent = FixedClock(MORNING), []
        with db.write() as connection:
            for one in range(30):
                outbox.enqueue(connection, Message(number, f"m{one}", f"NB-{one}", f"<{one}@x>", "题", "文\n"), clock.now())
        for _ in range(60):
            before = len(hook.requests)
            send_due(db, settings_for(tmp_path), clock)
            sent += [clock.now()] * (len(hook.requests) - before)
            clock.advance(timedelta(seconds=10))
    assert len(sent) == 30
    assert all(sum(first <= other < first + timedelta(minutes=1) for other in sent) <= 20 for first in sent)
    with db.read() as connection:
        assert outbox.counts(connection)[SendState.ACCEPTED] == 30
        assert {row.attempts for row in outbox.recent(connection)} == {1}


LOOPS = ("scheduler", "evaluator", "sender")


def test_the_outside_hears_only_while_every_loop_turns(db: Database, tmp_path: Path) -> None:
    with webhook_server() as hook:
        settings = settings_for(tmp_path).model_copy(update={"alert_deadman_url": SecretStr(f"{hook.url}?key=secret")})
        clock, heard = FixedClock(MORNING), []

        def minute(*turning: str) -> str:
            with db.write() as connection:
                for name in turning:
                    heartbeats.beat(connection, name, clock.now())
            said = ping_if_alive(db, settings, clock, LOOPS)
            heard.append(len(hook.requests))
            clock.advance(timedelta(minutes=1))
            return said

        assert minute("scheduler", "evaluator") == ""  # the sender never turned
        assert [minute(*LOOPS) for _ in range(12)].count("ok") == 3  # every five minutes
        before = len(hook.requests)
        said = [minute("scheduler", "sender") for _ in range(60)]  # the evaluator hangs
        assert len(hook.requests) - before <= 1
        assert said[10:] == [""] * 50
        hook.status = 500
        assert minute(*LOOPS) == "HTTP 500"
        hook.status = 200
        assert minute(*LOOPS) == "ok"  # a failed one is repeated at the next turn
    clock.advance(timedelta(minutes=10))
    with db.write() as connection:
        for name in LOOPS:
            heartbeats.beat(connection, name, clock.now())
    assert ping_if_alive(db, settings, clock, LOOPS) == "ConnectError"
    assert hook.requests[0][0] == {"path": "/hook?key=secret", "host": f"127.0.0.1:{hook.port}"}


def test_the_outside_address_may_not_lead_inside(db: Database, tmp_path: Path) -> None:
    settings = settings_for(tmp_path).model_copy(update={"alert_deadman_url": SecretStr("http://169.254.169.254/x")})
    with db.write() as connection:
        for name in LOOPS:
            heartbeats.beat(connection, name, MORNING)
    assert ping_if_alive(db, settings, FixedClock(MORNING), LOOPS) == "ConfigError"


@pytest.mark.parametrize("acknowledged", [False, True])
def test_what_nobody_acknowledges_reaches_the_second_recipient_once(db: Database, tmp_path: Path, acknowledged: bool) -> None:
    settings = settings_for(tmp_path)
    with smtp_server() as mailbox, smtp_server() as upstairs:
        office, chief = add_destination(db, "办公室", mailbox.address), add_destination(db, "处长", upstairs.address)
        with db.write() as connection:
            alert_rules.save(connection, AlertRule(0, "催办", office, Mode.DIGEST, escalate_to=chief, escalate_days=5), now=MORNING)
            alert_rules.save(connection, AlertRule(0, "只听升级", chief, Mode.NONE), now=MORNING)
        clock = FixedClock(MORNING)
        for day in range(10):
            tell(db, tmp_path, clock)
            if acknowledged and day == 1:
                code = str(mailbox.taken[0]["X-Nianbao-Reference"])
                with db.write() as connection:
                    said = people.Said("张", clock.now())
                    people.hold(connection, HoldSort.ACK, people.matters_of(connection, [code]), None, said)
            clock.advance(timedelta(days=1))
            look(db, clock.now() - timedelta(hours=3))
        assert send_due(db, settings, clock).waiting == 0
        assert len(upstairs.taken) == (0 if acknowledged else 1)
        if not acknowledged:
            assert "未发现 3，提醒后久未确认" in upstairs.taken[0]["Subject"]
            assert "满5个工作日无人确认" in upstairs.taken[0].get_body(("plain",)).get_content()
