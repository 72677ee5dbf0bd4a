"""Between the product's words and Scrapy's: an errand as a request, an answer or a failure as a reply."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from scrapy import FormRequest, Request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    NotSupported,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from scrapy.http import Response
from twisted.internet.error import ConnectError, ConnectionDone, ConnectionLost

from crawler.discovery.file_names import header_text
from crawler.discovery.troubles import Trouble
from crawler.egress import Egress, registrable
from crawler.fetching import NO_VALIDATORS, Reply, Validators
from crawler.listing import Ask
from crawler.middlewares.allowed import DOMAINS, RefusedAddress
from crawler.middlewares.heads import HEADS
from crawler.page import page as make_page
from crawler.settings import DEFAULT_REQUEST_HEADERS
from crawler.tls import TlsLog
from storage.domain.enums import VisitOutcome
from storage.domain.originals import CaptureRole
from storage.domain.registry import Portal
from storage.settings import Settings

OWN_HEADERS = frozenset({"user-agent", "host", "cookie", "from"})
MAX_PAGE_BYTES = 8 * 2**20
DOCUMENT_TIMEOUT_FACTOR = 4

_CAUSES: tuple[tuple[type[BaseException], VisitOutcome, str], ...] = (
    (RefusedAddress, VisitOutcome.SOFT_ERROR, "foreign-host"),
    (IgnoreRequest, VisitOutcome.SOFT_ERROR, "redirect-loop"),
    (CannotResolveHostError, VisitOutcome.UNREACHABLE, "dns"),
    (DownloadConnectionRefusedError, VisitOutcome.UNREACHABLE, "refused"),
    (DownloadTimeoutError, VisitOutcome.UNREACHABLE, "timeout"),
    (DownloadCancelledError, VisitOutcome.SOFT_ERROR, "too-large"),
    (ResponseDataLossError, VisitOutcome.UNREACHABLE, "cut-off"),
    (DownloadFailedError, VisitOutcome.UNREACHABLE, "broken-answer"),
    (NotSupported, VisitOutcome.SOFT_ERROR, "bad-address"),
    (UnsupportedURLSchemeError, VisitOutcome.SOFT_ERROR, "bad-address"),
    (ConnectError, VisitOutcome.UNREACHABLE, "connection"),
    (ConnectionLost, VisitOutcome.UNREACHABLE, "connection"),
    (ConnectionDone, VisitOutcome.UNREACHABLE, "connection"),
    (OSError, VisitOutcome.UNREACHABLE, "connection"),
    (ValueError, VisitOutcome.SOFT_ERROR, "bad-address"),
)
FAILURES = tuple(kind for kind, _, _ in _CAUSES)


@dataclass(frozen=True, slots=True)
class Errand:
    """One address to be asked for, whose, and how."""

    ask: Ask
    portal: Portal
    role: CaptureRole
    validators: Validators = NO_VALIDATORS
    tier: str = "http"


def is_of(portal: Portal, url: str) -> bool:
    """Whether an address is one that the portal's visits may ask."""
    return _domain(url) == _domain(portal.home_url)


def _domain(url: str) -> str:
    return registrable(urlsplit(url).hostname or "")


def request_for(errand: Errand, settings: Settings, cookies: str) -> Request:
    """The request that carries an errand; `cookies` is the header to show, empty for none."""
    ask, validators = errand.ask, errand.validators
    usual = {**DEFAULT_REQUEST_HEADERS, "User-Agent": settings.user_agent}
    headers = usual | {name: value for name, value in ask.headers if name.lower() not in OWN_HEADERS}
    said = {"Referer": ask.referer, "If-None-Match": validators.etag, "If-Modified-Since": validators.last_modified, "Cookie": cookies}
    headers |= {name: value for name, value in said.items() if value}
    domains = (_domain(errand.portal.home_url),)
    meta: dict[str, Any] = {"download_slot": errand.portal.platform_id, DOMAINS: domains, "handle_httpstatus_all": True}
    meta |= _limits(errand.role, settings)
    if errand.tier == "browser":
        from crawler.browser import browser_meta

        meta |= browser_meta(settings)
        headers = usual
    if ask.form:
        return FormRequest(ask.url, method="POST", formdata=list(ask.form), headers=headers, meta=meta, dont_filter=True)
    if ask.json:
        headers["Content-Type"] = "application/json"
    return Request(ask.url, method=ask.method, body=ask.json, headers=headers, meta=meta, dont_filter=True)


def _limits(role: CaptureRole, settings: Settings) -> dict[str, Any]:
    """How large an answer may be, and how long it may take."""
    most, seconds = settings.crawl_max_bytes, settings.crawl_timeout_seconds
    if role != "document":
        return {"download_maxsize": min(MAX_PAGE_BYTES, most), "download_timeout": seconds}
    return {"download_maxsize": most, "download_timeout": seconds * DOCUMENT_TIMEOUT_FACTOR}


def reply_of(request: Request, response: Response, asked_at: datetime, now: datetime) -> Reply:
    """What came, with the heads as they went over the wire."""
    answered = response.request or request
    heads = answered.meta.get(HEADS) or ("", "", "", "")
    headers = {name.decode("latin-1").lower(): header_text(b", ".join(values)) for name, values in dict.items(response.headers)}
    page = make_page(response.url, response.status, response.body, headers, requested_url=request.url)
    watch = answered.meta.get("nianbao_watch")
    reply = Reply(page, None, asked_at, now, *heads)
    return reply if watch is None else replace(reply, exchanges=watch.exchanges)


def cause(error: BaseException, request: Request, egress: Egress, tls: TlsLog) -> Trouble:
    """Why nothing came."""
    host = (urlsplit(request.url).hostname or "").lower()
    if isinstance(error, CannotResolveHostError) and host in egress.refused:
        return Trouble(VisitOutcome.UNREACHABLE, "address-refused")
    outcome, reason = next((outcome, reason) for kind, outcome, reason in _CAUSES if isinstance(error, kind))
    if "ssl" in repr(error).lower() or "certificate" in repr(error).lower():
        reason = tls.reason(request.url, repr(error))
    return Trouble(outcome, reason)
