"""Numbers in Chinese running text: 五十期, 二十三件, 二〇二三年, 1,234, １２. Pure; used by the readers of claims, dates and titles."""

from __future__ import annotations

import re
from decimal import Decimal

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "Ｏ": 0, "两": 2, "廿": 20}
_SMALL = {"十": 10, "百": 100, "千": 1000}
_BIG = {"万": 10_000, "亿": 100_000_000}
_PLACES = ("", "十", "百", "千")

CHINESE = "零〇○一二两三四五六七八九十百千万亿"
"""Characters a Chinese numeral may consist of."""

HALF_WIDTH = {ord("０") + i: ord("0") + i for i in range(10)} | {ord("％"): ord("%"), ord("．"): ord("."), ord("，"): ord("，")}
"""Translation of full-width digits, percent sign and point; one character for one, so positions stay."""

_WIDE = re.compile("[０-９％．]")
_LONGEST = 30  # no count or sum of money is longer; digits beyond are damage

_ARABIC = re.compile(r"\d{1,3}(?:[,，]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")


def has_wide(text: str) -> bool:
    """Whether `half_width` would change anything."""
    return _WIDE.search(text) is not None


def half_width(text: str) -> str:
    """`text` with `HALF_WIDTH` applied; most text has nothing to translate, and `str.translate` is slow on ideographs."""
    return text.translate(HALF_WIDTH) if has_wide(text) else text


def parse(text: str) -> int | Decimal | None:
    """The number a printed figure means, None if it is not one.

    `1,234` and `１２` are 1234 and 12, `三百零五` is 305, `二〇二三` is 2023.
    """
    bare = "".join(half_width(text).split())
    if len(bare) > _LONGEST:
        return None
    if bare.isascii() and bare.isdigit():
        return int(bare)
    if _ARABIC.fullmatch(bare):
        digits = re.sub(r"[,，]", "", bare)
        return Decimal(digits) if "." in digits else int(digits)
    return chinese(bare)


def chinese(text: str) -> int | None:
    """The value of a Chinese numeral, written with places (三十五) or digit by digit (二〇二三); None if it is neither."""
    if not text or any(c not in CHINESE for c in text):
        return None
    if not any(c in _SMALL or c in _BIG for c in text):
        return int("".join(str(_DIGITS[c]) for c in text)) if text else None
    return _by_places(text)


def _by_places(text: str) -> int | None:
    """Evaluate 十百千 within groups of 万 and 亿; None where the order of places makes no number."""
    for name, factor in (("亿", _BIG["亿"]), ("万", _BIG["万"])):
        if name in text:
            head, tail = text.rsplit(name, 1)
            high, low = _by_places(head), _by_places(tail) if tail else 0
            if not head or high is None or low is None or low >= factor:
                return None
            return high * factor + low
    return _below_ten_thousand(text)


def _below_ten_thousand(text: str) -> int | None:
    total, digit, last = 0, None, 10_000
    for char in text:
        if char in _SMALL:
            place = _SMALL[char]
            if place >= last:
                return None
            total += (1 if digit is None else digit) * place
            digit, last = None, place
        elif _DIGITS[char] == 0:
            if digit not in (None, 0):
                return None
            digit = None
        else:
            if digit:
                return None
            digit = _DIGITS[char]
    return total + (digit or 0)


def to_chinese(number: int) -> str:
    """The usual written numeral of 0 ≤ number < 10¹²; the inverse of `chinese`."""
    if not 0 <= number < 10**12:
        raise ValueError("only 0 … 10^12 - 1 have a numeral here")
    if number == 0:
        return "零"
    for name in ("亿", "万"):
        factor = _BIG[name]
        if number >= factor:
            head, tail = divmod(number, factor)
            gap = "零" if tail and tail < factor // 10 else ""
            return to_chinese(head) + name + gap + (to_chinese(tail) if tail else "")
    return _group(number)


def _group(number: int) -> str:
    out, zero = "", False
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if digit:
            one_ten = digit == 1 and place == 1 and not out
            out += ("零" if zero and out else "") + ("" if one_ten else "零一二三四五六七八九"[digit]) + _PLACES[place]
            zero = False
        else:
            zero = True
    return out
