"""A message as one signed JSON request: `json://` and `jsons://` addresses.

The body is the same on every attempt; `Idempotency-Key` carries the Message-ID. With a key (`?hmac=…` in the address) the request is
signed: `X-Nianbao-Signature: sha256=<hex of HMAC-SHA256(key, body)>`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx

from monitor.alerts.egress import Guard, NotResolved
from storage.domain.alerts import EventKind, Message, Reply
from storage.domain.enums import SendState
from storage.domain.errors import ConfigError

SCHEMA = "nianbao.message/1"

OUTWARD: Mapping[EventKind, str] = {
    **dict.fromkeys((EventKind.REPORT_LATE, EventKind.REPORT_MISSING, EventKind.REPORT_UNKNOWN), "status.changed"),
    EventKind.REPORT_REVISED: "report.changed",
    EventKind.FINDING_REOPENED: "finding.opened",
    EventKind.FINDING_RESOLVED: "finding.closed",
    EventKind.SOURCE_BLIND: "portal.broken",
    EventKind.SOURCE_RECOVERED: "portal.recovered",
    EventKind.FIXITY_FAILED: "integrity.failed",
}
"""Names by which receivers know what a message is about; the others go by their own."""
TIMEOUT_SECONDS = 20.0
PERMANENT = frozenset({400, 401, 404, 405, 410, 413, 415, 422})


@dataclass(frozen=True, slots=True)
class WebhookChannel:
    """One receiver. `user`/`password` are HTTP basic credentials, `headers` extra request headers."""

    url: str
    hmac_key: str = ""
    user: str = ""
    password: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    verify: bool = True
    timeout: float = TIMEOUT_SECONDS
    guard: Guard = field(default_factory=Guard)

    def send(self, message: Message) -> Reply:
        """One attempt."""
        body = payload(message)
        headers = {**self.headers, "Content-Type": "application/json; charset=utf-8", "Idempotency-Key": message.message_id}
        if self.hmac_key:
            headers["X-Nianbao-Signature"] = signature(self.hmac_key, body)
        auth = (self.user, self.password) if self.user else None
        return post(self.url, body, headers, Connection(self.verify, self.timeout, auth, self.guard), judge=by_status)


def payload(message: Message) -> bytes:
    """The request body, deterministic."""
    content = {
        "schema": SCHEMA,
        "id": message.message_id,
        "reference": message.reference,
        "key": message.message_key,
        "subject": message.subject,
        "text": message.body_text,
        "events": list(message.event_ids),
        "kinds": sorted({OUTWARD.get(kind, kind.value) for kind in message.kinds}),
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True).encode()


def signature(key: str, body: bytes) -> str:
    """The value of the signature header."""
    return "sha256=" + hmac.new(key.encode(), body, hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Connection:
    """How to reach a receiver."""

    verify: bool = True
    timeout: float = TIMEOUT_SECONDS
    auth: tuple[str, str] | None = None
    guard: Guard = field(default_factory=Guard)


class Judge:
    """What makes of an HTTP answer a reply; subclassed by the robots, whose 200 may be a refusal."""

    def __call__(self, response: httpx.Response) -> Reply:
        """By status: 2xx is accepted; what cannot get better is dead."""
        text = f"HTTP {response.status_code} {response.text[:200]}".strip()
        if 200 <= response.status_code < 300:
            return Reply(SendState.ACCEPTED, text)
        return Reply(SendState.DEAD if response.status_code in PERMANENT else SendState.RETRY, text)


by_status = Judge()


def post(url: str, body: bytes, headers: Mapping[str, str], how: Connection, *, judge: Judge) -> Reply:
    """One POST without redirects, to an address the guard has passed; a broken line after the request was written leaves the outcome
    unknown.
    """
    try:
        asked = httpx.URL(url)
        # The connection goes to the checked address; the name stays in Host and in TLS, so that certificates are verified as ever.
        pinned = asked.copy_with(host=how.guard.pinned(asked.host, asked.scheme))
        named = {**headers, "Host": asked.netloc.decode("ascii")}
        with httpx.Client(timeout=how.timeout, verify=how.verify, auth=how.auth, follow_redirects=False) as client:
            response = client.post(pinned, content=body, headers=named, extensions={"sni_hostname": asked.host})
            return judge(response)
    except ConfigError as error:
        return Reply(SendState.DEAD, error.message)
    except NotResolved as error:
        return Reply(SendState.RETRY, str(error))
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        return Reply(SendState.RETRY, f"{type(error).__name__}: {error}", timed_out=isinstance(error, httpx.TimeoutException))
    except httpx.TransportError as error:
        return Reply(SendState.UNKNOWN, f"{type(error).__name__}: {error}", timed_out=isinstance(error, httpx.TimeoutException))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return Reply(SendState.RETRY, f"{type(error).__name__}: {error}")
