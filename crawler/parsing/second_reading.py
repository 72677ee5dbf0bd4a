"""The second reading of all three tables, from the stream alone: where each row's figures stand and all ways to read them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from crawler.parsing import numbers, windows
from crawler.parsing.litigation_table import FoundLitigation
from crawler.parsing.printed import CHOSEN, DOUBTFUL, Way, conflict, of_text, settle, unreadable
from crawler.parsing.proactive_table import form_rows, row_key
from crawler.parsing.stream import Span, Stream, pattern, spelled
from storage.domain.reports import Cell
from storage.forms.loader import Form

_REGION = 9000  # characters; table 3 with all labels has about 900
_FIFTEEN = 15
_SEVEN = 7


class Second:
    """The stream reading of all three tables."""

    def __init__(self, stream: Stream, form: Form) -> None:
        self.stream = stream
        text = stream.text
        start, end = self._requests_region(form)
        self.requests = stream.spans(form.requests.rows, start, end) if start >= 0 else {}
        self.usual_order = self._usual_order(form, start)
        first = self._proactive_start(form)
        until = start if start >= 0 else len(text)
        self.proactive = {
            row_key(label): span
            for _, label in form_rows(form)
            if 0 <= first < until and (span := stream.after_label(label, first, until)) is not None
        }
        self.litigation = self._litigation(form, max(0, start))
        self.elastic: set[str] = set()  # rows taken from glued figures that a cell fewer would leave just as readable

    def _requests_region(self, form: Form) -> tuple[int, int]:
        first, second = form.requests.rows[0], form.requests.rows[1]
        official = [spelled(first.label).search(self.stream.text)]  # sentences use the short wordings too, but not the official one
        for found in official if official[0] else pattern(first).finditer(self.stream.text):
            if found and pattern(second).search(self.stream.text, found.end(), found.end() + 200):
                after = spelled("结果维持").search(self.stream.text, found.end())
                return found.start(), min(after.start() if after else len(self.stream.text), found.start() + _REGION)
        return -1, -1

    def _usual_order(self, form: Form, start: int) -> bool:
        """Whether the column heads that can be found before the first row stand in the form's order."""
        head = self.stream.text[max(0, start - 400) : max(0, start)]
        head = head[max(0, head.rfind("申请人情况")) :] if "申请人情况" in head else head[-80:]
        for heading in form.requests.header_labels:
            head = spelled(heading).sub("", head)
        *columns, total = form.requests.columns
        places = [found.start() for column in columns if (found := spelled(column.label).search(head))]
        last = spelled(total.label).search(head)
        return places == sorted(places) and not (last and places and last.start() < places[0])

    def _proactive_start(self, form: Form) -> int:
        block = form.proactive[0]
        marks = (pattern(block.columns[0]), spelled(block.title))
        return min((found.start() for mark in marks if (found := mark.search(self.stream.text))), default=-1)

    def _litigation(self, form: Form, start: int) -> Span | None:
        group = form.litigation.row("after_reconsideration")
        found = pattern(group).search(self.stream.text, start)
        if not found:
            return None
        total, position = spelled("总计"), found.end()
        while (leaf := total.search(self.stream.text, position)) and leaf.start() - found.end() < 400:
            position = leaf.end()
        return self.stream.span("litigation", position, len(self.stream.text))

    def confirms(self, found: FoundLitigation, form: Form) -> bool | None:
        """Whether the stream has the figures of table 4 as the grid has them; None where it saw nothing."""
        texts = [slot.text for slot in found.figures]
        if not found.in_rows:
            return agree(texts, self.litigation)
        size = len(form.litigation.columns)
        spans = [self.stream.after_label(row, 0, len(self.stream.text)) for row in form.litigation.rows]
        answers = [agree(texts[i * size : (i + 1) * size], span) for i, span in enumerate(spans)]
        return False if False in answers else None if None in answers else True

    @property
    def prints_zeros(self) -> bool:
        """Whether this document prints zeros as 0: only then does a run of digits tell how many cells it comes from."""
        lengths = [sum(c.isdigit() for c in span.text) for span in self.requests.values()]
        return len(lengths) >= 15 and sum(length < _SEVEN for length in lengths) <= 1  # the heading （六）其他处理 states nothing

    @property
    def glues(self) -> bool:
        """Whether this document prints figures without a space between them; where most rows keep theirs apart, none is taken apart."""
        parted = sum(len(span.tokens) == _SEVEN for span in self.requests.values())
        return 3 * parted <= len(self.requests)

    def ways(self, span: Span | None, width: int, holds: Callable[[Way], bool | None]) -> list[Way]:
        """All ways to read the figures after a label; those that satisfy the row's own equation where there are several."""
        if span is None or not span.tokens:
            return []
        if len(span.tokens) == width:
            return [tuple(of_text(token, span.at) for token in span.tokens)]
        runs = [token if token.lstrip("+-").isdigit() else "" for token in span.tokens]
        if span.bordered or not all(runs) or not self.glues or (len(runs) > 1 and "\n" in span.text.strip()):
            return []  # figures with a cell or a line of their own, or in a document that parts them by spaces, are whole
        ways = [tuple(of_text(part, span.at) for part in way) for way in windows.splits(runs, width)]
        return [way for way in ways if holds(way)] or ways if len(ways) > 1 else ways

    def settled(self, span: Span | None, ways: Sequence[Way], width: int, holds: Callable[[Way], bool | None]) -> tuple[Cell, ...] | None:
        """Cells from the stream alone: one way is taken, several conflict, none is unreadable."""
        if span is None or not span.tokens:
            return None
        if len(ways) == 1:
            split = len(span.tokens) != width
            if split and len(span.tokens) < width and windows.splits(span.tokens, width - 1):
                self.elastic.add(span.key)
            # one figure per line: a neighbour's may have moved in where one was lost
            strayed = not span.bordered and "\n" in span.text.strip() and holds(ways[0]) is False
            doubted = strayed or (
                split and (not self.prints_zeros or holds(ways[0]) is False or (width == _FIFTEEN and not _all_single(ways[0])))
            )
            return settle(ways, holds, DOUBTFUL if doubted else CHOSEN)
        if ways:
            return tuple(conflict([way[i] for way in ways]) for i in range(width))
        values = [v for token in span.tokens if (v := numbers.read(token).value) is not None]
        return tuple(unreadable(" ".join(span.tokens), span.at, values) for _ in range(width))


def _all_single(way: Way) -> bool:
    return all(len(printed.raw) == 1 for printed in way)


def agree(texts: Sequence[str], span: Span | None) -> bool | None:
    """Whether the grid's figures, blanks left out, are the stream's figures; None where the stream saw nothing and the grid did."""
    seen = [numbers.read(token) for token in span.tokens] if span else []
    mine = [numbers.read(text) for text in texts if text.strip()]
    if not seen:
        return None if mine else True
    return [f.value for f in seen] == [f.value for f in mine]
