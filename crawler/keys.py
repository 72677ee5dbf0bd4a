"""The key of a list that only a browser shows: the request its page makes for the rows, so that later visits make it without a browser.

Pure: what the browser saw being asked and answered comes in, with the rows the finished page shows; a key comes out where the answer holds
exactly those rows. Nothing that expires goes into a key: no cookie, no header of the page's own making, no parameter that is a token, a
signature or the time. Whether the request still works without them is for the caller to try at once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from crawler.key_reading import infer
from crawler.listing import Ask, Item
from crawler.page import Page
from crawler.page import page as make_page

MAX_BODY = 20_000
_EXPIRES = re.compile(
    r"token|ticket|sign|nonce|csrf|xsrf|session|auth|secret|password|jwt|captcha|cookie|fingerprint|clearance|access_?key|app_?key|api_?key",
    re.IGNORECASE,
)
_CACHE_BUSTER = re.compile(r"^(?:_|_?t|_?ts|time|_?timestamp|rand(?:om)?|_?r|v|stamp|now|nocache)$", re.IGNORECASE)
_MOMENT = re.compile(r"\d{10}(?:\d{3})?|0\.\d{8,}")
_JWT = re.compile(r"eyJ[\w-]{8,}\.")
_PAGE = re.compile(r"^(?:page|pages?_?(?:no|num|number|index)|p|pn|cur(?:rent)?_?page|current|start_?page|pg)$", re.IGNORECASE)
_KEPT_HEADERS = frozenset({"accept", "x-requested-with"})

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request of a page's script and its answer. Header names are lower case; `body` is what was sent, empty for none."""

    url: str
    method: str
    headers: Mapping[str, str]
    body: str
    status: int
    media_type: str
    answer: bytes

    def page(self) -> Page:
        """The answer as a page."""
        return make_page(self.url, self.status, self.answer, {"content-type": self.media_type})


@dataclass(frozen=True, slots=True)
class Key:
    """How the rows of a list are asked for without a browser, and how they are read from the answer (`crawler.key_reading`).

    `sent` is the body: pairs of a form, or text of JSON. `page_field` names the parameter that counts pages, `first` its first value.
    """

    url: str
    method: str = "GET"
    form: Pairs = ()
    json: str = ""
    headers: Pairs = ()
    page_field: str = ""
    first: int = 1
    reading: Mapping[str, str] = field(default_factory=dict)

    def ask(self, referer: str, offset: int = 0) -> Ask:
        """The request for the first page of the list, or the one so many pages after it."""
        value = str(self.first + offset)
        parts = urlsplit(self.url)
        query = _with_page(parse_qsl(parts.query, keep_blank_values=True), self.page_field, value)
        url = urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(query), ""))
        form = tuple(_with_page(self.form, self.page_field, value))
        return Ask(url, form, referer, _json_with_page(self.json, self.page_field, int(value)), self.method == "POST", self.headers)


def cut(exchange: Exchange, shown: Sequence[Item], page_url: str, now: datetime) -> Key | None:
    """The key of this exchange, None where its answer does not hold the rows shown, or its request cannot be made again as it is."""
    if exchange.status != 200 or not shown or exchange.method not in {"GET", "POST"} or len(exchange.body) > MAX_BODY:
        return None
    reading = infer(exchange.page(), shown, page_url)
    sent = _sent(exchange, now)
    if reading is None or sent is None:
        return None
    form, text = sent
    parts = urlsplit(exchange.url)
    query = _lasting(parse_qsl(parts.query, keep_blank_values=True), now)
    name, first = _page_field([*query, *form, *_json_pairs(text)])
    return Key(
        url=urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(query), "")),
        method=exchange.method,
        form=tuple(form),
        json=text,
        headers=tuple((name, value) for name, value in sorted(exchange.headers.items()) if name in _KEPT_HEADERS),
        page_field=name,
        first=first,
        reading=reading,
    )


def _sent(exchange: Exchange, now: datetime) -> tuple[list[tuple[str, str]], str] | None:
    """What was sent, without what expires; None for bodies of other kinds than forms and JSON objects."""
    if not exchange.body:
        return [], ""
    kind = exchange.headers.get("content-type", "")
    if "urlencoded" in kind:
        return _lasting(parse_qsl(exchange.body, keep_blank_values=True), now), ""
    if "json" not in kind:
        return None
    try:
        value = json.loads(exchange.body)
    except ValueError:
        return None
    if not isinstance(value, dict):
        return None
    kept = {name: one for name, one in value.items() if _lasts(name, one if isinstance(one, str | int) else "", now)}
    return [], json.dumps(kept, ensure_ascii=False)


def _lasting(pairs: Iterable[tuple[str, str]], now: datetime) -> list[tuple[str, str]]:
    return [(name, value) for name, value in pairs if _lasts(name, value, now)]


def _lasts(name: str, value: str | int, now: datetime) -> bool:
    text = str(value)
    if _EXPIRES.search(name) or _JWT.match(text):
        return False
    if _MOMENT.fullmatch(text):
        near = text.startswith("0.") or abs(int(text[:10]) - now.timestamp()) < 3 * 86_400
        return not (near or _CACHE_BUSTER.match(name))
    return not (_CACHE_BUSTER.match(name) and (text == "" or re.fullmatch(r"[\d.]{6,}", text)))


def _page_field(pairs: Iterable[tuple[str, str]]) -> tuple[str, int]:
    """The parameter that counts pages: named like one, and at its beginning now."""
    for name, value in pairs:
        if _PAGE.match(name) and value in {"0", "1"}:
            return name, int(value)
    return "", 1


def counts_pages(name: str) -> bool:
    """Whether a parameter of that name counts pages."""
    return bool(_PAGE.match(name))


def _with_page(pairs: Iterable[tuple[str, str]], name: str, value: str) -> list[tuple[str, str]]:
    return [(one, value if name and one == name else was) for one, was in pairs]


def _json_pairs(text: str) -> list[tuple[str, str]]:
    return [(name, str(value)) for name, value in json.loads(text).items() if isinstance(value, str | int)] if text else []


def _json_with_page(text: str, name: str, value: int) -> str:
    if not text or not name:
        return text
    fields = json.loads(text)
    if name in fields:
        fields[name] = str(value) if isinstance(fields[name], str) else value
    return json.dumps(fields, ensure_ascii=False)


def as_text(key: Key) -> str:
    """The key as one line of JSON, for a family's parameters and for storage."""
    return json.dumps(
        {
            "url": key.url,
            "method": key.method,
            "form": [list(pair) for pair in key.form],
            "json": key.json,
            "headers": [list(pair) for pair in key.headers],
            "page_field": key.page_field,
            "first": key.first,
            "reading": dict(key.reading),
        },
        ensure_ascii=False,
        sort_keys=True,
    )


def from_text(text: str) -> Key:
    """The key of that line. Raises ValueError, KeyError or TypeError where it is none."""
    found = json.loads(text)
    for name in ("form", "headers"):
        found[name] = tuple((str(one), str(two)) for one, two in found[name])
    return Key(**found)
