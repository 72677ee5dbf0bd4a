"""Which families there are: every module of `crawler/families`, by file name."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import cast

import crawler.families
from crawler.listing import Family
from crawler.page import Page
from storage.domain.errors import ConfigError

DETECTION_FLOOR = 0.3
"""Below this a page is of no known family."""


@cache
def all_families() -> Mapping[str, Family]:
    """Every family by its id.

    Raises:
        ConfigError: a module whose ID is not its file name.
    """
    found: dict[str, Family] = {}
    for module in pkgutil.iter_modules(crawler.families.__path__):
        family = cast(Family, importlib.import_module(f"crawler.families.{module.name}"))
        if getattr(family, "ID", None) != module.name:
            raise ConfigError(f"crawler/families/{module.name}.py 的 ID 与文件名不符", advice="请让 ID 等于文件名")
        found[module.name] = family
    return MappingProxyType(found)


def get_family(family_id: str) -> Family:
    """The family with that id.

    Raises:
        ConfigError: there is none.
    """
    try:
        return all_families()[family_id]
    except KeyError:
        known = "、".join(sorted(all_families()))
        raise ConfigError(f"没有名为 {family_id} 的站群系统适配", advice=f"可用：{known}") from None


def rank(page: Page) -> tuple[tuple[str, float], ...]:
    """Families that could have made this page with their certainty, best first."""
    scored = ((name, family.detect(page)) for name, family in all_families().items())
    return tuple(sorted((pair for pair in scored if pair[1] >= DETECTION_FLOOR), key=lambda pair: (-pair[1], pair[0])))
