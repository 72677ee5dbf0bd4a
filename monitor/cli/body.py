"""`nianbao body`: the registry of those who must publish."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.cli import body_export, body_import, body_show, body_terms
from monitor.cli.deciding import Who, actor_of
from monitor.cli.printing import Format, FormatOption, note, print_rows, say
from monitor.cli.session import Session


def add_to(app: typer.Typer) -> None:
    """Add the noun."""
    noun = typer.Typer(help="单位名录。", no_args_is_help=True)
    noun.command("import")(body_import.import_)
    noun.command("starter")(body_import.starter)
    body_terms.add_to(noun)
    noun.command("export")(body_export.export)
    noun.command("batches")(body_export.batches)
    noun.command("list")(list_)
    noun.command("show")(body_show.show)
    noun.command("merge")(merge)
    noun.command("children")(children)
    app.add_typer(noun, name="body")


def list_(
    context: typer.Context,
    scope: Annotated[str, typer.Option(help="地区代码前缀。")] = "",
    form: FormatOption = Format.TABLE,
) -> None:
    """列出名录中的单位。"""
    from storage import bodies, portals

    with Session.of(context).reading() as connection:
        found = bodies.list_all(connection, division_prefix=scope)
        routes = portals.routes_of(connection, [body.id for body in found])
    human = form is Format.TABLE
    rows = [
        {
            "id": body.id,
            "name": body.name,
            "kind": body.kind.label if human else body.kind.value,
            "level": body.level.label if human else body.level.value,
            "division_code": body.division_code,
            "lists": len(routes.get(body.id, ())),
        }
        for body in found
    ]
    columns = {"id": "编号", "name": "单位名称", "kind": "类型", "level": "层级", "division_code": "地区代码", "lists": "栏目数"}
    nobody = "名录还是空的。下一步：nianbao body import 名录.csv，或 nianbao body starter"
    empty = f"没有地区代码以 {scope} 开头的单位。" if scope else nobody
    print_rows(rows, columns, form, empty=empty)


def merge(
    context: typer.Context,
    ids: Annotated[list[str], typer.Argument(metavar="ID…", help="被并入的单位编号，可多个。")],
    into: Annotated[str, typer.Option(metavar="ID", help="合并后的单位编号。")],
    on: Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="合并生效日期。")],
    evidence: Annotated[str, typer.Option(help="依据，如文号。")] = "",
    by: Who = "",
) -> None:
    """登记机构合并：原单位自生效当年度起不再单独报告，其结转并入新单位核对。"""
    from datetime import date

    from storage import audit, bodies
    from storage.domain.errors import UsageError
    from storage.domain.ids import BodyId

    try:
        last_year = date.fromisoformat(on).year - 1
    except ValueError:
        raise UsageError(f"不是日期：{on}", advice="例：--on 2024-03-01") from None
    actor, session = actor_of(by), Session.of(context)
    merged = [BodyId(one) for one in dict.fromkeys(ids)]
    with session.writing() as (connection, now):
        bodies.merge(connection, merged, BodyId(into), last_year)
        names = bodies.get_many(connection, [*merged, BodyId(into)])
        payload = {"into": into, "on": on, "evidence": evidence}
        for one in merged:
            audit.append(connection, actor=actor, action="body.merge", target=f"body/{one}", now=now, payload=payload)
    listed = "、".join(names[one].name for one in merged)
    say(f"{listed} 已并入 {names[BodyId(into)].name}，最后一次单独报告为 {last_year}年度（{actor}）")
    note("下一步：nianbao rejudge 查看判断有什么变化")


def children(
    context: typer.Context,
    body_id: Annotated[str, typer.Argument(metavar="ID", help="上级单位编号。")],
    complete_from: Annotated[int | None, typer.Option(min=2000, max=2200, help="自该报告年度起下级名录齐全；不写则取消确认。")] = None,
    evidence: Annotated[str, typer.Option(help="依据，如机构名录的文号、日期。")] = "",
    by: Who = "",
) -> None:
    """确认下级单位（含本级办公室）已全部登记、互不重叠：确认后汇总数须等于各下级之和。"""
    from storage import audit, bodies
    from storage.domain.errors import UsageError
    from storage.domain.ids import BodyId

    if complete_from is not None and not evidence.strip():
        raise UsageError("确认下级名录齐全必须写明依据", kept="没有改动名录。", advice="例：--evidence 机构名录2024年版")
    actor, session = actor_of(by), Session.of(context)
    with session.writing() as (connection, now):
        bodies.confirm_children(connection, BodyId(body_id), complete_from, evidence)
        name = bodies.get(connection, BodyId(body_id)).name
        count = len(bodies.children_of(connection, BodyId(body_id), limit=10_000))
        payload = {"complete_from": complete_from, "evidence": evidence, "children": count}
        audit.append(connection, actor=actor, action="body.children", target=f"body/{body_id}", now=now, payload=payload)
    if complete_from is None:
        say(f"{name}：已取消下级名录齐全的确认（{actor}）")
    else:
        say(f"{name}：自 {complete_from}年度起，已登记的 {count} 个下级单位为全部下级（{actor}）")
