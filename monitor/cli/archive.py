"""`nianbao archive`: prove that what was fetched is still what it was; restore what is not from the second copy."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import archive_export, archive_keep, archive_retain
from monitor.cli.failing import Exit
from monitor.cli.numbers import LARGEST
from monitor.cli.printing import Document, DocumentOption, note, print_json, say
from monitor.cli.progress import Steps
from monitor.cli.session import Session

if TYPE_CHECKING:
    from storage.archive.places import Place
    from storage.archive.store import Archive
    from storage.archive.verify import Damage, VerifyReport
    from storage.database import Database
    from storage.settings import Settings

MOST_LISTED = 50
LOG_WORDS = {"torn": "最后一行没有写完", "unreadable": "无法读取", "chain-broken": "校验链断开，内容被改动过"}
SEAL_WORDS = {
    "unreadable": "无法读取",
    "chain-broken": "与前一日的封存记录不衔接",
    "mismatch": "抓取日志与封存时不同",
    "lost": "封存记录缺失或被替换",
    "timestamp": "时间戳无效",
    "unchecked": "时间戳未核对（需要附加组件 timestamp）",
}


def add_to(app: typer.Typer) -> None:
    """Add the noun."""
    noun = typer.Typer(help="原件存档。")
    noun.callback()(_noun)
    noun.command("verify")(verify)
    archive_keep.add_commands(noun)
    archive_export.add_commands(noun)
    archive_retain.add_commands(noun)
    app.add_typer(noun, name="archive")


def _noun() -> None:
    pass


def verify(
    context: typer.Context,
    sample: Annotated[int | None, typer.Option(min=1, max=LARGEST, help="只查这么多份，最久没有查过的在先（不写则全部）。")] = None,
    repair: Annotated[bool, typer.Option("--repair", help="从第二份存档补回损坏或缺失的原件；损坏的文件保留不动。")] = False,
    form: DocumentOption = Document.TABLE,
) -> None:
    """逐份重算存档原件的校验值，核对抓取日志、每日封存和时间戳。有损坏、缺失或记录不符时退出码为 8。"""
    session = Session.of(context)
    settings = session.settings()
    copy = archive_keep.copy_of(settings, needed=repair)
    database = session.database(settings)
    archive = session.archive(settings)
    try:
        report = _look(session, settings, database, archive, sample)
        lines = list(_offers(copy, report.damage)) if copy is not None and not repair else []
        if copy is not None and repair:
            lines, report = _repaired(session, database, archive, copy, report)
    finally:
        database.close()
    if form is Document.JSON:
        print_json({"sound": report.sound, **dataclasses.asdict(report)})
    for line in (*(() if form is Document.JSON else report_lines(report)), *lines):
        (note if form is Document.JSON else say)(line)
    if not report.sound:
        note("建议：不要改动存档目录；从第二份存档（--repair）或备份恢复列出的原件后重新校验。")
        raise typer.Exit(Exit.INTEGRITY)


def _look(session: Session, settings: Settings, database: Database, archive: Archive, sample: int | None) -> VerifyReport:
    from storage import originals
    from storage.archive.fixity import check_originals
    from storage.archive.timestamps import authority_of
    from storage.archive.verify import VerifyReport, records

    authority = authority_of(settings.timestamp_ca)
    with database.read() as connection:
        rows = originals.longest_unverified(connection, sample or originals.count(connection))
    steps = Steps(quiet=session.quiet, color=session.color)
    with steps.bar("校验", len(rows)) as bar:
        damage = check_originals(archive, database, rows, now=session.clock().now(), progress=lambda done, _: bar.advance(done))
    if sample is not None:
        return VerifyReport(len(rows), damage)
    with database.read() as connection:
        return dataclasses.replace(records(archive, connection, authority=authority), checked=len(rows), damage=damage)


def _offers(copy: Place, damage: Sequence[Damage]) -> Iterator[str]:
    from storage.archive import second

    good = sum(second.offers(copy, one) is not None for one in damage)
    if damage:
        yield f"  · 第二份存档中有 {good} 份完好，可用 nianbao archive verify --repair 补回"


def _repaired(session: Session, database: Database, archive: Archive, copy: Place, report: VerifyReport) -> tuple[list[str], VerifyReport]:
    """Put back what the copy has; what was done in words, and the report without what is whole again. Every act is in the audit log."""
    from storage import audit
    from storage.archive import second
    from storage.domain.errors import ArchiveError

    lines, left, now = [], [], session.clock().now()
    for damage in report.damage:
        try:
            with database.write() as connection:
                key = second.repair(archive, copy, connection, damage, now)
                facts = {"kind": damage.kind, "now_at": key}
                target = f"original/{damage.sha256}"
                audit.append(connection, actor="nianbao", action="archive.repair", target=target, now=now, payload=facts)
            lines.append(f"  ✓ {damage.sha256} 已从第二份存档补回：{key}")
        except ArchiveError as error:
            left.append(damage)
            lines.append(f"  ✕ {damage.sha256} 没有补回：{error.message}")
    return lines, dataclasses.replace(report, damage=tuple(left))


def report_lines(report: VerifyReport) -> Iterator[str]:
    """The report in words: the verdict first, then each thing in doubt, then what a crash left and is harmless."""
    from storage.archive.verify import WORDS

    yield f"{'✓ 存档完好' if report.sound else '✕ 存档有问题'}：校验原件 {report.checked} 份，损坏或缺失 {len(report.damage)} 份"
    for damage in report.damage[:MOST_LISTED]:
        yield f"  ✕ {damage.sha256}：{WORDS[damage.kind]}"
    for problem in report.log_problems[:MOST_LISTED]:
        sign, words = "·" if problem.kind == "torn" else "✕", LOG_WORDS.get(problem.kind, problem.kind)
        yield f"  {sign} 抓取日志 {problem.key} 第 {problem.line} 行：{words}"
    for seal in report.seals[:MOST_LISTED]:
        yield f"  {'·' if seal.kind == 'unchecked' else '✕'} {seal.key}：{SEAL_WORDS[seal.kind]}"
    if report.unlogged:
        yield f"  ✕ {len(report.unlogged)} 条抓取记录与日志不符"
    for words, found in (
        ("没有记录的原件", report.orphans),
        ("未写完的临时文件", report.leftovers),
        ("数据库中没有的日志", report.unrecorded),
    ):
        if found:
            yield f"  · {words} {len(found)} 份（抓取中断所致，不影响已有原件）"
