"""How the elements of a page look by its own style sheet and their own attributes, as far as that hides or sets apart what they say. Pure.

Rules that hold on some screens only are left out: they fold pages for telephones. Neighbours: `style_sheets`, `selectors`, `undress`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Literal, NamedTuple

from lxml import etree

from crawler.parsing import paleness, selectors
from crawler.parsing.style_sheets import Rule, declared

Look = Literal["gone", "visibility", "opacity", "font-size", "color", "struck", "raised", "lowered", "up", "down", "unsure"]
"""Not shown at all; not seen by that property; crossed out; set small above or below the line; merely moved up or down; one cannot tell."""

UNSEEN: tuple[Look, ...] = ("visibility", "opacity", "font-size", "color")

_WATCHED = frozenset(
    [
        "display",
        "visibility",
        "opacity",
        "font",
        "font-size",
        "color",
        "vertical-align",
        "text-decoration",
        "text-decoration-line",
        "background",
        "background-color",
        "mso-hide",
        "position",
        "top",
        "bottom",
    ]
)
_MAY_BE_ODD = re.compile(
    r"none|hid|collapse|opacity|font|line-through|vertical-align|relative"
    r"|(?<![-\w])color\s*:\s*+(?!#[0-9a-e][0-9a-f]{2}(?:[0-9a-f]{3})?(?![0-9a-f])|inherit|var\()",
    re.IGNORECASE,
)
_NOTHING = re.compile(r"0*\.?0*(?:[a-z]{1,4}|%)?(?:\s*!important)?\Z")
_SHORTHAND_NOTHING = re.compile(r"(?:\A|\s)0(?:[a-z]{2}|%)?(?:/|\s)")
_RELATIVE = re.compile(r"[\d.]+(?:em|%)|inherit|smaller|larger|unset")
_LENGTH = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(pt|px|em|rem|ex|%|)")
_COLOUR = re.compile(r"#[0-9a-f]+|[a-z-]+\([^()]*\)|[a-z-]+")
_NO_COLOUR = frozenset(
    [
        "none",
        "repeat",
        "no-repeat",
        "repeat-x",
        "repeat-y",
        "scroll",
        "fixed",
        "local",
        "center",
        "left",
        "right",
        "top",
        "bottom",
        "cover",
        "contain",
        "border-box",
        "padding-box",
        "content-box",
        "text",
        "inherit",
        "initial",
        "unset",
        "px",
        "pt",
        "em",
        "important",
    ]
)
_IN_POINTS = {"pt": 1.0, "px": 0.75, "em": 10.5, "rem": 10.5, "ex": 5.0, "%": 0.12, "": 0.75}
_MOVED = 1.5  # points: programs move text by less to sit well on its line


class _Told(NamedTuple):
    """One rule for one selector, as far as it is watched."""

    rank: tuple[tuple[int, int, int], int]
    selector: str
    values: Mapping[str, str]


@lru_cache(maxsize=4096)
def look(told: str) -> Look | None:
    """How an element looks by what is said of it alone."""
    return odd(declared(told))


def odd(values: Mapping[str, str]) -> Look | None:
    """What hides or sets apart, the strongest first; None for what is simply printed."""
    if values.get("display", "").startswith("none") or values.get("mso-hide", "").startswith("all"):
        return "gone"
    for name in UNSEEN:
        if _is_unseen(name, values):
            return name
    if any("line-through" in values.get(name, "") for name in ("text-decoration", "text-decoration-line")):
        return "struck"
    return _script(values)


def _is_unseen(name: str, values: Mapping[str, str]) -> bool:
    told = values.get(name, "")
    if name == "visibility":
        return told.startswith(("hidden", "collapse"))
    if name == "color":
        return bool(told) and paleness.of_css(told) in ("pale", "clear")
    if told:
        return bool(_NOTHING.match(told))
    return name == "font-size" and bool(_SHORTHAND_NOTHING.search(values.get("font", "")))


def _script(values: Mapping[str, str]) -> Look | None:
    told = values.get("vertical-align", "")
    if told.startswith(("super", "sub")):
        return "raised" if told.startswith("super") else "lowered"
    up = _points(told)
    if values.get("position", "").startswith("relative"):
        up += _points(values.get("bottom", "")) - _points(values.get("top", ""))
    return None if abs(up) < _MOVED else "up" if up > 0 else "down"


def _points(told: str) -> float:
    found = _LENGTH.match(told)
    return float(found[1]) * _IN_POINTS[found[2]] if found else 0.0


class Styles:
    """What the rules of a page's own sheets, and then its elements' own attributes, say of each element."""

    def __init__(self, rules: Sequence[Rule], *, more_elsewhere: bool = False) -> None:
        self._rules = rules
        self._more_elsewhere = more_elsewhere
        self._known: dict[etree._Element, Mapping[str, str]] = {}
        self.unsure: set[etree._Element] = set()
        self._odd: list[tuple[str, str, Look]] = []  # what an element must have, selector, look
        for rule in rules:
            look = odd(declared(rule.told)) if not rule.conditional and _MAY_BE_ODD.search(rule.told) else None
            self._odd += [(selectors.key(one), one, look) for one in rule.selectors] if look is not None else []

    @cached_property
    def _keyed(self) -> Mapping[str, Sequence[_Told]]:
        """What all rules say, by what an element must have; asked for only where something odd was met."""
        found: dict[str, list[_Told]] = {}
        for order, rule in enumerate(self._rules):
            values = {} if rule.conditional else {k: v for k, v in declared(rule.told).items() if k in _WATCHED}
            for selector in rule.selectors if values else ():
                found.setdefault(selectors.key(selector), []).append(_Told((selectors.weight(selector), order), selector, values))
        return found

    def meant(self, root: etree._Element) -> Iterator[tuple[etree._Element, Look]]:
        """The elements that a rule of the sheets may hide or set apart, each of them once or more, with what that rule says."""
        index = selectors.Index(root)
        for key, selector, look in self._odd:
            for element in index.having(key):
                met = selectors.matches(element, selector)
                if met is None:
                    self.unsure.add(element)
                if met is not False:
                    yield element, look

    def of(self, element: etree._Element) -> Mapping[str, str]:
        """What counts for an element: rules by their weight and order, its own style above them, `!important` above all."""
        known = self._known.get(element)
        if known is None:
            known = self._known[element] = self._settled(element)
        return known

    def _settled(self, element: etree._Element) -> Mapping[str, str]:
        own = declared(element.get("style") or "")
        colour = element.get("color") if element.tag == "font" else None
        found: dict[str, str] = {"color": colour.lower()} if colour else {}
        told = [t for key in ("", str(element.tag), *selectors.keys(element)) for t in self._keyed.get(key, ())] if self._rules else []
        for one in sorted((t for t in told if selectors.matches(element, t.selector) is not False), key=lambda t: t.rank):
            _put_over(found, one.values)
        _put_over(found, own)
        return found

    def shows_again(self, look: Look, element: etree._Element) -> bool:
        """Whether an element inside one that is not seen by a property is seen, as it says another value of it."""
        values = self.of(element)
        if look == "font-size":
            told = values.get(look) or values.get("font", "")
            return bool(told) and not _is_unseen(look, values) and not _RELATIVE.search(told)
        if look == "visibility":
            return values.get(look, "").startswith("visible")
        return look == "color" and (paleness.of_css(values.get(look, "")) == "ink" or _background(values) == "ink")

    def ground(self, element: etree._Element) -> paleness.Tone:
        """What an element stands on: `ink` for a colour, `pale` for paper, `unsaid` where a picture or a sheet elsewhere may colour it."""
        doubt = False
        for around in (element, *element.iterancestors()):
            tone = _background(self.of(around))
            if tone == "clear" and around.get("bgcolor"):
                tone = paleness.of_css(str(around.get("bgcolor")))
            if tone in ("ink", "unsaid") or around.get("background"):
                return "ink" if tone == "ink" else "unsaid"
            doubt = doubt or (self._more_elsewhere and bool(around.get("class") or around.get("id")))
            if tone == "pale":
                break
        return "unsaid" if doubt else "pale"


def _put_over(found: dict[str, str], values: Mapping[str, str]) -> None:
    for name, value in values.items():
        if "!important" in value or "!important" not in found.get(name, ""):
            found[name] = value


def _background(values: Mapping[str, str]) -> paleness.Tone:
    """What an element lays under its text; `clear` for nothing."""
    told = f"{values.get('background', '')} {values.get('background-color', '')}"
    if "url(" in told or "gradient(" in told or "var(" in told:
        return "unsaid"
    tones = [paleness.of_css(word) for word in _COLOUR.findall(told) if word not in _NO_COLOUR]
    return next((tone for tone in reversed(tones) if tone != "clear"), "clear")
