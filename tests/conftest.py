"""What holds for every test: no traffic beyond loopback, and the shared corpus found or named as absent."""

from __future__ import annotations

import ipaddress
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent
CORPUS = Path(os.environ.get("NIANBAO_TEST_CORPUS", ROOT.parent / "shared" / "corpus"))


def _refuse_outside(event: str, args: tuple[Any, ...]) -> None:
    """Audit hook: a connection or datagram to anything but loopback is an error of the test."""
    if event not in {"socket.connect", "socket.sendto"}:
        return
    address = args[1]
    if not isinstance(address, tuple) or not address:
        return
    host = str(address[0])
    if host in {"localhost", ""}:
        return
    try:
        outside = not ipaddress.ip_address(host.split("%", maxsplit=1)[0]).is_loopback
    except ValueError:
        outside = True
    if outside:
        raise RuntimeError(f"a test tried to reach {host}; only loopback is allowed")


sys.addaudithook(_refuse_outside)

# How long an example takes says how busy the machine is, not whether the product is right: no test fails for it.
settings.register_profile("nianbao", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("nianbao")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests marked `corpus` are skipped, by name, where the corpus is absent."""
    if CORPUS.is_dir():
        return
    absent = pytest.mark.skip(reason=f"the corpus of real reports is not at {CORPUS}")
    for item in items:
        if item.get_closest_marker("corpus"):
            item.add_marker(absent)


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real reports read by hand; only for tests marked `corpus`."""
    return CORPUS


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--accept` writes expectations that do not exist yet; the test fails all the same, so that a person reads them first."""
    parser.addoption("--accept", action="store_true", help="write missing golden expectations, to be read by eye")
