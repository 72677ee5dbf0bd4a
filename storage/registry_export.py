"""The registry as a table again: what it writes can be imported, and changes nothing then."""

from __future__ import annotations

import csv
import io
from collections import defaultdict

from sqlalchemy import Connection

from storage import bodies, portals, registry_xlsx
from storage.domain.ids import BodyId
from storage.domain.registry import Body, EntryPoint, Portal
from storage.registry_table import COLUMNS
from storage.searches import TIER as SEARCH_TIER


def export_rows(connection: Connection, *, division_prefix: str = "") -> list[tuple[str, ...]]:
    """One row per body and portal it publishes on, parents before children; the heading first. Codes are text."""
    carried: dict[BodyId, list[EntryPoint]] = defaultdict(list)
    for point in portals.entry_points_of(connection, enabled_only=False):
        # A portal's own search is no column: it is found again from the home page.
        for body_id in point.body_ids if point.tier != SEARCH_TIER else ():
            carried[body_id].append(point)
    known = {portal.id: portal for portal in portals.list_all(connection)}
    listed = bodies.list_all(connection, division_prefix=division_prefix)
    names = {body.id: body.name for body in bodies.list_all(connection)}
    found: list[tuple[str, ...]] = [COLUMNS]
    for body in _parents_first(listed):
        by_portal: dict[str, list[EntryPoint]] = defaultdict(list)
        for point in carried[body.id]:
            by_portal[point.portal_id].append(point)
        parent = names.get(body.parent_id or BodyId(""), "")
        found.extend(_row(body, parent, known[points[0].portal_id], points) for points in by_portal.values())
        if not by_portal:
            found.append(_row(body, parent, None, []))
    return found


def as_csv(rows: list[tuple[str, ...]]) -> bytes:
    """UTF-8 with a mark, as spreadsheet programs need it."""
    target = io.StringIO()
    csv.writer(target).writerows(rows)
    return target.getvalue().encode("utf-8-sig")


def as_xlsx(rows: list[tuple[str, ...]]) -> bytes:
    """A workbook of text cells."""
    return registry_xlsx.write(rows)


def _parents_first(listed: tuple[Body, ...]) -> list[Body]:
    here = {body.id: body for body in listed}

    def depth(body: Body) -> int:
        steps, seen = 0, {body.id}
        parent = here.get(body.parent_id) if body.parent_id else None
        while parent is not None and parent.id not in seen:
            seen.add(parent.id)
            steps, parent = steps + 1, here.get(parent.parent_id) if parent.parent_id else None
        return steps

    return sorted(listed, key=depth)


def _row(body: Body, parent: str, portal: Portal | None, points: list[EntryPoint]) -> tuple[str, ...]:
    columns = [point.url for point in points if portal is not None and point.url != portal.home_url]
    values = {
        "单位名称": body.name,
        "网址": portal.home_url if portal else "",
        "编号": body.id,
        "地区代码": body.division_code,
        "类型": body.kind.label,
        "层级": body.level.label,
        "系统": body.system,
        "上级": parent,
        "别名": "；".join(body.aliases),
        "联络人": body.contact,
        "邮箱": body.email,
        "栏目网址": "；".join(columns),
        "方式": points[0].tier if points else "",
        "间隔秒": f"{portal.delay_seconds:g}" if portal else "",
        "免报原因": body.exempt_reason,
    }
    return tuple(values.get(name, "") for name in COLUMNS)
