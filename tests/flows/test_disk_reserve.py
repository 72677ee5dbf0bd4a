"""Below the reserve nothing new is fetched, nobody is accused, operators hear of it, and work goes on by itself when there is room."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from monitor.alerts.outgoing import plan_due
from monitor.dispatch import CrawlJob, Dispatcher, Finished
from monitor.schedule import Scheduler
from storage import disk, events, portals, visits
from storage.archive.store import open_archive
from storage.domain.alerts import EventKind
from storage.domain.clock import FixedClock
from storage.domain.enums import Audience, RunState, SourceHealth
from storage.settings import Settings, load
from tests.flows.alert_world import MORNING, add_destination, new_world, settings_for, smtp_server
from tests.flows.crawl_office import CrawlOffice, moment
from tests.flows.crawl_server import Web

pytestmark = pytest.mark.flow

MORE_THAN_ANY_DISK = 10**9
HOST = "w.yunxi.gov.test"
DAY = moment(date(2025, 2, 3))
ROW = '<li><a href="t2023.html">云溪县教育局2023年政府信息公开工作年度报告</a><span>2024-01-15</span></li>'


class NoHands:
    """A dispatcher that only remembers what it was given."""

    def __init__(self) -> None:
        self.started: list[CrawlJob] = []

    def start(self, job: CrawlJob) -> None:
        self.started.append(job)

    def running(self) -> tuple[CrawlJob, ...]:
        return tuple(self.started)

    def reap(self) -> tuple[Finished, ...]:
        return ()

    def stop(self) -> None:
        self.started = []


def test_a_crawl_without_room_asks_nothing_and_proves_nothing(tmp_path: Path) -> None:
    with Web() as web:
        web.put(f"{HOST}/nb/", f"<html><title>政府信息公开年报</title><body><ul>{ROW}</ul></body></html>")
        web.put(f"{HOST}/nb/t2023.html", "<html><body><p>总体情况</p><p>主动公开政府信息情况</p></body></html>")
        office = CrawlOffice(tmp_path, {HOST: web.target}, {"disk_reserve_mb": MORE_THAN_ANY_DISK})
        entry = office.add("云溪县教育局", f"http://{HOST}/nb/")
        line = office.crawl(DAY)[entry]
        assert (line["outcome"], line["reason"], line["qualified"]) == ("abandoned", disk.NO_ROOM, False)
        assert web.paths() == []
        with office.open() as database, database.read() as connection:
            assert not visits.recent(connection, entry)[0].qualified
            assert portals.status(connection, entry).health is SourceHealth.UNTESTED
        office.config.write_text(office.config.read_text().replace(str(MORE_THAN_ANY_DISK), "0"))
        assert office.crawl(DAY + timedelta(hours=1), "again")[entry]["outcome"] == "complete"


def test_such_a_run_is_partial() -> None:
    assert Finished(CrawlJob.__new__(CrawlJob), 0, outcomes={"abandoned": 3, "complete": 1}).state is RunState.PARTIAL


def _scheduler(folder: Path, database: object, clock: FixedClock, hands: Dispatcher, reserve: int) -> tuple[Scheduler, Settings]:
    settings = settings_for(folder).model_copy(update={"disk_reserve_mb": reserve})
    return Scheduler(settings, database, open_archive(settings.archive_url), clock, hands), settings  # type: ignore[arg-type]


def test_the_schedule_waits_for_room_and_tells_operators_once_a_day(tmp_path: Path) -> None:
    clock, hands = FixedClock(MORNING), NoHands()
    with new_world(tmp_path) as database, smtp_server() as mailbox:
        add_destination(database, "运维", mailbox.address, Audience.OPERATOR)
        full, settings = _scheduler(tmp_path, database, clock, hands, MORE_THAN_ANY_DISK)
        for _ in range(3):
            full.tick()
            plan_due(database, settings, clock)
            full.send()
            clock.advance(timedelta(minutes=1))
        assert hands.started == []
        with database.read() as connection:
            told = [event for event in events.recent(connection) if event.kind is EventKind.DISK_LOW]
        assert len(told) == 1
        assert str(MORE_THAN_ANY_DISK) in told[0].payload["reason"]
        assert len(mailbox.taken) == 1
        assert "磁盘" in mailbox.taken[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]
        _scheduler(tmp_path, database, clock, hands, 0)[0].tick()
        assert len(hands.started) == 1


def test_the_fullest_disk_counts_and_folders_need_not_exist_yet(tmp_path: Path) -> None:
    found = disk.room(load(data_dir=tmp_path / "not" / "yet", disk_reserve_mb=0))
    assert found.enough
    assert found.free > 0
    assert found.folder.is_dir()
    away = load(data_dir=tmp_path, database_url="postgresql://nianbao@db/nianbao", archive_url="s3://bucket/x", disk_reserve_mb=0)
    assert disk.room(away).folder == tmp_path
