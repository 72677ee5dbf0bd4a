"""`nianbao report`: what was found and read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import report_pending
from monitor.cli.printing import Document, DocumentOption, Format, FormatOption, note, print_json, print_rows, say
from monitor.cli.report_export import export
from monitor.cli.session import Session

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from storage.domain.ids import BodyId


def add_to(app: typer.Typer) -> None:
    """Add the noun."""
    noun = typer.Typer(help="年报。", no_args_is_help=True)
    noun.command("list")(list_)
    noun.command("show")(show)
    noun.command("recheck")(recheck)
    noun.command("export")(export)
    report_pending.add_to(noun)
    app.add_typer(noun, name="report")


YearOption = Annotated[int | None, typer.Option(min=2000, max=2200, help="报告年度；不写则取最近一年。")]


def list_(
    context: typer.Context,
    year: YearOption = None,
    status: Annotated[str, typer.Option(help="只列某一发布状态，如 late、missing。")] = "",
    form: FormatOption = Format.TABLE,
) -> None:
    """列出各单位某年度的发布状态和数据质量。"""
    from monitor.web import queries
    from storage.domain.enums import DutyStatus
    from storage.domain.errors import NotFoundError, UsageError

    if status and status not in {known.value for known in DutyStatus}:
        raise UsageError(f"没有这个状态：{status}", advice="可用：" + "、".join(f"{s.value}（{s.label}）" for s in DutyStatus))
    session = Session.of(context)
    database = session.database(session.settings())
    rows: list[dict[str, Any]] = []
    try:
        with database.read() as connection:
            shown = year or queries.busiest_year(connection)
            if shown is None:
                raise NotFoundError("还没有任何年报记录。", advice="先导入名录并抓取：nianbao body import，nianbao crawl run。")
            page, total = 1, 1
            while len(rows) < total:
                total, found = queries.body_list(connection, queries.Filter(shown, status=status, page=page))
                rows += [_plain(row, human=form is Format.TABLE) for row in found]
                page += 1
                if not found:
                    break
    finally:
        database.close()
    columns = {"body_id": "编号", "name": "单位名称", "report_year": "报告年度", "status": "发布状态", "days_late": "逾期天数"}
    columns |= {"due_on": "期限", "published_on": "发布日期", "quality": "数据质量", "inconsistent": "不一致", "suspect": "疑似"}
    print_rows(rows, columns, form, empty="没有符合条件的记录。")
    if rows and form is Format.TABLE:
        note(f"共 {len(rows)} 个单位。查看一份：nianbao report show {rows[0]['body_id']} --year {shown}")


def _plain(row: Any, *, human: bool) -> dict[str, Any]:
    from monitor.web.labels import STATUS_SIGNS, Quality
    from storage.domain.enums import DutyStatus

    state = DutyStatus(row["status"])
    least, most = row["days_late_min"], row["days_late_max"]
    late = "" if least is None and most is None else str(most if least in {None, most} else f"{least}-{most}")
    quality = row["quality"] or ""
    return {
        "body_id": row["body_id"],
        "name": row["name"],
        "report_year": f"{row['report_year']}年度" if human else row["report_year"],
        "status": f"{STATUS_SIGNS[state]} {state.label}" if human else state.value,
        "days_late": late,
        "due_on": str(row["due_on"]),
        "published_on": str(row["published_on"] or ""),
        "quality": Quality(quality).label if human and quality else quality,
        "inconsistent": row["inconsistent"] or 0,
        "suspect": row["suspect"] or 0,
        "reason": row["reason"],
    }


def show(
    context: typer.Context,
    body: Annotated[str, typer.Argument(metavar="BODY", help="单位编号或名称。")],
    year: YearOption = None,
    form: DocumentOption = Document.TABLE,
) -> None:
    """显示一份年报的读取结果和问题；--format json 与 check 的格式相同。"""
    from monitor.judge import Subject, judge
    from monitor.outputs.check_json import check_document, report_entry
    from monitor.outputs.check_text import summary

    session = Session.of(context)
    with session.reading() as connection:
        stored, before = _reading(connection, body, year)
    judgement = judge(Subject(report=stored.parsed, previous=before.parsed if before else None))
    if form is Document.JSON:
        print_json(check_document([report_entry(stored.parsed, judgement)]))
        return
    for line in summary(stored.parsed, judgement):
        say(line)


def _reading(connection: Connection, given: str, year: int | None) -> tuple[Any, Any]:
    from monitor.cli.portal import body_id
    from monitor.web import queries
    from storage import readings
    from storage.domain.errors import NotFoundError

    known: BodyId = body_id(connection, given)
    shown = year or queries.busiest_year(connection)
    if shown is None:
        raise NotFoundError("还没有任何年报记录。", advice="先运行 nianbao crawl run。")
    stored = readings.newest_for(connection, known, shown)
    if stored is None:
        raise NotFoundError(f"{given} 的 {shown}年度年报尚未读取。", advice=f"用 nianbao report list --year {shown} 查看状态。")
    return stored, readings.newest_for(connection, known, shown - 1)


def recheck(
    context: typer.Context,
    body: Annotated[str, typer.Argument(metavar="BODY", help="单位编号或名称。")],
    year: Annotated[int, typer.Argument(metavar="YEAR", min=2000, max=2200, help="报告年度。")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只显示会有什么变化。")] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """按现在的规则重新判断一份已读取的年报；不发送提醒。"""
    from monitor.cli.again_report import report_changes
    from monitor.cli.portal import body_id
    from monitor.cli.rejudge import recheck_one, telling_of
    from storage import bodies
    from storage.domain.errors import NotFoundError

    session = Session.of(context)
    database = session.database(session.settings())
    try:
        with database.read() as connection:
            known = bodies.get(connection, body_id(connection, body))
        change = recheck_one(database, session, known, year, None if dry_run else telling_of("", notify=False))
    finally:
        database.close()
    if change is None:
        raise NotFoundError(f"{known.name} 的 {year}年度年报尚未读取。", advice=f"用 nianbao report list --year {year} 查看状态。")
    report_changes([change], form, applied=not dry_run, again=f"nianbao report recheck {known.id} {year}")
