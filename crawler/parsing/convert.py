"""Old office formats to DOCX through LibreOffice, where it is installed: in a child of its own, bounded, without macros or network.

Each conversion has its own profile folder: two that share one refuse to start, and what a document leaves in it must not reach the next.
The caller chooses whether results are kept: `with cached_in(mapping)` keeps them by the SHA-256 of the original.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import os
import resource
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, MutableMapping
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from storage.domain.document import Document
from storage.domain.errors import Corrupt, NeedsLibreOffice

_MEGABYTE = 1024 * 1024
_CACHE: ContextVar[MutableMapping[str, bytes] | None] = ContextVar("converted", default=None)
_NAMES = ("soffice", "libreoffice")
_RESTART = 81  # exit code of LibreOffice after it has set up a new profile
_KILL_WITH_PARENT = 1  # PR_SET_PDEATHSIG
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000  # clone flags
_SETTING = (
    '<item oor:path="/org.openoffice.Office.Common/{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
)
_SETTINGS = (
    ("Security/Scripting", "DisableMacrosExecution", "true"),
    ("Security/Scripting", "MacroSecurityLevel", "3"),
    ("Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Security/Scripting", "DisableActiveContent", "true"),
)


@dataclass(frozen=True, slots=True)
class ConversionLimits:
    """Bounds of one conversion: wall and CPU seconds, address space and result in MB."""

    wall_seconds: float = 60.0
    cpu_seconds: int = 50
    memory_mb: int = 2048
    output_mb: int = 64


_DEFAULT = ConversionLimits()


@contextlib.contextmanager
def cached_in(results: MutableMapping[str, bytes]) -> Iterator[None]:
    """Within this block conversions are looked up in, and added to, `results` (SHA-256 of the original → DOCX bytes)."""
    token = _CACHE.set(results)
    try:
        yield
    finally:
        _CACHE.reset(token)


def office() -> Path | None:
    """LibreOffice's program on this machine, None where it is not installed."""
    for name in _NAMES:
        found = shutil.which(name)
        if found:
            # The launchers fork; the program itself is one process, which the limits and the end of its parent reach.
            program = Path(found).resolve()
            own = program.with_name("soffice.bin")
            return own if own.exists() else program
    return None


def to_docx(data: bytes, suffix: str, limits: ConversionLimits = _DEFAULT) -> bytes:
    """The document as DOCX. Raises NeedsLibreOffice where that is not installed, Corrupt where it makes nothing of the file."""
    results = _CACHE.get()
    key = hashlib.sha256(data).hexdigest()
    if results is not None and key in results:
        return results[key]
    program = office()
    if program is None:
        raise NeedsLibreOffice("读取这种旧格式文件需要 LibreOffice，本机没有安装（Debian：apt install libreoffice-writer）")
    with tempfile.TemporaryDirectory(prefix="nianbao-convert-") as folder:
        converted = _run(program, Path(folder), data, suffix, limits)
    if results is not None:
        results[key] = converted
    return converted


def read_converted(data: bytes, suffix: str) -> Document:
    """The document read from its conversion to DOCX."""
    from crawler.parsing.readers import docx

    found = docx.read(to_docx(data, suffix))
    return Document(found.media_type, found.blocks, {**found.meta, "converted-by": "libreoffice"}, found.problems, found.page_count)


def _run(program: Path, folder: Path, data: bytes, suffix: str, limits: ConversionLimits) -> bytes:
    (folder / f"original.{suffix}").write_bytes(data)
    (folder / "profile/user").mkdir(parents=True)
    (folder / "profile/user/registrymodifications.xcu").write_text(_profile(), encoding="utf-8")
    command = [
        str(program), f"-env:UserInstallation=file://{folder}/profile", "--headless", "--norestore", "--nolockcheck", "--nodefault",
        "--convert-to", "docx:MS Word 2007 XML", "--outdir", str(folder / "out"), str(folder / f"original.{suffix}"),
    ]  # fmt: skip
    # Nothing of our own environment: secrets stay here, and a dead proxy stands in where the network cannot be taken away.
    dead = "http://127.0.0.1:9"
    environment = {
        "HOME": str(folder),
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "SAL_USE_VCLPLUGIN": "svp",
        "http_proxy": dead,
        "https_proxy": dead,
    }
    _until_done(command, folder, environment, limits)
    made = folder / "out" / "original.docx"
    if not made.is_file() or made.stat().st_size > limits.output_mb * _MEGABYTE:
        raise Corrupt("旧格式文件无法转换，可能已损坏", advice="请另存为 DOCX 或 PDF")
    return made.read_bytes()


def _until_done(command: list[str], folder: Path, environment: dict[str, str], limits: ConversionLimits) -> None:
    """Run the program, again where it says that it has only prepared its profile."""
    deadline = time.monotonic() + limits.wall_seconds
    while _once(command, folder, environment, limits, deadline) == _RESTART and time.monotonic() < deadline:
        pass


def _once(command: list[str], folder: Path, environment: dict[str, str], limits: ConversionLimits, deadline: float) -> int:
    child = subprocess.Popen(  # noqa: S603 - a fixed command; the file's name is ours
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True, preexec_fn=lambda: _bound(limits),  # noqa: PLW1509 - the parent of a conversion is a parser child without threads
    )  # fmt: skip
    try:
        return child.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired as error:
        raise Corrupt(f"旧格式文件转换超过 {limits.wall_seconds:g} 秒，已停止") from error
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _profile() -> str:
    items = "".join(_SETTING.format(path=path, name=name, value=value) for path, name, value in _SETTINGS)
    return (
        '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry" '
        f'xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">{items}</oor:items>'
    )


def _bound(limits: ConversionLimits) -> None:
    """In the child before it becomes LibreOffice: die with the parent, no network where the system lets us, limits on everything."""
    libc = ctypes.CDLL(None)
    libc.prctl(_KILL_WITH_PARENT, signal.SIGKILL)
    if libc.unshare(_NEW_NETWORK) != 0:
        libc.unshare(_NEW_USER | _NEW_NETWORK)  # without privileges; where that is refused too the dead proxy must do
    for kind, size in (
        (resource.RLIMIT_AS, limits.memory_mb * _MEGABYTE),
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_FSIZE, 2 * limits.output_mb * _MEGABYTE),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        bound = size if hard == resource.RLIM_INFINITY else min(size, hard)
        resource.setrlimit(kind, (bound, bound))
