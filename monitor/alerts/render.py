"""Templates to text. A message kind is three files in `messages/`: `<kind>.subject.j2`, `<kind>.txt.j2`, `<kind>.html.j2`.

Text from portals passes through here into mail: HTML is escaped by the environment, and every value loses its control characters, so
that a name cannot start a new line, a new header or a new item.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

FOLDER = Path(__file__).parent / "messages"
SUBJECT_LIMIT = 300


@dataclass(frozen=True, slots=True)
class Rendered:
    """The three forms of one message."""

    subject: str
    text: str
    html: str


def render(kind: str, values: Mapping[str, Any]) -> Rendered:
    """Render one message kind; a value the template needs and does not get is an error."""
    subject = _subject(_environment(escape=False).get_template(f"{kind}.subject.j2").render(values))
    text = _environment(escape=False).get_template(f"{kind}.txt.j2").render(values)
    html = _environment(escape=True).get_template(f"{kind}.html.j2").render({**values, "subject": subject})
    return Rendered(subject, text.strip() + "\n", html)


def one_line(value: object) -> object:
    """A string as it may stand inside a line: control and direction-changing characters become spaces."""
    if not isinstance(value, str):
        return value
    return "".join(" " if unicodedata.category(character) in {"Cc", "Cf", "Zl", "Zp"} else character for character in value)


def _subject(text: str) -> str:
    return " ".join(str(one_line(text)).split())[:SUBJECT_LIMIT]


@cache
def _environment(*, escape: bool) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=escape,  # noqa: S701 - subjects and plain text are not HTML; what is HTML is escaped
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=one_line,
    )
    environment.globals.clear()
    return environment
