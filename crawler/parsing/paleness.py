"""What counts as white, for every carrier: nobody reads a figure that is nearly as light as paper. Pure.

From each channel at 0xF0 on, text on white has a contrast of 1.15 and less (WCAG 2.1, 1.4.3 asks for 4.5); grounds that light are paper.
"""

from __future__ import annotations

import colorsys
import re
from functools import lru_cache
from typing import Literal

PALE = 0xF0
_FAINT = 0.1  # less opaque is not seen
_HEX = re.compile(r"[0-9a-f]+\Z")
_CALL = re.compile(r"([a-z]+)\(([^()]*)\)\Z")
_NUMBER = re.compile(r"(-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(%|[a-z]*)")
_NAMES = frozenset(
    {"white", "snow", "ivory", "azure", "mintcream", "honeydew", "aliceblue", "ghostwhite", "floralwhite", "whitesmoke", "lavenderblush"}
)
_PAPER = frozenset({"window", "canvas", "buttonhighlight"})  # the ground a page is shown on
_UNSAID = frozenset({"inherit", "initial", "unset", "revert", "revert-layer", "currentcolor", "auto", "none", ""})

Tone = Literal["pale", "clear", "ink", "unsaid"]
"""Like paper; not painted at all; seen; told somewhere else or in a way that is not understood."""

_PALE_WORDS = ("hsl", "hwb", "lab", "oklab", "lch", "oklch", "transparent", *sorted(_NAMES | _PAPER))
_GAP = rb"(?:[^a-z:&]|&(?:#?[a-z0-9]+;)?+)*+"
_PALE_CODES = (
    re.compile(rb"#(?:f(?:ff|[0-9a-f]f[0-9a-f]f)|[0-9a-f]{3}0(?![0-9a-f])|[0-9a-f]{6}0[0-9a-f](?![0-9a-f]))"),
    re.compile(rb"rgb(?:a?\(\s*+(?:2[45]\d|9\d|100|\.9|1\.)|a\([^)]*,\s*0?(?:\.0\d*)?%?\s*\)|a?\([^)/]*/)"),
    re.compile(b"color" + _GAP + b":" + _GAP + b"(?:" + "|".join(_PALE_WORDS).encode() + rb")(?![a-z])"),
)
_PALE_ATTRIBUTE = re.compile(rb"f[0-9a-f]f[0-9a-f]f[0-9a-f]|" + "|".join(_PALE_WORDS).encode())


def may_be_named(source: bytes) -> bool:
    """Whether a colour that is not seen may be named somewhere in a page in lower case."""
    if any(code.search(source) for code in _PALE_CODES):
        return True
    return b"<font" in source and bool(_PALE_ATTRIBUTE.search(source))


def is_pale(red: int, green: int, blue: int) -> bool:
    """Whether a colour of three channels, 0 to 255 each, is white to the eye."""
    return min(red, green, blue) >= PALE


def is_pale_hex(told: str) -> bool:
    """Whether six hexadecimal digits are white, as office formats write them; `#` or two digits of opacity may stand before them."""
    digits = told.strip().lstrip("#").lower()
    return len(digits) in (6, 8) and bool(_HEX.match(digits)) and is_pale(*bytes.fromhex(digits[-6:]))


@lru_cache(maxsize=512)
def of_css(told: str) -> Tone:
    """How a colour of a style sheet or of an HTML attribute looks."""
    text = told.replace("!important", "").strip().lower()
    if text in _UNSAID:
        return "unsaid"
    if text == "transparent":
        return "clear"
    if text in _NAMES or text in _PAPER:
        return "pale"
    bare = text.removeprefix("#")
    if _HEX.match(bare) and (text != bare or len(bare) == 6):
        return _of_digits(bare)
    call = _CALL.match(text)
    if call is not None:
        return _of_call(call[1], [(float(number), unit) for number, unit in _NUMBER.findall(call[2])])
    return "ink" if text.isalpha() else "unsaid"


def _of_digits(digits: str) -> Tone:
    if len(digits) in (3, 4):
        digits = "".join(digit * 2 for digit in digits)
    if len(digits) not in (6, 8):
        return "unsaid"
    red, green, blue, *opacity = bytes.fromhex(digits)
    if opacity and opacity[0] < _FAINT * 255:
        return "clear"
    return "pale" if is_pale(red, green, blue) else "ink"


def _of_call(name: str, values: list[tuple[float, str]]) -> Tone:
    """A colour told by a function: `rgb()`, `hsl()` and their kin, or by its lightness."""
    if len(values) < 3:
        return "unsaid"
    if len(values) > 3 and _share(values[3], 1) < _FAINT:
        return "clear"
    (first, second, third), light = values[:3], PALE / 255
    if name in ("rgb", "rgba"):
        pale = min(_share(value, 255) for value in (first, second, third)) >= light
    elif name in ("hsl", "hsla"):
        pale = min(colorsys.hls_to_rgb(first[0] / 360 % 1, _share(third, 100), _share(second, 100))) >= light
    elif name == "hwb":
        pale = _share(second, 100) >= light
    elif name in ("lab", "lch", "oklab", "oklch"):
        pale = (
            _share(first, 1 if name.startswith("ok") else 100) >= 0.95
            and abs(second[0]) < 5
            and (name.endswith("lch") or abs(third[0]) < 5)
        )
    else:
        return "unsaid"
    return "pale" if pale else "ink"


def _share(value: tuple[float, str], whole: float) -> float:
    number, unit = value
    return max(0.0, min(1.0, number / (100 if unit == "%" else whole)))
