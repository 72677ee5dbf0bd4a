"""How commands speak: data on stdout, everything else on stderr; colour and boxes only on a terminal.

Tables are padded by display width, so that Chinese and Latin columns line up in any terminal.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any

import typer


class Format(StrEnum):
    """Form of a listing on stdout."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"


FormatOption = Annotated[Format, typer.Option("--format", help="输出形式。")]


class Document(StrEnum):
    """Form of one thing on stdout: words for people, or one JSON document."""

    TABLE = "table"
    JSON = "json"


DocumentOption = Annotated[Document, typer.Option("--format", help="输出形式。")]

Row = Mapping[str, Any]


def say(text: str = "") -> None:
    """One line on stdout."""
    _write(sys.stdout, text + "\n")


def note(text: str = "") -> None:
    """One line on stderr: progress, hints, errors."""
    _write(sys.stderr, text + "\n")


def print_json(value: Any) -> None:
    """One JSON document on stdout, readable as it stands."""
    say(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def print_rows(rows: Sequence[Row], columns: Mapping[str, str], form: Format, *, empty: str = "没有记录。") -> None:
    """A listing; `columns` maps keys to Chinese headings. JSON and CSV carry the keys, and all rows in full."""
    if form is Format.JSON:
        print_json([dict(row) for row in rows])
    elif form is Format.JSONL:
        for row in rows:
            say(json.dumps(dict(row), ensure_ascii=False, default=str))
    elif form is Format.CSV:
        say(_csv(rows, list(columns)).rstrip("\n"))
    elif not rows:
        say(empty)
    else:
        for line in table_lines([list(columns.values()), *([_text(row.get(key)) for key in columns] for row in rows)]):
            say(line)


def table_lines(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows as aligned lines with a rule under the first; wide characters count two."""
    widths = [max(width(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(_pad(text, size) for text, size in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines.insert(1, "  ".join("-" * size for size in widths))
    return lines


def width(text: str) -> int:
    """Columns the text takes in a terminal."""
    from rich.cells import cell_len

    return cell_len(text)


def _pad(text: str, size: int) -> str:
    return text + " " * (size - width(text))


def _text(value: Any) -> str:
    return "" if value is None else str(value).replace("\n", " ")


def _csv(rows: Sequence[Row], keys: list[str]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(keys)
    writer.writerows([_safe(_text(row.get(key))) for key in keys] for row in rows)
    return out.getvalue()


def _safe(text: str) -> str:
    """A cell that a spreadsheet must not run as a formula; foreign titles end up here."""
    return "'" + text if text[:1] in {"=", "@", "\t", "\r"} or (text[:1] in {"+", "-"} and not text[1:2].isdigit()) else text


def _write(stream: Any, text: str) -> None:
    """Write even where the terminal's encoding lacks a character: a lost mark is better than a lost answer."""
    try:
        stream.write(text)
    except UnicodeEncodeError:
        encoding = stream.encoding or "ascii"
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
    stream.flush()
