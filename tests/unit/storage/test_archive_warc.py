"""Exports as WARC and WACZ, read by the tools of others."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from storage.archive.keep import Received, keep
from storage.archive.store import Archive, open_archive
from storage.archive.wacz import RUN, write_wacz
from storage.archive.warc import write_warc
from storage.domain.errors import DigestMismatch, UsageError
from storage.domain.ids import Sha256
from storage.domain.originals import Capture
from tests.unit.storage.test_archive_heads import rewrite

AT = datetime(2025, 2, 1, 3, 0, 0, 123456, tzinfo=UTC)
ANSWER = (
    "HTTP/1.1 200\nContent-Type: text/html; charset=gb18030\nContent-Encoding: gzip\nContent-Length: 77\nSet-Cookie: a=1\nSet-Cookie: b=2"
)
ASK = "GET http://a.gov.test/x\nUser-Agent: Mozilla/5.0\nAccept: */*"
PAGE = "<html>年报</html>".encode("gb18030") * 40


def capture(name: str, at: datetime = AT, **more: object) -> Capture:
    made = Capture(
        "page", f"http://a.gov.test/{name}", 200, at, at, Sha256("0" * 64), request_head=ASK, response_head=ANSWER, ip="10.1.2.3"
    )
    return replace(made, **more)  # type: ignore[arg-type]


def stored(archive: Archive, *answers: tuple[Capture, bytes]) -> tuple[Capture, ...]:
    return tuple(kept.capture for kept in keep(archive, [Received(data, one, "text/html") for one, data in answers], AT))


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return open_archive(str(tmp_path / "archive"))


def digest(data: bytes) -> str:
    return f"sha256:{base64.b32encode(hashlib.sha256(data).digest()).decode()}"


def check(path: Path) -> None:
    """`warcio check`, where "not checked" counts as a failure, too."""
    said = io.StringIO()
    checker = Checker(type("Arguments", (), {"inputs": [str(path)], "verbose": True})())
    stdout, sys.stdout = sys.stdout, said
    try:
        checker.process_all()
    finally:
        sys.stdout = stdout
    assert checker.exit_value == 0, said.getvalue()
    assert "failed" not in said.getvalue()
    assert "no digest" not in said.getvalue()


def records(path: Path) -> list[tuple[str, dict[str, str], dict[str, str], bytes]]:
    found = []
    with path.open("rb") as file:
        for record in ArchiveIterator(file, check_digests="raise"):
            http = dict(record.http_headers.headers) if record.http_headers else {}
            found.append((record.rec_type, dict(record.rec_headers.headers), http, record.content_stream().read()))
    return found


@pytest.mark.parametrize("name", ["x.warc.gz", "x.warc"])
def test_what_was_captured_can_be_read_by_others(archive: Archive, tmp_path: Path, name: str) -> None:
    found = stored(
        archive,
        (capture("x?a=1", final_url="http://b.gov.test/y"), PAGE),
        (capture("gone", status=404, role="control"), b"nothing"),
        (capture("search", method="POST", request_head=ASK.replace("GET", "POST") + "\n\nword=年报\npage=1"), b"{}"),
        (capture("empty/名 称", response_head=ANSWER + "\nodd line\n名: 值"), b""),
        (capture("x?a=1", AT + timedelta(days=1), truncated=True), PAGE),
    )
    done = write_warc(archive, found, tmp_path / name, AT)
    assert (done.captures, done.revisits) == (5, 1)
    check(tmp_path / name)
    read = records(tmp_path / name)
    assert [kind for kind, *_ in read] == ["warcinfo", *["response", "request", "metadata"] * 4, "revisit", "request", "metadata"]
    _, warc, http, data = read[1]
    assert (warc["WARC-Target-URI"], warc["WARC-Date"]) == ("http://b.gov.test/y", "2025-02-01T03:00:00.123456Z")
    assert data == PAGE
    assert warc["WARC-Payload-Digest"] == digest(PAGE)
    assert http["X-Archive-Orig-Content-Encoding"] == "gzip"
    assert http["Content-Length"] == str(len(PAGE))
    assert b"via: http://a.gov.test/x?a=1" in read[3][3]
    assert read[8][3] == b"word=%E5%B9%B4%E6%8A%A5&page=1"
    _, warc, _, _ = read[13]
    assert warc["WARC-Refers-To"] == read[1][1]["WARC-Record-ID"]
    assert warc["WARC-Payload-Digest"] == digest(PAGE)
    assert all(warc["WARC-IP-Address"] == "10.1.2.3" for kind, warc, *_ in read if kind == "response")
    assert len({warc["WARC-Record-ID"] for _, warc, *_ in read}) == len(read)


def test_both_cookies_survive_and_the_same_export_is_the_same_file(archive: Archive, tmp_path: Path) -> None:
    found = stored(archive, (capture("x"), PAGE))
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write_warc(archive, found, tmp_path / name / "x.warc.gz", AT)
    assert (tmp_path / "one/x.warc.gz").read_bytes() == (tmp_path / "two/x.warc.gz").read_bytes()
    write_warc(archive, found, tmp_path / "x.warc", AT)
    assert (tmp_path / "x.warc").read_bytes().count(b"Set-Cookie: ") == 2


HEADS = st.text(max_size=60) | st.sampled_from(
    ["a\r\n\r\nWARC/1.1\r\n", "X: \x00\x07\ufffe", "名称: 值", "X:é\ud83d\ude00", ": no name", "A B: c"]
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(heads=st.tuples(HEADS, HEADS), data=st.binary(max_size=300), status=st.integers(100, 999))
def test_no_head_and_no_body_breaks_the_file(
    tmp_path_factory: pytest.TempPathFactory, heads: tuple[str, str], data: bytes, status: int
) -> None:
    folder = tmp_path_factory.mktemp("warc")
    archive = open_archive(str(folder / "archive"))
    odd = capture("odd", status=status, request_head=f"GET /\n{heads[0]}", response_head=f"HTTP/1.1 {status}\n{heads[1]}")
    found = stored(archive, (odd, data), (capture("next"), b"second"))
    write_warc(archive, found, folder / "x.warc.gz", AT)
    check(folder / "x.warc.gz")
    bodies = [body for kind, _, _, body in records(folder / "x.warc.gz") if kind == "response"]
    assert bodies == [data, b"second"] if data != b"second" else len(bodies) == 1


def test_nothing_half_made_and_nothing_overwritten(archive: Archive, tmp_path: Path) -> None:
    found = stored(archive, (capture("x"), PAGE), (capture("y"), PAGE + b"!"))
    path = next(path for path in (tmp_path / "archive/blobs").rglob(f"*{found[1].sha256}*"))
    rewrite(path, b"rotten")
    with pytest.raises(DigestMismatch):
        write_warc(archive, found, tmp_path / "out/x.warc.gz", AT)
    assert list((tmp_path / "out").iterdir()) == []
    write_warc(archive, found[:1], tmp_path / "out/x.warc.gz", AT)
    before = (tmp_path / "out/x.warc.gz").read_bytes()
    with pytest.raises(UsageError):
        write_warc(archive, found[:1], tmp_path / "out/x.warc.gz", AT)
    assert (tmp_path / "out/x.warc.gz").read_bytes() == before


def test_a_flipped_bit_in_an_export_is_seen_by_others(archive: Archive, tmp_path: Path) -> None:
    write_warc(archive, stored(archive, (capture("x"), PAGE)), tmp_path / "x.warc", AT)
    data = bytearray((tmp_path / "x.warc").read_bytes())
    data[data.index(PAGE[:30]) + 5] ^= 1
    (tmp_path / "x.warc").write_bytes(data)
    with pytest.raises(AssertionError):
        check(tmp_path / "x.warc")


def test_a_wacz_is_valid_and_holds_index_and_pages(archive: Archive, tmp_path: Path) -> None:
    done = write_warc(
        archive, stored(archive, (capture("x"), PAGE), (capture("f.pdf", role="document"), b"%PDF-1.7")), tmp_path / "x.warc.gz", AT
    )
    write_wacz(tmp_path / "x.warc.gz", done.pages, tmp_path / "x.wacz", "标题")
    said = subprocess.run(
        [sys.executable, "-c", RUN, "validate", "-f", str(tmp_path / "x.wacz")],
        capture_output=True,
        encoding="utf8",
        timeout=120,
        check=False,
    )
    assert said.returncode == 0, said.stdout + said.stderr
    with zipfile.ZipFile(tmp_path / "x.wacz") as packed:
        pages = [json.loads(line) for line in packed.read("pages/pages.jsonl").splitlines()]
        index = packed.read(next(name for name in packed.namelist() if name.startswith("indexes/")))
        assert json.loads(packed.read("datapackage.json"))["resources"]
    assert [page["url"] for page in pages[1:]] == ["http://a.gov.test/x"]
    assert index
    with pytest.raises(UsageError):
        write_wacz(tmp_path / "x.warc.gz", done.pages, tmp_path / "x.wacz", "标题")
