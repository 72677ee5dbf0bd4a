"""The table of promises: what was injected, how often, and what came out wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Tally:
    """One promise on trial.

    `lost` counts what ought to be there afterwards and is not (an original, an event, a message, a state); `doubled` what is there and
    ought not to be: a second copy, or something told that nobody may say. `notes` name each of them.
    """

    promise: str
    words: str
    injected: str = ""
    faults: int = 0
    runs: int = 0
    lost: int = 0
    doubled: int = 0
    notes: list[str] = field(default_factory=list)

    def missing(self, what: str, count: int = 1) -> None:
        """Something is gone."""
        if count > 0:
            self.lost += count
            self.notes.append(f"{self.promise} lost {count}: {what}")

    def too_many(self, what: str, count: int = 1) -> None:
        """Something is there that ought not to be."""
        if count > 0:
            self.doubled += count
            self.notes.append(f"{self.promise} doubled {count}: {what}")

    def expect(self, what: str, found: int, wanted: int) -> None:
        """So many of it, neither fewer nor more."""
        self.missing(what, wanted - found)
        self.too_many(what, found - wanted)


HEAD = ("promise", "what must hold", "faults injected", "kinds", "runs", "lost", "doubled")


def rows(tallies: Sequence[Tally]) -> list[tuple[str, ...]]:
    """The cells of the table, head first."""
    return [HEAD, *((t.promise, t.words, t.injected, str(t.faults), str(t.runs), str(t.lost), str(t.doubled)) for t in tallies)]


def markdown(tallies: Sequence[Tally]) -> str:
    """The table as the documentation holds it."""
    head, *body = rows(tallies)
    lines = ["| " + " | ".join(head) + " |", "|---|---|---|--:|--:|--:|--:|"]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in body)])


def last_line(tallies: Sequence[Tally]) -> str:
    """The line that decides."""
    total = [sum(getattr(tally, name) for tally in tallies) for name in ("faults", "runs", "lost", "doubled")]
    return f"faults {total[0]} runs {total[1]} lost {total[2]} doubled {total[3]}"
