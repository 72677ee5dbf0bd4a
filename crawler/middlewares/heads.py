"""Notes request and response heads as they cross the wire, nearest the downloader: what later layers change is not evidence."""

from __future__ import annotations

from collections.abc import Iterable

from scrapy import Request
from scrapy.http import Response
from twisted.internet.ssl import Certificate

HEADS = "nianbao_heads"
"""Request meta: `(request head, response head, ip, tls)` of the last exchange."""


class Heads:
    """Writes the exchange's heads into the request's meta."""

    def process_response(self, request: Request, response: Response) -> Response:
        """Note and pass on."""
        request.meta[HEADS] = (
            _block(f"{request.method} {request.url}", request.headers.items()),
            _block(f"{response.protocol or 'HTTP'} {response.status}", response.headers.items()),
            str(response.ip_address or ""),
            _tls(response),
        )
        return response


def _block(first: str, headers: Iterable[tuple[bytes, list[bytes]]]) -> str:
    lines = [f"{name.decode('latin-1')}: {value.decode('utf-8', 'replace')}" for name, values in headers for value in values]
    return "\n".join([first, *lines])


def _tls(response: Response) -> str:
    certificate = response.certificate
    if not isinstance(certificate, Certificate):
        return ""
    digest: bytes = certificate.digest("sha256")  # type: ignore[no-untyped-call]
    return f"verified {digest.decode('ascii').replace(':', '')[:32].lower()}"
