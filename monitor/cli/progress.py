"""Progress on stderr: bars on a terminal, plain lines elsewhere, nothing with `--quiet`."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Protocol

from monitor.cli.printing import note

EVERY_SECONDS = 10.0
"""How often a plain line is written while work goes on."""


class Bar(Protocol):
    """One piece of work that advances."""

    def advance(self, done: int, words: str = "") -> None:
        """`done` of the whole are finished; `words` say more."""
        ...


class Steps:
    """Progress of a command with several steps."""

    def __init__(self, *, quiet: bool = False, color: bool = True) -> None:
        self._quiet = quiet
        self._color = color
        self._bars = not quiet and sys.stderr.isatty()

    def done(self, words: str, since: float | None = None) -> None:
        """A step is finished; `since` is the `time.monotonic()` of its start."""
        if not self._quiet:
            note(f" ✓ {words}" + (f"  {time.monotonic() - since:.1f}s" if since is not None else ""))

    @contextmanager
    def bar(self, title: str, total: int) -> Iterator[Bar]:
        """Work in `total` parts; on leaving, the last state is written out as a line that stays."""
        if self._bars:
            with _rich_bar(title, total, color=self._color) as bar:
                yield bar
        else:
            lines = _Lines(title, total, quiet=self._quiet)
            yield lines
            lines.finish()

    @contextmanager
    def staged(self) -> Iterator[Staged]:
        """Work that names its stages as it goes; each stage is a bar of its own."""
        staged = Staged(self)
        try:
            yield staged
        finally:
            staged.close()


class Staged:
    """Turns (stage, done, total) into one bar after another."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps
        self._stage = ""
        self._open = ExitStack()
        self._bar: Bar | None = None

    def advance(self, stage: str, done: int, total: int) -> None:
        """`done` of `total` of that stage are finished."""
        if stage != self._stage or self._bar is None:
            self.close()
            self._stage = stage
            self._bar = self._open.enter_context(self._steps.bar(stage, total))
        self._bar.advance(done)

    def close(self) -> None:
        """The last stage is over."""
        self._open.close()
        self._bar = None


class _Lines:
    def __init__(self, title: str, total: int, *, quiet: bool) -> None:
        self._title, self._total, self._quiet = title, total, quiet
        self._said_at = time.monotonic()
        self._latest = (0, "")
        self._said: tuple[int, str] | None = None

    def advance(self, done: int, words: str = "") -> None:
        self._latest = (done, words)
        if time.monotonic() - self._said_at >= EVERY_SECONDS:
            self._say()

    def finish(self) -> None:
        if self._said != self._latest:
            self._say()

    def _say(self) -> None:
        self._said, self._said_at = self._latest, time.monotonic()
        if not self._quiet:
            note(f" {self._title} {self._latest[0]}/{self._total} {self._latest[1]}".rstrip())


@contextmanager
def _rich_bar(title: str, total: int, *, color: bool) -> Iterator[Bar]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn(" {task.description}"), BarColumn(bar_width=24), MofNCompleteColumn(), TextColumn("{task.fields[words]}"))
    with Progress(*columns, console=Console(stderr=True, no_color=not color)) as progress:
        task = progress.add_task(title, total=total, words="")

        class Shown:
            def advance(self, done: int, words: str = "") -> None:
                progress.update(task, completed=done, words=words)

        yield Shown()
