"""How runs of a Word document look: hidden, struck out, raised, lowered, moved off the line or white, by themselves or by a style. Pure.

Source: ECMA-376 part 1, 17.3.2 (run properties) and 17.7 (styles). What is said nearest to the text counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from crawler.parsing import paleness, set_apart
from crawler.parsing.set_apart import Spelling

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_USES = b'Style w:val="'
_BASE = re.compile(rb"<w:basedOn w:val=\"([^\"]{1,200})\"")
_ODD = re.compile(rb"vanish|strike|&#|w:vertAlign|w:position|<w:color [^>]*\"[Ff][0-9A-Fa-f][Ff][0-9A-Fa-f][Ff][0-9A-Fa-f]\"")
_MOVED = 3  # half-points: programs move text by less to sit well on its line
_MOST_BASES = 12


@dataclass(frozen=True, slots=True)
class Look:
    """What is said of a run's look; None for what is not spoken of. `moved` in half-points, up is more than 0."""

    hidden: bool | None = None
    struck: bool | None = None
    place: str | None = None
    moved: int | None = None
    white: bool | None = None

    def over(self, base: Look) -> Look:
        """This where it speaks, else the other."""
        if base is PLAIN:
            return self
        return Look(
            base.hidden if self.hidden is None else self.hidden,
            base.struck if self.struck is None else self.struck,
            base.place if self.place is None else self.place,
            base.moved if self.moved is None else self.moved,
            base.white if self.white is None else self.white,
        )

    @property
    def spelling(self) -> Spelling | None:
        """How its characters are spelled, its colour left aside."""
        if self.struck:
            return set_apart.struck
        if (script := set_apart.SCRIPTS.get(self.place or "")) is not None:
            return script
        moved = self.moved or 0
        return None if abs(moved) < _MOVED else set_apart.moved_up if moved > 0 else set_apart.moved_down


PLAIN = Look()


def of(element: etree._Element) -> Look:
    """What a run or style says itself."""
    properties = element.find(f"{W}rPr")
    if properties is None or not len(properties):
        return PLAIN
    told = {str(e.tag): e for e in properties.iterchildren(*_TOLD)}
    if not told:
        return PLAIN
    strikes = [on(told[name]) for name in (f"{W}strike", f"{W}dstrike") if name in told]
    return Look(
        on(told[f"{W}vanish"]) if f"{W}vanish" in told else None,
        any(strikes) if strikes else None,
        _value(told.get(f"{W}vertAlign")),
        _number(_value(told.get(f"{W}position"))),
        paleness.is_pale_hex(_value(told[f"{W}color"]) or "") if f"{W}color" in told else None,
    )


_TOLD = tuple(W + name for name in ("vanish", "strike", "dstrike", "vertAlign", "position", "color"))


def on(element: etree._Element) -> bool:
    """Whether a property that is on or off is on."""
    return str(element.get(f"{W}val") or "1").lower() not in ("0", "false", "off", "none")


def _value(element: etree._Element | None) -> str | None:
    return str(element.get(f"{W}val") or "") if element is not None else None


def _number(told: str | None) -> int | None:
    """Half-points; a length with a unit, as the strict form writes it, counts as moved far."""
    if told is None:
        return None
    sign = -1 if told.startswith("-") else 1
    digits = re.match(r"[+-]?(\d{1,4})", told)
    return sign * int(digits[1]) * (2 if told[-1:].isalpha() else 1) if digits else 0


def may_matter(document: bytes, styles: bytes) -> bool:
    """Whether a style the document uses, or one that is based on, may set its text apart: most style sheets are longer than the text."""
    if b'w:styleId="' not in styles or b"\x00" in document:
        return True
    names = {told[: told.find(b'"')] for told in document.split(_USES)[1:]}
    if any(b"&" in name for name in names) or (not names and b"Style" in document):
        return True
    return any(_ODD.search(told) for name in names for told in _chain(name, styles))


def _chain(name: bytes, styles: bytes) -> Iterator[bytes]:
    """What a style says, as written, and what those say it is based on."""
    for _ in range(_MOST_BASES):
        start = styles.find(b'w:styleId="' + name + b'"')
        end = styles.find(b"</w:style>", start)
        told = styles[start : end if end >= 0 else len(styles)] if start >= 0 else b""
        yield told
        base = _BASE.search(told)
        if base is None:
            return
        name = base[1]


def by_style(styles: etree._Element) -> Mapping[str, Look]:
    """The looks of those styles that set text apart, what they are based on counted in."""
    known = {str(style.get(f"{W}styleId")): style for style in styles.iter(f"{W}style")}
    own = {name: of(style) for name, style in known.items()}
    found: dict[str, Look] = {}
    for name in known:
        look, at = own[name], name
        for _ in range(_MOST_BASES):
            at = _value(known[at].find(f"{W}basedOn")) or ""
            if at not in known:
                break
            look = look.over(own[at])
        if look.hidden or look.white or look.spelling:
            found[name] = look
    return found
