"""R7: a disk that fills up while pages come in. Needs the right to mount a small disk; without it the reserve alone is tried."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import func, or_, select

from storage.database import open_database
from storage.disk import NO_ROOM
from storage.schema import report_versions, visits
from tests.faults.crawling import HOSTS, LATER, NOON, YEARS, in_the_end, office, publish
from tests.faults.ground import Ground, Installation
from tests.faults.table import Tally
from tests.flows.crawl_server import Served, Web

SMALL_MIB, RESERVE_MIB, MIB = 48, 8, 2**20
LEFT = {RESERVE_MIB: (RESERVE_MIB - 2) * MIB, 0: 0}
"""What is left free when the disk fills: a little below the reserve, or nothing at all where there is no reserve."""


def r7(ground: Ground) -> Tally:
    tally = Tally(
        "R7",
        "a full disk costs nothing but time",
        "disk filled below the reserve, or to the last byte, at each page of a crawl; that of the database server alone",
    )
    with Web() as web, _small_disk(ground.folder) as disk:
        if disk is None:
            tally.injected += " (not run: mounting a small disk is not allowed here)"
            return tally
        for engine in ground.engines:
            for reserve in LEFT:
                for year in YEARS[:: ground.stride]:
                    publish(web)
                    tally.faults += 1
                    tally.runs += 1
                    _trial(tally, ground, disk, web, (engine, reserve, year))
        if ground.cluster is not None:
            for year in YEARS[:: ground.stride]:
                publish(web)
                tally.faults += 1
                tally.runs += 1
                _servers_disk(tally, ground, disk, web, year)
    return tally


def _servers_disk(tally: Tally, ground: Ground, disk: Path, web: Web, year: int) -> None:
    """PostgreSQL's files lie on the small disk, the archive elsewhere: originals are kept, and rows come when there is room."""
    at, ballast = f"the server's disk full at {year}", disk / "ballast"
    address = f"{HOSTS[0]}/nb/t{year}.html"
    page = web.pages[address]
    assert isinstance(page, Served)
    with ground.on_disk(disk) as place:
        office(place, web)
        web.pages[address] = _filling(page, ballast, 0)
        code = ground.worker.run("crawl", place, NOON.isoformat())
        if not ballast.exists():
            raise RuntimeError(f"{at}: the disk did not fill")
        if code < 0:
            tally.missing(f"{at}: the crawl was ended by signal {-code}")
        web.pages[address] = page
        ballast.unlink()
        _judge(tally, place, at)
        if code := ground.worker.run("crawl", place, LATER.isoformat()):
            tally.missing(f"{at}: the next crawl ended with {code}")
        in_the_end(tally, place, at)


def _trial(tally: Tally, ground: Ground, disk: Path, web: Web, case: tuple[str, int, int]) -> None:
    engine, reserve, year = case
    at = f"{engine} reserve {reserve} at {year}"
    with ground.elsewhere(engine, disk) as place:
        office(place, web, reserve)
        ballast = disk / "ballast"
        address = f"{HOSTS[0]}/nb/t{year}.html"
        page = web.pages[address]
        assert isinstance(page, Served)
        web.pages[address] = _filling(page, ballast, LEFT[reserve])
        ground.worker.run("crawl", place, NOON.isoformat())
        if not ballast.exists():
            raise RuntimeError(f"{at}: the disk did not fill")
        web.pages[address] = page
        ballast.unlink()
        _judge(tally, place, at)
        # The room came back by itself: the next crawl needs no repair.
        if code := ground.worker.run("crawl", place, LATER.isoformat()):
            tally.missing(f"{at}: the next crawl ended with {code}")
        in_the_end(tally, place, at)


def _judge(tally: Tally, place: Installation, at: str) -> None:
    unproven = or_(visits.c.finished_at.is_(None), visits.c.inconclusive_reason.contains(NO_ROOM), visits.c.reason == NO_ROOM)
    with open_database(place.url) as db, db.read() as connection:
        believed = connection.execute(select(visits.c.id).where(unproven, visits.c.qualified)).all()
        whole = connection.execute(select(visits.c.id).where(visits.c.qualified)).all()
        kept = connection.execute(select(func.count()).select_from(report_versions)).scalar_one()
    tally.too_many(f"{at}: visits without room that count as proof", len(believed))
    if kept < len(HOSTS) * len(YEARS):  # a disk that filled behind the last page took nothing from anybody
        tally.too_many(f"{at}: every visit counts as proof although reports could not be kept", int(len(whole) == len(HOSTS)))


def _filling(page: Served, ballast: Path, left: int) -> Callable[[str], Served]:
    """The page, handed out when the disk has just been filled."""

    def fill(_: str) -> Served:
        if not ballast.exists():
            with ballast.open("wb") as file, suppress(OSError):
                while (free := shutil.disk_usage(ballast.parent).free - left) > 0:
                    file.write(bytes(min(free, MIB)))
                    file.flush()
        return page

    return fill


@contextmanager
def _small_disk(folder: Path) -> Iterator[Path | None]:
    """A disk of its own in memory, unmounted at the end; None where that is not allowed."""
    small = folder / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SMALL_MIB}m", "nianbao-faults", str(small)], capture_output=True, check=False
    )
    if mounted.returncode:
        yield None
        return
    try:
        yield small
    finally:
        subprocess.run(["umount", "--lazy", str(small)], check=True)
