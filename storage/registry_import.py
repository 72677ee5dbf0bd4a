"""Importing the registry from a table (CSV or XLSX): who must publish, and where. All or nothing, with a word on every row.

Only 单位名称 and 网址 are needed; where a body's address is not known yet, its cell stays empty, and nothing is concluded about it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from storage import bodies, portals, registry_batches
from storage.registry_names import Action
from storage.registry_plan import Place, Registry, RowResult, plan
from storage.registry_table import Row, read_table
from storage.registry_write import write

__all__ = ["Action", "Import", "ImportResult", "RowResult", "import_csv", "import_file", "import_rows"]


@dataclass(frozen=True, slots=True)
class ImportResult:
    """All rows; `written` is False for a dry run and when any row cannot be taken: then nothing was changed. `notes` are about the file."""

    rows: tuple[RowResult, ...]
    written: bool
    notes: tuple[str, ...] = ()

    def counts(self) -> dict[Action, int]:
        """Rows per action, every action named."""
        found = Counter(row.action for row in self.rows)
        return {action: found[action] for action in Action}


@dataclass(frozen=True, slots=True)
class Import:
    """How a table is imported: by whom, from where, and what is let pass. `families` empty: not checked."""

    actor: str = ""
    source: str = ""
    dry_run: bool = False
    allow_similar: bool = False
    families: Collection[str] = ()


def import_csv(connection: Connection, data: bytes, *, now: datetime, dry_run: bool = False) -> ImportResult:
    """Import a table; with `dry_run` only say what it would do. Importing the same again changes nothing.

    Within one call all rows are written or none. Raises UsageError for a file that is not such a table.
    """
    table = read_table(data)
    made = plan(_registry(connection), table.rows)
    if made.sound and not dry_run:
        write(connection, made, now)
    return ImportResult(tuple(made.results), made.sound and not dry_run, table.notes)


def import_file(connection: Connection, data: bytes, *, now: datetime, how: Import) -> tuple[ImportResult, int | None]:
    """Import a table in CSV or XLSX as one batch that can be undone; the batch's number, None where nothing was written.

    Raises UsageError for a file that is no such table.
    """
    table = read_table(data)
    return import_rows(connection, table.rows, now=now, how=how, notes=table.notes)


def import_rows(
    connection: Connection, rows: Sequence[Row], *, now: datetime, how: Import, notes: tuple[str, ...] = ()
) -> tuple[ImportResult, int | None]:
    """Import rows as one batch that can be undone; the batch's number, None where nothing was written."""
    made = plan(_registry(connection), rows, families=how.families, allow_similar=how.allow_similar)
    result = ImportResult(tuple(made.results), made.sound and not how.dry_run, notes)
    if not result.written:
        return result, None
    before = registry_batches.snapshot(connection)
    write(connection, made, now)
    counts = {action.value: count for action, count in result.counts().items()}
    return result, registry_batches.record(connection, before, actor=how.actor, source=how.source, counts=counts, now=now)


def _registry(connection: Connection) -> Registry:
    points = portals.entry_points_of(connection, enabled_only=False)
    return Registry(
        bodies={body.id: body for body in bodies.list_all(connection)},
        portals={portal.id: portal for portal in portals.list_all(connection)},
        places={(point.portal_id, point.url): Place(point.family, point.tier, point.params, frozenset(point.body_ids)) for point in points},
    )
