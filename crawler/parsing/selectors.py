"""Which elements of a page a selector of its style sheet means; "cannot be told" is an answer. Pure.

Source: Selectors 4. Names of classes are compared without regard to case, as pages without a document type do it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple, cast

from lxml import etree

from crawler.parsing import style_sheets

_TOKEN = re.compile(
    r"\s*(?P<step>[>+~])\s*|(?P<inside>\s+)|(?P<sign>[.#])(?P<name>(?:[\w-]|\\.)+)"
    r"|\[\s*(?P<attribute>[\w-]+)\s*(?:(?P<how>[~|^$*]?=)\s*(?P<value>\"[^\"]*\"|'[^']*'|[^\]\s]+)[^\]]*)?\]"
    r"|(?P<colons>::?)(?P<state>[\w-]+)(?P<opens>\()?|(?P<tag>\*|[a-zA-Z][\w-]*)"
)
_NAMED = etree.XPath("//*[@class or @id]")
_BRACKET = re.compile(r"[()]")
_NTH = re.compile(r"([+-]?\d*)n\s*(?:([+-])\s*(\d+))?\Z")
_NEVER = frozenset(
    ["hover", "focus", "active", "focus-within", "focus-visible", "target", "visited", "before", "after", "first-line", "first-letter"]
)
_ANY = frozenset({"is", "where", "matches", "-webkit-any", "-moz-any"})
_SIDES = {"first-child": "before", "last-child": "after", "first-of-type": "before", "last-of-type": "after"}
_MOST_STEPS = 3000  # tried for one element before it cannot be told


class Part(NamedTuple):
    """One condition of a compound: its kind, what it names, and more of it."""

    kind: str
    name: str
    how: str = ""
    value: str = ""


class Compound(NamedTuple):
    """Conditions one element must meet, and how it stands to the one before it."""

    step: str
    parts: tuple[Part, ...]


@lru_cache(maxsize=2048)
def compiled(selector: str) -> tuple[Compound, ...]:
    """The compounds of a selector from the outermost to the element itself."""
    found, parts, step, at = list[Compound](), list[Part](), "", 0
    text = selector.strip()
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            parts.append(Part("unknown", text[at]))
            at += 1
            continue
        at = token.end()
        if token["step"] or token["inside"]:
            if parts or not found:
                found.append(Compound(step, tuple(parts)))
            parts, step = [], token["step"] or " "
        elif token["opens"]:
            end = _closing(text, at)
            parts.append(Part("state", token["state"].lower(), value=text[at:end].strip()))
            at = end + 1
        else:
            parts.append(_part(token))
    return (*found, Compound(step, tuple(parts)))


def _part(token: re.Match[str]) -> Part:
    if token["sign"]:
        return Part("class" if token["sign"] == "." else "id", token["name"].replace("\\", ""))
    if token["attribute"]:
        return Part("attribute", token["attribute"].lower(), token["how"] or "", (token["value"] or "").strip("\"'"))
    if token["tag"]:
        return Part("tag", token["tag"].lower())
    return Part("drawn" if token["colons"] == "::" else "state", token["state"].lower())


def _closing(text: str, start: int) -> int:
    depth = 1
    for mark in _BRACKET.finditer(text, start):
        depth += 1 if mark[0] == "(" else -1
        if depth == 0:
            return mark.start()
    return len(text)


@lru_cache(maxsize=2048)
def weight(selector: str) -> tuple[int, int, int]:
    """How much a selector counts against others: ids, classes and the like, names."""
    counts = [0, 0, 0]
    for part in (part for compound in compiled(selector) for part in compound.parts):
        if part.kind == "state" and (part.name in _ANY or part.name in ("not", "has")):
            if part.name != "where":
                inner = max(map(weight, style_sheets.split(part.value)), default=(0, 0, 0))
                counts = [a + b for a, b in zip(counts, inner, strict=True)]
        elif not (part.kind == "tag" and part.name == "*"):
            counts[{"id": 0, "tag": 2}.get(part.kind, 1)] += 1
    return counts[0], counts[1], counts[2]


def key(selector: str) -> str:
    """What an element must have to be meant: `.class`, `#id`, a name, or `` where that is not so simple."""
    parts = compiled(selector)[-1].parts
    for kind, sign in (("id", "#"), ("class", "."), ("tag", "")):
        named = next((part.name for part in parts if part.kind == kind and part.name != "*"), "")
        if named:
            return sign + (named.lower() if kind == "class" else named)
    return ""


class Index:
    """The elements of a page by what selectors ask of them first."""

    def __init__(self, root: etree._Element) -> None:
        self._root = root

    @cached_property
    def _named(self) -> Mapping[str, Sequence[etree._Element]]:
        found: dict[str, list[etree._Element]] = {}
        for element in cast("list[etree._Element]", _NAMED(self._root)):
            for name in keys(element):
                found.setdefault(name, []).append(element)
        return found

    def having(self, wanted: str) -> Iterable[etree._Element]:
        """The elements with that `key`."""
        return self._named.get(wanted, ()) if wanted[:1] in (".", "#") else self._root.iter(wanted or etree.Element)


def keys(element: etree._Element) -> Iterator[str]:
    """What of an element may be the `key` of a selector, its name left aside."""
    if element.get("id"):
        yield f"#{element.get('id')}"
    for name in (element.get("class") or "").lower().split():
        yield "." + name


def matches(element: etree._Element, selector: str) -> bool | None:
    """Whether a selector means an element; None where that cannot be told."""
    return _stands(element, compiled(selector), [_MOST_STEPS])


def _stands(element: etree._Element, compounds: tuple[Compound, ...], budget: list[int]) -> bool | None:
    budget[0] -= 1
    if budget[0] < 0:
        return None
    *outer, own = compounds
    met = _all(_meets(element, part) for part in own.parts)
    if met is False or not outer:
        return met
    around: Iterable[etree._Element | None] = ()
    if own.step == " ":
        around = element.iterancestors()
    elif own.step == ">":
        around = (element.getparent(),)
    elif own.step == "+":
        around = (element.getprevious(),)
    elif own.step == "~":
        around = element.itersiblings(preceding=True)
    found = _any(_stands(other, tuple(outer), budget) for other in around if other is not None)
    return _all((met, found))


def _all(answers: Iterable[bool | None]) -> bool | None:
    sure: bool | None = True
    for answer in answers:
        if answer is False:
            return False
        sure = sure if answer else None
    return sure


def _any(answers: Iterable[bool | None]) -> bool | None:
    sure: bool | None = False
    for answer in answers:
        if answer:
            return True
        sure = None if answer is None else sure
    return sure


def _meets(element: etree._Element, part: Part) -> bool | None:
    if part.kind == "tag":
        return part.name in ("*", element.tag)
    if part.kind == "class":
        return part.name.lower() in (element.get("class") or "").lower().split()
    if part.kind == "id":
        return part.name == element.get("id")
    if part.kind == "attribute":
        return _holds(element.get(part.name), part.how, part.value)
    if part.kind == "drawn":
        return False  # what is drawn beside an element, or a part of it, is not the element
    return _in_state(element, part.name, part.value) if part.kind == "state" else None


def _holds(given: str | None, how: str, value: str) -> bool:
    """Whether an attribute is as a selector asks."""
    if given is None or not how:
        return given is not None
    if how == "=":
        return given.lower() == value.lower()
    if how == "~=":
        return value in given.split()
    if how == "|=":
        return given == value or given.startswith(value + "-")
    if not value:
        return False
    return {"^=": given.startswith(value), "$=": given.endswith(value), "*=": value in given}[how]


def _in_state(element: etree._Element, state: str, told: str) -> bool | None:
    if state in _NEVER:
        return False
    if state in _ANY or state == "not":
        found = _any(matches(element, inner) for inner in style_sheets.split(told))
        return found if state != "not" or found is None else not found
    if state in _SIDES or state.startswith(("nth-", "only-")):
        return _counted(element, state, told)
    if state in ("link", "any-link"):
        return element.tag == "a" and element.get("href") is not None
    if state == "empty":
        return len(element) == 0 and not element.text
    return element.getparent() is None if state == "root" else None


def _counted(element: etree._Element, state: str, told: str) -> bool | None:
    """Whether an element stands at a place among its siblings."""
    if state in _SIDES:
        return _place(element, state, from_end=_SIDES[state] == "after") == 1
    if state.startswith("only-"):
        return _place(element, state, from_end=False) == 1 == _place(element, state, from_end=True)
    return _is_nth(_place(element, state, from_end="last" in state), told)


def _place(element: etree._Element, state: str, *, from_end: bool) -> int:
    tag = element.tag if state.endswith("type") else None
    return 1 + sum(1 for _ in element.itersiblings(tag, preceding=not from_end))


def _is_nth(place: int, told: str) -> bool | None:
    text = {"odd": "2n+1", "even": "2n"}.get(told.lower(), told.lower())
    if text.lstrip("+-").isdigit():
        return place == int(text)
    found = _NTH.match(text)
    if found is None:
        return None
    step = int(found[1] + "1") if found[1] in ("", "+", "-") else int(found[1])
    rest = place - (int(found[2] + found[3]) if found[3] else 0)
    return rest == 0 if step == 0 else rest % step == 0 and rest // step >= 0
