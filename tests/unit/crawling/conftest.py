"""What tests of visits start from: a portal that answers as told, and an office that visits it."""

from __future__ import annotations

import pytest

from .site import Office, Site


@pytest.fixture
def site():
    return Site()


@pytest.fixture
def office(tmp_path, site):
    opened = Office(tmp_path, site)
    yield opened
    opened.database.close()
