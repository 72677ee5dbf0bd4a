"""Where promises are tried: installations copied from a prepared one, on SQLite and on a real PostgreSQL, and the forking worker."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from storage.settings import Settings
from tests import servers
from tests.flows.alert_world import settings_for

ROOT = Path(__file__).resolve().parents[2]
KILLED = -signal.SIGKILL
NOT_KILLED = "whole"
STEP_LIMIT = 2000


@dataclass(frozen=True)
class Installation:
    """A data folder and a database, to be broken."""

    folder: Path
    url: str

    @property
    def settings(self) -> Settings:
        return settings_for(self.folder).model_copy(update={"database_url": self.url})


class Worker:
    """The forking process at the other end of two pipes."""

    def __init__(self, log: Path) -> None:
        self._log = log.open("w")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.worker"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )

    def run(self, scene: str, place: Installation, *moments: str, at: str = "") -> int:
        """One run of the scene; its exit code."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"scene": scene, "args": [str(place.folder), place.url, *moments], "at": at}) + "\n")
        self._process.stdin.flush()
        return int(json.loads(self._process.stdout.readline()))

    def close(self) -> None:
        assert self._process.stdin is not None
        with self._process:
            self._process.stdin.close()
        self._log.close()


Fill = Callable[[Installation], None]


@dataclass
class Ground:
    """What the trials share. `stride` is how many steps are passed over between two kills (1: every step)."""

    folder: Path
    worker: Worker
    cluster: servers.Postgres | None
    stride: int = 1
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    @property
    def engines(self) -> tuple[str, ...]:
        return ("sqlite", "postgresql") if self.cluster is not None else ("sqlite",)

    def new(self, engine: str, fill: Fill | None = None) -> Installation:
        """A fresh installation without a database yet; `fill` makes one."""
        name = f"f{next(self._numbers)}"
        folder = self.folder / name
        folder.mkdir()
        made = Installation(folder, self._url(engine, name, folder))
        if engine == "postgresql":
            self._sql(f"CREATE DATABASE {name}")
        if fill is not None:
            fill(made)
        return made

    @contextmanager
    def copy(self, template: Installation) -> Iterator[Installation]:
        """The installation again, gone afterwards."""
        name = f"f{next(self._numbers)}"
        folder = self.folder / name
        shutil.copytree(template.folder, folder)
        postgres = template.url.startswith("postgresql")
        if postgres:
            self._sql(f"CREATE DATABASE {name} TEMPLATE {template.folder.name}")
        try:
            yield Installation(folder, self._url("postgresql" if postgres else "sqlite", name, folder))
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            if postgres:
                self._sql(f"DROP DATABASE {name} WITH (FORCE)")

    @contextmanager
    def elsewhere(self, engine: str, root: Path) -> Iterator[Installation]:
        """An installation with its folder under `root`, gone afterwards."""
        name = f"f{next(self._numbers)}"
        folder = root / name
        folder.mkdir()
        if engine == "postgresql":
            self._sql(f"CREATE DATABASE {name}")
        try:
            yield Installation(folder, self._url(engine, name, folder))
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def on_disk(self, disk: Path) -> Iterator[Installation]:
        """An installation whose database's files lie on that disk, its folder elsewhere; gone afterwards."""
        assert self.cluster is not None
        name = f"f{next(self._numbers)}"
        space = disk / f"space-{name}"
        space.mkdir()
        if os.geteuid() == 0:
            shutil.chown(space, "postgres", "postgres")
            for above in (self.folder, disk):  # the server's own user must get there
                above.chmod(0o711)
        self._sql(f"CREATE TABLESPACE {name} LOCATION '{space}'")
        self._sql(f"CREATE DATABASE {name} TABLESPACE {name}")
        folder = self.folder / name
        folder.mkdir()
        try:
            yield Installation(folder, self._url("postgresql", name, folder))
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            self._sql(f"DROP DATABASE {name} WITH (FORCE)")
            self._sql(f"DROP TABLESPACE {name}")
            shutil.rmtree(space, ignore_errors=True)

    def killed_everywhere(self, template: Installation, scene: str, *moments: str, every: int = 1) -> Iterator[tuple[str, Installation]]:
        """Copies in which the scene was killed: at its first step, its second, and so on until it ends by itself.

        With `every`, at each so-manieth step only.
        """
        for number in range(1, STEP_LIMIT, self.stride * every):
            with self.copy(template) as place:
                at = f"*:{number}"
                code = self.worker.run(scene, place, *moments, at=at)
                if code not in {0, KILLED}:
                    raise RuntimeError(f"{scene} at {at} ended with {code}; see the worker's log")
                yield (at if code else NOT_KILLED), place
                if code == 0:
                    return
        raise RuntimeError(f"{scene} does not end within {STEP_LIMIT} steps")

    def _url(self, engine: str, name: str, folder: Path) -> str:
        if engine == "sqlite":
            return f"sqlite:///{folder / 'nianbao.sqlite3'}"
        assert self.cluster is not None
        return self.cluster.url(name)

    def _sql(self, statement: str) -> None:
        assert self.cluster is not None
        engine = create_engine(self.cluster.url("postgres"), poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()


@contextmanager
def ground(folder: Path, *, stride: int = 1, postgres: bool = True) -> Iterator[Ground]:
    """The ground with its worker and, where it is installed, PostgreSQL; everything ends with it."""
    worker = Worker(folder / "worker.log")
    try:
        if postgres and servers.postgres_bin() is not None:
            with servers.postgres() as cluster:
                yield Ground(folder, worker, cluster, stride)
        else:
            yield Ground(folder, worker, None, stride)
    finally:
        worker.close()
