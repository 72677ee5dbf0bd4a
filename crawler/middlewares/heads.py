"""Notes request and response heads as they cross the wire, nearest the downloader: what later layers change is not evidence."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.internet.ssl import Certificate

from crawler.tls import TlsLog

HEADS = "nianbao_heads"
"""Request meta: `(request head, response head, ip, tls)` of the last exchange."""


class Heads:
    """Writes the exchange's heads into the request's meta, and how its host was verified."""

    def __init__(self, log: TlsLog) -> None:
        self._log = log

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Heads:
        """Made by Scrapy. Settings: `NIANBAO_TLS`."""
        return cls(crawler.settings.get("NIANBAO_TLS") or TlsLog())

    def process_response(self, request: Request, response: Response) -> Response:
        """Note and pass on."""
        request.meta[HEADS] = (
            _block(f"{request.method} {request.url}", dict.items(request.headers)),
            _block(f"{response.protocol or 'HTTP'} {response.status}", dict.items(response.headers)),
            str(response.ip_address or ""),
            _tls(response, self._log),
        )
        return response


def _block(first: str, headers: Iterable[tuple[bytes, list[bytes]]]) -> str:
    """The first line and one line per header. They come as the dictionary holds them: asked for one by one, each name is made anew."""
    lines = [f"{name.decode('latin-1')}: {_shown(name, value)}" for name, values in headers for value in values]
    return "\n".join([first, *lines])


def _shown(name: bytes, value: bytes) -> str:
    """A header's value; of a cookie that was shown to a portal only the name, as it is nobody else's."""
    text = value.decode("utf-8", "replace")
    return "; ".join(f"{one.partition('=')[0]}=…" for one in text.split("; ")) if name.lower() == b"cookie" else text


def _tls(response: Response, log: TlsLog) -> str:
    """How the server was verified and the digest of its certificate; empty for an answer over http."""
    if not response.url.startswith("https:"):
        return ""
    if "playwright" in response.flags:
        # The browser shows no page whose certificate it does not accept, and is never told to.
        return "verified(browser)"
    certificate = response.certificate
    digest = certificate.digest("sha256") if isinstance(certificate, Certificate) else b""  # type: ignore[no-untyped-call]
    verdict = log.verdict(urlsplit(response.url).hostname or "")
    return f"{verdict} {digest.decode('ascii').replace(':', '')[:24].lower()}".strip()
