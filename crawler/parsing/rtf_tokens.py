r"""RTF bytes to tokens: control words, group braces and decoded text, \'xx and \u escapes resolved by the font in force. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from storage.domain.errors import TooLarge

_TOKEN = re.compile(
    rb"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})? ?|\\'(?P<byte>[0-9a-fA-F]{2})|\\(?P<sign>[^a-zA-Z])|(?P<brace>[{}])|[\r\n]+"
    rb"|(?P<text>[^\\{}\r\n]+)|\\"
)
_CHARSETS = {128: "cp932", 129: "cp949", 134: "gb18030", 136: "big5hkscs"}
_SIGNS = {b"~": "\u00a0", b"_": "-", b"\n": "\x00par", b"\r": "\x00par", b"*": "\x00*"}
_NAMED = {
    "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "bullet": "•", "emspace": " ",
    "enspace": " ", "qmspace": " ",
}  # fmt: skip
_MAX_GROUPS = 2000


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is word, open, close or text; `name` the control word or the text; `number` its parameter, None if it has none."""

    kind: str
    name: str
    number: int | None = None


@dataclass
class _State:
    r"""What a group inherits and gives back: the font and how many fallback characters follow each \u escape."""

    font: int = -1
    fallback: int = 1


class Tokens:
    """Iterates the tokens of one file; knows the fonts' character sets as the font table is passed."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._codec = "cp1252"
        self._fonts: dict[int, str] = {}
        self._stack = [_State()]
        self._raw = bytearray()
        self._units: list[int] = []
        self._done = ""  # characters already decoded, before those in `_raw` and `_units`
        self._skip = 0
        self._naming = -1

    def __iter__(self) -> Iterator[Token]:
        position = 0
        while position < len(self._data):
            found = _TOKEN.match(self._data, position)
            if found is None:  # cannot happen: the pattern takes any byte; kept so that a slip ends the loop
                break
            position = found.end()
            if found["word"] is not None:
                name = found["word"].decode("ascii")
                number = int(found["number"]) if found["number"] is not None else None
                if name == "bin":
                    position += max(0, number or 0)
                else:
                    yield from self._word(name, number)
            elif found["brace"] is not None:
                yield from self._brace(found["brace"] == b"{")
            else:
                yield from self._characters(found)
        yield from self._text()

    def _characters(self, found: re.Match[bytes]) -> Iterator[Token]:
        if found["byte"] is not None:
            self._bytes(bytes([int(found["byte"], 16)]))
        elif found["text"] is not None:
            self._bytes(found["text"])
        elif found["sign"] is not None and found["sign"] in b"\\{}":
            self._bytes(found["sign"])
        elif found["sign"] in _SIGNS:
            yield from self._text()
            meaning = _SIGNS[found["sign"]]
            yield Token("word", meaning[1:]) if meaning[0] == "\x00" else Token("text", meaning)

    def _bytes(self, data: bytes) -> None:
        skipped = min(self._skip, len(data))
        self._skip -= skipped
        if self._units and data[skipped:]:
            self._settle()
        self._raw += data[skipped:]

    def _settle(self) -> None:
        r"""Bytes and \u units so far into one queue of characters, in order."""
        text = b"".join(unit.to_bytes(2, "little") for unit in self._units).decode("utf-16-le", "replace")
        self._units = []
        self._done = self._pending() + text

    def _pending(self) -> str:
        text = self._done + self._raw.decode(self._codec_now(), "replace")
        self._raw.clear()
        self._done = ""
        return text

    def _codec_now(self) -> str:
        return self._fonts.get(self._stack[-1].font, self._codec)

    def _text(self) -> Iterator[Token]:
        self._skip = 0
        if self._units:
            self._settle()
        text = self._pending()
        if text:
            yield Token("text", text)

    def _brace(self, opens: bool) -> Iterator[Token]:
        yield from self._text()
        if opens:
            if len(self._stack) >= _MAX_GROUPS:
                raise TooLarge("RTF 嵌套过深")
            last = self._stack[-1]
            self._stack.append(_State(last.font, last.fallback))
        elif len(self._stack) > 1:
            self._stack.pop()
        yield Token("open" if opens else "close", "")

    def _word(self, name: str, number: int | None) -> Iterator[Token]:
        if name == "u" and number is not None:
            if self._raw:
                self._done = self._pending()
            self._units.append(number % 65536)
            self._skip = self._stack[-1].fallback
            return
        yield from self._text()
        if name == "uc":
            self._stack[-1].fallback = max(0, min(number or 0, 8))
        elif name == "ansicpg":
            self._codec = {936: "gb18030", 950: "big5hkscs", 932: "cp932", 949: "cp949", 65001: "utf-8"}.get(number or 0, "cp1252")
        elif name == "f" and number is not None:
            self._stack[-1].font = self._naming = number
        elif name == "fcharset" and number in _CHARSETS:
            self._fonts[self._naming] = _CHARSETS[number or 0]
        elif name in _NAMED:
            yield Token("text", _NAMED[name])
            return
        yield Token("word", name, number)
