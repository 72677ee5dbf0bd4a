"""Colours in the binary Word format: whether characters are white, and whether the ground behind them is. Pure.

Source: [MS-DOC] 2.6.1 to 2.6.3 (sprms), 2.9.43 (COLORREF), 2.9.119 (Ico), 2.9.245 to 2.9.248 (Shd, Shd80, SHDOperand).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from crawler.parsing import paleness

Ground = Literal["plain", "coloured", "unsaid"]

_COLOUR, _COLOUR_NUMBER = 0x6870, 0x2A42
_HIGHLIGHT, _RUN, _RUN_OLD = 0x2A0C, 0xCA71, 0x4866
_PARAGRAPH, _PARAGRAPH_OLD = 0xC64D, 0x442D
_CELLS, _CELLS_OLD = frozenset({0xD612, 0xD616, 0xD60C, 0xD670, 0xD671, 0xD672}), 0xD609
_SOME_CELLS = frozenset({0xD62D, 0xD62E})  # begins with the columns meant
_TABLE = 0xD660
_WHITE, _NIL, _AUTO = 8, 0xFFFF, 0xFF


def is_white(sprms: Mapping[int, bytes]) -> bool:
    """Whether characters with these properties are white."""
    colour = sprms.get(_COLOUR)
    if colour is not None and len(colour) >= 4:
        return _is_white(colour[:4])
    return sprms.get(_COLOUR_NUMBER, b"")[:1] == bytes([_WHITE])


def behind(sprms: Mapping[int, bytes]) -> bool:
    """Whether characters with these properties bring a ground of their own that is not white."""
    if sprms.get(_HIGHLIGHT, b"\0")[:1] not in (b"\0", bytes([_WHITE]), b""):
        return True
    return _coloured(sprms.get(_RUN, b"")) or _coloured_old(sprms.get(_RUN_OLD, b""))


def shades(sprms: Iterable[tuple[int, bytes]]) -> bool:
    """Whether the properties of a paragraph or row shade it or any of its cells with something that is not white."""
    for code, operand in sprms:
        if code in (_PARAGRAPH, _TABLE) and _coloured(operand):
            return True
        if code == _PARAGRAPH_OLD and _coloured_old(operand):
            return True
        if code in _CELLS and any(_coloured(operand[i : i + 10]) for i in range(0, len(operand), 10)):
            return True
        if code == _CELLS_OLD and any(_coloured_old(operand[i : i + 2]) for i in range(0, len(operand), 2)):
            return True
        if code in _SOME_CELLS and _coloured(operand[2:]):
            return True
    return False


def _coloured(shading: bytes) -> bool:
    """A Shd: two COLORREF (pattern, ground) and the pattern's number."""
    if len(shading) < 10:
        return False
    pattern = int.from_bytes(shading[8:10], "little")
    if pattern == _NIL:
        return False
    colour = shading[:4] if pattern == 1 else shading[4:8]
    return pattern > 1 or not (colour[3] == _AUTO or _is_white(colour))


def _coloured_old(shading: bytes) -> bool:
    """A Shd80: five bits of colour, five of ground, six of pattern."""
    told = int.from_bytes(shading[:2], "little") if len(shading) >= 2 else 0
    if told == _NIL:
        return False
    pattern = told >> 10
    return pattern > 1 or (told & 31 if pattern == 1 else told >> 5 & 31) not in (0, _WHITE)


def _is_white(colour: bytes) -> bool:
    return colour[3] != _AUTO and paleness.is_pale(*colour[:3])
