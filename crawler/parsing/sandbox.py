"""Foreign bytes are parsed in child processes with limits on time, memory and output; a crash or a bomb ends as a reading problem.

Vendors below us (PDFium, libxml2) are C code fed by strangers; PDFium also breaks when used from two threads. A child that dies takes one
report's reading with it and nothing else.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import pickle
import resource
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Self

from crawler.parsing.ocr import engine
from crawler.parsing.report import Hints, parse, unread
from storage.domain.document import Problem
from storage.domain.reports import ParsedReport

_MEGABYTE = 1024 * 1024
_NO_HINTS = Hints()
_NO_MEMORY = "parse-memory"


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one child: CPU and wall seconds per report, address space and answer in MB, reports before it is replaced.

    `recognise` False leaves pictures unread even where the recogniser is installed.
    """

    cpu_seconds: int = 60
    wall_seconds: float = 90.0
    memory_mb: int = 2048
    answer_mb: int = 64
    reports_per_child: int = 200
    recognise: bool = True

    def for_pictures(self, wanted: bool = True) -> Self:
        """The same with room and time for a scanned report, where the recogniser is wanted and there; it takes seconds per page."""
        if not wanted or not engine.available():
            return replace(self, recognise=wanted)
        return replace(
            self,
            cpu_seconds=max(self.cpu_seconds, 600),
            wall_seconds=max(self.wall_seconds, 600.0),
            memory_mb=max(self.memory_mb, 3072),
        )


_DEFAULT = Limits().for_pictures()
Work = Callable[[bytes, str, Hints], ParsedReport]


def _read(data: bytes, source: str, hints: Hints) -> ParsedReport:
    return parse(data, source=source, hints=hints)


def parse_isolated(data: bytes, *, source: str, hints: Hints = _NO_HINTS, limits: Limits = _DEFAULT, work: Work = _read) -> ParsedReport:
    """`report.parse` in a child of its own. Never raises for bad input."""
    with ParserPool(limits, work) as pool:
        return pool.parse(data, source=source, hints=hints)


class ParserPool:
    """A child that parses one report after another, replaced after many reports, a crash or an overrun.

    Not safe across threads: give each worker thread its own. A context manager.
    """

    def __init__(self, limits: Limits = _DEFAULT, work: Work = _read) -> None:
        self._child = Child(work, limits)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def parse(self, data: bytes, *, source: str, hints: Hints = _NO_HINTS) -> ParsedReport:
        """Parse one report in the child."""
        answer = self._child.ask(data, source, hints)
        if isinstance(answer, ParsedReport):
            return answer
        problem = answer if isinstance(answer, Problem) else Problem("parser-crashed", "读取程序异常退出，或结果超过上限")
        return unread(source, hashlib.sha256(data).hexdigest(), problem, hints)

    def close(self) -> None:
        """End the child."""
        self._child.close()


class Child:
    """One process that does one kind of work on foreign bytes, within limits: `work(data, *rest)` in it, its answer or a Problem here.

    `work` is a function of a module, and everything given or answered can be pickled. Not safe across threads.
    """

    def __init__(self, work: Callable[..., object], limits: Limits = _DEFAULT) -> None:
        self._limits = limits
        self._work = work
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None
        self._done = 0

    def ask(self, data: bytes, *rest: object) -> object:
        """The answer of the work, or a Problem where the child ran out of time or memory, or died."""
        pipe = self._ready()
        try:
            pipe.send_bytes(pickle.dumps((data, *rest), protocol=pickle.HIGHEST_PROTOCOL))
            if not pipe.poll(self._limits.wall_seconds):
                return self._lost(Problem("parse-timeout", f"读取超过 {self._limits.wall_seconds:g} 秒，已停止"))
            # The answer is pickled by our own code in a child that runs our own code; its size is bounded before it is loaded.
            answer: object = pickle.loads(pipe.recv_bytes(self._limits.answer_mb * _MEGABYTE))  # noqa: S301
        except EOFError:
            return self._lost(self._death())
        except OSError:
            return self._lost(Problem("parser-crashed", "读取程序异常退出，或结果超过上限"))
        self._done += 1
        # A child short of memory may have been left in any state.
        return self._lost(answer) if isinstance(answer, Problem) and answer.code == _NO_MEMORY else answer

    def close(self) -> None:
        """End the child."""
        if self._pipe is not None:
            with suppress(OSError):
                self._pipe.close()
        if self._process is not None:
            self._process.join(2)
            if self._process.is_alive():
                self._process.kill()
                self._process.join()
            self._process.close()
        self._process = self._pipe = None
        self._done = 0

    def _ready(self) -> Connection:
        if self._process is not None and (self._done >= self._limits.reports_per_child or not self._process.is_alive()):
            self.close()
        if self._pipe is None:
            # spawn, not fork: the parent may hold threads, database handles and sockets that a parser must not inherit
            context = multiprocessing.get_context("spawn")
            ours, theirs = context.Pipe()
            process = context.Process(target=_serve, args=(theirs, self._limits, self._work), daemon=True)
            try:
                process.start()
            except BaseException:
                # A machine out of processes or memory: nothing of the child is kept, so that the next report can try again.
                ours.close()
                raise
            finally:
                theirs.close()
            self._pipe, self._process = ours, process
        return self._pipe

    def _death(self) -> Problem:
        process = self._process
        if process is not None:
            process.join(5)
            if process.exitcode == -signal.SIGXCPU:
                return Problem("parse-timeout", f"读取占用处理器超过 {self._limits.cpu_seconds} 秒，已停止")
        return Problem("parser-crashed", "读取程序异常退出")

    def _lost(self, problem: Problem) -> Problem:
        if self._process is not None and self._process.is_alive():
            self._process.kill()
        self.close()
        return problem


def _serve(pipe: Connection, limits: Limits, work: Callable[..., object]) -> None:
    """The child: bound itself, then answer until the pipe closes."""
    size = limits.memory_mb * _MEGABYTE
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if not limits.recognise:
        engine.forbid()
    while True:
        try:
            given = pickle.loads(pipe.recv_bytes())  # noqa: S301 - written by our own parent
        except (EOFError, OSError):
            return
        spent = int(sum(resource.getrusage(resource.RUSAGE_SELF)[:2]))
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (spent + limits.cpu_seconds, hard))
        try:
            answer = pickle.dumps(work(*given), protocol=pickle.HIGHEST_PROTOCOL)
        except MemoryError:
            answer = pickle.dumps(Problem(_NO_MEMORY, f"读取所需内存超过 {limits.memory_mb} MB，已停止"))
        with suppress(OSError):
            pipe.send_bytes(answer)
