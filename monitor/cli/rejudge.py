"""`nianbao rejudge`, `nianbao reparse`: the archive looked at again, by today's rules or today's parser; first what would change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.again_report import Change, cells_of, lines_of, report_changes
from monitor.cli.deciding import Who, actor_of
from monitor.cli.failing import Exit
from monitor.cli.printing import Format, FormatOption, note
from monitor.cli.session import Session

if TYPE_CHECKING:
    from datetime import datetime

    from storage.database import Database
    from storage.domain.originals import ReportVersion
    from storage.domain.registry import Body
    from storage.readings import StoredReading


def add_to(app: typer.Typer) -> None:
    """Add both commands."""
    app.command("rejudge")(rejudge)
    app.command("reparse")(reparse)


YearOption = Annotated[int | None, typer.Option(min=2000, max=2200, help="只看该报告年度。")]
Dry = Annotated[bool, typer.Option("--apply/--dry-run", help="写入结果；默认只显示会有什么变化。")]
Notify = Annotated[bool, typer.Option("--notify", help="写入时照常发送提醒；默认不提醒。")]


def rejudge(
    context: typer.Context,
    year: YearOption = None,
    apply: Dry = False,
    notify: Notify = False,
    by: Who = "",
    form: FormatOption = Format.TABLE,
) -> None:
    """按现在的规则重新判断已存的全部读取结果。"""
    session = Session.of(context)
    database = session.database(session.settings())
    try:
        changes = list(_rejudged(database, session, year, telling_of(by, notify=notify) if apply else None))
    finally:
        database.close()
    report_changes(changes, form, applied=apply, again="nianbao rejudge --apply")


def reparse(
    context: typer.Context,
    year: YearOption = None,
    apply: Dry = False,
    notify: Notify = False,
    by: Who = "",
    form: FormatOption = Format.TABLE,
) -> None:
    """用现在的解析程序重新读取存档中的原件，再重新判断。"""
    session = Session.of(context)
    settings = session.settings()
    database = session.database(settings)
    try:
        changes = list(_reparsed(database, session, year, telling_of(by, notify=notify) if apply else None))
    finally:
        database.close()
    report_changes(changes, form, applied=apply, again="nianbao reparse --apply")
    if any(change.trouble for change in changes):
        raise typer.Exit(Exit.PARTIAL)


def recheck_one(database: Database, session: Session, body: Body, report_year: int, telling: Any) -> Change | None:
    """One report judged again from what is stored; None where nothing was read. Written where `telling` says how."""
    from monitor.shelf import Shelf

    with database.read() as connection:
        change = _previewed(connection, Shelf(), body, report_year, session.clock().now())
    if change is not None and telling is not None:
        _written(database, Shelf(), body, report_year, session.clock().now(), telling)
    return change


def telling_of(by: str, *, notify: bool) -> Any:
    """Who judges again, and whether people hear of it."""
    from monitor.judging import Telling
    from storage.findings import machine_for

    return Telling(notify=notify, actor=machine_for(actor_of(by)))


def _rejudged(database: Database, session: Session, year: int | None, telling: Any) -> Iterator[Change]:
    from monitor.collector import seldom_collected
    from monitor.marking import mark_all
    from monitor.shelf import Shelf

    shelf, clock, done = Shelf(reads_ahead=True), session.clock(), 0
    mark_all(database)
    with seldom_collected():
        for total, body, years in _reports(database, year):
            found = _changes(database, shelf, body, years, clock.now(), telling)
            done += len(years)
            _progress(session, "判断", done, total, len(years))
            yield from (change for change in found if not change.empty)


def _changes(database: Database, shelf: Any, body: Body, years: list[int], now: datetime, telling: Any) -> list[Change]:
    """What judging one body's reports again changes; written at once, in one transaction, where `telling` says how."""
    from monitor.judging import judge_body

    if telling is None:
        with database.read() as connection:
            changes = [_previewed(connection, shelf, body, report_year, now) for report_year in years]
        return [change for change in changes if change is not None]
    with database.write() as connection:
        done = judge_body(connection, shelf, body, years, now, telling)
    return [Change(body.id, body.name, year, list(lines_of(one.preview))) for year, one in done.items()]


