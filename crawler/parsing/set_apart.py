"""Characters printed raised, lowered or struck out, spelled so that they are no part of the figure they stand beside. Pure.

A footnote mark set as superscript would otherwise turn "4" into "41", and a crossed-out "9" beside "4" into "94". Both stay visible as
what they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter

_RAISED = str.maketrans("0123456789+-()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾")
_LOWERED = str.maketrans("0123456789+-()", "₀₁₂₃₄₅₆₇₈₉₊₋₍₎")
_UNSURE = str.maketrans(dict.fromkeys("0123456789０１２３４５６７８９", "\ufffd"))
_STROKE = "\u0336"  # combining: the character before it is crossed out

Spelling = Callable[[str], str]
Part = tuple[str, Spelling | None]
"""Characters, and how they are spelled where they are set apart."""


def raised(text: str) -> str:
    """Text as superscript."""
    return text.translate(_RAISED)


def lowered(text: str) -> str:
    """Text as subscript."""
    return text.translate(_LOWERED)


def struck(text: str) -> str:
    """Text crossed out, character by character."""
    return "".join(c if c.isspace() else c + _STROKE for c in text)


def unsure(text: str) -> str:
    """Text of which nothing tells whether it is seen: its words may be, its digits are none."""
    return text.translate(_UNSURE)


def moved_up(text: str) -> str:
    """Text moved above the line in its full size: what it is beside tells whether that means something (`settled`)."""
    return raised(text)


def moved_down(text: str) -> str:
    """Text moved below the line in its full size."""
    return lowered(text)


SCRIPTS: Mapping[str, Spelling] = {"superscript": raised, "subscript": lowered}
"""By the names office formats have for them."""


def touch(before: str, after: str) -> bool:
    """Whether a digit ends one text and another begins the next."""
    return before.rstrip()[-1:].isdigit() and after.lstrip()[:1].isdigit()


def _settled(parts: Sequence[Part]) -> Iterator[Part]:
    """Parts of which those that are moved are set apart only where their digits stand beside digits that are not."""
    runs = [("".join(text for text, _ in run), spell) for spell, run in groupby((p for p in parts if p[0]), key=itemgetter(1))]
    for i, (text, spell) in enumerate(runs):
        if spell in (moved_up, moved_down):
            before, after = runs[i - 1][0] if i else "", runs[i + 1][0] if i + 1 < len(runs) else ""
            spell = spell if touch(before, text) or touch(text, after) else None  # noqa: PLW2901
        yield text, spell


def spelled(parts: Sequence[Part]) -> str:
    """The text of a paragraph. One that is raised or lowered as a whole is merely set small: its figure is a figure."""
    if any(spell in (moved_up, moved_down) for _, spell in parts):
        parts = list(_settled(parts))
    if all(spell in (raised, lowered) for text, spell in parts if text.strip()):
        return "".join(text for text, _ in parts)
    return "".join(spell(text) if spell else text for text, spell in parts)
