r"""Addresses that stand in scripts: one in quotes in a link's handler, or put together around the number of a page. Pure.

Two systems are known by it: TRS WCM writes its pager as `document.write("<a href=\"index"+"_" + nextPage + "."+"html\">")`, the eportal
system turns pages by `<a onclick="queryArticleByCondition(this,'/a/b/17081-2.html')" tagname="/a/b/17081-2.html">` without an `href`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

NUMBER = "{number}"
"""Stands where the page's number goes."""

_LITERAL = r""""(?:[^"\\\n]|\\.){0,400}"|'(?:[^'\\\n]|\\.){0,400}'"""
_VALUE = r"[A-Za-z_$][\w$.]{0,60}(?:\(\))?|\([^()\"'\n]{1,40}\)"
_PIECE = re.compile(rf"\s*(?:(?P<literal>{_LITERAL})|(?P<value>{_VALUE}))")
_SUM = re.compile(rf"(?:{_LITERAL}|{_VALUE})(?:\s*\+\s*(?:{_LITERAL}|{_VALUE}))+")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_HREF = re.compile(r"""\bhref\s*=\s*(?:"([^"<>\s]*)"|'([^'<>\s]*)'|([^"'<>\s]+))""", re.IGNORECASE)
_ADDRESS = re.compile(r"[^\"'<>\s\\]{1,300}")
_LESS = re.compile(r"-\s*1\s*\)?$")
_QUOTED = re.compile(
    r"""["']((?:https?:/)?\.{0,2}/[^"'<>\s\\]{2,300}|[\w\-./]{1,200}\.(?:s?html?|jhtml|jsp|aspx?|php|pdf|docx?)(?:\?[^"'<>\s\\]{0,200})?)["']""",
    re.IGNORECASE,
)


_NODE = re.compile(r"\{[^{}<>;]{10,400}\}")
_SAYS = re.compile(r"""["']?\b(name|title|text|label|url|href|link|linkUrl|path)["']?\s*:\s*["']([^"'\n]{1,300})["']""", re.IGNORECASE)
_CALLED = re.compile(r"(?<![\w$.])(?P<name>(?!void\b|if\b|function\b)[A-Za-z_$][\w$]{0,60})\s*\((?P<given>[^()]{1,300})\)")
_GIVEN = re.compile(rf"{_LITERAL}|[\w.\-]{{1,80}}")
_FUNCTION = r"(?:\bfunction\s+{name}\s*\(([^)]{{0,200}})\)|\b{name}\s*[:=]\s*function\s*\(([^)]{{0,200}})\))\s*\{{"
_NEXT_FUNCTION = re.compile(r"\bfunction\s+\w+\s*\(")
_TEMPLATE = re.compile(r"`([^`<>\s]{1,300})`")
_HOLE = re.compile(r"\$\{\s*([A-Za-z_$][\w$]*)\s*\}")
MOST_OF_FUNCTION = 1500
"""Characters of a function within which its address is looked for."""


@dataclass(frozen=True, slots=True)
class Joined:
    """An address as a script puts it together, with `NUMBER` in it once; `less` where the script takes one from the number it has."""

    template: str
    less: bool


def quoted_address(script: str) -> str:
    """The first address in quotes in a link's handler; empty where there is none."""
    found = _QUOTED.search(script)
    return found.group(1) if found else ""


def named_in_scripts(text: str) -> Iterator[tuple[str, str]]:
    """Addresses with their names, as trees and menus that a script draws are told: `{id: 3, name: "公开年报", url: "/list_3.html"}`."""
    for node in _NODE.finditer(text):
        said = {key.lower(): value for key, value in _SAYS.findall(node.group())}
        name = next((said[key] for key in ("name", "title", "text", "label") if said.get(key)), "")
        address = next((said[key] for key in ("url", "href", "link", "linkurl", "path") if said.get(key)), "")
        if name and address and _ADDRESS.fullmatch(address):
            yield address.replace("\\/", "/"), name


def called_address(text: str, handler: str) -> str:
    """The address that a handler's call leads to, put together by the function of that name in the page's own script; empty where there is
    no such function, or it needs more than the call gives it.
    """
    for call in _CALLED.finditer(handler):
        written = re.search(_FUNCTION.format(name=re.escape(call["name"])), text)
        if written is None:
            continue
        names = [name.strip() for name in (written[1] or written[2] or "").split(",")]
        arguments = [_ESCAPED.sub(r"\1", one[1:-1]) if one[:1] in "\"'" else one for one in _GIVEN.findall(call["given"])]
        body = _NEXT_FUNCTION.split(text[written.end() : written.end() + MOST_OF_FUNCTION], maxsplit=1)[0]
        if found := _put_together(body, dict(zip(names, arguments, strict=False))):
            return found
    return ""


def _put_together(body: str, given: Mapping[str, str]) -> str:
    """The first address in a function's body that is a sum of literals and of what the function was given."""
    for whole in _SUM.finditer(body):
        parts = [(piece["literal"], (piece["value"] or "").strip()) for piece in _PIECE.finditer(whole.group())]
        if any(value and value not in given for _, value in parts) or not any(value for _, value in parts):
            continue
        joined = "".join(_ESCAPED.sub(r"\1", literal[1:-1]) if literal else given[value] for literal, value in parts)
        if _ADDRESS.fullmatch(joined) and ("/" in joined or "?" in joined or "." in joined):
            return joined
    for written in _TEMPLATE.findall(body):
        named = _HOLE.findall(written)
        joined = _HOLE.sub(lambda hole: given.get(hole[1], ""), written)
        if named and all(name in given for name in named) and _ADDRESS.fullmatch(joined) and "/" in joined:
            return joined
    return ""


def joined_addresses(text: str) -> Iterator[Joined]:
    """Every address that a script of the page puts together around one number, in the order of the page."""
    for whole in _SUM.finditer(text):
        parts = [(piece["literal"], piece["value"]) for piece in _PIECE.finditer(whole.group())]
        joined = "".join(_ESCAPED.sub(r"\1", literal[1:-1]) if literal else NUMBER for literal, _ in parts)
        template = _address_in(joined)
        if template.count(NUMBER) == 1:
            place = joined[: joined.index(template) + template.index(NUMBER)].count(NUMBER)
            yield Joined(template, bool(_LESS.search([value for _, value in parts if value][place])))


def _address_in(joined: str) -> str:
    """The address in what a script writes: that of a link's `href`, else the whole where it is nothing else."""
    if found := _HREF.search(joined):
        return next(group for group in found.groups() if group is not None)
    return joined if _ADDRESS.fullmatch(joined) else ""
