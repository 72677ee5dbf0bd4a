"""Rows written by a process apart: as by the crawl's own, whatever becomes of that process."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

import crawler.scribe
from crawler.scribe import Scribe
from storage import sightings, visits
from storage.database import Database, open_database
from storage.domain.errors import StoreError, UsageError
from storage.schema import installation as rows
from storage.schema import report_versions

from .site import LIST, Office, Site, listing
from .site import reports as report_pages

pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with open_database(f"sqlite:///{tmp_path / 'n.sqlite3'}") as opened:
        yield opened


@pytest.fixture
def scribe() -> Iterator[Scribe]:
    with Scribe() as made:
        yield made


class Odd(Exception):
    """An error that cannot be made again from what it says."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"{one} {two}")


def _put(connection: Connection, name: str) -> int:
    connection.execute(rows.insert().values(name=name, value="x"))
    if name == "bad":
        raise UsageError("bad", kept="nothing", advice="try again")
    if name == "odd":
        raise Odd(1, 2)
    return os.getpid()


def _names(database: Database) -> set[str]:
    with database.read() as connection:
        return set(connection.execute(select(rows.c.name).where(rows.c.value == "x")).scalars())


def _pieces(*names: str) -> list[Callable[[Connection], Any]]:
    return [partial(_put, name=name) for name in names]


def test_the_other_process_commits_and_one_fault_stays_its_own(database: Database, scribe: Scribe) -> None:
    answers, left = scribe.commit(database, (), _pieces("a", "bad", "odd", "c"))
    (first, bad, odd, last) = answers
    assert first == last == (scribe.pid, None)
    assert isinstance(bad[1], UsageError)
    assert (bad[1].message, bad[1].kept, bad[1].advice) == ("bad", "nothing", "try again")
    assert isinstance(odd[1], StoreError)
    assert "Odd" in str(odd[1])
    assert (_names(database), left) == ({"a", "c"}, ())


def test_what_cannot_be_told_is_committed_here(database: Database, scribe: Scribe) -> None:
    answers, _ = scribe.commit(database, (), [lambda connection: _put(connection, "a")])
    assert answers == [(os.getpid(), None)]
    assert scribe.commit(database, (), _pieces("b"))[0] == [(scribe.pid, None)]
    assert _names(database) == {"a", "b"}


def test_where_the_other_process_is_killed_the_rows_are_written_here(database: Database, scribe: Scribe) -> None:
    assert scribe.commit(database, (), _pieces("a"))[0] == [(scribe.pid, None)]
    os.kill(scribe.pid, signal.SIGKILL)
    assert scribe.commit(database, (), _pieces("b", "c"))[0] == [(os.getpid(), None)] * 2
    assert scribe.commit(database, (), _pieces("d"))[0] == [(os.getpid(), None)]
    assert _names(database) == {"a", "b", "c", "d"}


def test_a_database_that_the_other_process_cannot_open_is_tried_here(tmp_path: Path, database: Database, scribe: Scribe) -> None:
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")  # as an outdated one is refused
    assert scribe.commit(database, (), _pieces("a"))[0] == [(os.getpid(), None)]


def test_it_ends_with_whoever_made_it() -> None:
    told, tell = os.pipe()
    maker = os.fork()
    if maker == 0:
        os.write(tell, str(Scribe().pid).encode())
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(maker, 0)
    pid = int(os.read(told, 20))
    deadline = time.monotonic() + 60
    while _runs(pid):
        assert time.monotonic() < deadline, "it outlived its crawl"
        time.sleep(0.05)


def _runs(pid: int) -> bool:
    """Whether that process is there and no mere entry that nobody has waited for."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_all_that_a_visit_writes_goes_to_the_other_process(tmp_path: Path, scribe: Scribe, monkeypatch: pytest.MonkeyPatch) -> None:
    def here(*_: object) -> None:
        raise AssertionError("written by the crawl itself")

    scribed = type("Scribed", (Office,), {"recorder": property(lambda self: _with(Office.recorder.fget(self), scribe))})  # type: ignore[attr-defined]
    pages, listed = report_pages(2023, 2024)
    office = scribed(tmp_path, Site(pages | {LIST: listing(*listed)}))
    monkeypatch.setattr(crawler.scribe, "committed", here)  # after the fork, so in this process alone
    asyncio.run(office.visit())
    asyncio.run(office.visit(days=1))
    office.site.pages.pop(LIST)
    asyncio.run(office.visit(days=1))
    with office.database.read() as connection:
        assert len(sightings.known(connection, office.entry)) == len(connection.execute(select(report_versions.c.id)).all()) == 2
        assert [visit.finished_at is not None for visit in visits.recent(connection, office.entry)] == [True] * 3
    office.database.close()


def _with(recorder: Any, scribe: Scribe) -> Any:
    return type(recorder)(recorder.database, recorder.archive, recorder.clock, None, scribe)
