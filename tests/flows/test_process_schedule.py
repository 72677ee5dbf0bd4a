"""The clockwork: each slot once, whoever ticks; what did not run is told; a crawl is a child that can die."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from monitor.dispatch import CrawlJob, Finished, LocalProcesses, batches, crawl_now, environment, record_finished
from monitor.schedule import Scheduler
from monitor.seasons import SEASONS, season
from storage import events, heartbeats, portals, runs
from storage.archive.store import open_archive
from storage.database import Database
from storage.domain.alerts import EventKind
from storage.domain.clock import FixedClock, SystemClock
from storage.domain.enums import Audience, RunState
from storage.domain.ids import EntryPointId, PortalId
from storage.domain.registry import EntryPoint, Portal
from storage.settings import load
from tests.flows.alert_world import MORNING, add_destination, look, new_world, settings_for, smtp_server

pytestmark = pytest.mark.flow


class Hands:
    """A dispatcher whose crawls end when the test says so."""

    def __init__(self) -> None:
        self.started: list[CrawlJob] = []
        self.live: list[CrawlJob] = []
        self.ended: list[Finished] = []

    def start(self, job: CrawlJob) -> None:
        self.started.append(job)
        self.live.append(job)

    def running(self) -> tuple[CrawlJob, ...]:
        return tuple(self.live)

    def reap(self) -> tuple[Finished, ...]:
        ended, self.ended = tuple(self.ended), []
        return ended

    def stop(self) -> None:
        self.live = []

    def end(self, failure: str = "") -> None:
        self.ended = [Finished(job, 0, 1, 0, {"complete": 1}, failure) for job in self.live]
        self.live = []


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with new_world(tmp_path) as database:
        yield database


def scheduler(db: Database, folder: Path, clock: FixedClock, hands: Hands) -> Scheduler:
    settings = settings_for(folder)
    return Scheduler(settings, db, open_archive(settings.archive_url), clock, hands)


def kinds(db: Database) -> list[EventKind]:
    with db.read() as connection:
        return [event.kind for event in events.recent(connection)]


def test_two_schedulers_on_one_database_start_one_crawl(db: Database, tmp_path: Path) -> None:
    clock, one, other = FixedClock(MORNING), Hands(), Hands()
    first, second = scheduler(db, tmp_path, clock, one), scheduler(db, tmp_path, clock, other)
    for _ in range(30):
        first.tick()
        second.tick()
        clock.advance(timedelta(minutes=1))
    assert (len(one.started), len(other.started)) == (1, 0)


def test_a_column_is_visited_again_when_its_season_says_so(db: Database, tmp_path: Path) -> None:
    clock, hands = FixedClock(MORNING), Hands()
    clockwork = scheduler(db, tmp_path, clock, hands)
    for _ in range(3 * 24 * 4):
        clockwork.tick()
        if hands.live:
            if hands.live[0].spider == "watch":
                look(db, clock.now())
            hands.end()
        clock.advance(timedelta(minutes=15))
    assert [job.spider for job in hands.started].count("watch") == 3  # February: daily


def test_a_portal_known_by_its_home_address_is_searched_once_an_hour_at_most(db: Database, tmp_path: Path) -> None:
    clock, hands = FixedClock(MORNING), Hands()
    clockwork = scheduler(db, tmp_path, clock, hands)
    clockwork.tick()
    look(db, clock.now())
    hands.end()
    with db.write() as connection:
        portals.upsert(connection, Portal(PortalId("home.gov.test"), "只有首页", "http://home.gov.test/", "home.gov.test"), clock.now())
        point = portals.add_entry_point(connection, PortalId("home.gov.test"), "http://home.gov.test/", now=clock.now())
        portals.set_enabled(connection, point, False)
    for _ in range(50):
        clock.advance(timedelta(minutes=1))
        clockwork.tick()
        hands.end() if hands.live else None
    searches = [job for job in hands.started if job.spider == "discover"]
    assert len(searches) == 1
    assert point in searches[0].entry_point_ids


def test_a_crawl_that_failed_is_told_to_operators_and_the_run_says_so(db: Database, tmp_path: Path) -> None:
    clock, hands = FixedClock(MORNING), Hands()
    clockwork = scheduler(db, tmp_path, clock, hands)
    clockwork.tick()
    hands.end("抓取进程被信号9结束")
    clockwork.tick()
    assert kinds(db) == [EventKind.RUN_FAILED]
    with db.read() as connection:
        assert runs.recent(connection, kind="crawl")[-1].state is RunState.FAILED


def test_a_crawl_whose_scheduler_died_is_abandoned_and_done_again(db: Database, tmp_path: Path) -> None:
    clock, dead, alive = FixedClock(MORNING), Hands(), Hands()
    scheduler(db, tmp_path, clock, dead).tick()
    clock.advance(timedelta(minutes=5))
    restarted = scheduler(db, tmp_path, clock, alive)
    restarted.tick()
    assert alive.started == []  # the lease still holds
    clock.advance(timedelta(minutes=6))
    restarted.tick()
    assert len(alive.started) == 1
    assert EventKind.RUN_FAILED in kinds(db)


def test_a_long_crawl_keeps_its_lease(db: Database, tmp_path: Path) -> None:
    clock, hands = FixedClock(MORNING), Hands()
    clockwork = scheduler(db, tmp_path, clock, hands)
    for _ in range(60):
        clockwork.tick()
        clock.advance(timedelta(minutes=1))
    assert len(hands.started) == 1
    assert kinds(db) == []


def test_silence_of_a_loop_is_told_once(db: Database, tmp_path: Path) -> None:
    clock = FixedClock(MORNING)
    with db.write() as connection:
        heartbeats.beat(connection, "sender", MORNING - timedelta(hours=3))
    clockwork = scheduler(db, tmp_path, clock, Hands())
    clockwork.tick()
    clockwork.tick()
    assert kinds(db) == [EventKind.RUN_OVERDUE]
    with db.read() as connection:
        (event,) = events.unplanned(connection, Audience.OPERATOR)
    assert "06:00" in event.payload["reason"]


def test_a_clock_that_went_back_is_told(db: Database, tmp_path: Path) -> None:
    with db.write() as connection:
        heartbeats.beat(connection, "scheduler", MORNING + timedelta(hours=1))
    scheduler(db, tmp_path, FixedClock(MORNING), Hands()).tick()
    assert kinds(db) == [EventKind.CLOCK_JUMP]


def test_the_loops_run_by_themselves_and_leave_heartbeats(db: Database, tmp_path: Path) -> None:
    with smtp_server() as mailbox:
        add_destination(db, "办公室", mailbox.address)
        clockwork = scheduler(db, tmp_path, FixedClock(MORNING), Hands())
        clockwork.start()
        try:
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline:
                with db.read() as connection:
                    if len(heartbeats.list_all(connection)) == 4:
                        break
                time.sleep(0.05)
        finally:
            clockwork.stop()
    with db.read() as connection:
        assert set(heartbeats.list_all(connection)) == {"scheduler", "evaluator", "sender", "keeper"}


def test_seasons_cover_the_year_without_a_gap() -> None:
    day = date(2024, 1, 1)
    while day.year == 2024:
        assert sum(one.first <= (day.month, day.day) <= one.last for one in SEASONS) == 1
        day += timedelta(days=1)
    assert season(date(2025, 1, 31)).every == timedelta(hours=6)


def test_one_platform_stays_in_one_batch() -> None:
    points = [EntryPoint(EntryPointId(n), PortalId(f"p{n % 6}"), f"http://{n}.gov.test/") for n in range(30)]
    platforms = {PortalId(f"p{n}"): f"x{n // 2}" for n in range(6)}
    made = batches(points, platforms, 12)
    assert sorted(number for batch in made for number in batch) == list(range(30))
    where = {
        platform: {at for at, batch in enumerate(made) for n in batch if platforms[points[n].portal_id] == platform}
        for platform in ("x0", "x1", "x2")
    }
    assert all(len(places) == 1 for places in where.values())


WATCHED = {"alert_deadman_url": "http://watch.test/secret-word"}


def test_a_child_gets_every_setting_by_value_and_no_mail_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    overrides = {"a.gov.test": "127.0.0.1:1"}
    settings = load(data_dir=tmp_path, host_overrides=overrides, crawl_delay_seconds=0, smtp_password="secret-word", **WATCHED)
    made = environment(settings, FixedClock(MORNING))
    assert "secret-word" not in "".join(made.values())
    for name in [name for name in os.environ if name.startswith("NIANBAO_")]:
        monkeypatch.delenv(name)
    for name, value in made.items():
        if name.startswith("NIANBAO_"):
            monkeypatch.setenv(name, value)
    theirs = load()
    secret = {"smtp_password", "alert_deadman_url"}
    assert theirs.model_dump(exclude=secret) == settings.model_dump(exclude=secret)
    assert made["NIANBAO_NOW"] == MORNING.isoformat()
    assert "NIANBAO_NOW" not in environment(settings, SystemClock())


def test_a_real_child_reports_its_end_in_the_database(db: Database, tmp_path: Path) -> None:
    with db.write() as connection:
        portals.set_enabled(connection, EntryPointId(1), False)
        (point,) = portals.entry_points_of(connection, enabled_only=False)
    lines: list[object] = []
    (done,) = crawl_now(db, settings_for(tmp_path), FixedClock(MORNING), [point], lambda line: lines.append(line["event"]))
    assert (done.failure, done.visits) == ("", 0)
    assert lines == ["start", "end"]
    with db.read() as connection:
        assert runs.recent(connection, kind="crawl")[0].state is RunState.OK


def test_a_child_killed_is_a_failure_with_its_signal(db: Database, tmp_path: Path) -> None:
    clock = FixedClock(MORNING)
    local = LocalProcesses(settings_for(tmp_path), clock)
    with db.write() as connection:
        run = runs.claim(connection, "crawl", "x", owner="test", now=MORNING, lease=timedelta(minutes=1))
    assert run is not None
    local.start(CrawlJob(run, (EntryPointId(1),)))
    try:
        os.kill(local._children[0].process.pid, signal.SIGKILL)
        (done,) = local.wait()
    finally:
        local.stop()
    assert "信号9" in done.failure
    assert record_finished(db, done, clock)
