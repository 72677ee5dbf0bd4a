"""The bodies and portals of the demo as a CSV file for the import of the registry."""

from __future__ import annotations

import csv
import io

from crawler.demo.publications import site_of
from crawler.demo.scenario import BODIES, BodyPlan, SitePlan, Style
from storage.domain.enums import BodyKind

COLUMNS = ("单位名称", "网址", "地区代码", "类型", "层级", "系统", "上级", "别名", "栏目网址", "站群系统", "方式", "间隔秒", "免报原因")

DELAY_SECONDS = "0.05"
"""Real portals get seconds between requests; these run on this machine and are ours."""

_FAMILIES: dict[Style, str] = {"trs": "trs_static", "hanweb": "hanweb_jpage", "script": "trs_static"}


def registry_csv() -> str:
    """One line per body, with a heading line; text for a UTF-8 file."""
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(COLUMNS)
    for plan in BODIES:
        writer.writerow(_row(plan, site_of(plan)))
    return target.getvalue()


def _row(plan: BodyPlan, site: SitePlan) -> tuple[str, ...]:
    return (
        plan.name,
        site.home_url,
        site.division_code,
        plan.kind.label,
        plan.level.label,
        "",
        _parent(plan),
        "；".join(plan.aliases),
        site.column_url,
        _FAMILIES[site.style],
        "browser" if site.style == "script" else "http",
        DELAY_SECONDS,
        plan.exempt_reason,
    )


def _parent(plan: BodyPlan) -> str:
    """A department's parent is the government of its region; a county's government stands below the city's."""
    if plan.kind is not BodyKind.GOVERNMENT:
        return f"{plan.name[:3]}人民政府"
    return "" if plan.name.startswith("示例市") else "示例市人民政府"
