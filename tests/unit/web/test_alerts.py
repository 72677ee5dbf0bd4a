"""提醒: the page shows what was done and by whom, and no address."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from lxml import html

from monitor.web.app import create_app
from storage import alert_holds, alert_rules, destinations, outbox
from storage.archive.store import open_archive
from storage.database import Database, open_database
from storage.domain.alerts import AlertRule, EventKind, Hold, HoldSort, Message, Mode, Reply
from storage.domain.clock import FixedClock
from storage.domain.enums import Audience, SendState
from storage.settings import load
from tests.unit.web.world import NOW, Client

HOSTILE = "<script>alert(1)</script>"
SECRET = "abcdef-123456-secret"


def text_of(database: Database, folder: Path, path: str = "/alerts", **settings: object) -> str:
    archive = open_archive((folder / "archive").as_uri())
    answer = Client(create_app(database, archive, load(data_dir=folder, **settings), FixedClock(NOW))).get(path)
    assert answer.status_code == 200
    assert "<script" not in answer.text
    assert SECRET not in answer.text
    return "".join(html.fromstring(answer.text).text_content().split())


def fill(database: Database) -> None:
    with database.write() as connection:
        office = destinations.add(connection, "办公室", "office@x.test", Audience.OVERSIGHT, now=NOW, cadence="weekly")
        chief = destinations.add(connection, "处长群", f"wecombot://{SECRET}", Audience.OVERSIGHT, now=NOW)
        rule = AlertRule(0, "催办", office, Mode.IMMEDIATE, (EventKind.REPORT_MISSING,), escalate_to=chief, escalate_days=5)
        alert_rules.save(connection, rule, now=NOW)
        until = NOW + timedelta(days=3)
        alert_holds.add(connection, Hold(0, HoldSort.SNOOZE, "张", f"等答复{HOSTILE}", NOW - timedelta(days=1), until, "report/b1/2024"))
        over = alert_holds.add(connection, Hold(0, HoldSort.SILENCE, "李", "改革", NOW - timedelta(days=2), until, scope="990100"))
        alert_holds.end(connection, over, actor="王", now=NOW - timedelta(days=1))
        for number, state in enumerate((SendState.DEAD, SendState.ACCEPTED)):
            outbox.enqueue(connection, Message(chief, f"m{number}", f"NB-{number}", f"<{number}@x>", f"题{HOSTILE}", "文"), NOW)
            (claimed,) = outbox.claim(connection, NOW, 1)
            outbox.settle(connection, claimed, Reply(state, f"{number}号服务说"), NOW)


def test_the_page_says_who_is_told_and_what_became_of_it(tmp_path: Path) -> None:
    with open_database(load(data_dir=tmp_path).database_url) as database:
        fill(database)
        text = text_of(database, tmp_path)
        assert "有1封消息无法送达" in text
        assert "当[未发现]→立即办公室；满5个工作日未确认→通知处长群" in text
        assert "处长群企业微信群监督人员全部中文每工作日启用2" in text
        assert "稍后处理report/b1/2024张等答复<script>alert(1)</script>" in text
        assert "王提前结束" in text
        assert "NB-1处长群" in text
        dead = text_of(database, tmp_path, "/alerts?dead=true")
        assert "0号服务说" in dead
        assert "1号服务说" not in dead


def test_an_empty_page_says_what_to_do_and_a_muted_one_that_it_is(tmp_path: Path) -> None:
    with open_database(load(data_dir=tmp_path).database_url) as database:
        text = text_of(database, tmp_path, alert_muted=True)
    assert "没有人会收到消息" in text
    assert "已设为静音" in text
