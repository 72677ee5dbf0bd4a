"""The night's work on the archive: every kind of harm is found and told once, what fails does not stop the rest, once a night."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.alerts.outgoing import plan_due
from monitor.alerts.send import send_due
from monitor.nightly import NIGHTS, Night, keep_archive
from monitor.schedule import CHECK, NIGHTLY, Scheduler
from storage import events, installation, originals, runs
from storage.archive.keep import Received, keep, write_rows
from storage.archive.store import open_archive
from storage.domain.alerts import Event, EventKind
from storage.domain.clock import FixedClock
from storage.domain.enums import Audience, RunState
from storage.domain.errors import Unreachable
from storage.domain.ids import Sha256
from storage.domain.originals import Capture
from storage.settings import Settings, load
from tests.flows.alert_world import add_destination, smtp_server, webhook_server
from tests.unit.web.evidence_world import FIRST, World, lived

pytestmark = pytest.mark.flow

FIRST_OF_MONTH = datetime(2025, 3, 1, 1, tzinfo=UTC)
"""Nine in the morning there: all originals and the whole log are looked at."""

OTHER_NIGHT = datetime(2025, 2, 10, 1, tzinfo=UTC)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with lived(tmp_path) as made:
        yield made


def settings_of(world: World, **more: str) -> Settings:
    return load(data_dir=world.folder, database_url=world.url, archive_url=(world.folder / "archive").as_uri(), **more)


def told(world: World, kind: EventKind = EventKind.FIXITY_FAILED) -> list[Event]:
    with world.database.read() as c:
        return [event for event in events.recent(c, limit=1000) if event.kind is kind]


def blobs(world: World) -> list[Path]:
    return sorted(path for path in (world.folder / "archive/blobs").rglob("*") if path.is_file())


def rewrite(path: Path, data: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(data)


def flip(world: World) -> None:
    data = blobs(world)[0].read_bytes()
    rewrite(blobs(world)[0], bytes([data[0] ^ 1]) + data[1:])


def swap(world: World) -> None:
    one, two = blobs(world)[:2]
    first, second = one.read_bytes(), two.read_bytes()
    rewrite(one, second)
    rewrite(two, first)


def edit_row(world: World) -> None:
    with world.database.write() as c:
        c.exec_driver_sql("UPDATE captures SET status = 404 WHERE id = 1")


def edit_log(world: World) -> None:
    path = world.folder / "archive/log/2025-02-01.jsonl"
    rewrite(path, path.read_bytes().replace(b'"status":200', b'"status":404', 1))


def drop_line_and_seal(world: World) -> None:
    (world.folder / "archive/heads/2025-02-03.json").unlink()
    path = world.folder / "archive/log/2025-02-03.jsonl"
    rewrite(path, b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))


HARMS: dict[str, Callable[[World], None]] = {
    "bit": flip,
    "truncated": lambda world: rewrite(blobs(world)[0], blobs(world)[0].read_bytes()[:-5]),
    "deleted": lambda world: blobs(world)[0].unlink(),
    "swapped": swap,
    "row edited": edit_row,
    "log edited": edit_log,
}


def night(world: World, at: datetime, **more: str) -> Night:
    return keep_archive(world.database, world.archive, settings_of(world, **more), FixedClock(at))


@pytest.mark.parametrize("harm", HARMS)
def test_every_harm_is_found_and_told_once(world: World, harm: str) -> None:
    night(world, FIRST + timedelta(days=5))
    assert told(world) == []
    HARMS[harm](world)
    for hours in (0, 24 * 31, 24 * 61):
        night(world, FIRST_OF_MONTH + timedelta(hours=hours))
    (event,) = told(world)
    assert event.payload["subject"] == "存档"
    assert "archive verify" in event.payload["reason"]


def test_damage_reaches_every_operator_on_his_channel_and_no_office(world: World) -> None:
    """By mail, as a signed request whose kind is `integrity.failed`, and in the list of what happened; once."""
    with smtp_server() as mailbox, webhook_server() as hook, webhook_server() as office:
        for number, address in enumerate((mailbox.address, hook.address, hook.address.replace("/hook", "/other"))):
            add_destination(world.database, f"运维{number}", address, Audience.OPERATOR)
        add_destination(world.database, "办公室", office.address)
        flip(world)
        settings = settings_of(world).model_copy(update={"alert_allow_hosts": ("127.0.0.1",)})
        for hours in (0, 24):
            night(world, FIRST_OF_MONTH + timedelta(hours=hours))
            clock = FixedClock(FIRST_OF_MONTH + timedelta(hours=hours, minutes=5))
            plan_due(world.database, settings, clock)
            send_due(world.database, settings, clock)
    assert "存档校验失败" in mailbox.taken[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert [len(mailbox.taken), len(hook.requests)] == [1, 2]
    for _, body in hook.requests:
        assert json.loads(body)["kinds"] == ["integrity.failed"]
    assert not [body for _, body in office.requests if "integrity.failed" in json.loads(body)["kinds"]]


def test_a_log_cut_with_its_seal_is_remembered_otherwise(world: World) -> None:
    night(world, FIRST + timedelta(days=5))
    drop_line_and_seal(world)
    for number in range(3):
        night(world, OTHER_NIGHT + timedelta(days=number))
    assert [event.payload["subject"] for event in told(world, EventKind.RUN_FAILED)] == ["每日封存"]
    (event,) = told(world)
    assert "heads/2025-02-03.json 与封存时不符" in event.payload["reason"]


def test_within_four_weeks_every_original_has_its_turn(world: World) -> None:
    answers = [
        Received(f"page {n}".encode() * 30, Capture("page", f"http://q.gov.test/{n}", 200, FIRST, FIRST, Sha256("0" * 64)))
        for n in range(60)
    ]
    with world.database.write() as c:
        write_rows(c, keep(world.archive, answers, FIRST + timedelta(days=3)))
    flip(world)
    at, found = datetime(2025, 2, 2, 20, tzinfo=UTC), 0
    for number in range(NIGHTS):
        if (at + timedelta(days=number, hours=8)).day == 1:
            continue
        checked = night(world, at + timedelta(days=number)).report.checked
        assert 0 < checked <= 4
        found = len(told(world))
    assert found == 1
    with world.database.read() as c:
        assert len(originals.damaged(c)) == 1


def test_what_fails_is_told_and_the_rest_is_done(world: World, tmp_path: Path) -> None:
    def silent(url: str, query: bytes) -> bytes:
        raise Unreachable("时间戳服务没有应答", url=url)

    settings = settings_of(world, timestamp_url="http://127.0.0.1:9/", archive_copy_url=(tmp_path / "copy").as_uri())
    done = keep_archive(world.database, world.archive, settings, FixedClock(OTHER_NIGHT), ask=silent)
    assert [failure.partition("：")[0] for failure in done.failures] == ["时间戳"]
    assert len(done.sealed) == 3
    assert done.copied > 3
    assert done.report.checked
    assert [event.payload["subject"] for event in told(world, EventKind.RUN_FAILED)] == ["时间戳"]
    with world.database.read() as c:
        assert installation.get(c, installation.NEWEST_SEAL).startswith("heads/2025-02-03.json ")


def scheduler(world: World, at: datetime) -> Scheduler:
    return Scheduler(settings_of(world), world.database, open_archive((world.folder / "archive").as_uri()), FixedClock(at))


def nights(world: World) -> list[tuple[str, RunState]]:
    with world.database.read() as c:
        return [(run.slot, run.state) for run in runs.recent(c, kind=NIGHTLY)]


def test_each_night_happens_once_whoever_is_awake(world: World) -> None:
    for at in (datetime(2025, 2, 9, 17, 30, tzinfo=UTC), OTHER_NIGHT, OTHER_NIGHT + timedelta(hours=3)):  # half past one, nine, noon
        for _ in range(2):
            scheduler(world, at).keep()
    assert nights(world) == [("2025-02-10", RunState.OK)]
    flip(world)
    scheduler(world, FIRST_OF_MONTH).keep()
    assert nights(world)[0] == ("2025-03-01", RunState.PARTIAL)
    assert len(told(world)) == 1


def test_all_duties_are_judged_once_a_night_and_a_fault_in_it_keeps_nothing_else(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        scheduler(world, OTHER_NIGHT).keep()
    monkeypatch.setattr("monitor.schedule.check_all", lambda *_: 1 // 0)
    scheduler(world, OTHER_NIGHT + timedelta(days=1)).keep()
    with world.database.read() as c:
        checks = [(run.slot, run.state) for run in runs.recent(c, kind=CHECK)]
    assert checks == [("2025-02-11", RunState.FAILED), ("2025-02-10", RunState.OK)]
    assert [slot for slot, _ in nights(world)] == ["2025-02-11", "2025-02-10"]
    (event,) = told(world, EventKind.RUN_FAILED)
    assert event.payload["subject"] == "发布状态复核"


def test_a_night_cut_short_is_done_again(world: World) -> None:
    with world.database.write() as c:
        runs.claim(c, NIGHTLY, "2025-02-10", owner="killed", now=OTHER_NIGHT, lease=timedelta(hours=2))
    scheduler(world, OTHER_NIGHT + timedelta(hours=1)).keep()
    assert nights(world) == [("2025-02-10", RunState.CLAIMED)]
    scheduler(world, OTHER_NIGHT + timedelta(hours=3)).keep()
    assert nights(world) == [("2025-02-10", RunState.OK)]


def test_a_fault_of_ours_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("fault")

    monkeypatch.setattr("monitor.schedule.keep_archive", broken)
    with pytest.raises(RuntimeError):
        scheduler(world, OTHER_NIGHT).keep()
    assert nights(world) == [("2025-02-10", RunState.FAILED)]
    (event,) = told(world, EventKind.RUN_FAILED)
    assert event.payload["subject"] == "存档维护"
