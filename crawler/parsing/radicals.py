"""Radicals that some printers put in place of the ideograph of the same shape (⾏ for 行): browsers' PDFs are full of them. Pure."""

from __future__ import annotations

import re
import unicodedata

_RADICAL = re.compile("[\u2e80-\u2fd5]")
# The supplement has no compatibility mapping for the simplified forms met in this form's words.
_SUPPLEMENT = {
    "⺠": "民",
    "⻅": "见",
    "⻋": "车",
    "⻓": "长",
    "⻔": "门",
    "⻚": "页",
    "⻛": "风",
    "⻜": "飞",
    "⻢": "马",
    "⻥": "鱼",
    "⻦": "鸟",
    "⻬": "齐",
}


def ideographs(text: str) -> str:
    """The text with radicals replaced by the ideographs they look like; everything else untouched."""
    return _RADICAL.sub(lambda m: _SUPPLEMENT.get(m[0]) or unicodedata.normalize("NFKC", m[0]), text)
