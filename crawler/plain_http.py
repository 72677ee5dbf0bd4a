"""Hosts that refuse, or do not speak, https while plain http of the same host works: common on county portals behind a half-made gateway.

Tried once per host and crawl, remembered for some days, and written beside each answer that came that way. Never a way around
verification: where a certificate was refused, where the host asks for https by its own word (HSTS, RFC 6797) or a person set a TLS profile
for it, https it stays. What is a challenge is a stop signal under either scheme.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from crawler.discovery.troubles import trouble
from crawler.fetching import Reply
from crawler.listing import Ask
from crawler.robots import CONTROL_TTL, HostMemory, is_fresh
from crawler.tls import HANDSHAKE, TlsLog
from crawler.visit_state import host_of
from storage.domain.clock import Clock
from storage.domain.enums import VisitOutcome

_HTTPS = "https://"
_SILENT = frozenset({"refused", "timeout", "connection", "cut-off", "broken-answer", HANDSHAKE})
"""Ways of not being reached that say nothing of who would have answered: no certificate was seen, or none refused."""


@dataclass(frozen=True, slots=True)
class PlainHosts:
    """What the memory of hosts says of plain http, and which hosts this crawl tried it with."""

    memory: HostMemory
    clock: Clock
    tls: TlsLog
    _tried: set[str] = field(default_factory=set)

    def known(self, ask: Ask) -> Ask | None:
        """The request by plain http where its host is known to answer only so."""
        notes = self.memory.get(host_of(ask.url))
        fresh = notes.plain_for and is_fresh(notes.plain_at, self.clock.now(), CONTROL_TTL)
        return _plain(ask) if fresh and ask.url.startswith(_HTTPS) else None

    def to_try(self, ask: Ask, reply: Reply) -> Ask | None:
        """The request by plain http where https failed in a way that allows it, once per host and crawl; None else."""
        host = host_of(ask.url)
        if not ask.url.startswith(_HTTPS) or host in self._tried or self.tls.profile(urlsplit(ask.url).hostname or ""):
            return None
        if not self._refused(host, reply):
            return None
        self._tried.add(host)
        return _plain(ask)

    def _refused(self, host: str, reply: Reply) -> str:
        """Why https did not do, in a word; empty where it did, or where it is not to be left."""
        found = reply.trouble or (trouble(reply.page) if reply.page is not None else None)
        if found is None:
            return ""
        if found.outcome is VisitOutcome.UNREACHABLE:
            return found.reason if reply.page is None and found.reason in _SILENT else ""
        if found.reason == "robots-held" and self.memory.get(host).robots_status == 403:
            return "status-403"
        page = reply.page
        strict = page is not None and "strict-transport-security" in page.headers
        return "status-403" if found.outcome is VisitOutcome.BLOCKED and page is not None and page.status == 403 and not strict else ""

    def learn(self, ask: Ask, refused: Reply, plain: Reply) -> Reply | None:
        """The answer by plain http with a note of what it stands for, remembered for the host; None where that works no better. A
        challenge is the answer, and not remembered: nothing is asked after it.
        """
        host = host_of(ask.url)
        if _challenges(plain):
            return plain
        notes = self.memory.get(host)
        if not _works(plain):
            return None
        self.memory.put(host, replace(notes, plain_for=self._refused(host, refused), plain_at=self.clock.now().isoformat()))
        return self.marked(ask, plain)

    def marked(self, ask: Ask, plain: Reply) -> Reply:
        """The answer as that to the address asked for, saying that it came unencrypted and why."""
        page = None if plain.page is None else replace(plain.page, requested_url=ask.url)
        return replace(plain, page=page, tls=f"plain(https:{self.memory.get(host_of(ask.url)).plain_for})")

    def still_works(self, ask: Ask, plain: Reply) -> bool:
        """Whether the host still answers by plain http; else it is forgotten, and https asked again. A challenge is an answer, and the
        last thing that is asked of a host.
        """
        page = plain.page
        if page is not None and page.url.startswith("http://") and (page.status not in {401, 403} or _challenges(plain)):
            return True
        host = host_of(ask.url)
        self.memory.put(host, replace(self.memory.get(host), plain_for=""))
        self._tried.add(host)
        return False


def _plain(ask: Ask) -> Ask:
    return replace(ask, url="http://" + ask.url.removeprefix(_HTTPS))


def _challenges(reply: Reply) -> bool:
    found = reply.trouble or (trouble(reply.page) if reply.page is not None else None)
    return found is not None and found.outcome is VisitOutcome.CHALLENGED


def _works(reply: Reply) -> bool:
    """Whether plain http brought what was asked for, and did not only lead back to https."""
    page = reply.page
    if page is None or reply.trouble is not None or not page.url.startswith("http://"):
        return False
    return page.status == 304 or (page.status < 400 and trouble(page) is None)
