"""Daily seals: what they fix, and what no longer holds when anything before them was touched."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.archive import merkle
from storage.archive.heads import check_heads, day_of, heads, parse_head, prove, seal
from storage.archive.keep import Received, keep
from storage.archive.log import GENESIS
from storage.archive.store import Archive, open_archive
from storage.domain.ids import Sha256
from storage.domain.originals import Capture

DAY = datetime(2025, 2, 1, 3, tzinfo=UTC)


def fetch(archive: Archive, at: datetime, *names: str) -> tuple[str, ...]:
    """Keep one answer per name; their chains."""
    answers = [
        Received(name.encode() * 40, Capture("page", f"http://a.gov.test/{name}", 200, at, at, Sha256("0" * 64)), "text/html")
        for name in names
    ]
    return tuple(kept.capture.chain for kept in keep(archive, answers, at))


@pytest.fixture
def archive(archive_url: str) -> Archive:
    return open_archive(archive_url)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(lines=st.lists(st.binary(max_size=8), min_size=1, max_size=40), data=st.data())
def test_every_line_can_be_proven_and_no_other(lines: list[bytes], data: st.DataObject) -> None:
    leaves = [merkle.leaf(line) for line in lines]
    at = data.draw(st.integers(0, len(lines) - 1))
    steps = merkle.path(leaves, at)
    assert merkle.climb(leaves[at], steps) == merkle.root(leaves)
    assert merkle.climb(merkle.leaf(lines[at] + b"x"), steps) != merkle.root(leaves)
    assert len(steps) <= len(lines).bit_length()


def test_an_uneven_tree_is_split_at_the_largest_power_of_two() -> None:
    a, b, c, d, e = (merkle.leaf(bytes([n])) for n in range(5))
    left = merkle.root([a, b, c, d])
    assert merkle.root([a, b, c, d, e]) == merkle.climb(e, [("l", left)])
    assert merkle.root([a, b, c]) == merkle.climb(c, [("l", merkle.root([a, b]))])


def test_a_day_is_sealed_once_when_it_is_over(archive: Archive) -> None:
    fetch(archive, DAY, "a", "b")
    assert seal(archive.place, DAY + timedelta(hours=10)) == ()
    assert seal(archive.place, datetime(2025, 2, 2, 0, 30, tzinfo=UTC)) == ()  # somebody may still be writing
    (head,) = seal(archive.place, datetime(2025, 2, 2, 1, 1, tzinfo=UTC))
    assert (head.day, head.leaves, head.previous) == (date(2025, 2, 1), 2, GENESIS)
    assert seal(archive.place, DAY + timedelta(days=3)) == ()
    fetch(archive, DAY + timedelta(days=3), "c")
    (later,) = seal(archive.place, DAY + timedelta(days=5))
    assert (later.day, later.previous) == (date(2025, 2, 4), head.sha256)
    assert heads(archive.place) == (head, later)
    assert parse_head(head.data()) == head
    assert check_heads(archive.place) == ()


def test_several_days_that_were_missed_are_sealed_one_by_one(archive: Archive) -> None:
    for days in range(4):
        fetch(archive, DAY + timedelta(days=days), f"x{days}", "same")
    made = seal(archive.place, DAY + timedelta(days=3))
    assert [head.day.day for head in made] == [1, 2, 3]
    assert check_heads(archive.place) == ()


def test_two_writers_are_sealed_together_and_a_late_line_with_the_next_day(archive_url: str, archive: Archive) -> None:
    other = open_archive(archive_url)
    fetch(archive, DAY, "a")
    fetch(other, DAY, "b")
    (first,) = seal(archive.place, DAY + timedelta(days=1))
    assert first.leaves == 2
    late = fetch(other, DAY + timedelta(hours=1), "late")  # its clock, or a pause of hours
    fetch(archive, DAY + timedelta(days=1), "c")
    seal(archive.place, DAY + timedelta(days=4))
    assert check_heads(archive.place) == ()
    assert prove(archive.place, late, date(2025, 2, 1))[late[0]].head > first.key


def test_a_line_is_proven_under_its_seal(archive: Archive) -> None:
    chains = [fetch(archive, DAY + timedelta(days=days), *(f"{days}-{n}" for n in range(5)))[2] for days in range(3)]
    seal(archive.place, DAY + timedelta(days=2))
    proofs = prove(archive.place, [*chains, "f" * 64], date(2025, 2, 1))
    assert set(proofs) == set(chains)
    sealed = {head.key: head for head in heads(archive.place)}
    for chain in chains[:2]:
        proof = proofs[chain]
        steps = [(side, bytes.fromhex(other)) for side, other in proof.steps]
        assert merkle.climb(merkle.leaf(proof.line.text), steps).hex() == sealed[proof.head].root
    assert proofs[chains[2]].head == ""  # that day is not over


def rewrite(path: Path, data: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(data)


@pytest.fixture
def sealed(tmp_path: Path) -> tuple[Archive, Path]:
    archive = open_archive(str(tmp_path))
    for days in range(3):
        fetch(archive, DAY + timedelta(days=days), f"a{days}", f"b{days}")
    assert len(seal(archive.place, DAY + timedelta(days=5))) == 3
    return archive, tmp_path


def kinds(archive: Archive) -> list[tuple[str, str]]:
    return [(problem.kind, problem.key[-7:-5]) for problem in check_heads(archive.place)]


def test_a_log_rewritten_with_a_good_chain_of_its_own_is_seen(sealed: tuple[Archive, Path], tmp_path: Path) -> None:
    archive, folder = sealed
    forged = open_archive(str(tmp_path / "forged"))
    for days in range(3):
        fetch(forged, DAY + timedelta(days=days), f"a{days}", f"{'z' if days == 1 else 'b'}{days}")
    for log in (tmp_path / "forged" / "log").iterdir():
        rewrite(folder / "log" / log.name, log.read_bytes())
    assert not [found for found in archive.log.read() if not hasattr(found, "capture")]  # the chain alone says nothing
    assert kinds(archive) == [("mismatch", "02"), ("mismatch", "03")]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda data: data.replace(b"b1", b"c1", 1), [("mismatch", "02")]),
        (lambda data: data.split(b"\n", 1)[1], [("mismatch", "02")]),
        (lambda data: data + data.split(b"\n", 1)[0] + b"\n", []),  # behind what was sealed: the log's own chain tells
        (lambda data: b"", [("mismatch", "02")]),
    ],
    ids=["changed", "dropped", "added", "emptied"],
)
def test_a_touched_log_does_not_match_its_seal(sealed: tuple[Archive, Path], change: object, expected: list[tuple[str, str]]) -> None:
    archive, folder = sealed
    path = folder / "log" / "2025-02-02.jsonl"
    assert callable(change)
    rewrite(path, change(path.read_bytes()))
    assert kinds(archive)[: len(expected) or 1][: len(expected)] == expected
    assert expected or [found for found in archive.log.read() if not hasattr(found, "capture")]


def test_a_touched_seal_is_told(sealed: tuple[Archive, Path]) -> None:
    archive, folder = sealed
    path = folder / "heads" / "2025-02-02.json"
    good = path.read_bytes()
    body = json.loads(good)
    rewrite(path, good.replace(b'"leaves":2', b'"leaves":3'))
    assert ("mismatch", "02") in kinds(archive)
    assert ("chain-broken", "03") in kinds(archive)
    rewrite(path, json.dumps(body).encode())
    assert kinds(archive)[0] == ("unreadable", "02")
    path.unlink()
    assert kinds(archive) == [("chain-broken", "03")]


def test_the_day_of_a_file() -> None:
    assert day_of("log/2025-02-01.jsonl") == day_of("log/ab12/00000003.2025-02-01.jsonl") == date(2025, 2, 1)
