"""Real servers for tests: a PostgreSQL cluster and an S3 service, on this machine only, gone when the tests are."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

STARTUP_SECONDS = 60
_numbers = itertools.count()


def postgres_bin() -> Path | None:
    """The folder with `initdb` and `postgres`, the newest installed, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("postgres")
    return Path(on_path).parent if on_path else None


@dataclass
class Postgres:
    """A running cluster, reached by its own socket folder only."""

    bin: Path
    folder: Path
    process: subprocess.Popen[bytes] | None = None

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://nianbao@/{database}?host={self.folder}"

    def new_database(self, template: str = "template1") -> str:
        """The address of a database made now."""
        name = f"made{next(_numbers)}"
        engine = create_engine(self.url("postgres"), poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
        engine.dispose()
        return self.url(name)

    def start(self) -> None:
        command = [str(self.bin / "postgres"), "-D", str(self.folder / "data"), "-k", str(self.folder), "-c", "listen_addresses="]
        settings = ["fsync=off", "full_page_writes=off", "shared_buffers=32MB", "max_connections=60"]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [*_as_postgres("--pdeathsig", "INT"), *command, *(part for setting in settings for part in ("-c", setting))],
                stdout=log,
                stderr=log,
            )
        self._wait_until_ready()

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(STARTUP_SECONDS)
            self.process = None

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + STARTUP_SECONDS
        ready = [str(self.bin / "pg_isready"), "-q", "-h", str(self.folder)]
        while subprocess.run(ready, check=False, timeout=STARTUP_SECONDS).returncode != 0:
            if time.monotonic() > deadline or self.process is None or self.process.poll() is not None:
                raise RuntimeError("PostgreSQL did not start:\n" + (self.folder / "log").read_text(errors="replace"))
            time.sleep(0.05)


def _as_postgres(*extra: str) -> list[str]:
    """PostgreSQL refuses root; become its user. Elsewhere stay who we are."""
    user = ["--reuid", "postgres", "--regid", "postgres", "--clear-groups"] if os.geteuid() == 0 else []
    return ["setpriv", *user, *extra] if shutil.which("setpriv") else []


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A fresh cluster in a temporary folder, stopped at the end."""
    binaries = postgres_bin()
    if binaries is None:
        raise RuntimeError("PostgreSQL is not installed")
    folder = Path(tempfile.mkdtemp(prefix="nianbao-pg-"))
    try:
        if os.geteuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(folder, account.pw_uid, account.pw_gid)
        init = [str(binaries / "initdb"), "-D", str(folder / "data"), "-U", "nianbao", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"]
        subprocess.run([*_as_postgres(), *init], check=True, capture_output=True, timeout=STARTUP_SECONDS, cwd="/")
        server = Postgres(binaries, folder)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def s3() -> Iterator[dict[str, str]]:
    """An S3 service on loopback with the bucket `nianbao`; the variables a client needs."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        endpoint = f"http://{host}:{port}"
        import httpx

        httpx.put(f"{endpoint}/nianbao", headers={"Host": f"{host}:{port}"}, timeout=30).raise_for_status()
        yield {
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "us-east-1",
        }
    finally:
        server.stop()
