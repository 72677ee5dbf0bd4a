"""How the tests call the command, and what it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """What one call said."""

    code: int
    out: str
    err: str


Nianbao = Callable[..., Answer]
