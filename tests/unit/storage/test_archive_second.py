"""The second copy: complete, never infected, and able to give back what the first has lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage import originals
from storage.archive import second
from storage.archive.fixity import check_originals
from storage.archive.heads import check_heads, seal
from storage.archive.keep import Received, keep, write_rows
from storage.archive.places import FolderPlace, Place, open_place
from storage.archive.store import Archive, open_archive
from storage.archive.verify import Damage, verify
from storage.database import Database
from storage.domain.errors import OriginalMissing
from storage.domain.ids import Sha256
from storage.domain.originals import Capture, StoredOriginal
from tests.unit.storage.test_archive_heads import rewrite

DAY = datetime(2025, 2, 1, 3, tzinfo=UTC)


def fetch(archive: Archive, database: Database, day: int, *names: str) -> list[StoredOriginal]:
    at = DAY + timedelta(days=day)
    answers = [
        Received(name.encode() * 60, Capture("page", f"http://a.gov.test/{name}", 200, at, at, Sha256("0" * 64)), "text/html")
        for name in names
    ]
    kept = keep(archive, answers, at)
    with database.write() as c:
        write_rows(c, kept)
    return [one.original for one in kept]


@pytest.fixture
def first(tmp_path: Path) -> Archive:
    return open_archive(str(tmp_path / "first"))


@pytest.fixture
def copy(archive_url: str) -> Place:
    """A folder elsewhere, or an object store."""
    return open_place(archive_url)


def contents(place: Place, *prefixes: str) -> dict[str, bytes]:
    return {key: place.read(key) for prefix in prefixes for key in place.keys(prefix)}


def test_a_copy_holds_all_and_is_brought_up_to_date(first: Archive, copy: Place, db: Database) -> None:
    fetch(first, db, 0, "a", "b")
    seal(first.place, DAY + timedelta(days=1))
    fetch(first, db, 1, "c")
    done = second.mirror(first, copy)
    assert (done.copied, done.sound) == (5, True)  # three blobs, one file of the log, its seal
    assert contents(copy, "blobs", "heads") == contents(first.place, "blobs", "heads")
    assert list(copy.keys("log")) == ["log/2025-02-01.jsonl"]  # the other day is not over
    (snapshot,) = copy.keys("log-open")
    assert copy.read(snapshot) == first.place.read("log/2025-02-02.jsonl")
    assert second.mirror(first, copy).copied == 0
    fetch(first, db, 1, "d")
    seal(first.place, DAY + timedelta(days=4))
    assert second.mirror(first, copy).copied == 3
    assert check_heads(copy) == ()
    assert contents(copy, "log") == contents(first.place, "log")


def test_damage_does_not_spread_and_what_differs_is_told(first: Archive, copy: Place, db: Database) -> None:
    one, two = fetch(first, db, 0, "a", "b")
    assert isinstance(first.place, FolderPlace)
    rewrite(first.place.root / one.key, b"rotten")
    done = second.mirror(first, copy)
    assert done.damaged == (one.key,)
    assert not copy.exists(one.key)
    assert copy.exists(two.key)
    seal(first.place, DAY + timedelta(days=2))
    second.mirror(first, copy)
    log = first.place.root / "log/2025-02-01.jsonl"
    rewrite(log, log.read_bytes().replace(b"/a", b"/z", 1))
    done = second.mirror(first, copy)
    assert done.differing == ("log/2025-02-01.jsonl",)
    assert not done.sound
    assert b"/z" not in copy.read("log/2025-02-01.jsonl")


def flip(path: Path) -> None:
    data = path.read_bytes()
    rewrite(path, bytes([*data[:-9], data[-9] ^ 1, *data[-8:]]))


def swap(path: Path, other: Path) -> None:
    one, two = path.read_bytes(), other.read_bytes()
    rewrite(path, two)
    rewrite(other, one)


HARMS: dict[str, tuple[Callable[[Path, Path], None], list[str]]] = {
    "bit": (lambda path, _: flip(path), ["damaged"]),
    "cut": (lambda path, _: rewrite(path, path.read_bytes()[:-3]), ["damaged"]),
    "gone": (lambda path, _: path.unlink(), ["missing"]),
    "swapped": (swap, ["swapped", "swapped"]),
}


@pytest.mark.parametrize("harm", HARMS)
def test_what_is_lost_here_comes_back_from_there(first: Archive, copy: Place, db: Database, harm: str) -> None:
    one, two, _ = fetch(first, db, 0, "a", "b", "c")
    second.mirror(first, copy)
    assert isinstance(first.place, FolderPlace)
    act, kinds = HARMS[harm]
    act(first.place.root / one.key, first.place.root / two.key)
    after = {path: path.read_bytes() for path in (first.place.root / "blobs").rglob("*") if path.is_file()}
    with db.read() as c:
        rows = originals.list_all(c)
    damage = check_originals(first, db, rows, now=DAY)
    assert [found.kind for found in damage] == kinds
    for found in damage:
        with db.write() as c:
            second.repair(first, copy, c, found, DAY)
    for stored in (one, two):
        assert len(first.get(stored.sha256)) == 60
    with db.read() as c:
        assert check_originals(first, db, originals.list_all(c), now=DAY) == ()
        assert originals.damaged(c) == {}
    with db.write() as c:
        assert verify(first, c, now=DAY).sound
    for path, data in after.items():
        assert path.read_bytes() == data  # what was damaged lies there as it was


def test_a_copy_that_is_damaged_itself_gives_nothing(first: Archive, tmp_path: Path, db: Database) -> None:
    (one,) = fetch(first, db, 0, "a")
    copy = FolderPlace(tmp_path / "copy")
    second.mirror(first, copy)
    flip(copy.root / one.key)
    assert isinstance(first.place, FolderPlace)
    (first.place.root / one.key).unlink()
    damage = Damage(one.sha256, "missing")
    assert second.offers(copy, damage) is None
    with db.write() as c, pytest.raises(OriginalMissing):
        second.repair(first, copy, c, damage, DAY)
    assert not first.exists(one.sha256)


def test_originals_take_their_turn(first: Archive, db: Database) -> None:
    fetch(first, db, 0, *"abcdef")
    looked_at: list[str] = []
    for night in range(3):
        with db.read() as c:
            rows = originals.longest_unverified(c, 2)
        looked_at += [row.sha256 for row in rows]
        check_originals(first, db, rows, now=DAY + timedelta(days=night))
    assert len(set(looked_at)) == 6
    with db.read() as c:
        assert originals.count(c) == 6
        assert [row.sha256 for row in originals.longest_unverified(c, 2)] == looked_at[:2]
