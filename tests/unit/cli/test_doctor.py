"""`nianbao doctor`: each thing a service needs is looked at, and what is wrong is named with what to do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage import destinations, heartbeats, originals
from storage.database import Database, open_database
from storage.domain.enums import Audience
from storage.domain.ids import Sha256
from storage.domain.originals import StoredOriginal
from tests.flows.alert_world import webhook_server
from tests.unit.cli.calling import Nianbao

NOW = datetime(2025, 2, 5, 1, tzinfo=UTC)
HOOK = "json://hooks.example.test/in/some-long-token"


@pytest.fixture
def db(nianbao: Nianbao, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.setenv("NIANBAO_NOW", NOW.isoformat())
    monkeypatch.setenv("NIANBAO_DISK_RESERVE_MB", "0")
    assert nianbao("init").code == 0
    with open_database(f"sqlite:///{tmp_path / 'nianbao-data' / 'nianbao.sqlite3'}") as database:
        yield database


def looks(nianbao: Nianbao) -> tuple[dict[str, tuple[str, str]], int]:
    answer = nianbao("doctor", "--format", "json")
    found = json.loads(answer.out)
    assert all(one["advice"] for one in found if one["state"] != "ok" and one["name"] != "提醒"), "what is not well has a way out"
    return {one["name"]: (one["state"], one["words"]) for one in found}, answer.code


def test_a_new_installation_is_sound_and_says_what_is_not_there_yet(nianbao: Nianbao, db: Database) -> None:
    found, code = looks(nianbao)
    assert code == 0
    wanted = {
        "Python",
        "磁盘",
        "数据库",
        "数据库版本",
        "时钟",
        "服务",
        "运维接收方",
        "原件",
        "存档",
        "字体",
        "图片识别",
        "浏览器",
        "网络",
        "邮件",
    }
    assert wanted <= set(found)
    assert {found[name][0] for name in ("数据库", "数据库版本", "时钟", "原件", "存档")} == {"ok"}
    assert {found[name][0] for name in ("服务", "运维接收方", "网络")} == {"hint"}


def test_a_service_that_turns_and_one_whose_sender_stopped(nianbao: Nianbao, db: Database) -> None:
    with db.write() as connection:
        for name in heartbeats.LOOPS:
            heartbeats.beat(connection, name, NOW)
    assert looks(nianbao)[0]["服务"][0] == "ok"
    with db.write() as connection:
        for name in heartbeats.LOOPS:
            heartbeats.beat(connection, name, NOW - (timedelta(days=1) if name == "sender" else timedelta(0)))
    found, code = looks(nianbao)
    assert found["服务"] == ("bad", f"没有运行：{heartbeats.LOOPS['sender']}")
    assert code == 6


def test_a_clock_that_went_back_is_told(nianbao: Nianbao, db: Database) -> None:
    with db.write() as connection:
        heartbeats.beat(connection, "sender", NOW + timedelta(hours=2))
    assert looks(nianbao)[0]["时钟"][0] == "bad"


def test_addresses_are_checked_without_sending_and_without_showing_them(nianbao: Nianbao, db: Database) -> None:
    with db.write() as connection:
        for name, address in (("好", HOOK), ("坏", "wecom://x"), ("内", "json://127.0.0.1:9/hook")):
            destinations.add(connection, name, address, Audience.OPERATOR, now=NOW)
    found, code = looks(nianbao)
    assert (found["接收方 好"][0], found["接收方 坏"][0], found["接收方 内"][0], code) == ("ok", "bad", "bad", 6)
    assert "运维接收方" not in found
    assert "some-long-token" not in str(found)


def test_damage_found_at_night_is_told(nianbao: Nianbao, db: Database) -> None:
    sha256 = Sha256("a" * 64)
    with db.write() as connection:
        originals.record(connection, StoredOriginal(sha256, 5, "blobs/a", "raw", "text/html", NOW))
        originals.mark_damaged(connection, sha256, "缺失", NOW)
    found, code = looks(nianbao)
    assert (found["原件"][0], code) == ("bad", 6)


def test_the_network_is_asked_where_addresses_for_it_are_set(nianbao: Nianbao, db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with webhook_server() as there:
        monkeypatch.setenv("NIANBAO_SELF_TEST_URLS", json.dumps([there.url]))
        assert looks(nianbao)[0]["网络"] == ("ok", "127.0.0.1 有回应")
        assert len(there.requests) == 1
    found, code = looks(nianbao)
    assert (found["网络"][0], code) == ("bad", 6)
