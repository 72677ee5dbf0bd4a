"""Which styles, in which of their dialects, the simulated country is made of."""

from __future__ import annotations

import importlib
from collections.abc import Mapping

from crawler.demo.portal import styles
from crawler.demo.world.plan import PATHS


def dialects() -> Mapping[str, tuple[str, ...]]:
    """Every style a column can be made of with its variants; a style's module names them in `VARIANTS`."""
    return {
        name: tuple(getattr(importlib.import_module(f"crawler.demo.sites.{name}"), "VARIANTS", ("",))) for name in styles() if name in PATHS
    }
