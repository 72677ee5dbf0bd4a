"""The log: JSON lines that say what they were for, and no secret in any of them."""

from __future__ import annotations

import errno
import io
import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog

from monitor import logs
from monitor.alerts import mail
from monitor.alerts.channels import channel
from monitor.dispatch import CrawlJob
from monitor.schedule import Scheduler
from storage import outbox, runs
from storage.archive.store import open_archive
from storage.domain.clock import FixedClock
from storage.domain.enums import Audience
from storage.domain.errors import ConfigError
from storage.domain.ids import EntryPointId
from storage.settings import Settings, load
from tests.flows.alert_world import MORNING, add_destination, at, look, new_world, smtp_server, webhook_server
from tests.flows.test_process_schedule import Hands

pytestmark = pytest.mark.flow

SECRETS = {
    "relay": "Relay-Pa55word",
    "database": "Data-Base-Pa55",
    "bucket": "BucketKey0123456789",
    "outside": "0f8fad5b-d9cb-469f-a165-70867728950e",
    "webhook": "hook-token-7731",
    "basic": "basic-pa55word",
    "hmac": "sixteen-letters!",
    "robot": "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa",
}


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Logging belongs to the whole process: put back what was there."""
    root, kept = logging.getLogger(), logging.getLogger().handlers[:]
    level, levels = root.level, {name: logging.getLogger(name).level for name in logs.CHATTY}
    yield
    root.handlers[:] = kept
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


def settings(folder: Path, **more: Any) -> Settings:
    values: dict[str, Any] = {
        "data_dir": folder,
        "database_url": f"sqlite:///{folder / 'nianbao.sqlite3'}",
        "alert_allow_hosts": ("127.0.0.1",),
        "smtp_host": "127.0.0.1",
        "smtp_security": "none",
        "smtp_username": "office",
        "smtp_password": SECRETS["relay"],
        "mail_from": "nianbao@x.test",
        "alert_deadman_url": f"http://127.0.0.1:9/ping/{SECRETS['outside']}",
        "log_json": True,
        "log_level": "debug",
    }
    return load(**{**values, **more})


def lines_of(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def clean(text: str) -> None:
    for name, secret in SECRETS.items():
        assert secret not in text, f"{name} stands in the log"


def test_a_day_of_the_service_leaves_no_secret_in_its_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages refused by services that repeat what they were told; a night's work; a crawl that fails; a loop that breaks."""
    stream, clock, hands = io.StringIO(), FixedClock(MORNING), Hands()
    with smtp_server() as mailbox, webhook_server() as hook, new_world(tmp_path) as db:
        mailbox.on_rcpt = f"550 {SECRETS['relay']} is not known here"
        hook.status, hook.answer = 401, {"error": f"bad token {SECRETS['webhook']}", "url": f"/in/{SECRETS['webhook']}"}
        chosen = settings(tmp_path, smtp_port=mailbox.port)
        logs.configure(chosen, stream)
        basic = f"json://office:{SECRETS['basic']}@127.0.0.1:{hook.port}/in/{SECRETS['webhook']}?hmac={SECRETS['hmac']}"
        add_destination(db, "办公室", "office@x.test")
        add_destination(db, "平台", basic)
        add_destination(db, "运维", basic, Audience.OPERATOR)
        for day in (2, 3, 4):
            look(db, at(day))
        with db.write() as connection:
            crawl = runs.claim(connection, "crawl", "s", owner="test", now=MORNING, lease=timedelta(days=1))
        assert crawl is not None
        scheduler = Scheduler(chosen, db, open_archive(chosen.archive_url), clock, hands)
        for _ in range(2):
            for name, work in (("scheduler", scheduler.tick), ("evaluator", scheduler.evaluate), ("sender", scheduler.send)):
                scheduler._guarded(name, work)
            scheduler._guarded("keeper", scheduler.keep)
            hands.live = [CrawlJob(crawl, (EntryPointId(1),))]
            hands.end(f"psycopg: could not connect to postgresql://u:{SECRETS['database']}@db/x")
            clock.advance(timedelta(hours=1))

        def breaks(*_: object, **__: object) -> None:
            raise RuntimeError(f"no such user: office / {SECRETS['relay']} at s3://a?secret_access_key={SECRETS['bucket']}")

        monkeypatch.setattr(mail.MailChannel, "send", breaks)
        scheduler._guarded("sender", breaks)
        scheduler._guarded("sender", scheduler.send)
        with db.read() as connection:
            clean("\n".join(one.reply for row in outbox.recent(connection) for one in outbox.deliveries_of(connection, row.id)))
    clean(stream.getvalue())
    told = lines_of(stream)
    said = {line["event"] for line in told}
    assert {"evaluated", "message_sent", "archive_kept", "crawl_ended", "loop_failed"} <= said, said
    assert {line["loop"] for line in told if "loop" in line} >= {"evaluator", "sender", "keeper"}
    assert all(isinstance(line["run_id"], int) for line in told if line["event"] in {"evaluated", "archive_kept", "crawl_ended"})
    assert all(isinstance(line["outbox_id"], int) for line in told if line["event"] == "message_sent")
    assert all({"event", "level", "logger", "timestamp"} <= set(line) for line in told)
    assert any(logs.BLOT in line.get("exception", "") for line in told), "a traceback is told, without its secret"


