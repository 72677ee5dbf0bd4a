"""Bodies: who must publish. Names and aliases are stored folded (`clean_name`), so that finding them is an equality."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, Select, delete, insert, select, update

from storage import changes
from storage.domain.enums import BodyKind, BodyLevel
from storage.domain.errors import NotFoundError, UsageError
from storage.domain.ids import BodyId
from storage.domain.registry import Body
from storage.schema import bodies, body_aliases
from storage.statements import CHUNK, chunks, clean_name, clip

Change = Literal["added", "updated", "same"]


def make_id(division_code: str, name: str) -> BodyId:
    """A stable id for a body that came without one: the same division and name give the same id."""
    return BodyId("b" + hashlib.sha256(f"{division_code}\n{clean_name(name)}".encode()).hexdigest()[:12])


def upsert(connection: Connection, body: Body, now: datetime) -> Change:
    """Add the body, or bring the stored one to these values; aliases are replaced by those given."""
    wanted = cleaned(body)
    stored = get_many(connection, [body.id]).get(body.id)
    if stored == wanted:
        return "same"
    changes.of_bodies(connection, [body.id], owed=True)
    values = _values(wanted)
    if stored is None:
        connection.execute(insert(bodies).values(**values, created_at=now))
    else:
        connection.execute(update(bodies).where(bodies.c.id == body.id).values(**values))
        connection.execute(delete(body_aliases).where(body_aliases.c.body_id == body.id))
    if wanted.aliases:
        connection.execute(insert(body_aliases), [{"body_id": body.id, "alias": alias} for alias in wanted.aliases])
    return "added" if stored is None else "updated"


def write(connection: Connection, wanted: Iterable[Body], now: datetime) -> None:
    """Add or change many bodies at once; a parent must be stored or among them. Aliases are replaced by those given."""
    by_id = {body.id: cleaned(body) for body in wanted}
    stored = get_many(connection, by_id)
    new = [by_id[body_id] for body_id in _parents_first(by_id) if body_id not in stored]
    changed = [body for body in by_id.values() if body.id in stored and stored[body.id] != body]
    changes.of_bodies(connection, [body.id for body in (*new, *changed)], owed=True)
    for chunk in chunks(new, CHUNK):
        connection.execute(insert(bodies), [{**_values(body), "created_at": now} for body in chunk])
    for body in changed:
        connection.execute(update(bodies).where(bodies.c.id == body.id).values(**_values(body)))
        connection.execute(delete(body_aliases).where(body_aliases.c.body_id == body.id))
    aliases = [{"body_id": body.id, "alias": alias} for body in (*new, *changed) for alias in body.aliases]
    for rows in chunks(aliases, CHUNK):
        connection.execute(insert(body_aliases), rows)


def _parents_first(by_id: Mapping[BodyId, Body]) -> list[BodyId]:
    """The ids so that no body stands before its parent."""
    ordered: dict[BodyId, None] = {}
    for body in by_id.values():
        line: list[BodyId] = []
        above: BodyId | None = body.id
        while above is not None and above in by_id and above not in ordered and above not in line:
            line.append(above)
            above = by_id[above].parent_id
        ordered.update(dict.fromkeys(reversed(line)))
    return list(ordered)


def get(connection: Connection, body_id: BodyId) -> Body:
    """The body of that id. Raises NotFoundError."""
    found = get_many(connection, [body_id]).get(body_id)
    if found is None:
        raise NotFoundError(f"名录中没有这个单位：{body_id}", advice="nianbao body list 列出全部单位。")
    return found


def get_many(connection: Connection, body_ids: Iterable[BodyId]) -> dict[BodyId, Body]:
    """Those of the given bodies that exist."""
    found: dict[BodyId, Body] = {}
    for chunk in chunks(dict.fromkeys(body_ids), CHUNK):
        rows = connection.execute(select(bodies).where(bodies.c.id.in_(chunk))).all()
        aliases = _aliases(connection, chunk)
        found.update((BodyId(row.id), _body(row, aliases[row.id])) for row in rows)
    return found


def find_by_name(connection: Connection, name: str) -> tuple[Body, ...]:
    """All bodies that bear that name or alias, by id; several mean the name alone does not decide."""
    folded = clean_name(name)
    by_alias = select(body_aliases.c.body_id).where(body_aliases.c.alias == folded)
    ids = connection.execute(select(bodies.c.id).where((bodies.c.name == folded) | bodies.c.id.in_(by_alias))).scalars()
    found = get_many(connection, map(BodyId, ids))
    return tuple(found[key] for key in sorted(found))


def list_all(connection: Connection, *, division_prefix: str = "") -> tuple[Body, ...]:
    """All bodies, by division code and id; only those whose division code starts with the prefix."""
    query = select(bodies).order_by(bodies.c.division_code, bodies.c.id)
    if division_prefix:
        query = query.where(bodies.c.division_code.startswith(division_prefix, autoescape=True))
    aliases = _aliases(connection, None)
    return tuple(_body(row, aliases[row.id]) for row in connection.execute(query))


def registered_by(connection: Connection, until: datetime) -> frozenset[BodyId]:
    """The bodies that were in the registry at that instant."""
    return frozenset(map(BodyId, connection.execute(select(bodies.c.id).where(bodies.c.created_at <= until)).scalars()))


def _aliases(connection: Connection, body_ids: Sequence[BodyId] | None) -> dict[str, tuple[str, ...]]:
    query = select(body_aliases.c.body_id, body_aliases.c.alias).order_by(body_aliases.c.alias)
    if body_ids is not None:
        query = query.where(body_aliases.c.body_id.in_(body_ids))
    found: dict[str, tuple[str, ...]] = defaultdict(tuple)
    for body_id, alias in connection.execute(query):
        found[body_id] += (alias,)
    return found


def cleaned(body: Body) -> Body:
    """The body as it is stored: names folded, texts cut to their columns."""
    aliases = sorted({clean_name(alias) for alias in body.aliases} - {"", clean_name(body.name)})
    return Body(
        id=body.id,
        name=clip(clean_name(body.name), 200),
        kind=body.kind,
        level=body.level,
        division_code=body.division_code,
        parent_id=body.parent_id,
        aliases=tuple(aliases),
        system=clip(body.system, 64),
        contact=clip(body.contact, 100),
        email=clip(body.email, 200),
        exempt_reason=clip(body.exempt_reason, 200),
        active_from_year=body.active_from_year,
        active_to_year=body.active_to_year,
    )


def _values(body: Body) -> dict[str, Any]:
    return {
        "id": body.id,
        "name": body.name,
        "kind": body.kind.value,
        "level": body.level.value,
        "division_code": body.division_code,
        "parent_id": body.parent_id,
        "system": body.system,
        "contact": body.contact,
        "email": body.email,
        "exempt_reason": body.exempt_reason,
        "active_from_year": body.active_from_year,
        "active_to_year": body.active_to_year,
    }


def _body(row: Row[Any], aliases: tuple[str, ...]) -> Body:
    return Body(
        id=BodyId(row.id),
        name=row.name,
        kind=BodyKind(row.kind),
        level=BodyLevel(row.level),
        division_code=row.division_code,
        parent_id=BodyId(row.parent_id) if row.parent_id else None,
        aliases=aliases,
        system=row.system,
        contact=row.contact,
        email=row.email,
        exempt_reason=row.exempt_reason,
        active_from_year=row.active_from_year,
        active_to_year=row.active_to_year,
    )


def children_of(connection: Connection, body_id: BodyId, *, limit: int) -> tuple[Body, ...]:
    """The bodies directly under one, by id, `limit` at most."""
    query = select(bodies).where(bodies.c.parent_id == body_id).order_by(bodies.c.id).limit(limit)
    return _all(connection, query)


def predecessors_of(connection: Connection, body_id: BodyId, *, limit: int = 50) -> tuple[Body, ...]:
    """The bodies that were merged into one, by id."""
    query = select(bodies).where(bodies.c.successor_id == body_id).order_by(bodies.c.id).limit(limit)
    return _all(connection, query)


def merge(connection: Connection, merged: Iterable[BodyId], into: BodyId, last_year: int) -> None:
    """These bodies have become part of another one; `last_year` is the last report year each of them reports on itself.

    Raises NotFoundError for an unknown body, UsageError where a body would follow itself or has another successor.
    """
    target = get(connection, into)
    if _successor(connection, target.id) is not None:
        raise UsageError(f"{target.name} 自身已并入其他单位，不能作为合并后的单位", kept=NOTHING_CHANGED)
    for body_id in merged:
        body, before = get(connection, body_id), _successor(connection, body_id)
        if body_id == into:
            raise UsageError(f"{body.name} 不能并入自身", kept=NOTHING_CHANGED)
        if before not in {None, into}:
            raise UsageError(f"{body.name} 已登记并入其他单位：{before}", kept=NOTHING_CHANGED, advice="请先核对名录。")
        changes.of_bodies(connection, [body_id], owed=True)
        connection.execute(update(bodies).where(bodies.c.id == body_id).values(successor_id=into, active_to_year=last_year))


NOTHING_CHANGED = "没有改动名录。"


def _successor(connection: Connection, body_id: BodyId) -> BodyId | None:
    found = connection.execute(select(bodies.c.successor_id).where(bodies.c.id == body_id)).scalar_one()
    return BodyId(found) if found else None


def confirm_children(connection: Connection, body_id: BodyId, from_year: int | None, evidence: str) -> None:
    """A person's word that the bodies under one, its own office among them, are all registered from a report year on; None takes it back.

    Raises NotFoundError for an unknown body.
    """
    get(connection, body_id)
    values = {"children_complete_from": from_year, "children_evidence": clip(evidence, 200)}
    connection.execute(update(bodies).where(bodies.c.id == body_id).values(**values))


def children_complete_from(connection: Connection, body_id: BodyId) -> int | None:
    """From which report year on the bodies under one are confirmed to be all registered; None if nobody confirmed it."""
    found: int | None = connection.execute(select(bodies.c.children_complete_from).where(bodies.c.id == body_id)).scalar_one_or_none()
    return found


def of_division(connection: Connection, division_code: str, *, limit: int) -> tuple[Body, ...]:
    """The bodies of one division, by id, `limit` at most."""
    return _all(connection, select(bodies).where(bodies.c.division_code == division_code).order_by(bodies.c.id).limit(limit))


def trade(body: Body) -> str:
    """What a body does: its system, or for a department the last word of its name (教育局)."""
    return body.system or (re.split(r"[省市县区旗州盟]", body.name)[-1] if body.kind is BodyKind.DEPARTMENT else "")


def side_by_side(body: Body) -> tuple[str, bool, str, str, str, str]:
    """A key that puts those that are compared (see `like`) in a row, and a province's governments after all that they sum up."""
    return body.division_code[:2], body.kind is BodyKind.GOVERNMENT, body.kind.value, body.level.value, trade(body), body.id


def like(connection: Connection, body: Body, *, limit: int) -> tuple[Body, ...]:
    """Bodies of the same kind, level and trade in the same province, this one among them, by id, `limit` at most.

    Which trade: see `trade`; none where nothing tells it.
    """
    same = [bodies.c.kind == body.kind.value, bodies.c.level == body.level.value]
    if body.division_code:
        # A range, not LIKE: SQLite finds it in the index.
        same.append(bodies.c.division_code.between(body.division_code[:2], body.division_code[:2] + "~"))
    if body.system:
        same.append(bodies.c.system == body.system)
    elif body.kind is BodyKind.DEPARTMENT:
        if len(trade(body)) < 2:
            return ()
        same.append(bodies.c.name.endswith(trade(body), autoescape=True))
    return _all(connection, select(bodies).where(*same).order_by(bodies.c.id).limit(limit))


def _all(connection: Connection, query: Select[Any]) -> tuple[Body, ...]:
    rows = connection.execute(query).all()
    aliases = _aliases(connection, [row.id for row in rows])
    return tuple(_body(row, aliases[row.id]) for row in rows)
