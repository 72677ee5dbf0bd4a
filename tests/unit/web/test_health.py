"""What machines ask: fit or not, and why; the numbers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.web.app import create_app
from storage import heartbeats, installation
from storage.archive.store import open_archive
from storage.database import Database, open_database
from storage.domain.clock import FixedClock
from storage.migrations import apply
from storage.settings import load
from tests.unit.web.world import NOW, Client

ENOUGH, TOO_MUCH = 0, 10**9


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with open_database(f"sqlite:///{tmp_path / 'h.sqlite3'}") as opened:
        yield opened


def client(database: Database, folder: Path, *, reserve: int = ENOUGH, later: timedelta = timedelta(0)) -> Client:
    settings = load(data_dir=folder, disk_reserve_mb=reserve)
    return Client(create_app(database, open_archive((folder / "archive").as_uri()), settings, FixedClock(NOW + later)))


def beat(database: Database, *names: str) -> None:
    with database.write() as connection:
        for name in names:
            heartbeats.beat(connection, name, NOW)


def unfit(answer: object) -> set[str]:
    checks = answer.json()["checks"]  # type: ignore[attr-defined]
    return {name for name, check in checks.items() if not check["ok"]}


def test_fit_when_all_loops_turn(database: Database, tmp_path: Path) -> None:
    beat(database, *heartbeats.LOOPS)
    answer = client(database, tmp_path).get("/readyz")
    assert (answer.status_code, unfit(answer)) == (200, set())
    assert answer.json()["checks"]["schema"]["revision"] == apply.head()


@pytest.mark.parametrize("absent", list(heartbeats.LOOPS))
def test_a_loop_nobody_started_is_not_fit(database: Database, tmp_path: Path, absent: str) -> None:
    beat(database, *(name for name in heartbeats.LOOPS if name != absent))
    answer = client(database, tmp_path).get("/readyz")
    assert (answer.status_code, unfit(answer)) == (503, {f"loop:{absent}"})


def test_a_loop_that_stopped_is_not_fit_and_the_first_page_says_so(database: Database, tmp_path: Path) -> None:
    beat(database, *heartbeats.LOOPS)
    answer = client(database, tmp_path, later=timedelta(minutes=11)).get("/readyz")
    assert unfit(answer) == {f"loop:{name}" for name in heartbeats.LOOPS}
    with database.read() as connection:
        assert heartbeats.stopped(connection, NOW + timedelta(minutes=10)) == ()


def test_a_disk_below_the_reserve_is_not_fit(database: Database, tmp_path: Path) -> None:
    beat(database, *heartbeats.LOOPS)
    assert unfit(client(database, tmp_path, reserve=TOO_MUCH).get("/readyz")) == {"disk"}


def test_an_older_schema_is_not_fit(database: Database, tmp_path: Path) -> None:
    beat(database, *heartbeats.LOOPS)
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    assert unfit(client(database, tmp_path).get("/readyz")) == {"schema"}


def test_a_database_that_is_away_is_not_fit(database: Database, tmp_path: Path) -> None:
    beat(database, *heartbeats.LOOPS)
    with database.write() as connection:
        connection.exec_driver_sql("DROP TABLE heartbeats")
    answer = client(database, tmp_path).get("/readyz")
    assert (answer.status_code, unfit(answer)) == (503, {"database"})
    assert client(database, tmp_path).get("/healthz").status_code == 200


def test_the_numbers(database: Database, tmp_path: Path) -> None:
    beat(database, "sender")
    with database.write() as connection:
        installation.put(connection, installation.MUTED, "test")
    text = client(database, tmp_path, later=timedelta(seconds=30)).get("/metrics").text
    for line in ('nianbao_loop_age_seconds{loop="sender"} 30.0', "nianbao_muted 1.0", 'nianbao_outbox{state="dead"} 0.0'):
        assert line in text.splitlines()
    assert "nianbao_disk_free_bytes " in text


def test_the_first_page_says_which_loop_stopped(filled: object, tmp_path: Path) -> None:
    from tests.unit.web.world import fill

    with fill(tmp_path) as world:
        assert "没有运行" not in client(world.database, world.folder).get("/").text
        beat(world.database, *(name for name in heartbeats.LOOPS if name != "sender"))
        assert "没有运行：消息发送" in client(world.database, world.folder).get("/").text
