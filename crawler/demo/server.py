"""The demo's portals as one local HTTP server; use as a context manager or run as a process.

    with DemoPortals() as portals:
        portals.hosts        # host name -> "127.0.0.1:port", for the crawler's setting `host_overrides`
        portals.advance(date(2025, 2, 6))

Only what is published up to the simulated day is served.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from datetime import date
from pathlib import Path

from crawler.demo.http_server import Logged, SimulatedPortals
from crawler.demo.ledger import Ledger, build_ledger
from crawler.demo.portal import SELF_TEST_HOSTS, answer
from crawler.demo.publications import publish
from crawler.demo.registry import registry_csv
from crawler.demo.scenario import FIRST_VISIT_DAYS, SITES, TODAY

__all__ = ["DemoPortals", "Logged", "main"]


class DemoPortals(SimulatedPortals):
    """The simulated portals of the demo. Start with `with`, or `start()` and `stop()`; every method may be called from any thread."""

    def __init__(self, seed: int = 1, today: date = TODAY, *, port: int = 0) -> None:
        self.seed = seed
        self._content = publish(seed)
        names = [site.host for site in SITES if site.fault != "refused"]
        down = [site.host for site in SITES if site.fault == "refused"]
        content = self._content
        super().__init__(
            lambda day, host, request: answer(content, day, host, request), [*names, *SELF_TEST_HOSTS], today, silent=down, port=port
        )

    @property
    def self_test_urls(self) -> tuple[str, ...]:
        """Addresses that always answer, for the crawler's test of its own network."""
        return tuple(f"http://{host}/" for host in SELF_TEST_HOSTS)

    def registry_csv(self) -> str:
        """The bodies and portals of the demo, ready for `body import`."""
        return registry_csv()

    def ledger(self, visited: tuple[date, ...] = FIRST_VISIT_DAYS, *, browser: bool = True) -> Ledger:
        """What a right monitor says after crawling on these days; `browser` False where no browser could be used."""
        return build_ledger(self._content, visited, browser=browser)


def main(arguments: list[str] | None = None) -> int:
    """Serve until interrupted or until standard input closes; a line "advance 2025-02-06" there moves the simulated day."""
    parser = argparse.ArgumentParser(prog="python -m crawler.demo.server", description="Simulated portals for the demo and the tests.")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1, 0 for a free one")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--today", type=date.fromisoformat, default=TODAY, help="simulated day, YYYY-MM-DD")
    parser.add_argument("--registry", type=Path, help="write the registry of bodies and portals to this CSV file")
    parser.add_argument("--ledger", type=Path, help="write what a right monitor must say to this JSON file")
    options = parser.parse_args(arguments)
    with DemoPortals(options.seed, options.today, port=options.port) as portals:
        if options.registry:
            options.registry.write_text(portals.registry_csv(), encoding="utf-8")
        if options.ledger:
            options.ledger.write_text(portals.ledger().to_json(), encoding="utf-8")
        facts = {"port": portals.port, "today": str(portals.today), "hosts": portals.hosts, "self_test_urls": portals.self_test_urls}
        sys.stdout.write(json.dumps(facts, ensure_ascii=False) + "\n")
        sys.stdout.flush()
        with contextlib.suppress(KeyboardInterrupt):
            _obey(portals)
    return 0


def _obey(portals: DemoPortals) -> None:
    for line in sys.stdin:
        word, _, day = line.strip().partition(" ")
        if word == "advance":
            portals.advance(date.fromisoformat(day))
            sys.stdout.write(json.dumps({"today": day}) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
