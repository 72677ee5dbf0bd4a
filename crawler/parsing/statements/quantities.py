"""Figures with their units in running text without spaces. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from crawler.parsing.chinese_numbers import CHINESE, half_width, parse
from storage.domain.quick import quick
from storage.domain.reports import Number

_UNITS = r"件次|人次|件|起|条|宗|例|份|个(?!百分点|工作日|月|部分|方面|单位|平台|栏目)|项|次|篇|笔|元|万元|亿元|%|倍|个百分点|个?部分"
_NUMBER = rf"\d{{1,3}}(?:[,，]\d{{3}})+(?![\d])(?:\.\d+)?|\d+(?:\.\d+)?|(?<![第{CHINESE}])[{CHINESE}]+"
_QUANTITY = re.compile(
    rf"(?P<about>大?约|近|逾|超过?|将近|不足|达到?近)?(?<![\d.〔第])(?P<number>{_NUMBER})(?P<more>余|多|来)?(?P<big>万|亿)?(?P<more2>余|多)?(?P<unit>{_UNITS})(?P<more3>以上|左右|多)?"
)
# Where a figure with its unit ends. It begins with a set of letters, which `re` finds many times faster than the words before a figure.
_END = re.compile(rf"[\d{CHINESE}](?:余|多|来)?(?:万|亿)?(?:余|多)?(?:{_UNITS})")
_LEAD = 3  # letters of 达到近, the longest word before a figure
_IN_NUMBER = frozenset(CHINESE + ",，.")
_COMMA = re.compile(r"(?<!\d),|,(?!\d{3}(?!\d))")
_NARROW = re.compile("[:;()]")
_WIDE = str.maketrans(":;()", "：；（）")
_BIG = {"万": 10_000, "亿": 100_000_000}


@quick
@dataclass(frozen=True, slots=True)
class Quantity:
    """One figure in a text: its value (万 and 亿 worked in, except in money), unit, whether it is approximate, and its span."""

    value: Number
    unit: str
    approx: bool
    start: int
    end: int


def compact(text: str) -> str:
    """Text without spaces, digits half width, punctuation full width except the thousands separator."""
    bare = "".join(half_width(text).split())
    wide = _COMMA.sub("，", bare) if "," in bare else bare
    return wide.translate(_WIDE) if _NARROW.search(wide) else wide


def find(text: str) -> list[Quantity]:
    """All figures with a unit in `text` (as `compact` gives it), in order. Ordinals (第二十条) and document numbers are none."""
    end = _END.search(text)
    if end is None:
        return []
    start = end.start()
    while start and (text[start - 1] in _IN_NUMBER or text[start - 1].isdecimal()):
        start -= 1
    found = []
    for match in _QUANTITY.finditer(text, max(0, start - _LEAD)):
        value = parse(match["number"])
        if value is None:
            continue
        if match["big"]:
            value = _scaled(value, _BIG[match["big"]])
        approx = bool(match["about"] or match["more"] or match["more2"] or match["more3"])
        found.append(Quantity(*_money(value, match["unit"]), approx, match.start(), match.end()))
    return found


def _scaled(value: Number, factor: int) -> Number:
    scaled = Decimal(value) * factor
    return int(scaled) if scaled == scaled.to_integral_value() else scaled


def _money(value: Number, unit: str) -> tuple[Number, str]:
    if unit in ("万元", "亿元"):
        return _scaled(value, _BIG[unit[0]]), "元"
    return value, unit
