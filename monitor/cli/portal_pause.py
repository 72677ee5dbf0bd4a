"""`nianbao portal pause, resume`: a portal that is not to be asked for a while; its bodies are "cannot tell", never "not found"."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.cli.deciding import Who, actor_of
from monitor.cli.printing import note, say
from monitor.cli.session import Session

Portal = Annotated[str, typer.Argument(metavar="门户", help="门户编号（域名），见 nianbao portal list。")]


def add_to(noun: typer.Typer) -> None:
    """Add the commands to `nianbao portal`."""
    noun.command("pause")(pause)
    noun.command("resume")(resume)


def pause(
    context: typer.Context,
    portal: Portal,
    reason: Annotated[str, typer.Option("--reason", help="为什么暂停，必须写明。")],
    by: Who = "",
) -> None:
    """暂停访问一个门户；其单位期间为“无法判断”，已存的年报和记录不变。"""
    from storage.domain.errors import UsageError

    if len(reason.strip()) < 2:
        raise UsageError("请写明理由", kept="没有改动。", advice="例：--reason 主办单位通知改版至3月10日")
    name = _set(context, portal, by, enabled=False, reason=reason.strip())
    say(f"已暂停：{name}")
    note(f"恢复：nianbao portal resume {portal}")


def resume(context: typer.Context, portal: Portal, by: Who = "") -> None:
    """恢复访问一个门户。"""
    name = _set(context, portal, by, enabled=True, reason="")
    say(f"已恢复：{name}")
    note("下一步：nianbao crawl run")


def _set(context: typer.Context, given: str, by: str, *, enabled: bool, reason: str) -> str:
    """Bring the portal to that state; its name. Raises NotFoundError, UsageError where it is so already."""
    from dataclasses import replace

    from storage import audit, portals
    from storage.domain.errors import UsageError
    from storage.domain.ids import PortalId

    actor = actor_of(by)
    with Session.of(context).writing() as (connection, now):
        portal = portals.get(connection, PortalId(given))
        if portal.enabled is enabled:
            raise UsageError(f"{portal.name}{'没有暂停' if enabled else '已经暂停'}", kept="没有改动。")
        portals.upsert(connection, replace(portal, enabled=enabled), now)
        action = "portal.resume" if enabled else "portal.pause"
        audit.append(connection, actor=actor, action=action, target=f"portal/{portal.id}", now=now, payload={"reason": reason})
    return portal.name
