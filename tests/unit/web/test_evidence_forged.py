"""Somebody edits the database or the archive while nobody looks: the service's own check and the program in the pack both tell."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.outputs.evidence.collect import collect
from monitor.outputs.evidence.pack import write_pack
from storage.archive.heads import seal
from storage.archive.verify import verify
from storage.domain.errors import ArchiveError
from tests.unit.web.evidence_world import FIRST, FOUND, YEAR, World, lived

LATER = FIRST + timedelta(days=5)
MAIN = "(SELECT main_sha256 FROM report_versions LIMIT 1)"
PAGE = f"(SELECT min(id) FROM captures WHERE sha256 = {MAIN})"

EDITS = {
    "an answer turned into a refusal": f"UPDATE captures SET status = 404 WHERE id = {PAGE}",
    "seen a week earlier": f"UPDATE captures SET received_at = datetime(received_at, '-7 days') WHERE id = {PAGE}",
    "another address": f"UPDATE captures SET url = 'http://other.gov.test/r.html' WHERE id = {PAGE}",
    "another head of the answer": f"UPDATE captures SET response_head = 'HTTP/1.1 200' || char(10) || 'last-modified: x' WHERE id = {PAGE}",
    "another chain": f"UPDATE captures SET chain = '{'0' * 64}' WHERE id = {PAGE}",
}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with lived(tmp_path) as made:
        seal(made.archive.place, LATER)
        yield made


def edited(world: World, statement: str) -> None:
    """By somebody with the file and a program of his own."""
    with closing(sqlite3.connect(world.url.removeprefix("sqlite:///"))) as theirs:
        changed = theirs.execute(statement).rowcount
        theirs.commit()
    assert changed == 1, "the edit was made"


def told_here(world: World) -> bool:
    with world.database.write() as connection:
        return not verify(world.archive, connection, now=LATER).sound


def told_by_the_script(world: World, to: Path) -> bool:
    """Whether the pack made afterwards fails its own check; one that cannot be made at all tells as well."""
    try:
        with world.database.read() as connection:
            write_pack(collect(connection, FOUND, YEAR, LATER), world.archive, to)
    except ArchiveError:
        return True
    command = [sys.executable, "-I", "-S", str(to / "verify.py")]
    return subprocess.run(command, cwd=to, capture_output=True, timeout=60, check=False).returncode == 1


def test_untouched_both_are_content(world: World, tmp_path: Path) -> None:
    assert (told_here(world), told_by_the_script(world, tmp_path / "pack")) == (False, False)


@pytest.mark.parametrize("edit", EDITS)
def test_an_edited_row_is_told_by_both(world: World, tmp_path: Path, edit: str) -> None:
    edited(world, EDITS[edit])
    assert (told_here(world), told_by_the_script(world, tmp_path / "pack")) == (True, True)


def flipped(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


@pytest.mark.parametrize("harm", [flipped, lambda data: data[:-3]])
def test_an_edited_object_is_told_by_both(world: World, tmp_path: Path, harm: Callable[[bytes], bytes]) -> None:
    with world.database.read() as connection:
        (digest,) = connection.exec_driver_sql("SELECT main_sha256 FROM report_versions LIMIT 1").one()
    (blob,) = [path for path in world.folder.rglob(f"*{digest[4:]}*") if path.is_file()]
    blob.chmod(0o600)
    blob.write_bytes(harm(blob.read_bytes()))
    assert (told_here(world), told_by_the_script(world, tmp_path / "pack")) == (True, True)


def test_a_look_that_was_never_made_is_told(world: World, tmp_path: Path) -> None:
    """A whole row put in, with bytes that are in the archive: no line of the log knows it."""
    with world.database.read() as connection:
        columns = [row[1] for row in connection.exec_driver_sql("PRAGMA table_info(captures)") if row[1] != "id"]
    other = {
        "natural_key": "'forged'",
        "received_at": "datetime(received_at, '-9 days')",
        "requested_at": "datetime(requested_at, '-9 days')",
    }
    chosen = ", ".join(other.get(name, name) for name in columns)
    edited(world, f"INSERT INTO captures ({', '.join(columns)}) SELECT {chosen} FROM captures WHERE id = {PAGE}")
    assert (told_here(world), told_by_the_script(world, tmp_path / "pack")) == (True, True)
