"""The second extraction: the whole document as one run of text, labels found in it one after another, figures read between them. Pure.

It knows nothing of rows and columns, so it fails differently from the reading of grids; and it is the only reading where borders are lost.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from crawler.parsing.furniture import furniture
from crawler.parsing.radicals import ideographs
from storage.domain.document import Document, GridBlock, Locator, TextBlock
from storage.domain.quick import quick
from storage.forms.loader import Label

EDGE = "\x1f"  # a cell border the carrier draws
_GAP = r"[\s\x1f|]*"
_PUNCTUATION = {"（": "[（(]", "）": "[）)]", "、": "[、，,.．]?", "“": '[“"「]?', "”": '[”"」]?', ".": "[.．、，,]", "，": "[，,、]?"}
_NOTE = r"(?:\s*[（(][^（）()\d]{0,12}\d[^（）()]{0,20}[）)])"
_TOKEN = re.compile(rf"[+\-－]?\d[\d,，.]*(?:\s*(?:万元|亿元|元|件|项))?{_NOTE}?|[/／\\—–-]+|[增减]\s*\d+|无")
_ORDINAL = re.compile(r"(?:\A|(?<=\s))\d{1,2}(?:[.．](?!\d)|(?=、))")  # "2." before a label, never a figure
_STAMP = re.compile(r"\d{1,4}/\d{1,2}/\d{2,4}\s*,?\s*\d{1,2}:\d{2}")  # date and time a browser prints on the sheet
# First what can begin neither a figure nor a stamp: most of a stretch is borders and spaces.
_FIGURES_ONLY = re.compile(rf"(?:[^\u3400-\u9fff（(“\d+\-－/／\\—–]++|(?!{_STAMP.pattern})(?:{_TOKEN.pattern}|[^\u3400-\u9fff（(“]))*+")


@quick
@dataclass(frozen=True, slots=True)
class Span:
    """The stretch after a label: its tokens and where it begins. `bordered` where the carrier drew cell borders in it."""

    key: str
    start: int
    text: str
    tokens: tuple[str, ...]
    at: Locator
    bordered: bool


class Stream:
    """The document's text in reading order with the place of each piece."""

    def __init__(self, document: Document) -> None:
        pieces: list[str] = []
        self._starts: list[int] = []
        self._places: list[Locator] = []
        length = 0
        for text, at in _pieces(document):
            self._starts.append(length)
            self._places.append(at)
            pieces.append(text)
            length += len(text)
        self.text = ideographs("".join(pieces))  # one character for one

    def at(self, offset: int) -> Locator:
        """The place of a character."""
        return self._places[max(0, bisect_right(self._starts, offset) - 1)] if self._places else Locator("")

    def spans(self, labels: Sequence[Label], start: int, end: int) -> dict[str, Span]:
        """For each label found after the one before it: what stands between it and the next."""
        anchors: list[tuple[str, int, int]] = []
        position = start
        for label in labels:
            found = pattern(label).search(self.text, position, end)
            if found:
                anchors.append((label.key, found.start(), found.end()))
                position = found.end()
        spans = {}
        for i, (key, _, after) in enumerate(anchors):
            until = anchors[i + 1][1] if i + 1 < len(anchors) else end
            spans[key] = self.span(key, after, until)
        return spans

    def after_label(self, label: Label, start: int, end: int) -> Span | None:
        """The first place where figures follow the label directly."""
        for found in pattern(label).finditer(self.text, start, end):
            span = self.span(label.key, found.end(), end)
            if span.tokens:
                return span
        return None

    def unit_after(self, heading: str) -> str:
        """The unit of money printed with a column heading, its own unit left out of the search; empty where none is."""
        bare = heading.partition("（")[0]
        found = re.search(rf"{_spelled(bare)}{_GAP}[（(]?{_GAP}(?:单位)?{_GAP}[：:]?{_GAP}(?:人民币)?((?:[万亿]{_GAP})?元)", self.text)
        return re.sub(_GAP, "", found[1]) if found else ""

    def span(self, key: str, after: int, until: int) -> Span:
        """The figures that directly follow a position, up to the first other word."""
        text = figures_only(self.text[after : min(until, after + 600)])
        text = _whole_cells(text, self.text[after + len(text) : after + len(text) + 1])
        if text.startswith(",") and EDGE not in text:
            text = text.replace(",", EDGE)  # fields parted by commas, which are no thousands then
        return Span(key, after, text, tokens(text), self.at(after), EDGE in text)


def _pieces(document: Document) -> list[tuple[str, Locator]]:
    found: list[tuple[str, Locator]] = []
    aside = furniture(document.blocks)
    for i, block in enumerate(document.blocks):
        if i in aside:
            continue
        if isinstance(block, TextBlock):
            found.append((block.text + "\n", block.at))
        elif isinstance(block, GridBlock):
            found.extend((cell.text + EDGE, cell.at) for cell in block.cells)
            found.append(("\n", block.at))
    return found


def _whole_cells(text: str, following: str) -> str:
    """Where cells are bordered: up to the end of the grid, without the beginning of a cell that goes on with words ("2" of "2其他")."""
    if EDGE not in text:
        return text
    whole, end, _ = text.partition(EDGE + "\n")
    if end:
        return whole + EDGE
    return text if not following or following in (EDGE, "\n") else text[: text.rfind(EDGE) + 1]


def figures_only(text: str) -> str:
    """The part of a text before its first word that is not a note beside a figure."""
    found = _FIGURES_ONLY.match(text)
    return found[0] if found else ""


def tokens(text: str) -> tuple[str, ...]:
    """Figures and dashes of a stretch; where cells are bordered, one token per cell."""
    if EDGE in text:
        return tuple([bare for part in text.split(EDGE) if (bare := part.strip())])
    return tuple(match[0] for match in _TOKEN.finditer(_ORDINAL.sub(" ", text)))


@lru_cache(maxsize=512)
def pattern(label: Label) -> re.Pattern[str]:
    """A label as it may stand in a stream: any white space inside, punctuation optional; official wording first, then variants."""
    parts = [_spelled(label.label), *(_spelled(v) for v in label.variants if len(v) >= 4)]
    return re.compile("|".join(f"(?:{part})" for part in parts))


@lru_cache(maxsize=512)
def spelled(text: str) -> re.Pattern[str]:
    """Any text as it may stand in a stream."""
    return re.compile(_spelled(text))


def _spelled(text: str) -> str:
    return _GAP.join(_PUNCTUATION.get(c, re.escape(c)) for c in text)
