"""`nianbao body import, starter`: bodies and portals from a table, provinces and prefectures from public data; one way in for both.

Exit status: 0 written, or a dry run without objections; 4 a row cannot be taken and nothing was written; 2 no such table; 5 no such file;
6 the data of the starter is not installed.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import body_export
from monitor.cli.deciding import actor_of
from monitor.cli.failing import Exit
from monitor.cli.numbers import LARGEST
from monitor.cli.printing import Format, FormatOption, note, print_json, print_rows
from monitor.cli.session import Session

if TYPE_CHECKING:
    from storage.registry_import import ImportResult, RowResult
    from storage.registry_table import Table

SHOWN = 200
DryRun = Annotated[bool, typer.Option("--dry-run", help="只检查，不写入。")]
AllowSimilar = Annotated[bool, typer.Option("--allow-similar", help="“可能重复”的单位已核对，确为不同单位。")]


def import_(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="名录，CSV 或 XLSX；至少有“单位名称”“网址”两列。")] = None,
    dry_run: DryRun = False,
    allow_similar: AllowSimilar = False,
    undo: Annotated[
        int | None, typer.Option("--undo", metavar="BATCH", min=1, max=LARGEST, help="撤销一批导入（编号见 nianbao body batches）。")
    ] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """导入单位名录。任何一行有误则一行也不写入，退出码为 4；每次导入是一批，可以撤销。"""
    from storage.domain.errors import NotFoundError, UsageError
    from storage.registry_table import read_table

    if undo is not None:
        body_export.undo(context, undo)
        return
    if file is None:
        raise UsageError("没有给出名录文件", advice="nianbao body import 名录.csv，或用 --undo 撤销一批导入。")
    if not file.is_file():
        raise NotFoundError(f"没有这个文件：{file}", advice="请核对路径；表格用 CSV（UTF-8 或 GBK 均可）或 XLSX。")
    _import(context, read_table(file.read_bytes()), file.name, form, dry_run=dry_run, allow_similar=allow_similar)


def _import(context: typer.Context, table: Table, source: str, form: Format, *, dry_run: bool, allow_similar: bool) -> None:
    from storage import registry_import
    from storage.registry_plan import NO_PORTAL

    how = registry_import.Import(actor_of(), source, dry_run, allow_similar, _families())
    with Session.of(context).writing() as (connection, now):
        result, batch = registry_import.import_rows(connection, table.rows, now=now, how=how, notes=table.notes)
    _print(result, batch, form, dry_run=dry_run)
    for line in result.notes:
        note(line)
    note("，".join(f"{action.label} {count}" for action, count in result.counts().items() if count))
    if result.written:
        note(f"已写入，第 {batch} 批（撤销：nianbao body import --undo {batch}）。")
        if all(NO_PORTAL in row.message for row in result.rows):
            note("下一步：nianbao body export 名录.xlsx，填写网址后再 nianbao body import 名录.xlsx")
        else:
            note("下一步：nianbao portal discover 查找年报栏目；已有栏目网址的直接 nianbao crawl run")
    elif _stopped(result):
        note("有行未通过，整份名录都没有写入。改正后重新导入即可。")
        raise typer.Exit(Exit.PARTIAL)
    else:
        note("以上为检查结果，没有写入。去掉 --dry-run 即可导入。")


def _stopped(result: ImportResult) -> int:
    from storage.registry_plan import STOPPING

    return sum(row.action in STOPPING for row in result.rows)


def _print(result: ImportResult, batch: int | None, form: Format, *, dry_run: bool) -> None:
    """All rows for programs; for people what needs a look first, then as many as a person reads."""
    from storage.registry_plan import STOPPING

    human = form is Format.TABLE
    told: Sequence[RowResult] = result.rows
    if human:
        told = sorted(result.rows, key=lambda row: row.action not in STOPPING)[:SHOWN]
    rows = [
        {"line": row.line, "name": row.name, "action": row.action.label if human else row.action.value, "message": row.message}
        for row in told
    ]
    if form is Format.JSON:
        counts = result.counts()
        print_json(
            {"written": result.written, "batch": batch, "dry_run": dry_run, "counts": counts, "notes": list(result.notes), "rows": rows}
        )
        return
    print_rows(rows, {"line": "行", "name": "单位名称", "action": "结果", "message": "说明"}, form, empty="文件里没有单位。")
    if len(rows) < len(result.rows):
        note(f"另有 {len(result.rows) - len(rows)} 行未列出；全部：--format csv")


def _families() -> frozenset[str]:
    """The ways of reading a list there are, without loading them."""
    from importlib.util import find_spec
    from pkgutil import iter_modules

    found = find_spec("crawler.families")
    places = found.submodule_search_locations if found is not None else None
    return frozenset(module.name for module in iter_modules(places))


def starter(
    context: typer.Context,
    level: Annotated[str, typer.Option(help="到哪一级为止：province、prefecture 或 county。")] = "prefecture",
    scope: Annotated[str, typer.Option(help="只要这个地区及其下级：地区代码，如 330000。")] = "",
    dry_run: DryRun = False,
    allow_similar: AllowSimilar = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """登记全国各省、市（县）人民政府，不含网址；不含香港、澳门特别行政区和台湾省（《条例》的年报义务不及）。

    网址须由人查明后填写：没有网址的单位一律为“无法判断”，不会被说成未发现。部门须另行导入。重复运行只补缺，可以整批撤销。
    """
    from storage import bodies
    from storage.domain.enums import BodyKind, BodyLevel
    from storage.domain.errors import UsageError
    from storage.registry_starter import starter_table

    if level not in {member.value for member in BodyLevel}:
        raise UsageError(f"没有这一级：{level}", advice="可用：province、prefecture、county。")
    with Session.of(context).reading() as connection:
        there = {
            body.division_code: body.id
            for body in bodies.list_all(connection)
            if body.kind is BodyKind.GOVERNMENT and body.level is not BodyLevel.TOWNSHIP and body.division_code
        }
    table = starter_table(BodyLevel(level), scope, there)
    if not table.rows:
        note("；".join(table.notes) + "。没有可补的单位。")
        return
    _import(context, table, f"starter:{level}", form, dry_run=dry_run, allow_similar=allow_similar)
