"""Failures for people: what happened, what was kept, what to do; a traceback only on request (`--debug`).

Exit codes: 0 ok · 1 unexpected · 2 usage · 3 findings at or above --fail-on · 4 partial or unreadable · 5 not found or empty
· 6 configuration · 7 network · 8 integrity · 9 busy · 130 interrupted.
"""

from __future__ import annotations

import hashlib
import re
import traceback
from enum import IntEnum

import typer

from monitor.cli.printing import note
from storage.domain.errors import NianbaoError


class Exit(IntEnum):
    """The exit codes of every command."""

    OK = 0
    UNEXPECTED = 1
    USAGE = 2
    FINDINGS = 3
    PARTIAL = 4
    NOT_FOUND = 5
    CONFIG = 6
    NETWORK = 7
    INTEGRITY = 8
    BUSY = 9
    INTERRUPTED = 130


def explain(error: NianbaoError) -> int:
    """Print an error of our own and give its exit code."""
    note(f"出错：{error.message}")
    if error.kept:
        note(f"已保留：{error.kept}")
    if error.advice:
        note(f"建议：{error.advice}")
    return error.exit_code


def explain_usage(error: typer.TyperException) -> int:
    """Print a mistake in the call and give its exit code."""
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError":
        return Exit.USAGE  # the help has been shown; nothing to add
    note(f"命令用法有误：{_usage_words(error)}")
    path = context.command_path if context is not None else "nianbao"
    note(f"查看用法：{path} --help")
    return Exit.USAGE


def explain_unexpected(error: BaseException, *, debug: bool) -> int:
    """Print an error nobody foresaw: short, with a reference that two reports of the same fault share."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].name}" if frames else "?"
    reference = hashlib.sha256(f"{type(error).__name__}:{place}".encode()).hexdigest()[:8]
    note(f"出错：程序内部出现意外情况（{type(error).__name__}，编号 {reference}）。")
    if debug:
        note("".join(traceback.format_exception(error)).rstrip())
    else:
        note("已写入的数据保持不变。加 --debug 重新运行可看到详情；报告问题时请附上编号。")
    return Exit.UNEXPECTED


_EXTRA = re.compile(r"Got unexpected extra argument(?:s|\(s\))? \((.*)\)")


def _usage_words(error: typer.TyperException) -> str:
    kind = type(error).__name__
    name = str(getattr(error, "option_name", "") or "")
    if kind == "NoSuchOption":
        return f"没有这个选项：{name}"
    message = str(getattr(error, "message", "") or error)
    if message.startswith("No such command"):
        return f"没有这个命令：{message.removeprefix('No such command').strip(' .').strip(chr(39))}"
    if extra := _EXTRA.match(message):
        return f"多出的参数：{extra[1]}"
    label = _parameter_name(getattr(error, "param", None))
    if kind == "MissingParameter":
        return f"缺少参数：{label}"
    message = _in_chinese(message.removeprefix("Value error, "))
    return f"{label}：{message}" if label else message


_SAID: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"Input should be greater than or equal to (\S+)"), r"不能小于 \1"),
    (re.compile(r"Input should be less than or equal to (\S+)"), r"不能大于 \1"),
    (re.compile(r"Input should be a valid integer.*"), "应为整数"),
    (re.compile(r"Input should be a valid number.*"), "应为数字"),
    (re.compile(r"'(.*)' does not match the formats? '%Y-%m-%d'\."), r"不是日期：\1（例：2025-03-10）"),
    (re.compile(r"'(.*)' is not one of (.*)\."), r"没有这个值：\1；可用：\2"),
    (re.compile(r"Option '(.*)' requires an argument\."), r"选项 \1 后面缺少内容"),
)
"""What the library that reads the command line says, in the language of everything else a command says."""


def _in_chinese(message: str) -> str:
    for said, words in _SAID:
        if found := said.fullmatch(message):
            return found.expand(words).replace("'", "").replace(", ", "、")
    return message


def _parameter_name(parameter: object) -> str:
    """An option as it is typed (`--format`), an argument as the help names it."""
    options = [text for text in getattr(parameter, "opts", ()) if text.startswith("-")]
    if options:
        return str(max(options, key=len))
    return str(getattr(parameter, "metavar", None) or getattr(parameter, "name", "") or "")
