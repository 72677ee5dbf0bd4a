"""A data directory with a registry, and crawls of it as processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from storage import bodies, portals, runs
from storage.database import Database, open_database
from storage.domain.clock import CHINA
from storage.domain.enums import BodyKind, BodyLevel
from storage.domain.ids import BodyId, EntryPointId, PortalId
from storage.domain.registry import Body, Portal
from storage.settings import load

ROOT = Path(__file__).resolve().parents[2]
LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)


def moment(day: date, hour: int = 11) -> datetime:
    """That hour in China, in UTC."""
    return datetime.combine(day, time(hour), CHINA).astimezone(UTC)


@dataclass
class CrawlOffice:
    """One installation in a folder. `extra` are lines of its configuration."""

    folder: Path
    hosts: Mapping[str, str]
    extra: Mapping[str, object] = field(default_factory=dict)
    entries: list[EntryPointId] = field(default_factory=list)
    crawls: int = 0

    def __post_init__(self) -> None:
        values = {"data_dir": "data", "crawl_delay_seconds": 0, "crawl_timeout_seconds": 5, "crawl_retries": 0, **self.extra}
        lines = [f"{key} = {json.dumps(value)}" for key, value in values.items()]
        lines += ["[host_overrides]", *(f'"{host}" = "{target}"' for host, target in self.hosts.items())]
        self.config.write_text("\n".join(lines), encoding="utf-8")
        self.settings = load(self.config)

    @property
    def config(self) -> Path:
        return self.folder / "nianbao.toml"

    def open(self) -> Database:
        return open_database(self.settings.database_url)

    def add(self, body_name: str, url: str, *, tier: str = "http", platform: str = "", home: str = "", family: str = "") -> EntryPointId:
        """One body with one portal of its own and one list."""
        host = url.split("/")[2]
        body_id = BodyId(f"b-{host}")
        with self.open() as database, database.write() as c:
            bodies.upsert(c, Body(body_id, body_name, BodyKind.DEPARTMENT, BodyLevel.COUNTY, "990101"), LONG_AGO)
            portal = Portal(PortalId(host), body_name, home or f"http://{host}/", platform or host, delay_seconds=0.0)
            portals.upsert(c, portal, LONG_AGO)
            entry = portals.add_entry_point(c, portal.id, url, now=LONG_AGO, body_ids=[body_id], tier=tier, family=family)
        self.entries.append(entry)
        return entry

    def claim(self, now: datetime, slot: str) -> int:
        """A run row, as the scheduler would make it."""
        with self.open() as database, database.write() as c:
            run = runs.claim(c, "crawl", slot, owner=runs.new_owner(), now=now, lease=timedelta(hours=1))
        assert run is not None
        return run.id

    def start(
        self, now: datetime, slot: str = "", *, spider: str = "watch", ids: Sequence[int] | None = None, trust: Path | None = None
    ) -> subprocess.Popen[str]:
        """A crawl of these entry points, or all, under way. `trust` are the roots of simulated certificates."""
        self.crawls += 1
        run = self.claim(now, slot or f"{now.isoformat()} {self.crawls}")
        command = [sys.executable, "-m", "crawler.run", "--config", str(self.config), "--run-id", str(run), "--spider", spider]
        roots = {} if trust is None else {"SSL_CERT_FILE": str(trust)}
        return subprocess.Popen(
            [*command, "--entry-points", ",".join(map(str, self.entries if ids is None else ids))],
            cwd=ROOT,
            env={**os.environ, "NIANBAO_NOW": now.isoformat(), **roots},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def told(self, now: datetime, slot: str = "", **how: Any) -> list[dict[str, Any]]:
        """A whole crawl; its lines. Anything on standard error is a failure. `how` is as for `start`."""
        with self.start(now, slot, **how) as child:
            output, errors = child.communicate(timeout=240)
        assert (child.returncode, errors) == (0, ""), output + errors
        return [json.loads(line) for line in output.splitlines()]

    def crawl(self, now: datetime, slot: str = "", **how: Any) -> dict[int, dict[str, Any]]:
        """The same; its `visit` lines by entry point."""
        return {line["entry_point"]: line for line in self.told(now, slot, **how) if line["event"] == "visit"}

    def ends(self, now: datetime, **how: Any) -> dict[str, tuple[str, str]]:
        """The same; outcome and reason by the first word of each portal's name."""
        lines = self.crawl(now, **how).values()
        return {line["portal"].partition(".")[0]: (line["outcome"], line["reason"]) for line in lines}
