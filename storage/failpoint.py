"""Named moments at which a process may be told to die, so that tests can prove what a crash there leaves behind.

`NIANBAO_FAILPOINT` names the moment and how often it is passed before the process kills itself with SIGKILL: `commit:3` dies before the
third commit, `*:17` at the seventeenth moment of any name. Unset, as in every installation, a moment costs one comparison.
"""

from __future__ import annotations

import os
import signal

VARIABLE = "NIANBAO_FAILPOINT"
ANY = "*"


class _Armed:
    """What this process waits for: the name and how many passings are left, 0 for never; and the process it is part of."""

    name = ""
    left = 0
    whole = 0


def arm(spec: str) -> None:
    """Die at the moment `name:count` says; an empty text disarms. Raises ValueError for anything else."""
    _Armed.name, _, count = spec.partition(":")
    _Armed.left = int(count or 1) if spec else 0


def part_of(process: int) -> None:
    """This process does a part of that one's work: where it is told to die, both do, as when the power goes."""
    _Armed.whole = process


def step(name: str) -> None:
    """Pass the moment of that name; the process ends here, without warning and without cleaning up, if it was told so."""
    if _Armed.left and _Armed.name in {ANY, name}:
        _Armed.left -= 1
        if not _Armed.left:
            for process in filter(None, (_Armed.whole, os.getpid())):
                os.kill(process, signal.SIGKILL)


arm(os.environ.get(VARIABLE, ""))
