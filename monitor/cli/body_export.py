"""`nianbao body export, batches` and the undoing of an import."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.deciding import actor_of
from monitor.cli.export import write
from monitor.cli.printing import Format, FormatOption, note, print_rows, say
from monitor.cli.session import Session


def export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="写到哪里：.csv 或 .xlsx；已有的文件不覆盖。")],
    scope: Annotated[str, typer.Option(help="地区代码前缀。")] = "",
) -> None:
    """导出单位名录，可以改后再导入。代码一律为文本。"""
    from storage import registry_export
    from storage.domain.errors import UsageError

    if file.suffix.lower() not in {".csv", ".xlsx"}:
        raise UsageError(f"不认识的文件类型：{file.name}", advice="请用 .csv 或 .xlsx 结尾的文件名。")
    if file.exists():
        raise UsageError(f"文件已存在：{file}", kept="没有改动该文件。", advice="请换一个文件名。")
    session = Session.of(context)
    with session.reading() as connection:
        rows = registry_export.export_rows(connection, division_prefix=scope)
    made = registry_export.as_xlsx(rows) if file.suffix.lower() == ".xlsx" else registry_export.as_csv(rows)
    write(made, file)
    say(f"已导出 {len(rows) - 1} 行到 {file}")


def batches(context: typer.Context, form: FormatOption = Format.TABLE) -> None:
    """列出各批导入。"""
    from storage import registry_batches

    session = Session.of(context)
    with session.reading() as connection:
        found = registry_batches.list_all(connection)
    rows = [
        {
            "id": one.id,
            "at": one.at.isoformat(),
            "actor": one.actor,
            "source": one.source,
            "added": one.counts.get("added", 0),
            "updated": one.counts.get("updated", 0),
            "undone_at": one.undone_at.isoformat() if one.undone_at else "",
        }
        for one in found
    ]
    columns = {"id": "编号", "at": "时间", "actor": "操作人", "source": "文件", "added": "新增", "updated": "更新", "undone_at": "撤销于"}
    print_rows(rows, columns, form, empty="还没有导入过。")


def undo(context: typer.Context, batch: int) -> None:
    """Take one import back and write it into the audit log. Raises NotFoundError, UsageError."""
    from storage import audit, registry_batches

    session = Session.of(context)
    now = session.clock().now()
    database = session.database(session.settings())
    try:
        with database.write() as connection:
            undone = registry_batches.undo(connection, batch, now)
            audit.append(connection, actor=actor_of(), action="body.import.undo", target=f"batch/{batch}", now=now)
    finally:
        database.close()
    say(f"已撤销第 {undone.id} 批导入（{undone.source}）")
    note("查看名录：nianbao body list")
