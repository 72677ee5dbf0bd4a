"""A stored number as its spreadsheet cell shows it. Pure.

Source: ECMA-376 part 1, 18.8.30 and 18.8.31 (number format codes). Where a person sees another number than is stored (`#,##0,` shows 7 for
7000), or a code is not understood, the text says so and is read as no figure.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import NamedTuple

_ACCOUNTING = '_ * #,##0{0}_ ;_ * \\-#,##0{0}_ ;_ * "-"_ ;_ @_ '
BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??",
    37: "#,##0;-#,##0", 38: "#,##0;-#,##0", 39: "#,##0.00;-#,##0.00", 40: "#,##0.00;-#,##0.00",
    41: _ACCOUNTING.format(""), 42: _ACCOUNTING.format(""), 43: _ACCOUNTING.format(".00"), 44: _ACCOUNTING.format(".00"), 48: "##0.0E+0",
}  # fmt: skip
DATES = frozenset({*range(14, 23), 27, 28, 29, 30, 31, 36, 45, 46, 47, 50, 51, 52, 53, 54, 55, 56, 57, 58})
_DATE_LETTERS = re.compile(r"[ymdhs年月日]", re.IGNORECASE)
_QUOTED = re.compile(r"\"[^\"]*\"|\\.|\[[^\]]*\]|[_*].|General|\"", re.IGNORECASE | re.DOTALL)
_PIECE = re.compile(
    r"\"([^\"]*)\"|\\(.)|[_*].|\[([^\]]*)\]|(General|[0#?][0#?,]*(?:\.[0#?]*)?,*|\.[0#?]+,*)|(.)", re.DOTALL | re.IGNORECASE
)
_MARKS = re.compile(
    r"\$([^-\]]*)(?:-[0-9a-f]*)?|(?:black|green|blue|magenta|yellow|cyan|red|[黑蓝青绿黄红]色|洋红)|(?:color|颜色)\s*\d+", re.IGNORECASE
)
_CURRENCY = str.maketrans("", "", "¥￥$")  # the unit of money is that of the column


class _Section(NamedTuple):
    """What stands before and after the figure, and how its digits are shown; `digits` is empty where there is no figure."""

    before: str
    digits: str
    after: str
    percents: int


def is_date(number: int, code: str) -> bool:
    """Whether a format shows a number as a date or time."""
    return number in DATES or bool(_DATE_LETTERS.search(_QUOTED.sub("", code)))


def shown(value: str | float, code: str = "") -> str:
    """The text of a number under a format code, empty where the code hides it. Whole numbers have no point, none is scientific."""
    try:
        number = Decimal(f"{float(value):.15g}") if isinstance(value, float) or "e" in value.lower() or len(value) > 16 else Decimal(value)
    except (InvalidOperation, ValueError, OverflowError):
        return str(value)
    if not number.is_finite() or abs(number) >= Decimal(10) ** 15:
        return str(value)
    sections = _sections(code)
    own = 2 if number == 0 and len(sections) > 2 else 1 if number < 0 and len(sections) > 1 else 0
    section = sections[own]
    text = _set(abs(number) if own else number, section) if section else None
    return f"#格式 {_plain(number)}" if text is None else text


@lru_cache(maxsize=256)
def _sections(code: str) -> tuple[_Section | None, ...]:
    """The parts of a code for positive numbers, negative ones and zero, as far as they differ; None for one not understood."""
    code = code.replace("G/通用格式", "General")  # how Chinese spreadsheets name it
    if not code or len(code) > 255:
        return (_Section("", "General", "", 0),)
    kept = _QUOTED.sub(lambda found: "\x00" * len(found[0]), code)
    ends = [-1, *(i for i, c in enumerate(kept) if c == ";"), len(code)]
    return tuple(_section(code[ends[i] + 1 : ends[i + 1]]) for i in range(len(ends) - 1))[:3]


def _section(code: str) -> _Section | None:
    before, digits, after, percents = "", "", "", 0
    for quoted, escaped, bracket, placeholder, other in _PIECE.findall(code):
        literal = quoted or escaped or other
        if bracket:
            mark = _MARKS.fullmatch(bracket)
            if mark is None:
                return None  # a condition, digits of another script, white
            literal = mark[1] or ""
        elif placeholder:
            if digits:
                return None
            digits = placeholder
            continue
        elif other and other in "eE/@":
            return _Section("", "General", "", 0) if code.strip() == "@" else None
        percents += other == "%"
        before, after = (before, after + literal) if digits else (before + literal, after)
    return _Section(before.translate(_CURRENCY), digits, after.translate(_CURRENCY), percents)


def _set(number: Decimal, section: _Section) -> str | None:
    """The number as a section sets it; None where it is divided by thousands."""
    before, digits, after, percents = section
    if not digits:
        return (before + after).strip()
    if digits.lower() == "general":
        return before + _plain(number) + after
    whole, _, part = digits.partition(".")
    if part.endswith(",") or whole.endswith(","):
        return None
    places = Decimal(1).scaleb(-len(part))
    rounded = (abs(number) * 100**percents).quantize(places, ROUND_HALF_UP)
    integer, _, fraction = f"{rounded:f}".partition(".")
    fraction = fraction[: part.rfind("0") + 1] + fraction[part.rfind("0") + 1 :].rstrip("0")
    least = sum(c == "0" for c in whole)
    integer = integer.lstrip("0").rjust(least, "0")
    if "," in whole and integer:
        integer = re.sub(r"(?<=\d)(?=(?:\d{3})+\Z)", ",", integer)
    text = f"{integer}.{fraction}" if fraction else integer
    return (("-" if number < 0 and rounded else "") + before + text + after).strip()


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
