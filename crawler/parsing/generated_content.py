"""Figures that a page's style sheet prints before or after an element (`::before`, `::after`): they leave a mark where they stand. Pure.

The mark is no digit, so the figure beside it is none either: which rule wins in the end only a browser can tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lxml import etree

from crawler.parsing import selectors
from crawler.parsing.style_sheets import Rule

UNREAD = "\ufffd"
_PLACE = re.compile(r"::?(before|after)\s*\Z", re.IGNORECASE)
_HANGING = re.compile(r"[\s>+~]\Z")  # nothing is named but what is printed: any element
_CONTENT = re.compile(r"(?<![\w-])content\s*:\s*((?:\"[^\"]*\"|'[^']*'|[^;\"'])*)", re.IGNORECASE)
_STRING = re.compile(r"\"([^\"]*)\"|'([^']*)'")
_ESCAPE = re.compile(r"\\([0-9a-fA-F]{1,6})\s?")
_ATTRIBUTE = re.compile(r"attr\(\s*([\w-]+)", re.IGNORECASE)
_COMPUTED = re.compile(r"(?:counters?|url|image-set|var)\(", re.IGNORECASE)
_UNSEEN = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden|(?:font-size|opacity)\s*:\s*0(?![\d.]))", re.IGNORECASE)
_LOW = re.compile(r"(?<![\w-])height\s*:\s*0(?![\d.])", re.IGNORECASE)  # what is higher is still seen, unless it is cut off
_CUT = re.compile(r"overflow(?:-y)?\s*:\s*(?:hidden|clip)", re.IGNORECASE)
_ALONE = re.compile(r"display\s*:\s*(?:block|table)(?![\w-])", re.IGNORECASE)  # on a line of its own, where a point belongs to no figure
_FIGURE = re.compile(r"[\s\d.,，%+\-−—–/]*\Z")
_DIGIT = re.compile(r"[\d〇零一二三四五六七八九十百千万]")
_PRINTS = re.compile(_DIGIT.pattern[:-1] + r"+\-−—–.,，%/]")  # and what changes the figure it stands beside
_CELLS = ("td", "th")
_MOST_RULES = 100


class _Rule(NamedTuple):
    """Which elements get content, on which side, and what is said of it."""

    selector: str
    before: bool
    content: str


def mark(root: etree._Element, rules: Sequence[Rule]) -> None:
    """Put a mark into the elements beside whose figure, or instead of one, the page's own style sheets print another."""
    index = selectors.Index(root)
    for rule in [found for told in rules for found in _printing(told)][:_MOST_RULES]:
        for element in list(index.having(selectors.key(rule.selector))):
            if selectors.matches(element, rule.selector) is not False and _prints(rule.content, element):
                _put(element, before=rule.before)


def _printing(rule: Rule) -> Iterator[_Rule]:
    """What a rule prints that may be a figure, also where it does so on some screens only."""
    content = _CONTENT.search(rule.told)
    if content is None or _unseen(rule.told) or not _may_print(content[1], rule.told):
        return
    for selector in rule.selectors:
        place = _PLACE.search(selector)
        if place is not None:
            yield _Rule(_HANGING.sub(r"\g<0>*", selector[: place.start()]) or "*", place[1].lower() == "before", content[1])


def _unseen(told: str) -> bool:
    return bool(_UNSEEN.search(told) or (_LOW.search(told) and _CUT.search(told)))


def _may_print(content: str, told: str) -> bool:
    """Whether a figure is printed, or what would change the one it stands beside."""
    signs = _DIGIT if _ALONE.search(told) else _PRINTS
    return bool(signs.search(_literal(content)) or _may_compute(content))


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


def _put(element: etree._Element, *, before: bool) -> None:
    if before or len(element) == 0:
        element.text = UNREAD + (element.text or "") if before else (element.text or "") + UNREAD
    else:
        element[-1].tail = (element[-1].tail or "") + UNREAD
