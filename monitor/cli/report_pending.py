"""`nianbao report pending, assign, reject`: lines that may be a report and whose body or year nobody could tell; a person decides.

What is decided holds for every later visit, as those lines stay undecided by themselves; a report is fetched at the next one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.deciding import Who, actor_of
from monitor.cli.numbers import LARGEST
from monitor.cli.printing import Format, FormatOption, note, print_rows, say
from monitor.cli.session import Session

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from storage.domain.registry import EntryPoint
    from storage.domain.visits import Sighting

PERSON = "person:"
FIRST_YEAR = 2007


def add_to(noun: typer.Typer) -> None:
    """Add the commands to `nianbao report`."""
    noun.command("pending")(pending)
    noun.command("assign")(assign)
    noun.command("reject")(reject)


def pending(context: typer.Context, form: FormatOption = Format.TABLE) -> None:
    """列出待认定的条目：像是年报，但看不出是哪个单位或哪一年。认定之前，有关单位为“无法判断”。"""
    from storage import portals, sightings

    with Session.of(context).reading() as connection:
        found = sightings.unresolved(connection, limit=None)
        lists = {point.id: point for point in portals.entry_points_of(connection, enabled_only=False)}
    rows = [_plain(one, lists.get(one.entry_point_id)) for one in found]
    columns = {"id": "编号", "portal": "门户", "title": "标题", "listed_on": "列表日期", "reason": "原因", "url": "网址"}
    print_rows(rows, columns, form, empty="没有待认定的条目。")
    if rows and form is Format.TABLE:
        note(f"共 {len(rows)} 条。认定：nianbao report assign 编号 --body 单位 --year 报告年度")
        note("不是年报的：nianbao report reject 编号 --reason 理由")


def _plain(one: Sighting, entry: EntryPoint | None) -> dict[str, Any]:
    return {
        "id": one.id,
        "portal": entry.portal_id if entry is not None else "",
        "title": one.line.title,
        "listed_on": str(one.line.listed_on or ""),
        "reason": one.line.reason,
        "url": one.line.url,
        "first_seen_at": one.first_seen_at.isoformat(),
    }


def assign(
    context: typer.Context,
    number: Annotated[int, typer.Argument(metavar="编号", min=1, max=LARGEST, help="见 nianbao report pending。")],
    body: Annotated[str, typer.Option("--body", help="单位名称或编号。")],
    year: Annotated[int, typer.Option("--year", min=2000, max=2200, help="报告年度（所报告的那一年，不是公布的那一年）。")],
    by: Who = "",
) -> None:
    """认定一个条目是哪个单位、哪一年度的年报；下次抓取时存档并读取。"""
    from monitor.cli.portal import body_id
    from storage import audit, bodies, sightings
    from storage.domain.clock import local_date
    from storage.domain.errors import UsageError
    from storage.domain.visits import Decision

    actor = actor_of(by)
    with Session.of(context).writing() as (connection, now):
        last = local_date(now).year - 1
        if not FIRST_YEAR <= year <= last:
            raise UsageError(
                f"报告年度不可能是 {year}", kept="没有改动。", advice=f"应在 {FIRST_YEAR} 与 {last} 之间；2025年公布的是 2024年度。"
            )
        one = _open(connection, number)
        owner = bodies.get(connection, body_id(connection, body))
        reason = f"{PERSON}{actor}"
        sightings.decide(connection, one.id, Decision.REPORT, reason=reason, body_id=owner.id, report_year=year)
        payload = {"body": owner.id, "report_year": year, "url": one.line.url}
        audit.append(connection, actor=actor, action="sighting.assign", target=f"sighting/{one.id}", now=now, payload=payload)
    say(f"已认定：{owner.name} {year}年度（{actor}）：{one.line.title}")
    note(f"下一步：nianbao crawl run --entry-point {one.entry_point_id}")


def reject(
    context: typer.Context,
    number: Annotated[int, typer.Argument(metavar="编号", min=1, max=LARGEST, help="见 nianbao report pending。")],
    reason: Annotated[str, typer.Option("--reason", help="为什么不是年报，必须写明。")],
    by: Who = "",
) -> None:
    """认定一个条目不是年报：从此不再因它而“无法判断”。"""
    from storage import audit, sightings
    from storage.domain.errors import UsageError
    from storage.domain.visits import Decision

    actor = actor_of(by)
    if len(reason.strip()) < 2:
        raise UsageError("请写明理由", kept="没有改动。", advice="例：--reason 是编制说明，不是年报本身")
    with Session.of(context).writing() as (connection, now):
        one = _open(connection, number)
        sightings.decide(connection, one.id, Decision.NOT_REPORT, reason=f"{PERSON}{actor}; {reason.strip()}")
        payload = {"reason": reason.strip(), "url": one.line.url}
        audit.append(connection, actor=actor, action="sighting.reject", target=f"sighting/{one.id}", now=now, payload=payload)
    say(f"已认定不是年报（{actor}）：{one.line.title}")


def _open(connection: Connection, number: int) -> Sighting:
    """The line, where a person's word would hold: what its title says by itself is decided anew at every visit.

    Raises NotFoundError, UsageError.
    """
    from storage import sightings
    from storage.domain.errors import UsageError
    from storage.domain.visits import Decision

    one = sightings.get(connection, number)
    if one.line.decision is not Decision.UNRESOLVED and not one.line.reason.startswith(PERSON):
        raise UsageError(
            f"第 {number} 条已由标题或正文判定为“{one.line.decision.label}”",
            kept="没有改动。",
            advice="待认定的条目见 nianbao report pending。",
        )
    return one
