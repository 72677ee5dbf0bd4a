"""`nianbao duty`: what each body owes, and what was known of it when its deadline passed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.failing import Exit
from monitor.cli.printing import Format, FormatOption, note, print_json, print_rows, say
from monitor.cli.session import Session

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from storage.duties import StoredDuty
    from storage.snapshots import FrozenDuty, Snapshot


def add_to(app: typer.Typer) -> None:
    """Add the noun."""
    noun = typer.Typer(help="公布义务与截止快照。", no_args_is_help=True)
    noun.command("snapshots")(snapshots_)
    noun.command("snapshot")(snapshot)
    app.add_typer(noun, name="duty")


def snapshots_(
    context: typer.Context,
    year: Annotated[int | None, typer.Option(min=2000, max=2200, help="报告年度。")] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """列出各期限的截止快照：期限当日24时冻结，此后不再改写。"""
    from storage import snapshots

    session = Session.of(context)
    with session.reading() as connection:
        rows = [_line(connection, one) for one in snapshots.list_all(connection, report_year=year) if one.sealed_at]
    columns = {
        **{"report_year": "报告年度", "due_on": "期限", "registered": "名录", "exempt": "免报", "due": "应发布", "published": "已发布"},
        **{"unknown": "无法判断", "withdrawn": "已撤下", "taken": "快照"},
    }
    print_rows(rows, columns, form, empty="还没有截止快照：期限过后由 nianbao serve 自动生成。")
    if rows:
        note("逐单位查看，并与现在对照：nianbao duty snapshot --year 报告年度")


def snapshot(
    context: typer.Context,
    year: Annotated[int, typer.Option(min=2000, max=2200, help="报告年度。")],
    due: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="期限；只有一个时可省略。")] = None,
    scope: Annotated[str, typer.Option(help="地区代码前缀。")] = "",
    changed: Annotated[bool, typer.Option("--changed", help="只列其后有变化的单位。")] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """一次截止快照的逐单位状态，旁边是现在的状态；快照被改动过的，退出码为 8。"""
    from storage import duties, snapshots

    session = Session.of(context)
    with session.reading() as connection:
        known = snapshots.list_all(connection, report_year=year)
        chosen = _chosen(tuple(one for one in known if one.sealed_at and (due is None or one.due_on == due.date())), year)
        frozen = snapshots.rows(connection, chosen, division_prefix=scope)
        intact = snapshots.digest(connection, chosen) == chosen.digest
        today = {one.duty.key.body_id: one for one in duties.list_for(connection, report_year=year, division_prefix=scope)}
        head = _line(connection, chosen, scope)
    rows = [_row(one, today.get(one.duty.key.body_id), human=form in {Format.TABLE, Format.CSV}) for one in frozen]
    rows = [row for row in rows if row["changed"]] if changed else rows
    if form is Format.JSON:
        print_json({"snapshot": head | {"digest": chosen.digest, "intact": intact}, "duties": rows})
    else:
        columns = {"body": "单位", "status": "截止时", "reason": "依据", "now": "现在", "now_reason": "现在的依据"}
        print_rows(rows, columns, form, empty="没有其后变化的单位。" if changed else "该范围内没有单位。")
        if form is Format.TABLE:
            say(_sum(head))
    if not intact:
        note("注意：快照内容与封存时的摘要不符，可能被改动过。请从备份核对。")
        raise typer.Exit(Exit.INTEGRITY)


def _chosen(found: tuple[Snapshot, ...], year: int) -> Snapshot:
    from storage.domain.errors import NotFoundError, UsageError

    if not found:
        raise NotFoundError(f"没有{year}年度的这一截止快照", advice="nianbao duty snapshots 列出已有的快照。")
    if len(found) > 1:
        dates = "、".join(str(one.due_on) for one in found)
        raise UsageError(f"{year}年度有多个期限：{dates}", advice="用 --due YYYY-MM-DD 指定其中一个。")
    return found[0]


def _line(connection: Connection, one: Snapshot, scope: str = "") -> dict[str, object]:
    from storage import snapshots
    from storage.domain.clock import CHINA
    from storage.domain.enums import DutyStatus

    tally = snapshots.counts(connection, one, division_prefix=scope)
    begun = one.begun_at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
    return {
        "report_year": one.report_year,
        "due_on": one.due_on,
        "registered": tally.registered,
        "exempt": tally.by_status[DutyStatus.EXEMPT],
        "not_due": tally.by_status[DutyStatus.NOT_DUE],
        "due": tally.due,
        "published": tally.published,
        "missing": tally.by_status[DutyStatus.MISSING],
        "unknown": tally.by_status[DutyStatus.UNKNOWN],
        "withdrawn": tally.by_status[DutyStatus.WITHDRAWN],
        "caught_up": one.caught_up,
        "taken": f"{begun}依期限前的证据补算" if one.caught_up else f"{begun}冻结",
    }


def _row(one: FrozenDuty, now: StoredDuty | None, *, human: bool) -> dict[str, object]:
    state = one.state
    status = now.state.status if now else None
    return {
        "body_id": one.duty.key.body_id,
        "body": one.body_name,
        "status": state.status.label if human else state.status.value,
        "reason": state.reason,
        "legal_basis": one.duty.legal_basis,
        "due_version": one.duty.due_version,
        "evidence": dict(one.evidence),
        "now": "" if status is None else status.label if human else status.value,
        "now_reason": now.state.reason if now else "",
        "now_due_on": now.duty.due_on if now else None,
        "changed": now is not None and (now.state.status is not state.status or now.duty.due_on != one.duty.due_on),
    }


def _sum(head: dict[str, object]) -> str:
    """The identity in words, as on the pages."""
    owed = f"名录 {head['registered']} − 免报 {head['exempt']} − 未到期 {head['not_due']} = 应发布 {head['due']}"
    found = f"已发布 {head['published']} + 未发现 {head['missing']} + 无法判断 {head['unknown']} + 已撤下 {head['withdrawn']}"
    return f"期限 {head['due_on']}，{head['taken']}。{owed}；{found} = {head['due']}"
