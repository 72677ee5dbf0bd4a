"""Which hosts messages may be posted to: the public internet, and what the operator has listed in `alert_allow_hosts`.

An address of a recipient is typed by a person and called by our server: without this, it could be made to talk to machines only we can
reach. A name is resolved once, checked, and connected to by the checked address, so that a second answer of the name server gains nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.request import getproxies, proxy_bypass

from crawler.egress import is_public
from storage.domain.errors import ConfigError


class NotResolved(OSError):
    """The name server knows no such host, or is away."""


@dataclass(frozen=True, slots=True)
class Guard:
    """Hosts listed in `allowed` are exempt; they are compared as written, without case."""

    allowed: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def of(cls, hosts: Iterable[str]) -> Guard:
        """A guard with these exemptions."""
        return cls(frozenset(_plain(host) for host in hosts))

    def refuse_inner(self, host: str) -> None:
        """Refuse, without asking a name server, what is plainly no public host. Raises ConfigError."""
        name = _plain(host)
        if name in self.allowed:
            return
        if name == "localhost" or name.endswith((".localhost", ".local", ".internal")) or (_is_number(name) and not is_public(name)):
            raise _forbidden(host)

    def pinned(self, host: str, scheme: str) -> str:
        """The address to connect to for a host. Raises ConfigError for a forbidden one, NotResolved where there is none.

        Behind a proxy the host itself: there the proxy resolves, and only what can be seen without resolving is refused.
        """
        self.refuse_inner(host)
        name = _plain(host)
        if name in self.allowed or (scheme in getproxies() and not proxy_bypass(name)):
            return host
        addresses = _resolve(name)
        if not all(is_public(address) for address in addresses):
            raise _forbidden(host)
        return next((address for address in addresses if ":" not in address), addresses[0])


def _forbidden(host: str) -> ConfigError:
    return ConfigError(f"不向内部网络的地址发送消息：{host}", advice="如确为本单位自己的服务，请把该主机名加入配置项 alert_allow_hosts。")


def _plain(host: str) -> str:
    return host.strip("[]").rstrip(".").lower()


def _is_number(name: str) -> bool:
    """Whether a connection would take this for an address: also `0x7f.1`, `2130706433` and other spellings the system understands."""
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        pass
    else:
        return True
    try:
        socket.inet_aton(name)
    except (OSError, UnicodeError):
        return False
    return True


def _resolve(name: str) -> list[str]:
    try:
        infos = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotResolved(f"{type(error).__name__}: {error}") from error
    if not infos:
        raise NotResolved("no address")
    return list(dict.fromkeys(str(info[4][0]) for info in infos))
