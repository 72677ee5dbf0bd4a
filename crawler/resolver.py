"""The egress rules as the name resolver of the crawl process: every connection asks here, and gets only permitted addresses."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IHostnameResolver, IHostResolution, IResolutionReceiver
from zope.interface import implementer  # type: ignore[import-untyped]

from crawler.egress import Egress


@implementer(IHostResolution)
class _Resolution:
    """What is being resolved."""

    def __init__(self, name: str) -> None:
        self.name = name

    def cancel(self) -> None:
        """Nothing to cancel: the answer is ignored then."""


@implementer(IResolutionReceiver)
class _Filter:
    """Collects the addresses of one name and hands on the permitted ones."""

    def __init__(self, receiver: Any, host: str, egress: Egress) -> None:
        self._receiver, self._host, self._egress = receiver, host, egress
        self._found: list[IPv4Address | IPv6Address] = []

    def resolutionBegan(self, resolution: Any) -> None:  # noqa: N802 (interface)
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:  # noqa: N802 (interface)
        self._found.append(address)

    def resolutionComplete(self) -> None:  # noqa: N802 (interface)
        allowed = set(self._egress.permitted(self._host, [found.host for found in self._found]))
        for found in self._found:
            if found.host in allowed:
                self._receiver.addressResolved(found)
        self._receiver.resolutionComplete()


@implementer(IHostnameResolver)
class GuardedResolver:
    """Resolves for every connection of the process; literals come here too. Settings: `NIANBAO_HOST_OVERRIDES`, a JSON object."""

    def __init__(self, reactor: Any, egress: Egress) -> None:
        self._reactor, self._inner, self._egress = reactor, reactor.nameResolver, egress

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> GuardedResolver:
        """Made by Scrapy from its settings, before any crawler runs."""
        return cls(
            reactor,
            crawler.settings.get("NIANBAO_EGRESS")
            or Egress.from_settings(json.loads(crawler.settings.get("NIANBAO_HOST_OVERRIDES") or "{}")),
        )

    def install_on_reactor(self) -> None:
        """Become the reactor's resolver."""
        self._reactor.installNameResolver(self)

    def resolveHostName(  # noqa: N802 (interface)
        self,
        resolutionReceiver: Any,  # noqa: N803 (interface)
        hostName: str,  # noqa: N803 (interface)
        portNumber: int = 0,  # noqa: N803 (interface)
        addressTypes: Sequence[Any] | None = None,  # noqa: N803 (interface)
        transportSemantics: str = "TCP",  # noqa: N803 (interface)
    ) -> Any:
        """Resolve one name; hosts with an override lead to their loopback port."""
        target = self._egress.override(hostName)
        if target is None:
            guarded = _Filter(resolutionReceiver, hostName, self._egress)
            return self._inner.resolveHostName(guarded, hostName, portNumber, addressTypes, transportSemantics)
        resolution = _Resolution(hostName)
        resolutionReceiver.resolutionBegan(resolution)
        kind = IPv6Address if ":" in target[0] else IPv4Address
        resolutionReceiver.addressResolved(kind("TCP", target[0], target[1]))
        resolutionReceiver.resolutionComplete()
        return resolution
