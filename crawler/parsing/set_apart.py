"""Characters printed raised, lowered or struck out, spelled so that they are no part of the figure they stand beside. Pure.

A footnote mark set as superscript would otherwise turn "4" into "41", and a crossed-out "9" beside "4" into "94". Both stay visible as
what they are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

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


def spelled(parts: Sequence[Part]) -> str:
    """The text of a paragraph. One that is raised or lowered as a whole is merely set small: its figure is a figure."""
    if all(spell in (raised, lowered) for text, spell in parts if text.strip()):
        return "".join(text for text, _ in parts)
    return "".join(spell(text) if spell else text for text, spell in parts)