def test_libraries_speak_the_same_way_and_keep_the_same_secrets(tmp_path: Path) -> None:
    stream = io.StringIO()
    logs.configure(
        settings(tmp_path, database_url=f"postgresql://nianbao:{SECRETS['database']}@127.0.0.1:1/n", archive_url=bucket()), stream
    )
    channel(f"wecombot://{SECRETS['robot']}")
    other = logging.getLogger("some.library")
    other.warning("cannot reach %s", f"postgresql://nianbao:{SECRETS['database']}@127.0.0.1:1/n")
    other.error("asked %s", {"headers": [f"X-Amz-Security-Token: {SECRETS['bucket']}"]})
    logging.getLogger("httpx").info("HTTP Request: POST https://qyapi.example/send?key=%s", SECRETS["robot"])
    other.info("POST https://qyapi.example/send?key=%s&other=1", SECRETS["robot"])
    structlog.get_logger("ours").info("x", deep={"list": [("a", SECRETS["database"])], "password": "anything at all"}, number=3, none=None)
    clean(stream.getvalue())
    told = lines_of(stream)
    assert len(told) == 4, "what a library says of each request is left out"
    assert (told[-1]["number"], told[-1]["none"], told[-1]["deep"]["password"]) == (3, None, logs.BLOT)
    assert "127.0.0.1:1/n" in told[0]["event"]
    assert "&other=1" in told[2]["event"]


def test_a_childs_words_stand_under_its_run(tmp_path: Path) -> None:
    from monitor.schedule import _log_crawl

    stream = io.StringIO()
    logs.configure(settings(tmp_path), stream)
    _log_crawl({"event": "visit", "run": 7, "portal": "a.gov.test", "outcome": "complete", "level": 3})
    _log_crawl({"event": "stderr", "run": 7, "text": f"password={SECRETS['robot']}"})
    clean(stream.getvalue())
    visit, stderr = lines_of(stream)
    assert (visit["run_id"], visit["event"], visit["level"], visit["crawl_level"]) == (7, "crawl_visit", "info", 3)
    assert (stderr["run_id"], stderr["event"], stderr["level"]) == (7, "crawl_stderr", "warning")


def test_for_reading_it_is_plain_text_of_the_level_asked_for(tmp_path: Path) -> None:
    stream = io.StringIO()
    logs.configure(settings(tmp_path, log_json=False, log_level="warning"), stream)
    logger = structlog.get_logger("ours")
    logger.info("quiet")
    logger.warning("loud", body="b1")
    assert "quiet" not in stream.getvalue()
    assert "loud" in stream.getvalue()
    assert "body=b1" in stream.getvalue()
    with pytest.raises(ConfigError):
        logs.configure(settings(tmp_path, log_level="shout"), stream)


def bucket() -> str:
    return f"s3://originals/x?access_key_id=a&secret_access_key={SECRETS['bucket']}"


def test_a_log_that_cannot_be_written_stops_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    class Full(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(errno.ENOSPC, "no space left")

    logs.configure(settings(tmp_path), Full())
    structlog.get_logger("ours").error("told to nobody")
    assert "no space left" in capsys.readouterr().err, "standard error hears of it"
