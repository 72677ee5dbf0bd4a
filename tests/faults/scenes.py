"""What a run does until it is killed: each scene is one piece of the product's own work, from opening the database to its end."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from monitor.alerts.outgoing import plan_due
from monitor.alerts.send import send_due
from monitor.evaluate import evaluate_duties
from storage import failpoint
from storage.archive.keep import Received, keep, write_rows
from storage.archive.store import open_archive
from storage.database import open_database
from storage.domain.clock import FixedClock
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


SCENES: dict[str, Callable[..., None]] = {"keep": keep_originals, "tell": tell, "migrate": migrate}
