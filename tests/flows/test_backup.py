"""A backup taken while work goes on, and an installation made from it: whole, checked before anything is written, and quiet."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from monitor.alerts.outgoing import enqueue_test
from monitor.alerts.send import muted_why, send_due
from monitor.cli.main import main
from monitor.evaluate import evaluate_duties
from storage import installation, outbox
from storage.archive.keep import Received, keep, write_rows
from storage.archive.store import Archive, open_archive
from storage.archive.verify import verify
from storage.backup import make, manifest, restore
from storage.database import Database, normalised, open_database
from storage.domain.clock import FixedClock
from storage.domain.enums import SendState
from storage.domain.errors import ArchiveError, ConfigError, NotFoundError
from storage.domain.ids import Sha256
from storage.domain.originals import Capture
from storage.schema import metadata
from tests import servers
from tests.flows.alert_world import MORNING, add_destination, at, fill_world, look, report_line, settings_for, smtp_server

pytestmark = pytest.mark.flow
NOW = datetime(2025, 2, 5, 1, tzinfo=UTC)
CLOCK, LATER = FixedClock(MORNING), FixedClock(MORNING + timedelta(minutes=1))


@pytest.fixture(scope="module")
def cluster() -> Iterator[servers.Postgres]:
    with servers.postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """The database that is backed up, and the one it is restored to."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'old.sqlite3'}", f"sqlite:///{tmp_path / 'new' / 'new.sqlite3'}"
    server: servers.Postgres = request.getfixturevalue("cluster")
    return server.new_database(), server.new_database()


def fetch(database: Database, archive: Archive, number: int) -> None:
    """One answer of a server, kept as a crawl keeps it."""
    capture = Capture("list", f"http://a.gov.test/{number}.html", 200, NOW, NOW, Sha256("0" * 64))
    kept = keep(archive, [Received(f"<p>第{number}页</p>".encode() * 200, capture, "text/html")], NOW)
    with database.write() as connection:
        write_rows(connection, kept)


def rows(database: Database) -> dict[str, int]:
    with database.read() as connection:
        return {table.name: connection.execute(select(func.count()).select_from(table)).scalar_one() for table in metadata.sorted_tables}


def test_a_backup_taken_while_pages_come_in_restores_whole_and_quiet(urls: tuple[str, str], tmp_path: Path) -> None:
    old, new = urls
    archive, stop = open_archive(str(tmp_path / "archive")), threading.Event()
    settings = settings_for(tmp_path)
    with smtp_server() as mailbox, open_database(old) as database:
        fill_world(database)
        look(database, at(20, month=1), (report_line(0, at(20, month=1)),))
        evaluate_duties(database, CLOCK, 2024)
        recipient = add_destination(database, "办公室", mailbox.address)
        enqueue_test(database, settings, CLOCK, recipient)
        assert send_due(database, settings, CLOCK).accepted == 1
        enqueue_test(database, settings, LATER, recipient)

        def crawl() -> None:
            with open_database(old) as own:
                for number in itertools.count():
                    if stop.is_set() and number > 20:
                        return
                    fetch(own, archive, number)

        crawler = threading.Thread(target=crawl)
        crawler.start()
        try:
            made = make.make(normalised(old), archive, tmp_path / "backup", NOW)
        finally:
            stop.set()
            crawler.join(60)
        assert not crawler.is_alive()
        assert made.damaged == ()
        before = rows(database)

        place = open_archive(str(tmp_path / "new-archive"))
        restore.restore(tmp_path / "backup", normalised(new), place.place, "由备份恢复")
        with open_database(new) as restored:
            after = rows(restored)
            grown = {"captures", "originals", "installation"}
            assert {name: count for name, count in after.items() if name not in grown} == {
                name: count for name, count in before.items() if name not in grown
            }
            with restored.write() as connection:
                report = verify(place, connection, now=NOW)
            assert report.sound
            assert not any(damage.kind == "missing" for damage in report.damage)
            assert send_due(restored, settings, LATER).muted
            assert len(mailbox.taken) == 1
            with restored.write() as connection:
                assert installation.get(connection, installation.MUTED) == "由备份恢复"
                installation.put(connection, installation.MUTED, "")
            summary = send_due(restored, settings, LATER)
            assert (summary.accepted, len(mailbox.taken)) == (1, 2)  # the one that waited; what was accepted is never sent again
            with restored.read() as connection:
                assert outbox.counts(connection)[SendState.ACCEPTED] == 2
            fetch(restored, place, 100_000)  # the log goes on where it stood
            with restored.write() as connection:
                assert verify(place, connection, now=NOW).sound


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    """A backup of a small SQLite installation."""
    archive = open_archive(str(tmp_path / "archive"))
    with open_database(f"sqlite:///{tmp_path / 'old.sqlite3'}") as database:
        fill_world(database)
        for number in range(3):
            fetch(database, archive, number)
    return make.make(normalised(f"sqlite:///{tmp_path / 'old.sqlite3'}"), archive, tmp_path / "backup", NOW).folder


def _restore(backup: Path, tmp_path: Path) -> restore.Restored:
    address = normalised(f"sqlite:///{tmp_path / 'new' / 'new.sqlite3'}")
    return restore.restore(backup, address, open_archive(str(tmp_path / "new" / "archive")).place, "由备份恢复")


