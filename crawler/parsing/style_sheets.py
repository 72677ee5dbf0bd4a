"""The rules of a page's own style sheet, nested ones written out; what they say, property by property. Pure.

Source: CSS Syntax 3, CSS Nesting 1, CSS Cascade 5 (layers are taken in the order in which they stand).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

_STRING = r"\"(?:[^\"\\\n]|\\.)*+\"?|'(?:[^'\\\n]|\\.)*+'?"
_ASIDE = re.compile(rf"({_STRING})|/\*.*?(?:\*/|\Z)|<!--|-->", re.DOTALL)
_MARK = re.compile(rf"{_STRING}|\\.|[{{}};]", re.DOTALL)
_SIMPLE = re.compile(r"\s*+([^{};\"'\\@]*+)\{([^{}\"'\\]*+)\}")  # nine rules of ten, read in one step
_SEPARATE = re.compile(rf"{_STRING}|\\.|[(),\[\]]", re.DOTALL)
_DECLARATION = re.compile(rf"(?<![\w-])([\w-]++)\s*+:\s*((?:{_STRING}|\([^()]*\)|[^;\"'(]|\()*+)", re.DOTALL)
_THROUGH = frozenset({"@layer", "@supports", "@scope", "@media", "@container", "@starting-style"})
_AT = re.compile(r"@[\w-]*")
_ALWAYS = re.compile(r"@(?:layer|scope|supports(?!.*\bnot\b)|media\s*(?:only\s+)?(?:all|screen)?\s*\Z)", re.IGNORECASE | re.DOTALL)
_LONGEST = 400  # of a selector written out
_MOST = 20_000


class Rule(NamedTuple):
    """What is told of all elements that one of the selectors means; `conditional` where it holds only on some screens."""

    selectors: tuple[str, ...]
    told: str
    conditional: bool


@dataclass
class _Block:
    """An open block: None stands for no selector yet, an empty tuple for a block that speaks of no element."""

    selectors: tuple[str, ...] | None = None
    conditional: bool = False
    told: list[str] = field(default_factory=list)


@lru_cache(maxsize=4)
def rules(sheet: str) -> tuple[Rule, ...]:
    """The rules of a style sheet in their order."""
    text = _ASIDE.sub(lambda found: found[1] or " ", sheet)
    stack, blocks = [_Block()], list[_Block]()
    at = seen = 0  # where the next piece begins, and how far it is looked through
    while len(blocks) <= _MOST:
        simple = _SIMPLE.match(text, at) if at == seen else None
        if simple is not None:
            blocks.append(_Block(_written_out(simple[1], stack[-1].selectors), stack[-1].conditional, [simple[2]]))
            at = seen = simple.end()
            continue
        mark = _MARK.search(text, seen)
        if mark is None:
            break
        seen, sign = mark.end(), mark[0]
        if sign not in "{};":
            continue
        piece, at = text[at : mark.start()].strip(), seen
        if sign == "{":
            stack.append(_inside(piece, stack[-1]))
            blocks.append(stack[-1])
            continue
        stack[-1].told.append(piece)
        if sign == "}" and len(stack) > 1:
            stack.pop()
    stack[-1].told.append(text[at:].strip())
    return tuple(Rule(b.selectors, ";".join(b.told), b.conditional) for b in blocks if b.selectors and any(b.told))


def _inside(prelude: str, outer: _Block) -> _Block:
    at_rule = _AT.match(prelude)
    if at_rule is None:
        return _Block(_written_out(prelude, outer.selectors), outer.conditional)
    if at_rule[0].lower() in _THROUGH:
        return _Block(outer.selectors, outer.conditional or not _ALWAYS.match(prelude))
    return _Block(())


def _written_out(prelude: str, outer: tuple[str, ...] | None) -> tuple[str, ...]:
    """Selectors with those of the block around them, as nesting means it."""
    own = tuple(s for s in split(prelude) if len(s) <= _LONGEST)
    if not outer:
        return own if outer is None else ()
    around = outer[0] if len(outer) == 1 else f":is({','.join(outer)})"
    found = (s.replace("&", around) if "&" in s else f"{around} {s}" for s in own)
    return tuple(s for s in found if len(s) <= _LONGEST)


def split(selectors: str) -> tuple[str, ...]:
    """A list of selectors, at the commas that stand in no brackets."""
    if "(" not in selectors and "[" not in selectors:
        return tuple(s.strip() for s in selectors.split(",") if s.strip())
    found, depth, start = list[str](), 0, 0
    for mark in _SEPARATE.finditer(selectors):
        sign = mark[0]
        depth += (sign in ("(", "[")) - (sign in (")", "]"))
        if sign == "," and depth == 0:
            found.append(selectors[start : mark.start()].strip())
            start = mark.end()
    return tuple(s for s in (*found, selectors[start:].strip()) if s)


@lru_cache(maxsize=4096)
def declared(told: str) -> Mapping[str, str]:
    """Values by property in lower case, the last of each; one that is `!important` keeps that word."""
    found: dict[str, str] = {}
    for name, value in _DECLARATION.findall(told):
        key, text = name.lower(), value.strip().lower()
        if "!important" in text or "!important" not in found.get(key, ""):
            found[key] = text
    return found
