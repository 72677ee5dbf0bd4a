"""What is printed in a figure cell: a number, zero, blank, dash, an annotated number, or words. Pure; never guesses.

`read("22（其中修订16件）")` gives kind annotated, value 22, note "其中修订16件". A cell that could be read in more than one way
("1 2", "1,23") is `unreadable`: digits set apart inside one cell are either one number or two, and nothing in the cell says which.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from storage.domain.enums import CellKind
from storage.domain.reports import Number

# Full-width digits and signs, and the look-alikes of minus and slash met in print.
_NARROW: dict[int, str | None] = {
    **{ord("０") + i: str(i) for i in range(10)},
    **dict.fromkeys(map(ord, "－−–—―─"), "-"),
    **{ord(wide): thin for wide, thin in zip("，．＋／＼（）％\u00a0\u3000", ",.+/\\()%  ", strict=True)},
    # Marks that print nothing. Overrides of direction are not among them: they change which digit comes first.
    **dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u061c\u2060\u2066\u2067\u2068\u2069\ufe0e\ufeff\u00ad"), None),
}
_PLAIN = re.compile(r"\d+\Z")
_NUMBER = re.compile(r"(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?\Z")
_SIGNED = re.compile(r"([+-]|增加?|减少?)\s*((?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?)\Z")
_UNIT = re.compile(r"((?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?)\s*(件|项|条|个|次|宗|起|份|元|万元|亿元|人民币元)\Z")
_NOTED = re.compile(r"(\S.*?)\s*[(\[](.+)[)\]]\Z", re.DOTALL)
_DASH = re.compile(r"(?:[-/\\]+|无|不适用|N/?A)\Z", re.IGNORECASE)
_BROKEN_DIGITS = re.compile(r"[\d\s.,，\ufffd\u0336]+\Z")
_MARKED = re.compile(r"#(?:[一-鿿]{2,6}(?:\s.*)?|REF!|N/A|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|#+)\Z", re.DOTALL)
"""What readers of spreadsheets write for a figure they cannot vouch for, and what the sheets themselves do. A row of nothing else is a row
of figures that cannot be read, never one of words, which would be no row of the table at all.
"""

_STARRED = re.compile(r"(\d+)\s*([*＊①-⑳⁰¹²³⁴-⁹⁺⁽⁾₀-₉]{1,4})\Z")
_MONEY = {"元": "元", "人民币元": "元", "万元": "万元", "亿元": "亿元"}
_COUNT_UNITS = frozenset("件项条个次宗起份")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure cell as read. `value` is None unless kind is number, zero or annotated; `note` is what stands beside the figure."""

    kind: CellKind
    value: Number | None = None
    note: str = ""


BLANK = Figure(CellKind.BLANK)


def narrow(text: str) -> str:
    """Full-width digits, signs and spaces as their ASCII forms, zero-width characters dropped, ends trimmed."""
    return text.translate(_NARROW).strip()


@lru_cache(maxsize=4096)
def read(text: str) -> Figure:
    """Read one cell's text."""
    plain = narrow(text)
    if not plain:
        return BLANK
    if _PLAIN.match(plain):
        return _number(plain)
    if _DASH.match(plain):
        return Figure(CellKind.DASH)
    if plain in ("零", "〇"):
        return Figure(CellKind.ZERO, 0)
    return _dressed(plain)


def _dressed(plain: str) -> Figure:
    if _NUMBER.match(plain):
        return _number(plain)
    if signed := _SIGNED.match(plain):
        value = _value(signed[2])
        return Figure(CellKind.ANNOTATED, -value if signed[1][0] in "-减" else value, signed[1])
    if unit := _UNIT.match(plain):
        if unit[2] in _COUNT_UNITS:
            return _number(unit[1])
        return Figure(CellKind.ANNOTATED, _value(unit[1]), unit[2])
    if noted := _NOTED.match(plain):
        inner = read(noted[1])
        if inner.value is not None:
            return Figure(CellKind.ANNOTATED, inner.value, noted[2].strip())
    if starred := _STARRED.match(plain):
        return Figure(CellKind.ANNOTATED, _value(starred[1]), starred[2])
    if _BROKEN_DIGITS.match(plain) or _MARKED.match(plain):
        return Figure(CellKind.UNREADABLE)
    return Figure(CellKind.TEXT)


def is_money(unit: str) -> bool:
    """Whether a unit is one of money."""
    return unit in _MONEY


def other_unit(note: str, unit: str) -> bool:
    """Whether a figure's note names a unit of money that is not the one its column is in ("251000元" where 万元 is asked)."""
    return note in _MONEY and _MONEY[note] != unit


def _number(plain: str) -> Figure:
    value = _value(plain)
    if len(plain) > 1 and plain[0] == "0" and plain[1].isdigit():
        return Figure(CellKind.UNREADABLE)  # "02": a doubled digit, or two cells run together
    return Figure(CellKind.ZERO if value == 0 else CellKind.NUMBER, value)


def _value(digits: str) -> Number:
    digits = digits.replace(",", "")
    return Decimal(digits) if "." in digits else int(digits)
