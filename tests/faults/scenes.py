"""What a run does until it is killed: each scene is one piece of the product's own work, from opening the database to its end."""

from __future__ import annotations

import os
import tempfile
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import scrapy.crawler  # noqa: F401 - loaded once, for all forks
from sqlalchemy import Engine, event

import crawler.batch
import crawler.run
import crawler.spiders.asking
import storage.database
from monitor.alerts.outgoing import plan_due
from monitor.alerts.send import send_due
from monitor.evaluate import evaluate_duties
from storage import failpoint, outbox, portals, runs
from storage.archive.keep import Received, keep, write_rows
from storage.archive.places import open_place
from storage.archive.store import open_archive
from storage.backup.restore import restore as put_back
from storage.database import normalised, open_database
from storage.domain.clock import FixedClock
from storage.domain.enums import RunState
from storage.domain.ids import Sha256
from storage.domain.originals import Capture
from tests.flows.alert_world import MORNING, add_destination, fill_world, settings_for

PAGES = tuple(f"<html>report {number} ".encode() + b"of openness " * 40 * number for number in (1, 5, 9))


READS = ("SELECT", "PRAGMA", "WITH", "SHOW")


def _at_every_statement() -> None:
    """Each statement that changes the database is a moment, too."""

    @event.listens_for(Engine, "after_cursor_execute")
    def passed(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.lstrip().upper().startswith(READS):
            failpoint.step("statement")


def capture_of(number: int) -> Capture:
    return Capture("page", f"http://a.gov.test/{number}", 200, MORNING, MORNING, Sha256(""))


def keep_originals(folder: str, url: str) -> None:
    """Three answers of a server: bytes, log, rows."""
    with open_database(url) as db:
        _at_every_statement()
        archive = open_archive(str(Path(folder) / "archive"))
        for number, data in enumerate(PAGES):
            kept = keep(archive, [Received(data, capture_of(number))], MORNING)
            with db.write() as connection:
                write_rows(connection, kept)


def tell(folder: str, url: str, *moments: str) -> None:
    """A turn of all loops at each moment: verdict, event, plan, claim, send, result."""
    settings = settings_for(Path(folder)).model_copy(update={"database_url": url})
    with open_database(url) as db:
        _at_every_statement()
        for moment in moments:
            clock = FixedClock(datetime.fromisoformat(moment))
            evaluate_duties(db, clock, 2024)
            plan_due(db, settings, clock)
            send_due(db, settings, clock)


def migrate(folder: str, url: str) -> None:
    """Opening a database brings it up to date."""
    _at_every_statement()
    with open_database(url):
        pass


def crawl(folder: str, url: str, moment: str, patience: str = "") -> None:
    """A run claimed and crawled, as the schedule and its child do; `patience` is how long it waits for a database that others hold."""
    storage.database.BUSY_SECONDS = float(patience or storage.database.BUSY_SECONDS)  # type: ignore[assignment]  # this fork's own
    now = datetime.fromisoformat(moment)
    os.environ |= {"NIANBAO_DATABASE_URL": url, "NIANBAO_DATA_DIR": folder, "NIANBAO_NOW": moment}
    with open_database(url) as db:
        _at_every_statement()
        with db.write() as connection:
            run = runs.claim(connection, "crawl", moment, owner=runs.new_owner(), now=now, lease=timedelta(hours=1))
            points = ",".join(str(point.id) for point in portals.entry_points_of(connection))
    assert run is not None
    code = crawler.run.main(["--config", f"{folder}/nianbao.toml", "--entry-points", points, "--run-id", str(run.id)], apart=False)
    if code:
        raise RuntimeError(f"the crawl ended with {code}")
    with open_database(url) as db, db.write() as connection:
        runs.finish(connection, run, RunState.OK, {}, now)


def race(folder: str, url: str, processes: str, slots: str) -> None:
    """Several processes after the same slots and the same messages; each writes down what it got."""
    children = [os.fork() for _ in range(1)]
    while 0 not in children and len(children) < int(processes):
        children.append(os.fork())
    if 0 in children:
        code = 1
        try:
            _grab(Path(folder), url, int(slots))
            code = 0
        except BaseException:  # noqa: BLE001 - the fork's end
            traceback.print_exc()
        finally:
            os._exit(code)
    failed = [child for child in children if os.waitpid(child, 0)[1]]
    if failed:
        raise RuntimeError(f"{len(failed)} of them failed")


def _grab(folder: Path, url: str, slots: int) -> None:
    got, owner = [], runs.new_owner()
    with open_database(url) as db:
        for number in range(slots):
            with db.write() as connection:
                if runs.claim(connection, "crawl", f"slot{number}", owner=owner, now=MORNING, lease=timedelta(hours=1)):
                    got.append(f"slot{number}")
                got += [f"message{one.id}" for one in outbox.claim(connection, MORNING, 1)]
    (folder / f"won.{os.getpid()}").write_text("\n".join(got))


def restore(folder: str, url: str, backup: str) -> None:
    """An installation from a backup."""
    _at_every_statement()
    put_back(Path(backup), normalised(url), open_place(str(Path(folder) / "archive")), "restored")


def warm_up() -> None:
    """Do the work once, so that every fork finds the libraries loaded."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/nianbao.sqlite3"
        with open_database(url) as db:
            fill_world(db)
            add_destination(db, "nobody", "mailto://127.0.0.1:9?from=a@x.test&to=b@x.test&mode=insecure")
            add_destination(db, "nothing", "json://127.0.0.1:9/hook")
        keep_originals(folder, url)
        tell(folder, url, MORNING.isoformat())


SCENES: dict[str, Callable[..., None]] = {
    "keep": keep_originals,
    "tell": tell,
    "migrate": migrate,
    "crawl": crawl,
    "race": race,
    "restore": restore,
}
