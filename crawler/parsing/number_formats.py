"""A stored number as its spreadsheet cell shows it, for the number formats that reports use; others show the number in full. Pure."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

_PLAIN = re.compile(r"(?P<group>#,##)?0(?:\.(?P<places>0+))?(?P<percent>%)?(?:[_\\].)*\s*(?P<unit>(?:\"[^\"]{1,8}\")|[件项条个元])?\Z")
BUILT_IN = {1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 37: "#,##0", 38: "#,##0", 39: "#,##0.00", 40: "#,##0.00"}
DATES = frozenset({*range(14, 23), 27, 28, 29, 30, 31, 36, 45, 46, 47, 50, 51, 52, 53, 54, 55, 56, 57, 58})
_DATE_LETTERS = re.compile(r"[ymdhs年月日]", re.IGNORECASE)
_QUOTED = re.compile(r"\"[^\"]*\"|\\.|\[[^\]]*\]")


def is_date(number: int, code: str) -> bool:
    """Whether a format shows a number as a date or time."""
    return number in DATES or bool(_DATE_LETTERS.search(_QUOTED.sub("", code)))


def shown(value: str | float, code: str = "") -> str:
    """The text of a number under a format code. Whole numbers have no point, nothing is in scientific notation."""
    try:
        number = Decimal(f"{float(value):.15g}") if isinstance(value, float) or "e" in value.lower() or len(value) > 16 else Decimal(value)
    except (InvalidOperation, ValueError, OverflowError):
        return str(value)
    if not number.is_finite() or abs(number) >= Decimal(10) ** 15:
        return str(value)
    format_ = _PLAIN.fullmatch(code.partition(";")[0])
    if format_ is None:
        return _plain(number)
    scaled = number * 100 if format_["percent"] else number
    rounded = scaled.quantize(Decimal(1).scaleb(-len(format_["places"] or "")), ROUND_HALF_UP)
    text = f"{rounded:,f}" if format_["group"] else f"{rounded:f}"
    return text + ("%" if format_["percent"] else "") + (format_["unit"] or "").strip('"')


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