def test_every_changed_or_missing_file_stops_the_restore_before_it_begins(backup: Path, tmp_path: Path) -> None:
    for one in manifest.read(backup).files:
        path = backup / one.path
        good = path.read_bytes()
        path.chmod(0o600)
        path.write_bytes(bytes((good[0] ^ 1,)) + good[1:])
        with pytest.raises(ArchiveError, match="缺失或被改动"):
            _restore(backup, tmp_path)
        path.unlink()
        with pytest.raises(ArchiveError, match="缺失或被改动"):
            _restore(backup, tmp_path)
        assert not (tmp_path / "new" / "new.sqlite3").exists()
        path.write_bytes(good)
    assert _restore(backup, tmp_path).archived == 4


@pytest.mark.parametrize("path", ["../evil", "/etc/passwd", "archive/../../evil", "archive/.hidden", "other/x", "archive", ""])
def test_a_crafted_backup_leads_nowhere(backup: Path, tmp_path: Path, path: str) -> None:
    said = json.loads((backup / manifest.NAME).read_text())
    said["files"].append({"path": path, "size": 0, "sha256": "0" * 64})
    (backup / manifest.NAME).write_text(json.dumps(said))
    with pytest.raises(ArchiveError, match="清单无法读取"):
        _restore(backup, tmp_path)


def test_a_link_out_of_the_backup_is_not_followed(backup: Path, tmp_path: Path) -> None:
    one = manifest.read(backup).of("archive")[-1]
    outside = tmp_path / "outside"
    (backup / one.path).rename(outside)
    (backup / one.path).symlink_to(outside)
    with pytest.raises(ArchiveError, match="缺失或被改动"):
        _restore(backup, tmp_path)


def test_nothing_that_is_there_is_overwritten(backup: Path, tmp_path: Path) -> None:
    _restore(backup, tmp_path)
    with pytest.raises(ConfigError, match="不会覆盖"):
        _restore(backup, tmp_path)
    with pytest.raises(ConfigError, match="已经有这个文件夹"):
        make.make(normalised(f"sqlite:///{tmp_path / 'old.sqlite3'}"), None, backup, NOW)
    with pytest.raises(NotFoundError, match="这里没有备份"):
        _restore(tmp_path / "nowhere", tmp_path)


def test_a_backup_of_another_kind_of_database_or_a_newer_program_is_refused(backup: Path, tmp_path: Path) -> None:
    said = json.loads((backup / manifest.NAME).read_text())
    for key, value, words in (("dialect", "postgresql", "备份来自"), ("revision", "9999", "更新的版本")):
        (backup / manifest.NAME).write_text(json.dumps({**said, key: value}))
        with pytest.raises(ConfigError, match=words):
            _restore(backup, tmp_path)


def test_a_restore_killed_before_its_database_stood_can_be_run_again(backup: Path, tmp_path: Path) -> None:
    _restore(backup, tmp_path)
    (tmp_path / "new" / "new.sqlite3").unlink()
    assert _restore(backup, tmp_path).kept == 4


def test_a_damaged_original_is_backed_up_as_it_is_and_named(tmp_path: Path) -> None:
    archive = open_archive(str(tmp_path / "archive"))
    with open_database(f"sqlite:///{tmp_path / 'old.sqlite3'}") as database:
        fetch(database, archive, 1)
    (key,) = archive.blob_keys()
    (tmp_path / "archive" / key).chmod(0o600)
    (tmp_path / "archive" / key).write_bytes(b"rotten")
    made = make.make(normalised(f"sqlite:///{tmp_path / 'old.sqlite3'}"), archive, tmp_path / "backup", NOW)
    assert made.damaged == (key,)
    assert (tmp_path / "backup" / "archive" / key).read_bytes() == b"rotten"


def test_the_commands_say_what_they_did(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["--data-dir", "one", "init"]) == 0
    with open_database(settings_for(tmp_path / "one").database_url) as database:
        fetch(database, open_archive(str(tmp_path / "one" / "archive")), 1)
    assert main(["--data-dir", "one", "backup", "--to", "kept"]) == 0
    assert main(["--data-dir", "two", "restore", "kept"]) == 0
    said = capsys.readouterr()
    assert "原件 1 份" in said.out
    assert "存档完好" in said.out
    assert "现在不发送提醒" in said.err
    with open_database(settings_for(tmp_path / "two").database_url) as database:
        assert muted_why(database) == "由备份恢复（kept）"
    assert main(["--data-dir", "two", "doctor"]) == 0
    assert "已静音：由备份恢复（kept）" in capsys.readouterr().out
    assert main(["--data-dir", "two", "alert", "unmute"]) == 0
    assert main(["--data-dir", "two", "alert", "mute", " "]) == 2
    assert main(["--data-dir", "two", "alert", "mute", "迁移"]) == 0
    with open_database(settings_for(tmp_path / "two").database_url) as database:
        assert muted_why(database) == "迁移"
    assert main(["--data-dir", "two", "restore", "kept"]) == 6
    assert main(["--data-dir", "three", "restore", "nowhere"]) == 5
