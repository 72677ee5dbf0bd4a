"""R4: a database that goes away for a while costs nothing but time."""

from __future__ import annotations

import signal
import sqlite3
import threading
from collections.abc import Callable
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import datetime
from typing import Any
from unittest import mock

import storage.database
from monitor.alerts.outgoing import plan_due
from monitor.alerts.send import send_due
from monitor.evaluate import evaluate_duties
from monitor.web.app import create_app
from storage.archive.store import open_archive
from storage.database import Database, open_database
from storage.domain.clock import FixedClock
from storage.domain.errors import Busy, StoreDown
from tests.faults.crawling import HOSTS, LATER, NOON, YEARS, in_the_end, office, publish
from tests.faults.ground import Ground, Installation
from tests.faults.table import Tally
from tests.faults.telling import AFTER_THE_LEASE, judge, world
from tests.flows.alert_world import MORNING, Hook, Mailbox, smtp_server, webhook_server
from tests.flows.crawl_server import Served, Web
from tests.unit.web.world import Client

PATIENCE_SECONDS = 0.3
STAGES = ("evaluate", "plan", "send")


def r4(ground: Ground) -> Tally:
    tally = Tally(
        "R4",
        "loops outlive the database",
        "PostgreSQL stopped, SQLite locked, before each loop, while a message is taken, at each page of a crawl for longer than it waits",
    )
    with smtp_server() as mailbox, webhook_server() as hook:
        for engine in ground.engines:
            template = ground.new(engine, world(mailbox, hook))
            for stage in (*STAGES, "taken"):
                with ground.copy(template) as place:
                    tally.faults += 1
                    tally.runs += 1
                    _trial(tally, ground, place, stage, (mailbox, hook))
                mailbox.taken.clear()
                hook.requests.clear()
    with Web() as web:
        for engine in ground.engines:
            for address in [f"{HOSTS[0]}/nb/", *(f"{HOSTS[0]}/nb/t{year}.html" for year in YEARS)][:: ground.stride]:
                tally.faults += 1
                tally.runs += 1
                _while_crawling(tally, ground, web, engine, address)
    return tally


def _while_crawling(tally: Tally, ground: Ground, web: Web, engine: str, address: str) -> None:
    """The database goes while a page is on its way, and is back when the crawl has ended; then the crawl is done again."""
    at, gone = f"{engine} away at {address}", threading.Event()
    publish(web)
    page = web.pages[address]
    assert isinstance(page, Served)
    place = ground.new(engine, lambda made: office(made, web))
    with open_database(place.url) as db, ExitStack() as leaving:

        def answer(_: str) -> Served:
            if not gone.is_set():
                gone.set()
                leaving.enter_context(_away(ground, place))
                _asked(tally, db, place, at)
            return page

        web.pages[address] = answer
        ended = ground.worker.run("crawl", place, NOON.isoformat(), str(PATIENCE_SECONDS))
        if not gone.is_set():
            raise RuntimeError(f"{at}: the page was not asked for")
        if ended < 0:
            tally.missing(f"{at}: the crawl was ended by signal {-ended}")
    web.pages[address] = page
    if code := ground.worker.run("crawl", place, LATER.isoformat()):
        tally.missing(f"{at}: the next crawl ended with {code}")
    in_the_end(tally, place, at)


def _trial(tally: Tally, ground: Ground, place: Installation, stage: str, servers: tuple[Mailbox, Hook]) -> None:
    mailbox, hook = servers
    at = f"{'sqlite' if place.url.startswith('sqlite') else 'postgresql'} away at {stage}"
    with mock.patch.object(storage.database, "BUSY_SECONDS", PATIENCE_SECONDS), open_database(place.url) as db:
        for name in STAGES[: STAGES.index(stage)] if stage in STAGES else STAGES[:2]:
            _turn(db, place, name, MORNING)
        if stage == "taken":
            _away_while_taken(tally, ground, db, place, (mailbox, at))
        else:
            with _away(ground, place):
                if not _refused(db, place, stage):
                    tally.too_many(f"{at}: a loop that went on without a database")
                _asked(tally, db, place, at)
        for moment in (MORNING + AFTER_THE_LEASE, MORNING + 2 * AFTER_THE_LEASE):
            for name in STAGES:
                _turn(db, place, name, moment)
    judge(tally, place, mailbox, hook, at)


def _turn(db: Database, place: Installation, name: str, moment: datetime) -> None:
    clock = FixedClock(moment)
    turns: dict[str, Callable[[], Any]] = {
        "evaluate": lambda: evaluate_duties(db, clock, 2024),
        "plan": lambda: plan_due(db, place.settings, clock),
        "send": lambda: send_due(db, place.settings, clock),
    }
    turns[name]()


def _refused(db: Database, place: Installation, name: str) -> bool:
    try:
        _turn(db, place, name, MORNING)
    except (Busy, StoreDown):
        return True
    return False


def _asked(tally: Tally, db: Database, place: Installation, at: str) -> None:
    """The service says it is not fit; a SQLite file locked by a writer can still be read, and its loops have not turned."""
    app = create_app(db, open_archive(str(place.folder / "archive")), place.settings, FixedClock(MORNING))
    if Client(app).get("/readyz").status_code != 503:
        tally.missing(f"{at}: /readyz still said ready")


def _away_while_taken(tally: Tally, ground: Ground, db: Database, place: Installation, told: tuple[Mailbox, str]) -> None:
    """The database goes at the moment a relay has a message, before its result can be written."""
    mailbox, at = told
    real = mailbox.handle_DATA
    leaving = _away(ground, place)

    async def take(*arguments: Any) -> str:
        answer = await real(*arguments)
        leaving.__enter__()
        return answer

    mailbox.handle_DATA = take  # type: ignore[method-assign]
    try:
        with suppress(Busy, StoreDown):
            _turn(db, place, "send", MORNING)
            tally.too_many(f"{at}: a result written without a database")
    finally:
        del mailbox.handle_DATA
        leaving.__exit__(None, None, None)


@contextmanager
def _away(ground: Ground, place: Installation) -> Any:
    """No database for a while: the server stopped hard, or the file locked by another writer."""
    if place.url.startswith("postgresql"):
        assert ground.cluster is not None
        ground.cluster.stop(signal.SIGQUIT)
        try:
            yield
        finally:
            ground.cluster.start()
    else:
        file = place.url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(file, isolation_level=None, check_same_thread=False)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")
