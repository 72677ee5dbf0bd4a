"""Timestamps of daily seals, given by an authority on this machine and checked without it."""

from __future__ import annotations

import http.server
import shutil
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.archive.heads import heads, seal
from storage.archive.store import Archive, open_archive
from storage.archive.timestamps import SUFFIX, check_timestamps, post, stamp, when
from storage.domain.errors import ArchiveError, Unreachable
from tests.unit.storage import tsa
from tests.unit.storage.test_archive_heads import DAY, fetch, rewrite

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tsa.Authority:
    return tsa.authority(tmp_path_factory.mktemp("tsa") / "own")


@pytest.fixture(scope="session")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> tsa.Authority:
    return tsa.authority(tmp_path_factory.mktemp("tsa") / "other")


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    made = open_archive(str(tmp_path / "archive"))
    for days in range(2):
        fetch(made, DAY + timedelta(days=days), f"a{days}")
    seal(made.place, DAY + timedelta(days=5))
    return made


def test_a_seal_is_stamped_once_and_the_stamp_holds(archive: Archive, authority: tsa.Authority) -> None:
    made = stamp(archive.place, "http://tsa.test/", authority.certificates, authority.answer)
    assert [key.endswith(".json.tsr") for key in made] == [True, True]
    assert stamp(archive.place, "http://tsa.test/", authority.certificates, lambda *_: b"") == ()
    assert check_timestamps(archive.place, authority.certificates) == ()
    head = heads(archive.place)[0]
    said = when(head.data(), archive.place.read(head.key + SUFFIX), authority.certificates)
    assert abs(said - datetime.now(UTC)) < timedelta(hours=1)


def test_a_stranger_and_another_seal_are_refused(archive: Archive, authority: tsa.Authority, stranger: tsa.Authority) -> None:
    with pytest.raises(ArchiveError):
        stamp(archive.place, "http://tsa.test/", authority.certificates, stranger.answer)
    first, second = heads(archive.place)
    assert not archive.place.exists(first.key + SUFFIX)
    stamp(archive.place, "http://tsa.test/", authority.certificates, authority.answer)
    token = archive.place.read(first.key + SUFFIX)
    with pytest.raises(ArchiveError):
        when(second.data(), token, authority.certificates)
    with pytest.raises(ArchiveError):
        when(second.data(), token, b"")
    with pytest.raises(ArchiveError):
        when(first.data(), b"nonsense", b"")
    for at in range(0, len(token), 37):  # whichever bit flips, it never testifies to another moment
        try:
            changed = when(first.data(), token[:at] + bytes([token[at] ^ 1]) + token[at + 1 :], authority.certificates)
        except ArchiveError:
            continue
        assert changed == when(first.data(), token, authority.certificates)


def test_a_seal_changed_after_stamping_is_told(archive: Archive, authority: tsa.Authority, tmp_path: Path) -> None:
    stamp(archive.place, "http://tsa.test/", authority.certificates, authority.answer)
    newest = heads(archive.place)[-1]
    path = tmp_path / "archive" / newest.key
    rewrite(path, path.read_bytes().replace(newest.root.encode(), b"0" * 64))
    (problem,) = check_timestamps(archive.place, authority.certificates)
    assert (problem.kind, problem.key) == ("timestamp", newest.key + SUFFIX)


@pytest.fixture
def server(authority: tsa.Authority) -> Iterator[str]:
    class Answers(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["content-length"]))
            good = self.headers["content-type"] == "application/timestamp-query" and self.path == "/tsa"
            data = authority.answer("", query) if good else b""
            self.send_response(200 if good else 500)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    made = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{made.server_port}"
    made.shutdown()
    thread.join()
    made.server_close()


def test_the_authority_is_asked_over_http(archive: Archive, authority: tsa.Authority, server: str) -> None:
    with pytest.raises(Unreachable):
        stamp(archive.place, f"{server}/elsewhere", authority.certificates)
    with pytest.raises(Unreachable):
        post("http://127.0.0.1:9/", b"")
    assert len(stamp(archive.place, f"{server}/tsa", authority.certificates)) == 2
    assert check_timestamps(archive.place, authority.certificates) == ()
