"""Where an answer sends a client on to, and the cookie that some portals hand out with it and want to see again. Pure.

Redirects are followed by ourselves, hop by hop: each address is asked for like any other, robots, pause and budget included. Of cookies,
only what comes with a redirect within one host is kept, for one portal and one crawl, in memory, and shown to the host that set it and to
nobody else: what any plain client does. What a script must compute is no such cookie, and one that was shown and is asked for again is
more than a cookie: both are challenges, at which a crawl stops.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urldefrag, urljoin, urlsplit

from crawler.addresses import is_home, refreshes
from crawler.discovery.troubles import Trouble, names_a_challenge, trouble
from crawler.list_rows import looks_like_article
from crawler.listing import Ask
from crawler.page import Page, page_words
from storage.domain.enums import VisitOutcome

MAX_REDIRECTS = 5
LOOP = Trouble(VisitOutcome.SOFT_ERROR, "redirect-loop")
COOKIE_CHALLENGE = Trouble(VisitOutcome.CHALLENGED, "cookie-challenge")
LED_AWAY = Trouble(VisitOutcome.SOFT_ERROR, "led-away")
_ERROR_NAME = re.compile(r"/(?:40\d|error|err|not_?found|no_?page|gone|deleted?)\w*(?:\.\w{3,5})?$", re.IGNORECASE)
_SOON = 6.0
"""Seconds: a page that waits longer before it leads on is there to be read."""

_FEW_WORDS = 120
"""Characters of text up to which a page that leads on is nothing but that."""

_SENT_ON = frozenset({301, 302, 303, 307, 308})
_FOR_GOOD = frozenset({301, 308})
_KEEPS_METHOD = frozenset({307, 308})
_MOST_COOKIES, _LONGEST = 20, 4096


def onward(ask: Ask, page: Page | None) -> Ask | None:
    """The request that an answer sends its client on to (RFC 9110, 15.4); None where it does not."""
    if page is None or page.status not in _SENT_ON or not page.headers.get("location", "").strip():
        return None
    try:
        target = urldefrag(urljoin(page.url, page.headers["location"].strip())).url
    except ValueError:
        return None
    if page.status in _KEEPS_METHOD:
        return replace(ask, url=target)
    return Ask(target, referer=ask.referer, headers=ask.headers)


def whole_move(asked: str, page: Page) -> str:
    """The scheme and host that everything of a host has moved to for good, as far as one answer can tell: the same place there, and not
    the home page, which is often the only one to lead on. Empty where the answer says nothing of the kind.
    """
    led = onward(Ask(asked), page) if page.status in _FOR_GOOD else None
    if led is None:
        return ""
    here, there = urlsplit(asked), urlsplit(led.url)
    same = (here.path, here.query) == (there.path, there.query) and not is_home(here.path)
    return f"{there.scheme}://{there.netloc}" if same and (here.scheme, here.netloc) != (there.scheme, there.netloc) else ""


def led_away(page: Page, role: str) -> Trouble | None:
    """Why a page that came from elsewhere is not what was asked for: portals send whoever asks for something that is gone to their home
    page or to a list. None where it may be the same thing under another address.
    """
    asked, came = urlsplit(page.requested_url or page.url), urlsplit(page.url)
    if role not in {"list", "page"} or (asked.path, asked.query) == (came.path, came.query):
        return None
    if is_home(came.path) and not came.query and not is_home(asked.path):
        return LED_AWAY
    named = [parts.path.rstrip("/").rpartition("/")[2] for parts in (asked, came)]
    same = named[0] == named[1] or (asked.query and asked.query == came.query)
    if role == "page" and not same and _ERROR_NAME.search(came.path):
        return LED_AWAY
    if role == "page" and not same and page.media_type == "text/html" and looks_like_article(page.requested_url):
        return None if looks_like_article(page.url) else LED_AWAY
    return None


def refreshed(ask: Ask, page: Page | None, role: str) -> Ask | None:
    """The request that a page without words of its own leads on to by its head; None where it does not. What leads to a list is a family
    of its own (`crawler.families.shell`), and stays for that.
    """
    if page is None or role in {"list", "robots"} or page.media_type != "text/html":
        return None
    soon = [one.target for one in refreshes(page) if one.after < _SOON]
    # What is a refusal, a challenge or an error is that, wherever it would send a reader.
    if not soon or trouble(page) is not None or len(page_words(page)) > _FEW_WORDS:
        return None
    return Ask(soon[0], referer=ask.referer)


@dataclass(frozen=True, slots=True)
class _Cookie:
    value: str
    path: str
    secure: bool


class Cookies:
    """What portals handed out on the way in, for the length of one crawl."""

    def __init__(self) -> None:
        self._jars: dict[tuple[str, str], dict[str, _Cookie]] = defaultdict(dict)

    def shown(self, portal: str, url: str) -> str:
        """The `Cookie` header for an address, empty where there is none to show."""
        parts = urlsplit(url)
        jar = self._jars.get((portal, _host(url)), {})
        fit = [
            (name, one) for name, one in jar.items() if _covers(one.path, parts.path or "/") and (parts.scheme == "https" or not one.secure)
        ]
        return "; ".join(f"{name}={one.value}" for name, one in fit)

    def keep(self, portal: str, url: str, target: str, lines: Iterable[str]) -> bool:
        """Keep what a redirect from one address to another sets, line by line of `Set-Cookie`; False where that is no way in."""
        if _host(target) != _host(url):
            return True
        jar, already = self._jars[portal, _host(url)], self.shown(portal, url)
        names = {one.partition("=")[0] for one in already.split("; ")}
        for name, cookie in _cookies(lines):
            if names_a_challenge(name) or (target == url and name in names):
                return False
            if name in jar or len(jar) < _MOST_COOKIES:
                jar[name] = cookie
        return True


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").lower()


def _covers(path: str, asked: str) -> bool:
    """Whether a cookie of that path goes with a request (RFC 6265, 5.1.4)."""
    return asked == path or asked.startswith(path if path.endswith("/") else f"{path}/")


def _cookies(lines: Iterable[str]) -> Iterable[tuple[str, _Cookie]]:
    """The cookies set; what is malformed, overlong or meant to be forgotten is left out."""
    for line in lines:
        pair, *attributes = line.split(";")
        name, equals, value = (part.strip() for part in pair.partition("="))
        said: Mapping[str, str] = {key.strip().lower(): text.strip() for key, _, text in (one.partition("=") for one in attributes)}
        if name and equals and len(line) <= _LONGEST and (name + value).isprintable() and said.get("max-age") not in {"0", "-1"}:
            path = said.get("path", "")
            yield name, _Cookie(value, path if path.startswith("/") else "/", "secure" in said)
