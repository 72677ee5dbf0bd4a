"""Figures that a page's style sheet prints before or after an element (`::before`, `::after`): they leave a mark where they stand. Pure.

The mark is no digit, so the figure beside it is none either: which rule wins in the end only a browser can tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from lxml import etree

UNREAD = "\ufffd"
_BESIDE = re.compile(r"[+~]")
_PLACE = re.compile(r"::?(before|after)\s*\Z", re.IGNORECASE)
_CONTENT = re.compile(r"(?<![\w-])content\s*:\s*((?:\"[^\"]*\"|'[^']*'|[^;\"'])*)", re.IGNORECASE)
_STRING = re.compile(r"\"([^\"]*)\"|'([^']*)'")
_ESCAPE = re.compile(r"\\([0-9a-fA-F]{1,6})\s?")
_ATTRIBUTE = re.compile(r"attr\(\s*([\w-]+)", re.IGNORECASE)
_COMPUTED = re.compile(r"(?:counters?|url|image-set|var)\(", re.IGNORECASE)
_UNSEEN = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden|(?:font-size|opacity)\s*:\s*0(?![\d.]))", re.IGNORECASE)
_LOW = re.compile(r"(?<![\w-])height\s*:\s*0(?![\d.])", re.IGNORECASE)  # what is higher is still seen, unless it is cut off
_CUT = re.compile(r"overflow(?:-y)?\s*:\s*(?:hidden|clip)", re.IGNORECASE)
_ALONE = re.compile(r"display\s*:\s*(?:block|table)(?![\w-])", re.IGNORECASE)  # on a line of its own, where a point belongs to no figure
_PART = re.compile(r"([.#])([\w-]+)|\[\s*([\w-]+)[^\]]*\]|:([\w-]+)(?:\(([^)]*)\))?|(\*|[a-z][\w-]*)", re.IGNORECASE)
_FIGURE = re.compile(r"[\s\d.,，%+\-−—–/]*\Z")
_DIGIT = re.compile(r"[\d〇零一二三四五六七八九十百千万]")
_PRINTS = re.compile(_DIGIT.pattern[:-1] + r"+\-−—–.,，%/]")  # and what changes the figure it stands beside
_NEVER = frozenset({"hover", "focus", "active", "focus-within", "focus-visible", "target", "visited"})
_CELLS = ("td", "th")
_MOST_RULES, _MOST_STEPS = 100, 8


class _Rule(NamedTuple):
    """Which elements get content (compounds from the outermost to the element itself), on which side, and what is said of it."""

    compounds: tuple[str, ...]
    before: bool
    content: str


def mark(root: etree._Element) -> None:
    """Put a mark into the elements beside whose figure, or instead of one, the page's own style sheets print another."""
    rules = [rule for sheet in list(root.iter("style")) for rule in _rules(sheet.text or "")][:_MOST_RULES]
    for rule in rules:
        for element in list(root.iter(etree.Element)):
            if _matches(element, rule.compounds[-1]) and _prints(rule.content, element) and _stands_in(element, rule.compounds[:-1]):
                _put(element, before=rule.before)


def _rules(sheet: str) -> Iterator[_Rule]:
    """The rules of a sheet that may print a figure, those for some screens only included."""
    for block in _without_comments(sheet).split("}"):
        selectors, _, told = block.rpartition("{")
        content = _CONTENT.search(told)
        if content is None or _unseen(told) or not _may_print(content[1], told):
            continue
        for selector in selectors.rpartition("{")[2].split(","):
            place = _PLACE.search(selector)
            if place is None:
                continue
            compounds = re.split(r"[\s>+~]+", selector[: place.start()].strip())
            if _BESIDE.search(selector):
                del compounds[:-1]  # what must stand beside the element is taken as standing there
            if len(compounds) <= _MOST_STEPS:
                yield _Rule(tuple(c or "*" for c in compounds), place[1].lower() == "before", content[1])


def _unseen(told: str) -> bool:
    return bool(_UNSEEN.search(told) or (_LOW.search(told) and _CUT.search(told)))


def _may_print(content: str, told: str) -> bool:
    """Whether a figure is printed, or what would change the one it stands beside."""
    signs = _DIGIT if _ALONE.search(told) else _PRINTS
    return bool(signs.search(_literal(content)) or _may_compute(content))


def _without_comments(sheet: str) -> str:
    first, *others = sheet.replace("<!--", " ").replace("-->", " ").split("/*")
    return first + " ".join(part.partition("*/")[2] for part in others)


def _literal(content: str) -> str:
    """What is printed as it stands."""
    return "".join(_ESCAPE.sub(_character, one or other) for one, other in _STRING.findall(content))


def _character(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    return chr(code) if 0 < code <= 0x10FFFF else UNREAD


def _may_compute(content: str) -> bool:
    bare = _STRING.sub("", content)
    return bool(_COMPUTED.search(bare) or _ATTRIBUTE.search(bare))


def _prints(content: str, element: etree._Element) -> bool:
    """Whether a figure, or part of one, is printed beside the figure of an element, or in an empty one."""
    own = "".join(str(part) for part in element.itertext())
    if not _FIGURE.match(own):
        return False
    bare = _STRING.sub("", content)
    said = _literal(content) + "".join(element.get(name.lower()) or "" for name in _ATTRIBUTE.findall(bare))
    beside = _DIGIT.search(own) or element.tag in _CELLS or next(element.iterancestors(*_CELLS), None) is not None
    return bool((_PRINTS if beside else _DIGIT).search(said) or _COMPUTED.search(bare))


def _matches(element: etree._Element, compound: str) -> bool:
    """Whether an element may be meant by names, classes and the like; conditions that are not understood are taken as met."""
    classes = (element.get("class") or "").split()
    for sign, name, attribute, state, told, tag in _PART.findall(compound):
        if sign == "." and name not in classes:
            return False
        if sign == "#" and name != element.get("id"):
            return False
        if attribute and element.get(attribute.lower()) is None:
            return False
        if tag and tag != "*" and tag.lower() != element.tag:
            return False
        if state and not _in_state(element, state.lower(), told):
            return False
    return True


def _in_state(element: etree._Element, state: str, told: str) -> bool:
    if state in _NEVER:
        return False
    if state == "first-child" or (state == "nth-child" and told.strip() == "1"):
        return element.getprevious() is None
    if state == "last-child":
        return element.getnext() is None
    if state == "nth-child" and told.strip().isdigit():
        return sum(1 for _ in element.itersiblings(preceding=True)) + 1 == int(told)
    return state != "empty" or (len(element) == 0 and not element.text)


def _stands_in(element: etree._Element, compounds: tuple[str, ...]) -> bool:
    """Whether the outer compounds are met around an element, in their order."""
    above = list(element.iterancestors()) if compounds else []
    at = 0
    for compound in reversed(compounds):
        at = next((i + 1 for i in range(at, len(above)) if _matches(above[i], compound)), -1)
        if at < 0:
            return False
    return True


def _put(element: etree._Element, *, before: bool) -> None:
    if before or len(element) == 0:
        element.text = UNREAD + (element.text or "") if before else (element.text or "") + UNREAD
    else:
        element[-1].tail = (element[-1].tail or "") + UNREAD
