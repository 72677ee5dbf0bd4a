"""Pages over a filled database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from monitor.web.app import create_app
from storage.archive.store import open_archive
from storage.domain.clock import FixedClock
from storage.settings import load
from tests.unit.web.world import NOW, Client, Filled, fill


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    """The small registry of `world`, for tests that only look."""
    with fill(tmp_path_factory.mktemp("world")) as world:
        yield world


@pytest.fixture(scope="session")
def pages(filled: Filled) -> Client:
    """A client of the pages over the filled database, at ten past eight on 5 February 2025."""
    settings = load(data_dir=filled.folder)
    return Client(create_app(filled.database, open_archive((filled.folder / "archive").as_uri()), settings, FixedClock(NOW)))
