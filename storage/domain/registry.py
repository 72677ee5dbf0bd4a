"""Who must publish, and where we look: bodies, portals, entry points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from storage.domain.enums import BodyKind, BodyLevel, SourceHealth
from storage.domain.ids import BodyId, EntryPointId, PortalId

SUBSITE = "subsite"
"""Among the parameters of an entry point: it is the home page of a body that has a folder of a portal to itself, where a search begins."""


@dataclass(frozen=True, slots=True)
class Body:
    """One administrative body. `division_code` is text (GB/T 2260), never a number."""

    id: BodyId
    name: str
    kind: BodyKind
    level: BodyLevel
    division_code: str
    parent_id: BodyId | None = None
    aliases: tuple[str, ...] = ()
    system: str = ""
    contact: str = ""
    email: str = ""
    exempt_reason: str = ""
    active_from_year: int | None = None
    active_to_year: int | None = None


@dataclass(frozen=True, slots=True)
class Portal:
    """One website. `platform_id` groups portals on shared infrastructure: politeness and breakers are per platform."""

    id: PortalId
    name: str
    home_url: str
    platform_id: str
    division_code: str = ""
    tier: str = "http"
    delay_seconds: float = 3.0
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class EntryPoint:
    """One list page on which annual reports appear.

    `family` is the id of the adapter (file name in `crawler/families`), empty until detected; `params` are that family's own.
    `body_ids` are the bodies whose reports this list is known to carry.
    """

    id: EntryPointId
    portal_id: PortalId
    url: str
    family: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    body_ids: tuple[BodyId, ...] = ()
    health: SourceHealth = SourceHealth.UNTESTED
    enabled: bool = True
    tier: str = "http"
