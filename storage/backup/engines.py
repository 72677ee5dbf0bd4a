"""A consistent copy of the database while others write to it, and a new database from such a copy."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from sqlalchemy import URL

from storage import failpoint
from storage.domain.errors import ConfigError, StoreError

SQLITE_FILE, POSTGRES_FILE = "nianbao.sqlite3", "nianbao.dump"
TIMEOUT = 6 * 3600


def dump(address: URL, folder: Path) -> str:
    """Write a copy of the database at `address` into `folder`; the name of its file. Raises StoreError, ConfigError."""
    if address.drivername == "sqlite":
        _copy_sqlite(Path(str(address.database)), folder / SQLITE_FILE)
        return SQLITE_FILE
    _run("pg_dump", address, "--format=custom", "--no-owner", "--no-privileges", f"--file={folder / POSTGRES_FILE}")
    return POSTGRES_FILE


def load_postgres(address: URL, file: Path, last: str) -> None:
    """Fill an empty PostgreSQL database, all or nothing, with the statement `last` in the same transaction. Raises StoreError, ConfigError.

    Found by killing it: muting after the restore left a moment at which the copy stood and would have sent.
    """
    script = [_program("pg_restore"), "--no-owner", "--no-privileges", "--file=-", str(file)]
    loader = [_program("psql"), "--no-psqlrc", "--quiet", "--output=/dev/null", "--set=ON_ERROR_STOP=1", f"--dbname={_name(address)}"]
    with tempfile.TemporaryFile() as said:
        environment = _environment(address)
        with (
            subprocess.Popen(script, stdout=subprocess.PIPE, stderr=said) as reading,  # noqa: S603 - PostgreSQL's own program
            subprocess.Popen(loader, stdin=subprocess.PIPE, stderr=said, env=environment) as writing,  # noqa: S603 - the same
        ):
            assert reading.stdout is not None
            assert writing.stdin is not None
            with suppress(BrokenPipeError):
                # Our own BEGIN and COMMIT: psql's option would commit what had come when this process dies half-way.
                writing.stdin.write(b"BEGIN;\n")
                shutil.copyfileobj(reading.stdout, writing.stdin)
                failpoint.step("restore.loaded")
                if reading.wait() == 0:
                    writing.stdin.write(f"\n{last};\nCOMMIT;\n".encode())
            with suppress(BrokenPipeError):
                writing.stdin.close()
        if reading.returncode or writing.returncode:
            said.seek(0)
            _refuse("pg_restore", said.read().decode(errors="replace"))


def _copy_sqlite(source: Path, target: Path) -> None:
    """SQLite's own way: page by page, begun anew whenever a writer came between, so that the copy is of one instant."""
    try:
        reading, writing = sqlite3.connect(f"file:{source}?mode=ro", uri=True, timeout=30), sqlite3.connect(target)
        try:
            reading.backup(writing, pages=-1)
            writing.execute("PRAGMA journal_mode = DELETE")
            (verdict,) = writing.execute("PRAGMA integrity_check(1)").fetchone()
        finally:
            reading.close()
            writing.close()
    except sqlite3.Error as error:
        raise StoreError(f"数据库无法复制：{error}", kept="数据没有改动。", advice="请检查磁盘空间，稍后重试。") from error
    if verdict != "ok":
        raise StoreError(f"数据库已损坏：{verdict}", kept="数据没有改动。", advice="请从较早的备份恢复。")


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise ConfigError(f"没有找到 {name}", kept="数据没有改动。", advice="请安装 PostgreSQL 的客户端程序（postgresql-client）。")
    return found


def _environment(address: URL) -> dict[str, str]:
    """The password goes by the environment: other users of the machine can read a command line."""
    return {**os.environ, **({"PGPASSWORD": str(address.password)} if address.password else {})}


def _name(address: URL) -> str:
    return address.set(drivername="postgresql", password=None).render_as_string(hide_password=False)


def _run(program: str, address: URL, *arguments: str) -> None:
    command = [_program(program), *arguments, f"--dbname={_name(address)}"]
    try:
        done = subprocess.run(  # noqa: S603 - PostgreSQL's own program; file and address are ours
            command, env=_environment(address), capture_output=True, text=True, errors="replace", timeout=TIMEOUT, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise StoreError(f"{program} 超时", kept="数据没有改动。") from error
    if done.returncode:
        _refuse(program, done.stderr)


def _refuse(program: str, said: str) -> NoReturn:
    first = next((line for line in said.splitlines() if line.strip()), "未说明原因")
    raise StoreError(f"{program} 没有成功：{first[:300]}", kept="数据没有改动。", advice="请核对数据库地址和客户端版本。")
