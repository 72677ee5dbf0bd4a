"""Comparing printed labels with the form's: spelling that carries no meaning removed, misprints and cut labels tolerated. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from functools import lru_cache

from crawler.parsing.radicals import ideographs
from storage.forms.loader import Label

# Letters, digits and CJK ideographs carry meaning in a label; spaces, brackets, quotes and stops do not.
_NOISE = re.compile(r"[^0-9A-Za-z\u3400-\u9fff]+")
_WIDE_DIGITS = {ord("０") + i: ord("0") + i for i in range(10)}
_ORDINAL = re.compile(r"(?:[一二三四五六七八九十]、|（[一二三四五六七八九十]）|\d[.．、])")


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """The label's meaningful characters only."""
    return _NOISE.sub("", ideographs(text).translate(_WIDE_DIGITS))


@lru_cache(maxsize=2048)
def undigited(text: str) -> str:
    """The label's meaningful characters without digits: heads are numbered in some forms."""
    return "".join(c for c in plain(text) if not c.isdigit())


@lru_cache(maxsize=512)
def wordings(label: Label) -> tuple[str, ...]:
    """All plain wordings of a form label: official, without its ordinal, with its group, and the variants."""
    bare = _ORDINAL.sub("", label.label, count=1)
    group = plain(label.group)
    found = [plain(label.label), plain(bare), *(plain(v) for v in label.variants)]
    if group:
        found += [group + found[0], group + found[1]]
    return tuple(dict.fromkeys(w for w in found if w))


@lru_cache(maxsize=8192)
def _pairs(text: str) -> Counter[str]:
    return Counter(text[i : i + 2] for i in range(len(text) - 1))


@lru_cache(maxsize=65536)
def similarity(seen: str, wanted: str) -> float:
    """0…1 for two plain labels; 1 is equal, ≥ 0.9 one ends with the other, else the share of common letter pairs."""
    if seen == wanted:
        return 1.0
    if len(seen) < 2 or len(wanted) < 2:
        return 0.0
    if len(wanted) >= 4 and seen.endswith(wanted):
        return 0.92
    a, b = _pairs(seen), _pairs(wanted)
    shared = sum((a & b).values())
    dice = 2 * shared / (len(seen) + len(wanted) - 2)
    if len(seen) >= 4 and seen in wanted:
        return max(dice, 0.6 + 0.3 * len(seen) / len(wanted))
    return dice


def best(seen: str, label: Label) -> float:
    """The best similarity of a plain text with any wording of a form label."""
    return closest(seen, wordings(label))


def nearest(seen: str, labels: tuple[Label, ...]) -> tuple[float, str]:
    """The best similarity of a plain text with any of these labels, and the key of that label; (0, "") where there is no label."""
    return nearest_of(labels)(seen)


@lru_cache(maxsize=64)
def nearest_of(labels: tuple[Label, ...]) -> Callable[[str], tuple[float, str]]:
    """`nearest` among these labels, for many texts: finding the answers kept for some labels takes longer than the answer."""

    @lru_cache(maxsize=4096)
    def found(seen: str) -> tuple[float, str]:
        return max(((best(seen, label), label.key) for label in labels), default=(0.0, ""))

    return found


@lru_cache(maxsize=65536)
def closest(seen: str, wanted: tuple[str, ...]) -> float:
    """The best similarity of a plain text with any of these plain wordings."""
    if seen in wanted:
        return 1.0
    return max(similarity(seen, wording) for wording in wanted)
