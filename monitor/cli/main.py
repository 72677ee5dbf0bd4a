"""The `nianbao` command: one file per noun, everything heavy imported inside the command that needs it."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.failing import Exit, explain, explain_unexpected, explain_usage
from monitor.cli.session import Session
from storage.domain.errors import NianbaoError

NOUNS = (
    *("check", "demo", "init", "serve", "crawl", "body", "portal", "report"),
    *("duty", "finding", "rule", "rejudge", "alert", "archive", "backup", "export", "config", "doctor"),
)
"""Modules of this package, in the order of `nianbao --help`; each adds its commands with `add_to(app)`."""

GLOBAL_FLAGS = frozenset({"--quiet", "--no-color", "--debug"})
GLOBAL_VALUES = frozenset({"--config", "--data-dir"})


def build() -> typer.Typer:
    """The whole command with all nouns."""
    app = typer.Typer(
        name="nianbao",
        help="发现、存档、读取并核对政府信息公开工作年度报告。",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_globals)
    for noun in NOUNS:
        importlib.import_module(f"monitor.cli.{noun}").add_to(app)
    return app


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code; nothing but SystemExit of the interpreter gets past."""
    words = hoist_globals(list(sys.argv[1:] if arguments is None else arguments))
    try:
        result = build()(args=words, prog_name="nianbao", standalone_mode=False)
    except NianbaoError as error:
        return explain(error)
    except typer.Abort:
        return _interrupted()
    except KeyboardInterrupt:
        return _interrupted()
    except typer.TyperException as error:
        return explain_usage(error)
    except BrokenPipeError:
        # The reader (head, less) went away: not a failure, but nothing more may be flushed either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.OK
    except Exception as error:  # noqa: BLE001 # process entry: the last place to turn a fault into words
        return explain_unexpected(error, debug="--debug" in words)
    return int(result) if isinstance(result, int) else Exit.OK


def run() -> None:
    """Console entry point."""
    sys.exit(main())


def hoist_globals(words: list[str]) -> list[str]:
    """Global options are accepted anywhere before `--`: people write `nianbao serve --data-dir x`."""
    front: list[str] = []
    rest: list[str] = []
    position = 0
    while position < len(words):
        word = words[position]
        if word == "--":
            rest += words[position:]
            break
        if word in GLOBAL_FLAGS or (word.split("=", 1)[0] in GLOBAL_VALUES and "=" in word):
            front.append(word)
        elif word in GLOBAL_VALUES and position + 1 < len(words):
            front += words[position : position + 2]
            position += 1
        else:
            rest.append(word)
        position += 1
    return front + rest


def _interrupted() -> int:
    from monitor.cli.printing import note

    note("已中断。已写入的数据保持完整，可以直接重新运行。")
    return Exit.INTERRUPTED


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        from monitor.cli.printing import say

        say(f"nianbao {version('nianbao')}")
        raise typer.Exit


def _globals(  # noqa: PLR0913, PLR0917 - one parameter per global option
    context: typer.Context,
    config: Annotated[Path | None, typer.Option(help="配置文件，默认 ./nianbao.toml。")] = None,
    data_dir: Annotated[Path | None, typer.Option(help="数据目录，默认 ./nianbao-data。")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="不显示进度。")] = False,
    no_color: Annotated[bool, typer.Option("--no-color", help="不用颜色（也可设 NO_COLOR）。")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="出错时显示详情。")] = False,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="显示版本。")] = False,
) -> None:
    context.obj = Session(config=config, data_dir=data_dir, quiet=quiet, color=not (no_color or os.environ.get("NO_COLOR")), debug=debug)


if __name__ == "__main__":
    run()
