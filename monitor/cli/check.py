"""`nianbao check`: read and judge files on this machine; no database, no network.

Exit codes: 5 where nothing was there to read; 4 where a file could not be read or a path was missing; else 3 where a finding reaches
`--fail-on`; else 0. Only what we are sure of, or suspect, counts: doubtful readings never fail a check.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.failing import Exit
from monitor.cli.printing import note, print_json, say
from monitor.cli.session import Session

if TYPE_CHECKING:
    from storage.domain.judgement import Judgement
    from storage.domain.reports import ParsedReport


class CheckFormat(StrEnum):
    """Form of the answer."""

    TABLE = "table"
    JSON = "json"


class FailOn(StrEnum):
    """Least severity of a finding that makes the exit code 3."""

    S1 = "S1"
    S2 = "S2"
    S3 = "S3"
    S4 = "S4"
    SERIOUS = "严重"
    ORDINARY = "一般"
    HINT = "提示"
    REMARK = "备注"
    NEVER = "never"

    @property
    def rank(self) -> int:
        """1 for the gravest; 0 for never."""
        return {"S1": 1, "严重": 1, "S2": 2, "一般": 2, "S3": 3, "提示": 3, "S4": 4, "备注": 4, "never": 0}[self.value]


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("check")(check)


def check(
    context: typer.Context,
    paths: Annotated[list[str], typer.Argument(metavar="PATH…", help="年报文件或文件夹。", show_default=False)],
    form: Annotated[CheckFormat, typer.Option("--format", help="输出形式。")] = CheckFormat.TABLE,
    year: Annotated[int | None, typer.Option(min=2008, max=2100, help="报告年度（不写则从报告中识别）。")] = None,
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="另存一份可直接打开、转发、打印的网页。")] = None,
    fail_on: Annotated[FailOn, typer.Option(help="出现不低于此级别的问题时退出码为 3。")] = FailOn.ORDINARY,
) -> None:
    """预审：读取年报文件，核对表格与文字；同一单位几个年度、几种版式的文件互相核对。不需要数据库，不联网。"""
    from monitor.cli.check_inputs import gather

    session = Session.of(context)
    inputs = gather(paths)
    for missing in inputs.missing:
        note(f"找不到：{missing}")
    if inputs.passed_over and not session.quiet:
        note(f"文件夹中有 {inputs.passed_over} 个其他类型的文件未检查。")
    results = _results(inputs.files, year)
    if html is not None:
        _write_page(html, results)
    _print(results, form)
    raise typer.Exit(_exit_code(results, fail_on, some_missing=bool(inputs.missing)))


def _results(files: Sequence[Path], year: int | None) -> list[tuple[ParsedReport, Judgement]]:
    """Every file with its judgement; those of one body are judged in the light of one another."""
    from monitor.judge import judge
    from monitor.together import subjects
    from storage.domain.judgement import Judgement

    read = list(_read(files, year))
    around = subjects([parsed for parsed, taken_in in read if taken_in])
    judged = {id(subject.report): judge(subject) for subject in around}
    return [(parsed, judged.get(id(parsed), Judgement())) for parsed, _ in read]


def _read(files: Sequence[Path], year: int | None) -> Iterator[tuple[ParsedReport, bool]]:
    """Every file as it was read, and whether it could be taken in at all."""
    from crawler.parsing.report import Hints
    from crawler.parsing.sandbox import ParserPool
    from monitor.cli.check_inputs import load

    with ParserPool() as pool:
        for path in files:
            data = load(path)
            if isinstance(data, str):
                yield _not_taken_in(path, data), False
            else:
                yield pool.parse(data, source=str(path), hints=Hints(report_year=year)), True


def _write_page(target: Path, results: Sequence[tuple[ParsedReport, Judgement]]) -> None:
    from monitor.outputs.check_html import page
    from storage.domain.errors import UsageError

    try:
        target.write_text(page(results), encoding="utf8")
    except OSError as error:
        raise UsageError(f"网页未能写入 {target}：{error.strerror or error}", kept="检查没有改动任何文件。") from error
    note(f"网页已写入 {target}")


def _not_taken_in(path: Path, reason: str) -> ParsedReport:
    from crawler.parsing.version import PARSER_VERSION
    from monitor.cli.check_inputs import digest
    from storage.domain.document import Problem
    from storage.domain.enums import ReadingQuality
    from storage.domain.reports import ParsedReport, Reading

    return ParsedReport(
        source=str(path),
        sha256=digest(path),
        media_type="",
        parser_version=PARSER_VERSION,
        reading=Reading(ReadingQuality.NONE, (Problem("file-not-read", reason),)),
    )


def _print(results: Sequence[tuple[ParsedReport, Judgement]], form: CheckFormat) -> None:
    if form is CheckFormat.JSON:
        from monitor.outputs.check_json import check_document, report_entry

        print_json(check_document([report_entry(parsed, judgement) for parsed, judgement in results]))
        return
    from monitor.outputs.check_text import summary

    for parsed, judgement in results:
        for line in summary(parsed, judgement):
            say(line)
        say()


def _exit_code(results: Sequence[tuple[ParsedReport, Judgement]], fail_on: FailOn, *, some_missing: bool) -> int:
    from storage.domain.enums import Certainty, ReadingQuality

    if some_missing or any(parsed.reading.quality is ReadingQuality.NONE for parsed, _ in results):
        return Exit.PARTIAL
    counted = {Certainty.INCONSISTENT, Certainty.SUSPECT}
    for _, judgement in results:
        for finding in judgement.findings:
            if finding.certainty in counted and int(finding.severity.value[1]) <= fail_on.rank:
                return Exit.FINDINGS
    return Exit.OK
