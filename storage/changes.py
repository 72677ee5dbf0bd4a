"""What changed since duties were judged last: written beside every change of evidence, in its transaction, until a judgement saw it.

Whoever writes what `storage.evidence` reads, or what decides what a body owes, says so here (`tests/house` looks after that). Rows are
only ever added, and only those read are taken away: two writers never wait for each other, and a change that is committed while a
judgement is under way stays for the next one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from storage.domain.ids import BodyId, EntryPointId, PortalId
from storage.schema import entry_point_bodies, entry_points, evidence_changes, report_versions, reports, sightings
from storage.statements import CHUNK, chunks

_ADD = insert(evidence_changes)


@dataclass(frozen=True, slots=True)
class Pending:
    """Changes that no judgement has seen. `everything` asks for all duties; `owed` says that what is owed may have changed."""

    ids: tuple[int, ...] = ()
    body_ids: frozenset[BodyId] = frozenset()
    everything: bool = False
    owed: bool = False

    def may_concern(self, body_id: BodyId) -> bool:
        """Whether a duty of that body may have changed."""
        return self.everything or body_id in self.body_ids


def of_entry_points(connection: Connection, entry_point_ids: Iterable[EntryPointId | int]) -> None:
    """Something about these lists changed: a visit, a line, whether they are watched, whose reports they carry."""
    _add(connection, ({"entry_point_id": one, "body_id": None, "owed": False} for one in sorted(set(entry_point_ids))))


def of_portal(connection: Connection, portal_id: PortalId) -> None:
    """Something about a portal changed that its lists share."""
    of_entry_points(connection, connection.execute(select(entry_points.c.id).where(entry_points.c.portal_id == portal_id)).scalars())


def of_bodies(connection: Connection, body_ids: Iterable[BodyId | str | None], *, owed: bool = False) -> None:
    """Something about these bodies' reports changed; with `owed` what they owe."""
    _add(connection, ({"entry_point_id": None, "body_id": one, "owed": owed} for one in sorted({one for one in body_ids if one})))


def of_versions(connection: Connection, version_ids: Iterable[int]) -> None:
    """Something about these versions of reports changed: seen again, gone, read."""
    joined = report_versions.join(reports, report_versions.c.report_id == reports.c.id)
    for chunk in chunks(sorted(set(version_ids)), CHUNK):
        query = select(reports.c.body_id).select_from(joined).where(report_versions.c.id.in_(chunk)).distinct()
        of_bodies(connection, connection.execute(query).scalars())


def of_everything(connection: Connection) -> None:
    """Anything may have changed, what is owed, too."""
    _add(connection, [{"entry_point_id": None, "body_id": None, "owed": True}])


def _add(connection: Connection, rows: Iterable[dict[str, object]]) -> None:
    if found := list(rows):
        connection.execute(_ADD, found)


def pending(connection: Connection) -> Pending:
    """All changes no judgement has seen, with the bodies whose duties they may concern."""
    rows = connection.execute(select(evidence_changes)).all()
    if not rows:
        return Pending()
    lists = {row.entry_point_id for row in rows if row.entry_point_id is not None}
    named = {BodyId(row.body_id) for row in rows if row.body_id is not None}
    everything = any(row.entry_point_id is None and row.body_id is None for row in rows)
    concerned = frozenset() if everything else frozenset(named | _on(connection, lists))
    return Pending(tuple(row.id for row in rows), concerned, everything, any(row.owed for row in rows))


def _on(connection: Connection, lists: Iterable[int]) -> set[BodyId]:
    """Whose reports these lists carry, or were met on them."""
    found: set[BodyId] = set()
    for chunk in chunks(sorted(lists), CHUNK):
        linked = select(entry_point_bodies.c.body_id).where(entry_point_bodies.c.entry_point_id.in_(chunk))
        met = select(sightings.c.body_id).where(sightings.c.entry_point_id.in_(chunk), sightings.c.body_id.is_not(None))
        found.update(BodyId(one) for one in connection.execute(linked.union(met)).scalars())
    return found


def settle(connection: Connection, seen: Pending) -> None:
    """A judgement that began after these were read has been written."""
    for chunk in chunks(seen.ids, CHUNK):
        connection.execute(delete(evidence_changes).where(evidence_changes.c.id.in_(chunk)))


def are_waiting(connection: Connection, *, owed: bool = False) -> bool:
    """Whether there are changes that no judgement has seen; with `owed` such of what is owed."""
    wanted = [evidence_changes.c.owed] if owed else []
    return connection.execute(select(evidence_changes.c.id).where(*wanted).limit(1)).first() is not None
