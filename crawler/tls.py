"""How connections are verified: strictly, unless a person set a profile for a portal; and what verification found, for every host.

Nothing is ever accepted in silence: what a profile lets pass is written beside each answer that came that way, and a name that does not fit
or a certificate signed by itself passes under no profile. What is checked: the chain to a root the system trusts, the times, the name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from OpenSSL import SSL
from OpenSSL.crypto import X509
from service_identity import VerificationError
from service_identity.exceptions import CertificateError
from service_identity.hazmat import DNS_ID, IPAddress_ID, verify_service_identity
from service_identity.pyopenssl import extract_patterns
from twisted.internet.abstract import isIPAddress, isIPv6Address
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer  # type: ignore[import-untyped]

from crawler.egress import registrable
from storage.tls_profiles import EXPIRED, INCOMPLETE, LEGACY

STRICT: frozenset[str] = frozenset()
WRONG_HOST, HANDSHAKE = "tls-wrong-host", "tls-handshake"

_CERTIFICATE: Mapping[int, str] = {
    2: "tls-incomplete-chain",
    9: "tls-not-yet-valid",
    10: "tls-expired",
    18: "tls-self-signed",
    19: "tls-unknown-issuer",
    20: "tls-incomplete-chain",
    21: "tls-incomplete-chain",
    23: "tls-revoked",
    66: "tls-weak",
    67: "tls-weak",
    68: "tls-weak",
}
"""OpenSSL's verification errors (x509_vfy.h) by the fault they mean; every other is `tls-certificate`."""

_PASSES: Mapping[str, str] = {"tls-expired": EXPIRED, "tls-incomplete-chain": INCOMPLETE}
"""Which profile lets a fault pass."""

_WORDS = (
    (re.compile(r"legacy.renegotiation", re.IGNORECASE), "tls-legacy-renegotiation"),
    (re.compile(r"key too (?:small|weak)|md too weak|bad ecpoint|wrong (?:signature|curve)", re.IGNORECASE), "tls-weak"),
    (re.compile(r"unsupported protocol|protocol version|version too low|no protocols", re.IGNORECASE), "tls-old-protocol"),
)
_OP_LEGACY_SERVER_CONNECT = 0x4


@dataclass(slots=True)
class TlsLog:
    """What verification found in this run. `profiles` holds what may pass, by host; hosts that are not in it are strict."""

    profiles: Mapping[str, frozenset[str]] = field(default_factory=dict)
    _passed: dict[str, set[str]] = field(default_factory=dict)
    _refused: dict[str, str] = field(default_factory=dict)

    def profile(self, host: str) -> frozenset[str]:
        """What may pass for this host."""
        return self.profiles.get(host.lower(), STRICT)

    def begin(self, host: str) -> None:
        """A connection is being made: what the last one found no longer counts."""
        self._passed[host] = set()
        self._refused.pop(host, None)

    def fault(self, host: str, name: str) -> bool:
        """A fault was found; whether it passes."""
        kind = _PASSES.get(name)
        if kind is not None and kind in self.profile(host):
            self._passed.setdefault(host, set()).add(kind)
            return True
        self._refused.setdefault(host, name)
        return False

    def verdict(self, host: str) -> str:
        """How the connection to this host was verified, in one word."""
        passed = self._passed.get(host.lower())
        if passed is None:
            return "unverified(unknown)"
        if passed:
            return f"unverified({','.join(sorted(passed))})"
        return "verified(legacy)" if LEGACY in self.profile(host) else "verified"

    def reason(self, url: str, error: str) -> str:
        """Why a connection failed whose error speaks of TLS: what verification refused, else what the handshake says."""
        host = (urlsplit(url).hostname or "").lower()
        # The request may have been led on to another host of the same owner.
        near = [name for one, name in self._refused.items() if registrable(one) == registrable(host)]
        if host in self._refused or (near and "certificate verify failed" in error):
            return self._refused.get(host) or near[-1]
        return next((name for pattern, name in _WORDS if pattern.search(error)), HANDSHAKE)


@implementer(IPolicyForHTTPS)
class VerifiedConnections:
    """The policy of every https connection of the crawl."""

    def __init__(self, log: TlsLog) -> None:
        self._log = log
        self._contexts: dict[bool, SSL.Context] = {}

    def creatorForNetloc(self, hostname: bytes, port: int) -> _Connections:  # noqa: N802 (interface)
        """What makes connections to this host."""
        host = hostname.decode("ascii").lower()
        legacy = LEGACY in self._log.profile(host)
        if legacy not in self._contexts:
            self._contexts[legacy] = _context(legacy=legacy)
        return _Connections(host, self._contexts[legacy], self._log)


def _context(*, legacy: bool) -> SSL.Context:
    """TLS 1.2 and above with the system's roots. Legacy also speaks to servers without secure renegotiation and with short keys."""
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_min_proto_version(SSL.TLS1_2_VERSION)
    context.set_default_verify_paths()
    context.set_cipher_list(b"DEFAULT:@SECLEVEL=1" if legacy else b"DEFAULT:@SECLEVEL=2")
    if legacy:
        context.set_options(_OP_LEGACY_SERVER_CONNECT)
    return context


@implementer(IOpenSSLClientConnectionCreator)
class _Connections:
    """Makes connections to one host, each of which checks who answers."""

    def __init__(self, host: str, context: SSL.Context, log: TlsLog) -> None:
        self._host, self._context, self._log = host, context, log

    def clientConnectionForTLS(self, tlsProtocol: Any) -> SSL.Connection:  # noqa: N802, N803 (interface)
        """A connection that fails unless its certificate passes."""
        connection = SSL.Connection(self._context, None)
        address = isIPAddress(self._host) or isIPv6Address(self._host)
        if not address:
            connection.set_tlsext_host_name(self._host.encode("ascii"))
        self._log.begin(self._host)
        identity = IPAddress_ID(self._host) if address else DNS_ID(self._host)
        connection.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, self._check(identity))
        return connection

    def _check(self, identity: Any) -> Any:
        log, host = self._log, self._host

        def check(_connection: SSL.Connection, certificate: X509, error: int, depth: int, ok: int) -> bool:
            # Called for each fault and, where there is none, for each certificate of the chain. An exception would be lost in OpenSSL.
            passes = bool(ok) or log.fault(host, _CERTIFICATE.get(error, "tls-certificate"))
            if not passes or depth != 0:
                return passes
            try:
                verify_service_identity(extract_patterns(certificate), [identity], [])
            except (CertificateError, VerificationError, ValueError):
                return log.fault(host, WRONG_HOST)
            return True

        return check


class Verified:
    """Mixed into a download handler: its https connections are made by `VerifiedConnections`. Settings: `NIANBAO_TLS`, a `TlsLog`."""

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)  # type: ignore[call-arg]
        self._contextFactory: Any = VerifiedConnections(crawler.settings.get("NIANBAO_TLS") or TlsLog())
