"""R1: no fetched original is lost or half-visible."""

from __future__ import annotations

from contextlib import closing

from storage import captures, originals
from storage.archive.store import Archive, open_archive, sha256_of, sha256_of_key
from storage.archive.verify import verify
from storage.database import Database, open_database
from tests.faults.ground import NOT_KILLED, Ground, Installation
from tests.faults.scenes import PAGES
from tests.faults.table import Tally
from tests.flows.alert_world import MORNING


def r1(ground: Ground) -> Tally:
    tally = Tally("R1", "an original is whole and referenced, or absent", "kill -9 at every step of archive, log and rows")
    for engine in ground.engines:
        template = ground.new(engine, _empty)
        for at, place in ground.killed_everywhere(template, "keep"):
            tally.faults += at != NOT_KILLED
            tally.runs += 1
            _after(tally, place, f"{engine} {at}")
            if code := ground.worker.run("keep", place):
                raise RuntimeError(f"keeping again after {at} ended with {code}; see the worker's log")
            _in_the_end(tally, place, f"{engine} {at}")
    return tally


def _empty(place: Installation) -> None:
    with open_database(place.url):
        open_archive(str(place.folder / "archive"))


def _after(tally: Tally, place: Installation, at: str) -> None:
    """Right after the death: what has a name is whole, what has a row has its bytes."""
    archive = open_archive(str(place.folder / "archive"))
    for key in archive.blob_keys():
        if not archive.exists(sha256_of_key(key)):
            tally.missing(f"{at}: {key} is visible and not whole")
    with closing(open_database(place.url)) as db, db.read() as connection:
        for row in originals.list_all(connection):
            if not archive.exists(row.sha256):
                tally.missing(f"{at}: {row.sha256[:8]} has a row and no bytes")


def _in_the_end(tally: Tally, place: Installation, at: str) -> None:
    """After the same work was done again."""
    archive = open_archive(str(place.folder / "archive"))
    with open_database(place.url) as db:
        _rows(tally, archive, db, at)
        with db.write() as connection:
            report = verify(archive, connection, now=MORNING)
    if not report.sound:
        tally.missing(f"{at}: {report}")


def _rows(tally: Tally, archive: Archive, db: Database, at: str) -> None:
    with db.read() as connection:
        tally.expect(f"{at}: originals", len(originals.list_all(connection)), len(PAGES))
        tally.expect(f"{at}: captures", len(captures.list_all(connection)), len(PAGES))
    for data in PAGES:
        if archive.get(sha256_of(data)) != data:
            tally.missing(f"{at}: the bytes of an original")
