"""`nianbao export`: what other programs subscribe to, as files: feeds of reports and findings, the calendar of deadlines."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.printing import note
from monitor.cli.session import Session

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from storage.settings import Settings


class Kind(StrEnum):
    """What a feed is about."""

    REPORTS = "reports"
    FINDINGS = "findings"


class FeedFormat(StrEnum):
    """How a feed is written."""

    ATOM = "atom"
    JSON = "json"


def add_to(app: typer.Typer) -> None:
    """Add the noun."""
    noun = typer.Typer(help="导出订阅源和期限日历。", no_args_is_help=True)
    noun.command("feed")(feed)
    noun.command("calendar")(calendar)
    app.add_typer(noun, name="export")


ScopeOption = Annotated[str, typer.Option("--scope", help="地区代码的开头，如 3101。")]
BodyOption = Annotated[str, typer.Option("--body", help="单位编号或名称。")]
YearOption = Annotated[int | None, typer.Option("--year", min=2000, max=2200, help="报告年度。")]
OutOption = Annotated[Path | None, typer.Option("--out", help="写入文件；不写则输出到屏幕。")]


def feed(  # noqa: PLR0913, PLR0917 - one parameter per option
    context: typer.Context,
    kind: Annotated[Kind, typer.Argument(help="reports：发现、更新、撤下；findings：已确认的问题。")],
    form: Annotated[FeedFormat, typer.Option("--format", help="订阅格式。")] = FeedFormat.ATOM,
    scope: ScopeOption = "",
    body: BodyOption = "",
    year: YearOption = None,
    with_open: Annotated[bool, typer.Option("--open", help="findings：也包括待核实的。")] = False,
    out: OutOption = None,
) -> None:
    """写出订阅源（Atom 或 JSON Feed）。网页服务在 /feeds/reports.atom 等地址提供同样的内容。"""
    from monitor.outputs.feeds import atom, gather, json_feed
    from monitor.outputs.feeds.rows import Wanted

    session = Session.of(context)
    settings = session.settings()
    database = session.database(settings)
    try:
        with database.read() as connection:
            wanted = Wanted(scope, _id_of(connection, body), year)
            where = {"site": site_of(settings), "address": ""}
            now = session.clock().now()
            if kind is Kind.REPORTS:
                made = gather.reports_feed(connection, wanted, **where, now=now)
            else:
                states = gather.LIVE if with_open else gather.CONFIRMED
                made = gather.findings_feed(connection, wanted, **where, now=now, states=states)
    finally:
        database.close()
    write(atom.atom(made) if form is FeedFormat.ATOM else json_feed.json_feed(made), out)
    note(f"{made.title}：{len(made.entries)} 条")


def calendar(
    context: typer.Context,
    scope: ScopeOption = "",
    body: BodyOption = "",
    year: YearOption = None,
    remind: Annotated[int, typer.Option("--remind", min=0, max=60, help="提前几天提醒；0 为不提醒。")] = 0,
    out: OutOption = None,
) -> None:
    """写出公布期限的日历（iCalendar）。网页服务在 /feeds/deadlines.ics 提供同样的内容。"""
    from monitor.outputs.feeds import calendar as writing
    from monitor.outputs.feeds import gather
    from monitor.outputs.feeds.rows import Wanted

    session = Session.of(context)
    settings = session.settings()
    database = session.database(settings)
    try:
        with database.read() as connection:
            title, days = gather.deadlines(connection, Wanted(scope, _id_of(connection, body), year), site=site_of(settings))
    finally:
        database.close()
    write(writing.calendar(title, days, stamp=session.clock().now(), remind_days=remind), out)
    note(f"{title}：{len(days)} 个日期")


def site_of(settings: Settings) -> str:
    """Where the pages are, as far as configured."""
    if settings.public_url:
        return settings.public_url.rstrip("/")
    host = f"[{settings.web_host}]" if ":" in settings.web_host else settings.web_host
    return f"http://{host}:{settings.web_port}"


def write(data: bytes, out: Path | None) -> None:
    """To a file, or to stdout as it is. Raises UsageError where the file cannot be written."""
    from storage.domain.errors import UsageError

    if out is None:
        sys.stdout.write(data.decode())
        return
    try:
        out.write_bytes(data)
    except OSError as error:
        raise UsageError(f"无法写入 {out}：{error.strerror or error}", advice="请检查路径和权限。") from error


def _id_of(connection: Connection, given: str) -> str:
    from monitor.cli.portal import body_id

    return body_id(connection, given) if given else ""
