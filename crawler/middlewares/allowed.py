"""No request, redirected or not, leaves for a host that the portal of its visit does not own."""

from __future__ import annotations

from urllib.parse import urlsplit

from scrapy import Request
from scrapy.exceptions import IgnoreRequest

from crawler.egress import acceptable_url, registrable

DOMAINS = "nianbao_domains"
"""Request meta: the registrable domains this visit may ask."""


class RefusedAddress(IgnoreRequest):
    """An address of a kind we do not ask for, or of a foreign host."""


class AllowedHosts:
    """Drops requests outside their visit's domains. Redirects pass here again, with the meta of the first request."""

    def process_request(self, request: Request) -> None:
        """Let it pass or raise RefusedAddress."""
        if not acceptable_url(request.url):
            raise RefusedAddress(f"address not acceptable: {request.url[:200]}")
        domains = request.meta.get(DOMAINS, ())
        if registrable(urlsplit(request.url).hostname or "") not in domains:
            raise RefusedAddress(f"foreign host: {urlsplit(request.url).hostname}")
