"""`nianbao body show`: all that the registry says of one body, where it is looked for, and what holds for it now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.printing import Format, FormatOption, print_json, print_rows, say
from monitor.cli.session import Session

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from storage.domain.registry import Body

NO_PORTAL = "没有登记门户：无法判断，不会说成未发现。补登：nianbao body import（填写网址）或 nianbao portal add"


def show(
    context: typer.Context,
    body: Annotated[str, typer.Argument(metavar="BODY", help="单位编号或名称。")],
    form: FormatOption = Format.TABLE,
) -> None:
    """显示一个单位的登记内容、栏目及其状态、最近几年的发布状态。"""
    from monitor.cli.portal import body_id
    from storage import bodies

    with Session.of(context).reading() as connection:
        told = _told(connection, bodies.get(connection, body_id(connection, body)), human=form is Format.TABLE)
    if form is not Format.TABLE:
        print_json(told)
        return
    for name, value in told["body"].items():
        if value:
            say(f"{name}：{value}")
    say()
    heads = {"id": "编号", "portal": "门户", "paused": "暂停", "health": "状态", "reason": "原因", "url": "栏目网址"}
    print_rows(told["lists"], heads, Format.TABLE, empty=NO_PORTAL)
    say()
    years = {"report_year": "报告年度", "status": "发布状态", "due_on": "期限", "reason": "说明"}
    print_rows(told["duties"], years, Format.TABLE, empty="还没有判断过。")


def _told(connection: Connection, body: Body, *, human: bool) -> dict[str, Any]:
    from monitor.duties.reasons import in_words
    from storage import bodies, duties, portals

    parent = bodies.get_many(connection, [body.parent_id]).get(body.parent_id) if body.parent_id else None
    paused = {portal.id for portal in portals.list_all(connection) if not portal.enabled}
    lists = [
        {
            "id": status.entry_point.id,
            "portal": status.entry_point.portal_id,
            "paused": ("是" if human else True) if status.entry_point.portal_id in paused else ("" if human else False),
            "health": status.health.label if human else status.health.value,
            "reason": in_words(status.reason) if human else status.reason,
            "url": status.entry_point.url,
        }
        for status in portals.statuses(connection)
        if body.id in status.entry_point.body_ids and status.entry_point.enabled
    ]
    owed = sorted(duties.list_for(connection, body_id=body.id), key=lambda one: one.duty.key.report_year, reverse=True)
    return {
        "body": {
            "编号": body.id,
            "单位名称": body.name,
            "别名": "；".join(body.aliases),
            "类型": body.kind.label,
            "层级": body.level.label,
            "地区代码": body.division_code,
            "上级": parent.name if parent else "",
            "系统": body.system,
            "免报原因": body.exempt_reason,
            "最后一次单独报告": f"{body.active_to_year}年度" if body.active_to_year else "",
        },
        "lists": lists,
        "duties": [
            {
                "report_year": f"{one.duty.key.report_year}年度" if human else one.duty.key.report_year,
                "status": one.state.status.label if human else one.state.status.value,
                "due_on": str(one.duty.due_on),
                "reason": one.state.reason,
            }
            for one in owed[:6]
        ],
    }
