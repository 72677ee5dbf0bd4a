"""Small harm to good files, and how much of it a reading may show.

One change touches at most the figures whose characters it touches or parts from their neighbours. So a reading may differ from the truth,
unflagged, in as many cells as digits, signs and dashes stand in or beside the change; where none does, every difference is a silent error.
"""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

_FIGURE = re.compile(rb"[0-9+./-]")


@dataclass(frozen=True)
class Mutant:
    """Changed bytes; `touched` counts the characters of figures among what went and what came."""

    data: bytes
    touched: int
    what: str


def mutant(data: bytes, rng: random.Random) -> Mutant:
    """One change somewhere in the bytes."""
    at = rng.randrange(len(data))
    kind = rng.choice(("replace", "delete", "insert", "cut", "repeat", "flip"))
    size = rng.choice((1, 1, 2, 5, 20)) if kind in ("cut", "repeat") else 1
    old = data[at : at + size]
    new = {
        "replace": bytes([rng.randrange(256)]),
        "delete": b"",
        "insert": old + bytes([rng.choice(b"0123456789<>{}\\ \t\n\x00\xffaA")]),
        "cut": b"",
        "repeat": old + old,
        "flip": bytes([old[0] ^ (1 << rng.randrange(8))]) if old else b"",
    }[kind]
    return Mutant(
        data[:at] + new + data[at + size :],
        len(_FIGURE.findall(data[max(0, at - 1) : at + size + 1] + new)),
        f"{kind} at {at}: {old!r} -> {new!r}",
    )


def inside(data: bytes, rng: random.Random, change: Callable[[bytes, random.Random], Mutant] = mutant) -> Mutant:
    """One change inside an XML member of a package, the package whole again."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        members = {name: file.read(name) for name in file.namelist()}
    names = sorted(name for name in members if name.endswith((".xml", ".rels")))
    name = rng.choices(names, [len(members[n]) for n in names])[0]
    harmed = change(members[name], rng)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as file:
        for other, content in members.items():
            file.writestr(other, harmed.data if other == name else content)
    return Mutant(out.getvalue(), harmed.touched, f"{name}: {harmed.what}")
