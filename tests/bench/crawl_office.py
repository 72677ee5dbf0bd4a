"""An installation that crawls the benchmark's portals, in a folder of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from storage import bodies, portals, runs
from storage.database import open_database
from storage.domain.enums import BodyKind, BodyLevel
from storage.domain.ids import BodyId, PortalId
from storage.domain.registry import Body, Portal
from storage.schema import report_versions, sightings
from storage.settings import load
from tests.bench.crawl_server import body_names, host_name

ROOT = Path(__file__).resolve().parents[2]
START = datetime(2025, 2, 3, 3, 0, tzinfo=UTC)


@dataclass
class CrawlOffice:
    """One installation with every portal in its registry."""

    folder: Path
    port: int
    hosts: int
    reports: int
    entries: list[int] = field(default_factory=list)
    crawls: int = 0

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True)
        values = {"data_dir": str(self.folder), "crawl_delay_seconds": 0, "crawl_retries": 0}
        values |= {"crawl_budget_portal": 10**6, "crawl_budget_platform": 10**6}
        lines = [f"{key} = {json.dumps(value)}" for key, value in values.items()]
        lines += ["[host_overrides]", *(f'"{host_name(number)}" = "127.0.0.1:{self.port}"' for number in range(self.hosts))]
        self.config.write_text("\n".join(lines), encoding="utf-8")
        self.settings = load(self.config)
        with open_database(self.settings.database_url) as database, database.write() as connection:
            for number in range(self.hosts):
                ids = []
                for place, name in enumerate(body_names(number)):
                    ids.append(BodyId(f"b{number}-{place}"))
                    bodies.upsert(connection, Body(ids[-1], name, BodyKind.DEPARTMENT, BodyLevel.COUNTY, "990101"), START)
                host = host_name(number)
                portals.upsert(connection, Portal(PortalId(host), host, f"http://{host}/", host, delay_seconds=0.0), START)
                address = f"http://{host}/zwgk/nb/"
                self.entries.append(portals.add_entry_point(connection, PortalId(host), address, now=START, body_ids=ids))

    @property
    def config(self) -> Path:
        """The configuration file."""
        return self.folder / "nianbao.toml"

    def start(self) -> subprocess.Popen[bytes]:
        """A crawl of everything, a day after the one before; under way."""
        self.crawls += 1
        now = START + timedelta(days=self.crawls)
        with open_database(self.settings.database_url) as database, database.write() as connection:
            run = runs.claim(connection, "crawl", f"bench/{self.crawls}", owner=runs.new_owner(), now=now, lease=timedelta(hours=12))
        assert run is not None
        numbers = ",".join(map(str, self.entries))
        command = [sys.executable, "-m", "crawler.run", "--config", str(self.config), "--run-id", str(run.id), "--entry-points", numbers]
        return subprocess.Popen(command, cwd=ROOT, env={**os.environ, "NIANBAO_NOW": now.isoformat()}, stdout=subprocess.DEVNULL)

    def crawl(self) -> None:
        """Everything, once."""
        with self.start() as process:
            if process.wait() != 0:
                raise RuntimeError("the crawl failed")

    def changed(self) -> int:
        """Look at every list again; how many rows are new."""
        before = self._count(sightings)
        self.crawl()
        return self._count(sightings) - before

    def archived(self) -> int:
        """How many reports are in the archive."""
        return self._count(report_versions)

    def _count(self, table: object) -> int:
        with open_database(self.settings.database_url) as database, database.read() as connection:
            return int(connection.execute(select(func.count()).select_from(table)).scalar_one())  # type: ignore[arg-type]


def memory_of(office: CrawlOffice) -> list[tuple[float, float]]:
    """Pages archived so far and megabytes of the crawling process, every two seconds while it works."""
    points = []
    with office.start() as process:
        while process.poll() is None:
            held = _resident(process.pid)
            if held and (pages := office.archived()):
                points.append((float(pages), held))
            time.sleep(2)
    return points


def _resident(number: int) -> float:
    try:
        status = Path(f"/proc/{number}/status").read_text(encoding="ascii")
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS")), 0.0)
