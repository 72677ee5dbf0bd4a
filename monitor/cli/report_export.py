"""`nianbao report export`: the evidence pack of one report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.printing import note, say
from monitor.cli.session import Session


def export(
    context: typer.Context,
    body: Annotated[str, typer.Argument(metavar="BODY", help="单位编号或名称。")],
    to: Annotated[Path, typer.Option("--to", help="写到这里：名称以 .zip 结尾则为压缩包，否则为文件夹。")],
    year: Annotated[int | None, typer.Option("--year", min=2000, max=2200, help="报告年度；不写则取最近一年。")] = None,
) -> None:
    """导出一份年报的证据包：原件、抓取记录、访问记录、读取结果、问题、校验链，附离线校验程序。没有找到年报的，导出查找经过。"""
    from monitor.cli.portal import body_id
    from monitor.outputs.evidence.collect import collect
    from monitor.outputs.evidence.pack import write_pack
    from monitor.web import queries
    from storage import audit
    from storage.archive.timestamps import authority_of
    from storage.domain.errors import NotFoundError

    session = Session.of(context)
    settings = session.settings()
    database = session.database(settings)
    now = session.clock().now()
    try:
        with database.read() as connection:
            shown = year or queries.busiest_year(connection)
            if shown is None:
                raise NotFoundError("还没有任何年报记录。", advice="先运行 nianbao crawl run。")
            case = collect(connection, body_id(connection, body), shown, now)
        count = write_pack(case, session.archive(settings), to, authority=authority_of(settings.timestamp_ca))
        with database.write() as connection:
            target, facts = f"report/{case.body.id}/{shown}", {"to": str(to), "files": count}
            audit.append(connection, actor="nianbao", action="report.export", target=target, now=now, payload=facts)
    finally:
        database.close()
    say(f"{case.body.name} {shown}年度证据包：{to}，{count} 个文件，原件 {len(case.originals)} 份，抓取记录 {len(case.captures)} 条")
    note(f"校验：python3 {to / 'verify.py' if to.suffix.lower() != '.zip' else f'verify.py {to}'}")
