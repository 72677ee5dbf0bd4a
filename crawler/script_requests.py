"""The requests by which a page's own script asks for further rows: the address, what is sent, and the parameter that counts pages. Pure.

Only what stands in the script is taken: literals, and names that it sets to a literal once. What is worked out in any other way, or goes to
another host, is not followed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from crawler.keys import counts_pages
from crawler.listing import Ask
from crawler.page import Page, page_tree
from crawler.script_addresses import NUMBER, joined_addresses

_CALL = re.compile(
    r"""(?P<call>\$\.(?:getJSON|get|post)\s*\(|axios\.get\s*\(|\bfetch\s*\(|\burl\s*:)\s*(?P<quote>["'`])(?P<url>[^"'`\s]{1,300})(?P=quote)"""
)
_DATA = re.compile(r"(?:\b(?:data|params)\s*:\s*|^\s*,\s*)\{([^{}]{1,600})\}")
_PAIR = re.compile(
    r"""["']?(?P<name>[\w.]{1,40})["']?\s*:\s*"""
    r"""(?:(["'])(?P<text>[^"']{0,200})\2|(?P<number>\d{1,9})\b|(?P<value>[A-Za-z_$][\w$.]{0,60}))"""
)
_POSTS = re.compile(r"""\b(?:type|method)\s*:\s*["']post["']""", re.IGNORECASE)
_SET = re.compile(
    r"""\b(?:var|let|const)\s+(?P<name>[A-Za-z_$][\w$]{0,60})\s*=\s*"""
    r"""(?:(["'])(?P<text>[^"'\n]{0,200})\2|(?P<number>\d{1,9}))\s*(?=[;,\n])"""
)
_IN_TEMPLATE = re.compile(r"\$\{([^{}]{1,60})\}")
_NEAR = 500
"""Characters behind an address in which what is sent with it stands."""


@dataclass(frozen=True, slots=True)
class ScriptRequest:
    """A request with a place for the number of the page."""

    url: str
    fields: tuple[tuple[str, str], ...] = ()
    post: bool = False

    def ask(self, number: int, referer: str) -> Ask:
        """The request for that page."""
        pairs = tuple((name, value.replace(NUMBER, str(number))) for name, value in self.fields)
        url = self.url.replace(NUMBER, str(number))
        if self.post:
            return Ask(url, form=pairs, referer=referer)
        return Ask(f"{url}{'&' if '?' in url else '?'}{urlencode(pairs)}" if pairs else url, referer=referer)


def script_requests(page: Page) -> tuple[ScriptRequest, ...]:
    """The requests of the page's scripts that count pages, to its own host, each once, in the order of the page."""
    host = urlsplit(page.url).netloc
    text = "\n".join(script.text or "" for script in page_tree(page).iter("script"))
    found = [*_called(text), *(ScriptRequest(one.template) for one in joined_addresses(text) if _counts(one.template))]
    whole = [ScriptRequest(urljoin(page.url, one.url), one.fields, one.post) for one in found]
    return tuple(dict.fromkeys(one for one in whole if urlsplit(one.url).netloc == host))


def _called(text: str) -> Iterator[ScriptRequest]:
    known = {one["name"]: one["text"] if one["text"] is not None else one["number"] for one in _SET.finditer(text)}
    for call in _CALL.finditer(text):
        behind = text[call.end() : call.end() + _NEAR]
        url = _IN_TEMPLATE.sub(lambda one: known_or_number(one[1], known), call["url"]) if call["quote"] == "`" else call["url"]
        data = _DATA.search(behind.partition("success")[0])
        fields = _fields(data[1], known) if data else ()
        if fields is None or "${" in url:
            continue
        numbered = [name for name, value in fields if value == NUMBER]
        if (len(numbered) == 1 and NUMBER not in url) or (not numbered and _counts(url)):
            around = text[max(0, call.start() - 120) : call.end() + _NEAR]
            yield ScriptRequest(url, fields, "post" in call["call"] or (call["call"].startswith("url") and bool(_POSTS.search(around))))


def known_or_number(name: str, known: Mapping[str, str]) -> str:
    """What a name in a script stands for: the literal it is set to, the place of the page's number, or itself as it was written."""
    if counts_pages(name.rpartition(".")[2].strip()):
        return NUMBER
    return known.get(name, "${" + name + "}")


def _fields(text: str, known: Mapping[str, str]) -> tuple[tuple[str, str], ...] | None:
    """The fields of what is sent; None where one of them cannot be told."""
    found: list[tuple[str, str]] = []
    for pair in _PAIR.finditer(text):
        name, literal = pair["name"], pair["text"] if pair["text"] is not None else pair["number"]
        if counts_pages(name):
            found.append((name, NUMBER))
        elif literal is not None or pair["value"] in known:
            found.append((name, literal if literal is not None else known[pair["value"]]))
        else:
            return None
    return tuple(found)


def _counts(url: str) -> bool:
    """Whether an address has its number in a parameter that counts pages."""
    query = urlsplit(url).query
    return [counts_pages(name) for name, value in parse_qsl(query) if value == NUMBER] == [True] and url.count(NUMBER) == 1