def _reports(database: Database, year: int | None) -> Iterator[tuple[int, Body, list[int]]]:
    """(how many reports there are, body, report years of its reports, the oldest first) of every body with a report, like ones in a row."""
    from storage import bodies, reports

    with database.read() as connection:
        keys = reports.keys(connection, year)
        known = bodies.get_many(connection, [body_id for body_id, _ in keys])
    years = {body_id: [report_year for _, report_year in of_one] for body_id, of_one in groupby(keys, key=itemgetter(0))}
    for body in sorted(known.values(), key=bodies.side_by_side):
        yield len(keys), body, years[body.id]


def _previewed(connection: Any, shelf: Any, body: Body, report_year: int, now: datetime) -> Change | None:
    from monitor.judging import preview

    found = preview(connection, shelf, body, report_year, now)
    return None if found is None else Change(body.id, body.name, report_year, list(lines_of(found)))


def _written(database: Database, shelf: Any, body: Body, report_year: int, now: datetime, telling: Any) -> None:
    from monitor.judging import judge_stored

    with database.write() as connection:
        judge_stored(connection, shelf, body, report_year, now, telling)


def _reparsed(database: Database, session: Session, year: int | None, telling: Any) -> Iterator[Change]:
    from crawler.parsing.sandbox import Limits, ParserPool
    from monitor.shelf import Shelf

    settings, shelf = session.settings(), Shelf()
    archive = session.archive(settings)
    limits = Limits(wall_seconds=settings.parse_timeout_seconds, memory_mb=settings.parse_memory_mb).for_pictures(settings.ocr_enabled)
    with ParserPool(limits) as pool:
        for number, (total, body, version) in enumerate(_versions(database, year), start=1):
            _progress(session, "读取", number, total)
            change = _read_again(database, (archive, pool, shelf), session.clock().now(), body, version, telling)
            if not change.empty:
                yield change


def _versions(database: Database, year: int | None) -> Iterator[tuple[int, Body, ReportVersion]]:
    """(how many there are, body, the version that stands) of every report."""
    from storage import reports

    for total, body, years in _reports(database, year):
        with database.read() as connection:
            standing = [reports.current(connection, body.id, report_year) for report_year in years]
        yield from ((total, body, version) for version in standing if version is not None)


def _read_again(database: Database, tools: tuple[Any, Any, Any], now: datetime, body: Body, version: ReportVersion, telling: Any) -> Change:
    from monitor.process import read_version
    from storage import readings
    from storage.domain.errors import ArchiveError
    from storage.readings import StoredReading

    archive, pool, shelf = tools
    change = Change(body.id, body.name, version.report_year)
    try:
        parsed = read_version(archive, pool, version, body)
    except ArchiveError as error:
        change.trouble = error.message
        return change
    with database.read() as connection:
        before = readings.newest(connection, version.id)
        fresh = StoredReading(before.id if before else 0, version.id, parsed.parser_version, now, parsed)
        change.cells = list(cells_of(before.parsed, parsed)) if before is not None else []
        change.lines = list(_judged_lines(connection, shelf, body, version.report_year, fresh, now))
    if before is not None and before.parser_version == parsed.parser_version and before.parsed != parsed:
        change.trouble = "同一版本的解析程序两次读取结果不同，未写入"
    elif telling is not None:
        with database.write() as connection:
            readings.record(connection, version.id, parsed, now)
        shelf.changed(body.id)
        _written(database, shelf, body, version.report_year, now, telling)
    return change


def _judged_lines(
    connection: Any, shelf: Any, body: Body, report_year: int, fresh: StoredReading, now: datetime
) -> Iterable[dict[str, str]]:
    from monitor.judging import preview_reading

    return lines_of(preview_reading(connection, shelf, body, report_year, fresh, now))


def _progress(session: Session, what: str, number: int, total: int, step: int = 1) -> None:
    if not session.quiet and (number == total or number % 200 < step):
        note(f"{what} {number}/{total}")
