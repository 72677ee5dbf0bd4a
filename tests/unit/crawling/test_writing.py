"""Rows of several visits in one transaction: one's fault stays its own, and a visit with a gap is never finished."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from crawler import committing
from crawler.committing import committed
from crawler.writing import MOST, Writer
from storage import sightings, visits
from storage.archive.keep import Kept, Received, keep
from storage.archive.store import open_archive
from storage.database import Database, open_database
from storage.domain.errors import Busy, StoreError
from storage.domain.ids import BodyId, Sha256, VisitId
from storage.domain.originals import Capture
from storage.schema import captures, report_versions
from storage.schema import installation as rows

from .site import LIST, Office, Site, listing
from .site import reports as report_pages

NOW = datetime(2025, 2, 1, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with open_database(f"sqlite:///{tmp_path / 'n.sqlite3'}") as opened:
        yield opened


def _put(name: str) -> Callable[[Connection], str]:
    def write(connection: Connection) -> str:
        connection.execute(rows.insert().values(name=name, value="x"))
        if name == "bad":
            raise StoreError("bad")
        return name

    return write


def _names(database: Database) -> set[str]:
    with database.read() as connection:
        return set(connection.execute(select(rows.c.name).where(rows.c.value == "x")).scalars())


def _kept(folder: Path, visit: int | None = None) -> Kept:
    capture = Capture("page", "http://a.gov.test/", 200, NOW, NOW, Sha256(""), visit_id=None if visit is None else VisitId(visit))
    return keep(open_archive(str(folder / "archive")), [Received(b"words", capture)], NOW)[0]


def test_one_fault_of_many_stays_its_own(database: Database) -> None:
    async def run() -> list[object]:
        writer = Writer(partial(committed, database))
        pieces = [writer.hand_in(_put(name)) for name in ("a", "bad", "c")]
        writer.hurry()
        return await asyncio.gather(*pieces, return_exceptions=True)

    first, second, third = asyncio.run(run())
    assert (first, third) == ("a", "c")
    assert isinstance(second, StoreError)
    assert _names(database) == {"a", "c"}


def test_what_nobody_waits_for_is_written_all_the_same_and_in_order(database: Database) -> None:
    done: list[int] = []

    async def run() -> None:
        writer = Writer(partial(committed, database))
        pieces = [writer.hand_in(lambda _, number=number: done.append(number)) for number in range(3 * MOST + 1)]  # type: ignore[misc]
        await asyncio.wait_for(asyncio.gather(*pieces), 60)

    asyncio.run(run())
    assert done == list(range(3 * MOST + 1))


def test_rows_of_what_was_kept_come_first_and_outlive_the_fault_of_another(database: Database, tmp_path: Path) -> None:
    async def run() -> list[object]:
        writer = Writer(partial(committed, database))
        writer.put(_kept(tmp_path))
        pieces = [writer.hand_in(_put(name)) for name in ("bad", "b")]
        writer.hurry()
        return await asyncio.gather(*pieces, return_exceptions=True)

    assert asyncio.run(run())[1] == "b"
    with database.read() as connection:
        assert len(connection.execute(select(captures.c.id)).all()) == 1


def test_rows_of_what_was_kept_outlive_the_fault_of_the_only_piece(database: Database, tmp_path: Path) -> None:
    async def run() -> None:
        writer = Writer(partial(committed, database))
        writer.put(_kept(tmp_path))
        with pytest.raises(StoreError, match="bad"):
            await writer.write(_put("bad"))

    asyncio.run(run())
    with database.read() as connection:
        assert len(connection.execute(select(captures.c.id)).all()) == 1


def test_rows_of_what_was_kept_wait_for_a_busy_database(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object) -> None:
        raise Busy("another one writes")

    async def run() -> str:
        writer = Writer(partial(committed, database))
        writer.put(_kept(tmp_path))
        with monkeypatch.context() as patched:
            patched.setattr(committing, "write_rows", busy)
            with pytest.raises(Busy):
                await writer.write(_put("a"))
        return await writer.write(_put("b"))

    assert asyncio.run(run()) == "b"
    with database.read() as connection:
        assert len(connection.execute(select(captures.c.id)).all()) == 1


def test_rows_of_what_was_kept_outlive_the_fault_of_who_writes_something_else(tmp_path: Path) -> None:
    office = Office(tmp_path, Site({LIST: listing()}))
    recorder = office.recorder
    recorder._writer.put(_kept(tmp_path))
    with pytest.raises(StoreError, match="bad"), recorder.writing() as connection:
        _put("bad")(connection)
    with recorder.writing() as connection:
        assert len(connection.execute(select(captures.c.id)).all()) == 1
    office.database.close()


def test_nothing_is_written_that_rests_on_rows_which_cannot_be(database: Database, tmp_path: Path) -> None:
    async def run() -> list[object]:
        writer = Writer(partial(committed, database))
        writer.put(_kept(tmp_path, visit=99))  # of a visit that was never begun
        pieces = [writer.hand_in(_put(name)) for name in ("a", "b")]
        writer.hurry()
        return await asyncio.gather(*pieces, return_exceptions=True)

    assert all(isinstance(answer, StoreError) for answer in asyncio.run(run()))
    assert _names(database) == set()


def test_a_visit_whose_rows_could_not_be_written_is_never_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pages, listed = report_pages(2023, 2024)
    office = Office(tmp_path, Site(pages | {LIST: listing(*listed)}))
    record = sightings.record

    def failing(*_: object) -> None:
        raise StoreError("the disk said no")

    monkeypatch.setattr(sightings, "record", failing)
    with pytest.raises(StoreError, match="the disk said no"):
        asyncio.run(office.visit())
    with office.database.read() as connection:
        (dead,) = visits.recent(connection, office.entry)
        assert (dead.finished_at, dead.qualified) == (None, False)
        assert visits.negatives(connection, BodyId("b0"), 2024) == ()
    monkeypatch.setattr(sightings, "record", record)
    asyncio.run(office.visit())
    with office.database.read() as connection:
        assert len(sightings.known(connection, office.entry)) == len(connection.execute(select(report_versions.c.id)).all()) == 2
        assert visits.recent(connection, office.entry)[0].finished_at is not None
    office.database.close()
