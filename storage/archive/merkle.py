"""A tree of hashes over lines, so that one line can be proven to stand under a day's root without showing the others.

Shape of the tree as in RFC 6962, 2.1: leaves and inner nodes are hashed with different first bytes, an uneven number is split at the
largest power of two below it. Pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

Hash = bytes


def leaf(data: bytes) -> Hash:
    """The hash of one line."""
    return hashlib.sha256(b"\x00" + data).digest()


def root(leaves: Sequence[Hash]) -> Hash:
    """The hash over all leaves in order; that of nothing for none."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    level = list(leaves)
    while len(level) > 1:  # pairing neighbours and lifting an odd last one gives the same tree as splitting recursively
        level = [_node(*level[at : at + 2]) if at + 1 < len(level) else level[at] for at in range(0, len(level), 2)]
    return level[0]


def path(leaves: Sequence[Hash], index: int) -> tuple[tuple[str, Hash], ...]:
    """What to hash a leaf with, from the bottom up, to arrive at the root: the side of the other hash (`l`, `r`), and that hash."""
    steps = []
    level = list(leaves)
    while len(level) > 1:
        other = index ^ 1
        if other < len(level):
            steps.append(("l" if other < index else "r", level[other]))
        level = [_node(*level[at : at + 2]) if at + 1 < len(level) else level[at] for at in range(0, len(level), 2)]
        index //= 2
    return tuple(steps)


def climb(start: Hash, steps: Sequence[tuple[str, Hash]]) -> Hash:
    """The root to which a path leads."""
    here = start
    for side, other in steps:
        here = _node(other, here) if side == "l" else _node(here, other)
    return here


def _node(left: Hash, right: Hash) -> Hash:
    return hashlib.sha256(b"\x01" + left + right).digest()
