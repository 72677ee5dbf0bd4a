"""The one place that decides which addresses may be connected to.

Every name is resolved here and only the addresses that passed are handed on, so what was checked is what is connected to: a name that
answers differently the second time gains nothing. Loopback, private, link-local, shared and metadata addresses are refused. The only
exception are the hosts listed in the setting `host_overrides`, which lead to a port on this machine's loopback: the demo and the tests.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from storage.domain.errors import ConfigError

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_IPv4 = ipaddress.IPv4Address


def is_public(address: str) -> bool:
    """Whether an address literal belongs to the public internet, looking through IPv4 wrapped in IPv6."""
    try:
        found = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is None and found in _NAT64:
            inner = _IPv4(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return found.is_global and not (found.is_multicast or found.is_reserved or found.is_unspecified)


@dataclass(frozen=True, slots=True)
class Egress:
    """What may be reached. `overrides` maps a host name to a loopback port; `refused` collects hosts that were turned away."""

    overrides: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)

    @classmethod
    def from_settings(cls, overrides: Mapping[str, str]) -> Egress:
        """Rules with the given `host: "127.0.0.1:port"` exceptions.

        Raises:
            ConfigError: an exception that does not lead to this machine's loopback, or is not written like that.
        """
        return cls({host.lower().rstrip("."): _loopback(host, target) for host, target in overrides.items()})

    def override(self, host: str) -> tuple[str, int] | None:
        """Where an excepted host leads, None for every other."""
        return self.overrides.get(host.lower().rstrip("."))

    def permitted(self, host: str, addresses: Iterable[str]) -> tuple[str, ...]:
        """The addresses of a resolved name that may be connected to. A name with a single forbidden address is refused whole."""
        found = tuple(addresses)
        if found and all(is_public(address) for address in found):
            return found
        if found:
            self.refused.add(host.lower())
        return ()

    def resolve(self, host: str) -> str | None:
        """One permitted address of a name, for a browser that is told addresses at its start; None if there is none."""
        if (target := self.override(host)) is not None:
            return f"{target[0]}:{target[1]}"
        try:
            infos = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return None
        allowed = self.permitted(host, [str(info[4][0]) for info in infos])
        plain = [address for address in allowed if ":" not in address]
        return plain[0] if plain else (f"[{allowed[0]}]" if allowed else None)


def _loopback(host: str, target: str) -> tuple[str, int]:
    address, _, port = target.rpartition(":")
    try:
        if ipaddress.ip_address(address.strip("[]")).is_loopback and 0 < int(port) < 65536:
            return address.strip("[]"), int(port)
    except ValueError:
        pass
    raise ConfigError(f"host_overrides 里 {host} 的值不能用：{target}", advice="只允许本机回环地址，例如 127.0.0.1:8700；仅用于演示和测试")


def acceptable_url(url: str) -> bool:
    """Whether an address has a form we ask for at all: http or https, a plain host, no user name, no stray backslash or control
    character.
    """
    if any(character in url for character in "\\\r\n\t\x00 "):
        return False
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    return parts.scheme in {"http", "https"} and bool(host) and "@" not in parts.netloc and (port is None or port > 0)


_SECOND_LEVEL = frozenset({"gov", "com", "org", "net", "edu", "ac", "mil"})


def registrable(host: str) -> str:
    """The part of a host name that one owner holds: `a.b.gov.cn` → `b.gov.cn`, `x.example.org` → `example.org`."""
    labels = host.lower().rstrip(".").split(".")
    keep = 3 if len(labels) >= 3 and labels[-2] in _SECOND_LEVEL else 2
    return ".".join(labels[-keep:])
