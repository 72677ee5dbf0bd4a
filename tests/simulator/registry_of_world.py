"""The registry of the simulated country as an operator would type it: bodies, and of each portal nothing but its home address."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from crawler.demo.world.plan import Plan
from storage.domain.enums import BodyKind

if TYPE_CHECKING:
    from sqlalchemy import Connection

COLUMNS = ("单位名称", "网址", "地区代码", "类型", "层级", "上级", "别名", "间隔秒")


def home_registry(plan: Plan) -> str:
    """One line per body and portal it is known to publish on, as text for a UTF-8 file. Portals that an index links to are not told."""
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(COLUMNS)
    for body in plan.bodies:
        host = plan.hosts[body.host]
        parent = "" if body.kind is BodyKind.GOVERNMENT else host.site.name
        alias = "" if body.called == body.name else body.called
        homes = [
            host.site.home_url,
            *(plan.hosts[own.host].site.home_url for own in host.own_portals if own.body == body.name and not own.linked),
        ]
        for home in homes:
            writer.writerow((body.name, home, host.site.division_code, body.kind.label, body.level.label, parent, alias, "0"))
    return target.getvalue()


def share_platforms(connection: Connection, plan: Plan, now: datetime) -> None:
    """Say of the portals that stand on the same servers that they do, which no table of the registry has a column for."""
    from storage import portals

    for one in portals.list_all(connection):
        host = plan.hosts.get(one.home_url.split("/")[2])
        if host is not None and host.platform and one.platform_id != host.platform:
            portals.upsert(connection, replace(one, platform_id=host.platform), now)
