r"""Addresses that stand in scripts: one in quotes in a link's handler, or put together around the number of a page. Pure.

Two systems are known by it: TRS WCM writes its pager as `document.write("<a href=\"index"+"_" + nextPage + "."+"html\">")`, the eportal
system turns pages by `<a onclick="queryArticleByCondition(this,'/a/b/17081-2.html')" tagname="/a/b/17081-2.html">` without an `href`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

NUMBER = "{number}"
"""Stands where the page's number goes."""

_LITERAL = r""""(?:[^"\\\n]|\\.){0,400}"|'(?:[^'\\\n]|\\.){0,400}'"""
_VALUE = r"[A-Za-z_$][\w$.]{0,60}|\([^()\"'\n]{1,40}\)"
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


@dataclass(frozen=True, slots=True)
class Joined:
    """An address as a script puts it together, with `NUMBER` in it once; `less` where the script takes one from the number it has."""

    template: str
    less: bool


def quoted_address(script: str) -> str:
    """The first address in quotes in a link's handler; empty where there is none."""
    found = _QUOTED.search(script)
    return found.group(1) if found else ""


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
