"""`nianbao archive export`: captures as WARC or WACZ, for other archives and replay programs."""

from __future__ import annotations

import tempfile
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.numbers import LARGEST
from monitor.cli.printing import note, say
from monitor.cli.progress import Steps
from monitor.cli.session import Session

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from storage.domain.originals import Capture


def add_commands(noun: typer.Typer) -> None:
    """Add the command to `nianbao archive`."""
    noun.command("export")(export)


def export(  # noqa: PLR0913, PLR0917 - one parameter per option
    context: typer.Context,
    to: Annotated[Path, typer.Option("--to", help="写到这个文件：.warc、.warc.gz 或 .wacz。")],
    body: Annotated[str, typer.Option("--body", help="只要一个单位的一份年报及其查找经过（与 --year 合用）。")] = "",
    year: Annotated[int | None, typer.Option("--year", min=2000, max=2200, help="报告年度。")] = None,
    run: Annotated[int | None, typer.Option("--run", min=1, max=LARGEST, help="只要一次抓取任务。")] = None,
    since: Annotated[datetime | None, typer.Option("--since", formats=["%Y-%m-%d"], help="从这一天起（北京时间）。")] = None,
    until: Annotated[datetime | None, typer.Option("--until", formats=["%Y-%m-%d"], help="到这一天为止，含当日。")] = None,
) -> None:
    """把抓取到的网页和文件导出为 WARC 1.1 或 WACZ，供其他存档和回放程序使用。"""
    from storage.archive import wacz, warc
    from storage.domain.errors import NotFoundError, UsageError

    packed = to.suffix.lower() == ".wacz"
    if not packed and not to.name.lower().endswith((".warc", ".warc.gz")):
        raise UsageError(f"不认识的文件类型：{to.name}", advice="名称应以 .warc、.warc.gz 或 .wacz 结尾。")
    if packed:
        wacz.require()
    session = Session.of(context)
    settings = session.settings()
    now = session.clock().now()
    database = session.database(settings)
    try:
        with database.read() as connection:
            chosen = _chosen(connection, (body, year), run, (since, until), now)
    finally:
        database.close()
    if not chosen:
        raise NotFoundError("没有符合条件的抓取记录。", advice="用 nianbao crawl status 查看抓取任务。")
    archive = session.archive(settings)
    with Steps(quiet=session.quiet, color=session.color).staged() as bar, tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "data.warc.gz" if packed else to
        done = warc.write_warc(archive, chosen, file, now, lambda at, total: bar.advance("导出", at, total))
        if packed:
            wacz.write_wacz(file, done.pages, to, "年报监测存档")
    say(f"✓ {to}：抓取记录 {done.captures} 条，其中 {done.revisits} 条内容与前面的相同，只记引用")
    note("各条的校验值为 SHA-256；可用 warcio check 或任何 WARC 工具核对。")


def _chosen(
    connection: Connection, report: tuple[str, int | None], run: int | None, days: tuple[datetime | None, datetime | None], now: datetime
) -> tuple[Capture, ...]:
    """The captures asked for, in the order in which they came. Raises UsageError for questions that do not go together."""
    from monitor.cli.portal import body_id
    from monitor.outputs.evidence.collect import collect
    from storage import captures
    from storage.domain.clock import CHINA
    from storage.domain.errors import UsageError

    body, year = report
    if sum([bool(body), run is not None, any(days)]) != 1 or bool(body) != (year is not None):
        raise UsageError("请说明导出什么", advice="--body 和 --year，或 --run，或 --since 和 --until，三者选一。")
    if body:
        assert year is not None
        return collect(connection, body_id(connection, body), year, now).captures
    if run is not None:
        return captures.for_run(connection, run)
    first = (days[0].date() if days[0] else date(2000, 1, 1), days[1].date() if days[1] else now.astimezone(CHINA).date())
    begin, end = (datetime.combine(day, time(), CHINA) for day in (first[0], first[1] + timedelta(days=1)))
    return captures.between(connection, begin, end)
