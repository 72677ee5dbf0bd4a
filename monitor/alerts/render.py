"""Templates to text. A message kind is three files in `messages/<language>/`: `<kind>.subject.j2`, `<kind>.txt.j2`, `<kind>.html.j2`, and
for the group robots a short form, `<kind>.short.j2`, where the whole text would be too long for a chat.

Text from portals passes through here into mail: HTML is escaped by the environment, and every value loses its control characters, so
that a name cannot start a new line, a new header or a new item.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from storage.domain.alerts import EventKind

FOLDER = Path(__file__).parent / "messages"
LANGUAGES = tuple(sorted(path.name for path in FOLDER.iterdir() if (path / "words.toml").is_file()))
SUBJECT_LIMIT = 300
SHORT_LIMIT = 600
"""Characters of a chat message: longer ones are not read."""

CUT = "…"


@dataclass(frozen=True, slots=True)
class Rendered:
    """The three forms of one message."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Letter:
    """What every message says of itself: its code, its number for this recipient, the one before, the next."""

    reference: str
    number: int = 1
    previous: str = ""
    next_by: str = ""
    unsubscribe: str = ""
    guessed_year: int | None = None


def render(kind: str, values: Mapping[str, Any], lang: str = "zh-CN", *, short: bool = False) -> Rendered:
    """Render one message kind in one language; a value the template needs and does not get is an error."""
    given = {**values, "words": words(lang)}
    subject = _subject(_environment(lang, escape=False).get_template(f"{kind}.subject.j2").render(given))
    if short and (FOLDER / lang / f"{kind}.short.j2").is_file():
        text = _environment(lang, escape=False).get_template(f"{kind}.short.j2").render(given).strip()
        return Rendered(subject, _fitted(text) + "\n", "")
    text = _environment(lang, escape=False).get_template(f"{kind}.txt.j2").render(given)
    html = _environment(lang, escape=True).get_template(f"{kind}.html.j2").render({**given, "subject": subject})
    return Rendered(subject, text.strip() + "\n", html)


@cache
def words(lang: str) -> Mapping[str, Mapping[str, str]]:
    """The words of one language by their codes; kinds of events have their Chinese labels with them."""
    found: dict[str, dict[str, str]] = tomllib.loads((FOLDER / lang / "words.toml").read_text(encoding="utf-8"))
    found["kinds"] = {kind.value: kind.label for kind in EventKind} | found.get("kinds", {})
    return found


def one_line(value: object) -> object:
    """A string as it may stand inside a line: control and direction-changing characters become spaces."""
    if not isinstance(value, str):
        return value
    plain = "".join(" " if unicodedata.category(character) in {"Cc", "Cf", "Zl", "Zp"} else character for character in value)
    # What a macro gave is escaped already and must not be escaped again.
    return Markup(plain) if isinstance(value, Markup) else plain  # noqa: S704 - the characters replaced are no markup


def _fitted(text: str) -> str:
    """A chat message of bearable length: what does not fit is cut from the middle, the last line with its code stays."""
    if len(text) <= SHORT_LIMIT:
        return text
    body, _, last = text.rpartition("\n")
    room = SHORT_LIMIT - len(last) - len(CUT) - 2
    return f"{body[:room]}{CUT}\n{last}"


def _subject(text: str) -> str:
    return " ".join(str(one_line(text)).split())[:SUBJECT_LIMIT]


@cache
def _environment(lang: str, *, escape: bool) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER / lang),
        autoescape=escape,  # noqa: S701 - subjects and plain text are not HTML; what is HTML is escaped
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=one_line,
    )
    environment.globals.clear()
    return environment
