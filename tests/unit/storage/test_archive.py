from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from storage import captures, originals
from storage.archive.keep import Received, keep, write_rows
from storage.archive.log import FolderLog, LogEntry, LogProblem
from storage.archive.places import FolderPlace
from storage.archive.rebuild import rebuild
from storage.archive.store import Archive, decode, encode, open_archive, sha256_of
from storage.archive.verify import verify
from storage.database import Database, open_database
from storage.domain.errors import ArchiveError, ConfigError, DigestMismatch, OriginalMissing
from storage.domain.ids import Sha256
from storage.domain.originals import Capture

ROOT = Path(__file__).resolve().parents[3]

PAGE = "<html><body>" + "<p>政府信息公开</p>" * 50 + "</body></html>"
NOWHERE = Sha256("0" * 64)


def received(data: bytes, at: datetime, url: str = "http://a.gov.test/x", head: str = "") -> Received:
    return Received(data, Capture("page", url, 200, at, at, NOWHERE, response_head=head), "text/html")


@pytest.fixture
def archive(archive_url: str) -> Archive:
    return open_archive(archive_url)


@given(data=st.one_of(st.binary(max_size=600), st.binary(max_size=20).map(lambda part: part * 200)))
def test_what_lies_there_is_what_came(data: bytes) -> None:
    assert decode(*encode(data)) == data


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=30, deadline=None)
@given(data=st.binary(max_size=400), again=st.booleans())
def test_put_then_get(tmp_path: Path, data: bytes, again: bool) -> None:
    archive = open_archive(str(tmp_path))
    now = datetime.fromisoformat("2025-02-01T00:00:00+00:00")
    stored = archive.put(data, media_type="", now=now)
    if again:
        assert archive.put(data, media_type="text/html", now=now).key == stored.key
    assert archive.get(stored.sha256) == data
    assert stored.size == len(data)


def test_text_is_packed_and_pdf_is_not(archive: Archive, now: datetime) -> None:
    assert archive.put(PAGE.encode(), media_type="text/html", now=now).encoding == "zstd"
    assert archive.put(b"%PDF-1.7" + bytes(2000), media_type="text/html", now=now).encoding == "raw"


def test_nothing_there_is_said_so(archive: Archive) -> None:
    assert not archive.exists(NOWHERE)
    with pytest.raises(OriginalMissing):
        archive.get(NOWHERE)


def test_a_second_writer_meets_the_first_ones_blob(archive: Archive, archive_url: str, now: datetime) -> None:
    first = archive.put(PAGE.encode(), media_type="text/html", now=now)
    second = open_archive(archive_url).put(PAGE.encode(), media_type="application/xhtml+xml", now=now)
    assert second.key == first.key
    assert list(archive.blob_keys()) == [first.key]


@pytest.mark.parametrize("url", ["ftp://x/y", "", "file://elsewhere/x"])
def test_addresses_that_are_no_archive(url: str) -> None:
    with pytest.raises(ConfigError):
        open_archive(url)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError):
        open_archive(str(tmp_path / "file" / "archive"))


def test_blobs_are_read_only(tmp_path: Path, now: datetime) -> None:
    stored = open_archive(str(tmp_path)).put(PAGE.encode(), media_type="", now=now)
    assert (tmp_path / stored.key).stat().st_mode & 0o222 == 0


