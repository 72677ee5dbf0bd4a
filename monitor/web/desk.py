"""What every page may use, handed over once at start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi import Request

from storage import installation

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from storage.archive.store import Archive
    from storage.database import Database
    from storage.domain.clock import Clock
    from storage.settings import Settings


@dataclass(frozen=True, slots=True)
class Desk:
    """What every page may use."""

    database: Database
    archive: Archive
    settings: Settings
    clock: Clock

    def muted(self, connection: Connection) -> str:
        """Why nothing is sent, empty where messages go out: by configuration, or by somebody's word."""
        return "配置项 alert_muted" if self.settings.alert_muted else installation.get(connection, installation.MUTED)


def desk_of(request: Request) -> Desk:
    """The desk of the application that got this request."""
    found = request.app.state.desk
    assert isinstance(found, Desk)
    return found
