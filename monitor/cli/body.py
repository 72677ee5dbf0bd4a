"""`nianbao body`: the registry of those who must publish."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.failing import Exit
from monitor.cli.printing import Format, FormatOption, note, print_json, print_rows
from monitor.cli.session import Session


def add_to(app: typer.Typer) -> None:
    """Add the noun."""
    noun = typer.Typer(help="单位名录。", no_args_is_help=True)
    noun.command("import")(import_)
    noun.command("list")(list_)
    app.add_typer(noun, name="body")


def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="名录，CSV；至少有“单位名称”“网址”两列。")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查，不写入。")] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """导入单位名录。任何一行有误则一行也不写入。"""
    from storage import registry_import
    from storage.domain.errors import NotFoundError

    if not file.is_file():
        raise NotFoundError(f"没有这个文件：{file}", advice="请核对路径；表格请先另存为 CSV（UTF-8 或 GBK 均可）。")
    session = Session.of(context)
    database = session.database(session.settings())
    try:
        with database.write() as connection:
            result = registry_import.import_csv(connection, file.read_bytes(), now=session.clock().now(), dry_run=dry_run)
    finally:
        database.close()
    counts = result.counts()
    human = form is Format.TABLE
    rows = [
        {"line": row.line, "name": row.name, "action": row.action.label if human else row.action.value, "message": row.message}
        for row in result.rows
    ]
    if form is Format.JSON:
        print_json({"written": result.written, "dry_run": dry_run, "counts": counts, "rows": rows})
    else:
        print_rows(rows, {"line": "行", "name": "单位名称", "action": "结果", "message": "说明"}, form, empty="文件里没有单位。")
    note("，".join(f"{action.label} {count}" for action, count in counts.items() if count))
    if result.written:
        note("已写入。下一步：nianbao crawl run")
        return
    if counts[registry_import.Action.ERROR]:
        note("有行未通过，整份名录都没有写入。改正后重新导入即可。")
        raise typer.Exit(Exit.PARTIAL)
    note("以上为检查结果，没有写入。去掉 --dry-run 即可导入。")


def list_(
    context: typer.Context,
    scope: Annotated[str, typer.Option(help="地区代码前缀。")] = "",
    form: FormatOption = Format.TABLE,
) -> None:
    """列出名录中的单位。"""
    from storage import bodies

    session = Session.of(context)
    database = session.database(session.settings())
    try:
        with database.read() as connection:
            found = bodies.list_all(connection, division_prefix=scope)
    finally:
        database.close()
    human = form is Format.TABLE
    rows = [
        {
            "id": body.id,
            "name": body.name,
            "kind": body.kind.label if human else body.kind.value,
            "level": body.level.label if human else body.level.value,
            "division_code": body.division_code,
        }
        for body in found
    ]
    columns = {"id": "编号", "name": "单位名称", "kind": "类型", "level": "层级", "division_code": "地区代码"}
    print_rows(rows, columns, form, empty="名录还是空的。下一步：nianbao body import 名录.csv")