def _damage(path: Path, data: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(data)


def _flip(data: bytes) -> bytes:
    return bytes([*data[:-9], data[-9] ^ 1, *data[-8:]])


@pytest.mark.parametrize("content", [PAGE.encode(), b"%PDF" + os.urandom(300)], ids=["packed", "raw"])
@pytest.mark.parametrize("how", [_flip, lambda data: data[:-3], lambda data: b""], ids=["bit", "cut", "empty"])
def test_a_damaged_blob_is_never_handed_out_and_the_good_bytes_are_kept_beside_it(
    tmp_path: Path, now: datetime, content: bytes, how: object
) -> None:
    archive = open_archive(str(tmp_path))
    stored = archive.put(content, media_type="", now=now)
    _damage(tmp_path / stored.key, how((tmp_path / stored.key).read_bytes()))  # type: ignore[operator]
    damaged = (tmp_path / stored.key).read_bytes()
    with pytest.raises(DigestMismatch):
        archive.get(stored.sha256)
    again = archive.put(content, media_type="", now=now)
    assert archive.get(stored.sha256) == content
    assert again.key != stored.key
    assert (tmp_path / stored.key).read_bytes() == damaged


@pytest.mark.parametrize("content", [PAGE.encode(), b"%PDF" + os.urandom(300)], ids=["packed", "raw"])
def test_bytes_that_cannot_be_kept_beside_damaged_copies_are_never_said_to_be_kept(tmp_path: Path, now: datetime, content: bytes) -> None:
    archive = open_archive(str(tmp_path))
    keys = []
    for _ in range(4):
        try:
            stored = archive.put(content, media_type="", now=now)
        except ArchiveError:
            break
        assert archive.get(stored.sha256) == content
        assert stored.key not in keys
        keys.append(stored.key)
        _damage(tmp_path / stored.key, b"")
    else:
        pytest.fail("every copy is damaged and yet the bytes count as kept")
    assert len(keys) >= 2


# --- keeping, the log, and what can be made of it --------------------------------------------------------------------------------------


def test_bytes_then_log_then_rows(archive: Archive, db: Database, now: datetime) -> None:
    kept = keep(archive, [received(b"one", now), received(b"two", now)], now)
    assert [archive.get(answer.original.sha256) for answer in kept] == [b"one", b"two"]
    assert [entry.capture for entry in archive.log.read() if isinstance(entry, LogEntry)] == [answer.capture for answer in kept]
    with db.write() as connection:
        write_rows(connection, kept)
        written = captures.list_all(connection)
        assert [capture.sha256 for capture in written] == [answer.original.sha256 for answer in kept]
        write_rows(connection, kept)
        assert captures.list_all(connection) == written
        assert originals.get(connection, kept[0].original.sha256) == kept[0].original


def test_the_database_can_be_rebuilt(archive: Archive, db: Database, tmp_path: Path, now: datetime) -> None:
    for number in range(7):
        at = now + timedelta(hours=9 * number)
        kept = keep(
            archive,
            [received(f"page {number % 3}".encode(), at, head="HTTP/1.1 200 OK\r\nServer: \udc80"), received(b"\0", at, "http://b/")],
            at,
        )
        with db.write() as connection:
            write_rows(connection, kept)
    with open_database(f"sqlite:///{tmp_path / 'rebuilt.sqlite3'}") as other:
        report = rebuild(archive, other)
        assert (report.entries, report.new_originals, report.problems) == (14, 4, ())
        assert rebuild(archive, other).new_originals == 0
        with db.read() as here, other.read() as there:
            assert originals.list_all(here) == originals.list_all(there)
            assert [captures.as_stored(row) for row in captures.list_all(here)] == [
                captures.as_stored(row) for row in captures.list_all(there)
            ]


def test_the_chain_goes_on_over_days_and_writers(tmp_path: Path, now: datetime) -> None:
    for number in range(4):
        keep(open_archive(str(tmp_path)), [received(b"x", now + timedelta(days=number))], now + timedelta(days=number))
    keep(open_archive(str(tmp_path)), [received(b"clock set back", now)], now - timedelta(days=30))
    found = list(open_archive(str(tmp_path)).log.read())
    assert len(found) == 5
    assert all(isinstance(entry, LogEntry) for entry in found)
    assert len(list((tmp_path / "log").iterdir())) == 4


def test_writers_at_once_keep_one_chain(tmp_path: Path, now: datetime) -> None:
    start = threading.Barrier(4)

    def write(number: int) -> None:
        archive = open_archive(str(tmp_path))
        start.wait(30)
        for turn in range(10):
            keep(archive, [received(f"{turn}".encode(), now, f"http://a/{number}/{turn}")], now)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    archive = open_archive(str(tmp_path))
    found = list(archive.log.read())
    assert len({entry.capture.url for entry in found if isinstance(entry, LogEntry)}) == len(found) == 40
    assert len(list(archive.blob_keys())) == 10
    assert list(archive.place.keys("tmp")) == []


@pytest.fixture
def log_file(tmp_path: Path, now: datetime) -> Path:
    archive = open_archive(str(tmp_path))
    keep(archive, [received(str(number).encode(), now) for number in range(5)], now)
    return tmp_path / "log" / f"{now:%Y-%m-%d}.jsonl"


@pytest.mark.parametrize("cut", [1, 20, 300])
def test_a_torn_last_line_is_seen_kept_apart_and_not_built_upon(log_file: Path, now: datetime, cut: int) -> None:
    root = log_file.parent.parent
    log_file.write_bytes(log_file.read_bytes()[:-cut])
    log = FolderLog(FolderPlace(root))
    problems = [found for found in log.read() if isinstance(found, LogProblem)]
    assert [problem.kind for problem in problems] == ["torn"]
    keep(open_archive(str(root)), [received(b"after", now)], now)
    found = list(log.read())
    assert len(found) == 5
    assert all(isinstance(entry, LogEntry) for entry in found)
    assert len(list((root / "log-torn").iterdir())) == 1


def _edit(lines: list[bytes]) -> list[bytes]:
    body = json.loads(lines[2])
    body["capture"]["status"] = 404
    return [*lines[:2], json.dumps(body, separators=(",", ":"), sort_keys=True).encode(), *lines[3:]]


@pytest.mark.parametrize(
    "tamper",
    [_edit, lambda lines: lines[:2] + lines[3:], lambda lines: [lines[0], lines[2], lines[1], *lines[3:]], lambda lines: lines[1:]],
    ids=["edited", "dropped", "swapped", "beheaded"],
)
def test_tampering_breaks_the_chain(log_file: Path, tamper: object) -> None:
    lines = log_file.read_bytes().splitlines()
    log_file.write_bytes(b"\n".join(tamper(lines)) + b"\n")  # type: ignore[operator]
    found = list(FolderLog(FolderPlace(log_file.parent.parent)).read())
    assert "chain-broken" in {problem.kind for problem in found if isinstance(problem, LogProblem)}


def test_a_lost_answer_of_the_object_store_does_not_fork_the_chain(
    s3_server: dict[str, str], monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    for name, value in s3_server.items():
        monkeypatch.setenv(name, value)
    archive = open_archive("s3://nianbao/lost")
    create = archive.place.create

    def arrives_but_fails(key: str, data: bytes) -> bool:
        create(key, data)
        raise ConnectionError

    monkeypatch.setattr(archive.place, "create", arrives_but_fails)
    with pytest.raises(ConnectionError):
        archive.log.append([_entry(b"a", now)], now)
    monkeypatch.undo()
    archive.log.append([_entry(b"b", now)], now)
    assert [found.capture.sha256 for found in archive.log.read() if isinstance(found, LogEntry)] == [sha256_of(b"a"), sha256_of(b"b")]


def _entry(data: bytes, now: datetime) -> LogEntry:
    from storage.domain.originals import StoredOriginal

    sha256 = sha256_of(data)
    return LogEntry(Capture("page", "http://a/", 200, now, now, sha256), StoredOriginal(sha256, len(data), "k", "raw", "", now))


# --- fixity ----------------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def filled(tmp_path: Path, db: Database, now: datetime) -> tuple[Archive, Path, list[Sha256]]:
    root = tmp_path / "archive"
    archive = open_archive(str(root))
    kept = keep(archive, [received(f"{number} {PAGE}".encode(), now, f"http://a/{number}") for number in range(6)], now)
    with db.write() as connection:
        write_rows(connection, kept)
    return archive, root, [answer.original.sha256 for answer in kept]


def _path(root: Path, sha256: Sha256) -> Path:
    return next(root.glob(f"blobs/*/*/{sha256}*"))


def test_a_whole_archive_is_sound(filled: tuple[Archive, Path, list[Sha256]], db: Database, now: datetime) -> None:
    with db.write() as connection:
        report = verify(filled[0], connection, now=now)
    assert (report.checked, report.sound) == (6, True)
    assert (report.orphans, report.leftovers, report.unlogged, report.unrecorded) == ((), (), (), ())


def test_each_kind_of_damage_is_found_and_nothing_is_touched(
    filled: tuple[Archive, Path, list[Sha256]], db: Database, now: datetime
) -> None:
    archive, root, hashes = filled
    paths = [_path(root, sha256) for sha256 in hashes]
    _damage(paths[0], _flip(paths[0].read_bytes()))
    _damage(paths[1], paths[1].read_bytes()[:50])
    paths[2].unlink()
    third, fourth = paths[3].read_bytes(), paths[4].read_bytes()
    _damage(paths[3], fourth)
    _damage(paths[4], third)
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    with db.write() as connection:
        report = verify(archive, connection, now=now)
        assert {found.sha256: found.kind for found in report.damage} == dict(
            zip(hashes[:5], ["damaged", "damaged", "missing", "swapped", "swapped"], strict=True)
        )
        assert not report.sound
        assert set(originals.damaged(connection)) == set(hashes[:5])
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before


def test_damage_is_told_although_a_good_copy_lies_beside_it(
    filled: tuple[Archive, Path, list[Sha256]], db: Database, now: datetime
) -> None:
    archive, root, hashes = filled
    _damage(_path(root, hashes[0]), b"rust")
    keep(archive, [received(f"0 {PAGE}".encode(), now)], now)
    with db.write() as connection:
        assert [found.sha256 for found in verify(archive, connection, now=now).damage] == [hashes[0]]
    assert archive.get(hashes[0]) == f"0 {PAGE}".encode()


def test_orphans_and_leftovers_are_listed(filled: tuple[Archive, Path, list[Sha256]], db: Database, now: datetime) -> None:
    archive, root, _ = filled
    orphan = archive.put(b"never recorded", media_type="", now=now)
    (root / "tmp" / "half").write_bytes(b"ha")
    keep(archive, [received(f"0 {PAGE}".encode(), now + timedelta(1), "http://a/later")], now)
    with db.write() as connection:
        report = verify(archive, connection, now=now)
    assert report.orphans == (orphan.key,)
    assert report.leftovers == ("tmp/half",)
    assert len(report.unrecorded) == 1
    assert report.sound


@pytest.mark.parametrize("change", ["UPDATE captures SET status = 500", "UPDATE captures SET url = 'http://b/' WHERE id = 1"])
def test_a_changed_row_no_longer_agrees_with_the_log(
    filled: tuple[Archive, Path, list[Sha256]], db: Database, now: datetime, change: str
) -> None:
    with db.write() as connection:
        connection.execute(text(change))
        report = verify(filled[0], connection, now=now)
    assert report.unlogged
    assert not report.sound


def test_a_sample_checks_that_many(filled: tuple[Archive, Path, list[Sha256]], db: Database, now: datetime) -> None:
    with db.write() as connection:
        assert verify(filled[0], connection, now=now, sample=2).checked == 2


def test_the_same_answer_logged_twice_is_no_disagreement(db: Database, tmp_path: Path, now: datetime) -> None:
    archive = open_archive(str(tmp_path / "a"))
    with db.write() as connection:
        for _ in range(2):
            write_rows(connection, keep(archive, [received(b"x", now)], now))
        assert verify(archive, connection, now=now).sound


FORKS = """
import os, signal, sys
from pathlib import Path
from storage.archive.places import FolderPlace

place = FolderPlace(Path(sys.argv[1]))
assert place.create_all([("x/1", b"1"), ("y/2", b"2")]) == [True, True]
child = os.fork()
if child == 0:
    signal.alarm(60)  # it would wait for ever
    os._exit(0 if place.create_all([("x/3", b"3"), ("z/4", b"4")]) == [True, True] else 1)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0)
"""


def test_a_fork_of_a_process_that_kept_something_keeps_too(tmp_path: Path) -> None:
    """The threads of its parent are not there."""
    subprocess.run([sys.executable, "-W", "ignore", "-c", FORKS, str(tmp_path)], cwd=ROOT, check=True, timeout=120)
    assert (tmp_path / "z/4").read_bytes() == b"4"
