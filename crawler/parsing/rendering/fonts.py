"""One font for drawn pages: what fontconfig names for Chinese, else what the vendor library brings, and then it says so."""

from __future__ import annotations

import shutil
import subprocess
import unicodedata
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from PIL import ImageFont

AnyFont = ImageFont.FreeTypeFont | ImageFont.ImageFont

# "lang=zh" alone may name a face with Japanese shapes; the second names are for machines without fontconfig.
_WANTED = "sans:lang=zh-cn"
_USUAL = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/System/Library/Fonts/PingFang.ttc",
    "C:/Windows/Fonts/msyh.ttc",
)
_PROBE = "收到政府信息公开"
_NEVER_ASSIGNED = "\U0010fffe"
PLACEHOLDER = "□"
_NEVER_FIRST = "，。、；：）》”’"


@dataclass
class Pen:
    """A font at one size with its widths. `unknown` gathers characters it has no shape for; they are drawn as a box."""

    font: AnyFont
    size: int
    unknown: set[str] = field(default_factory=set)
    widths: dict[str, float] = field(default_factory=dict)

    @property
    def leading(self) -> int:
        """Pixels from one line to the next."""
        return self.size + self.size // 3

    def width(self, char: str) -> float:
        """Advance of one character in pixels."""
        found = self.widths.get(char)
        if found is None:
            found = self.widths[char] = self.font.getlength(self.shown(char))
        return found

    def shown(self, char: str) -> str:
        """The character as it is drawn: a visible placeholder where the font has no shape for it."""
        if char < "\x7f":
            return char if char >= " " else " "
        if unicodedata.category(char) in {"Zs", "Cf"}:
            return " " if char != "\u3000" or not has_chinese() else char
        if char not in self.unknown and _has(self.font, char):
            return char
        self.unknown.add(char)
        return "?" if not _has(self.font, PLACEHOLDER) else PLACEHOLDER

    def text(self, text: str) -> str:
        """A whole line as it is drawn."""
        return "".join(self.shown(char) for char in text)

    def wrap(self, text: str, room: float) -> list[str]:
        """Lines no wider than `room` pixels, broken anywhere between words of a Latin alphabet or numbers, and within them if need be."""
        lines: list[str] = []
        for paragraph in text.split("\n"):
            lines += self._wrapped(paragraph, room)
        return lines

    def _wrapped(self, text: str, room: float) -> list[str]:
        lines, line, used = [], "", 0.0
        for word in _words(text):
            width = sum(map(self.width, word))
            if line and used + width > room:
                lines.append(line)
                line, used = "", 0.0
            if width <= room:
                line, used = line + word, used + width
                continue
            for char in word:
                wide = self.width(char)
                if line and used + wide > room:
                    lines.append(line)
                    line, used = "", 0.0
                line, used = line + char, used + wide
        return [*lines, line]


def _words(text: str) -> list[str]:
    """Pieces that are better not broken: runs of ASCII letters and digits; every other character alone."""
    pieces: list[str] = []
    for char in text:
        if pieces and (char in _NEVER_FIRST or (_joins(char) and _joins(pieces[-1][-1]))):
            pieces[-1] += char
        else:
            pieces.append(char)
    return pieces


def _joins(char: str) -> bool:
    return char.isascii() and (char.isalnum() or char in ".,%-")


def _has(font: AnyFont, char: str) -> bool:
    """Whether the font has a shape of its own for a character; the shape of a code point that can never exist is the missing one."""
    if isinstance(font, ImageFont.ImageFont):
        return char.isascii()
    return bytes(font.getmask(char)) != _missing(font) or font.getbbox(char) != font.getbbox(_NEVER_ASSIGNED)


@cache
def _missing(font: ImageFont.FreeTypeFont) -> bytes:
    return bytes(font.getmask(_NEVER_ASSIGNED))


@cache
def pen(size: int) -> Pen:
    """The pen of that size in pixels."""
    found = _chinese()
    if found is not None:
        return Pen(ImageFont.truetype(found[0], size, index=found[1], layout_engine=ImageFont.Layout.BASIC), size)
    return Pen(ImageFont.load_default(size), size)


def start_afresh(sizes: tuple[int, ...]) -> None:
    """Forget which characters had no shape: what one original lacked must not be said of the next."""
    for size in sizes:
        drawn = pen(size)
        drawn.unknown.clear()
        drawn.widths.clear()


def has_chinese() -> bool:
    """Whether a Chinese font was found on this machine."""
    return _chinese() is not None


@cache
def _chinese() -> tuple[str, int] | None:
    for name, index in (*_from_fontconfig(), *((name, 0) for name in _USUAL)):
        try:
            font = ImageFont.truetype(name, 20, index=index, layout_engine=ImageFont.Layout.BASIC)
        except OSError:
            continue
        if all(_has(font, char) for char in _PROBE):
            return name, index
    return None


def _from_fontconfig() -> list[tuple[str, int]]:
    program = shutil.which("fc-match")
    if program is None:
        return []
    command = [program, "-s", "-f", "%{file}|%{index}\n", _WANTED]
    try:
        answer = subprocess.run(command, capture_output=True, timeout=20, check=False).stdout.decode("utf-8", "replace")  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return []
    found = (line.rpartition("|") for line in answer.splitlines()[:5])
    return [(name, int(index) if index.isdigit() else 0) for name, _, index in found if Path(name).is_file()]
