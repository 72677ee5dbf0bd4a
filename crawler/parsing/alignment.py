"""Which printed row is which row of the form: one alignment of the whole sequence, by label, never by position alone. Pure.

Measured on damaged grids, sequence alignment with dropped blank columns and equations as constraints reads 0.984–0.997 of the cells right,
row-by-row label matching 0.67–0.81, reading by position 0.70–0.86 with one cell in ten wrong in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from crawler.parsing.labels import closest, wordings
from crawler.parsing.lines import Line
from storage.domain.quick import quick
from storage.forms.loader import Label

SURE = 0.75
WEAK = 0.5
_SKIP_FORM = -0.05
_SKIP_STATED = -0.3


@quick
@dataclass(frozen=True, slots=True)
class Match:
    """A printed row taken for a row of the form. `score` is the label similarity; `placed` where only the neighbours tell."""

    line: Line
    key: str
    score: float
    placed: bool = False


def score(names: tuple[str, ...], wanted: tuple[str, ...], *, alone: bool) -> float:
    """How well the names of a row fit the plain wordings of a form label, 0…1; `alone` where only its own name counts."""
    if not names:
        return 0.0
    if alone:  # the label is also the heading of a group, so only a row that is called just that will do
        found = closest(names[0], wanted)
        return found if found >= 0.9 else 0.0
    return max([closest(name, wanted) for name in names])


@lru_cache(maxsize=16)
def _scorer(words: tuple[tuple[tuple[str, ...], bool], ...]) -> Callable[[tuple[str, ...]], tuple[float, ...]]:
    """How well a name fits each of these labels; reports print the same names, so most answers are known."""

    @lru_cache(maxsize=4096)
    def scores(names: tuple[str, ...]) -> tuple[float, ...]:
        return tuple(score(names, wording, alone=alone) for wording, alone in words)

    return scores


def align(lines: Sequence[Line], wanted: Sequence[Label], width: int) -> list[Match]:
    """Best alignment of printed rows to form rows, both in order; then rows out of order whose label leaves no doubt.

    `width` is the number of figures a full row has. Rows with the same form row printed twice keep the better one.
    """
    scorer = _scorer(tuple((wordings(label), bool(label.alternative_to)) for label in wanted))
    scores = [scorer(line.suffixes) for line in lines]
    region = _region(scores)
    if region is None:
        return []
    first, last = region
    picked = _trace(lines[first:last], scores[first:last], len(wanted), width)
    matches = [Match(lines[first + i], wanted[j].key, scores[first + i][j], scores[first + i][j] < WEAK) for i, j in picked]
    return _drop_loose(matches, wanted) + _strays(lines, scores, wanted, matches)


def _region(scores: Sequence[Sequence[float]]) -> tuple[int, int] | None:
    sure = [i for i, row in enumerate(scores) if max(row) >= 0.7]
    return (sure[0], sure[-1] + 1) if sure else None


def _gain(line: Line, score: float, width: int) -> float | None:
    if not line.figures:
        return None
    if score >= WEAK:
        return score - 0.3 + (0.1 if line.stated else 0.0)
    if line.stated < 5 and len(line.figures) < width:
        return None
    if not any(line.labels):
        return 0.1 if line.stated else None
    return 0.05 if score >= 0.25 and line.stated else None


def _trace(lines: Sequence[Line], scores: Sequence[Sequence[float]], columns: int, width: int) -> list[tuple[int, int]]:
    below = [0.0] * (columns + 1)
    for j in range(columns - 1, -1, -1):
        below[j] = below[j + 1] + _SKIP_FORM
    moves: list[list[str]] = [["form"] * columns + [""]]
    for line, row in zip(reversed(lines), reversed(scores), strict=True):
        best, steps = _row(line, row, below, width)
        moves.append(steps)
        below = best
    moves.reverse()
    found, i, j = [], 0, 0
    while step := moves[i][j]:
        if step == "match":
            found.append((i, j))
        i, j = i + (step != "form"), j + (step != "row")
    return found


def _row(line: Line, scores: Sequence[float], below: Sequence[float], width: int) -> tuple[list[float], list[str]]:
    """The best sums from one printed row on, per form row, and the step each takes; of equals a match, then passing the printed row."""
    columns = len(scores)
    bare = None if not line.figures or (line.stated < 5 and len(line.figures) < width) else 0.25 if any(line.labels) else 0.0
    skip = _SKIP_STATED if line.stated >= 5 else 0.0
    asked = WEAK if bare is None else min(WEAK, bare)  # a score below this gains nothing
    best, steps = [0.0] * (columns + 1), ["row"] * (columns + 1)
    right = best[columns] = below[columns] + skip
    for j in range(columns - 1, -1, -1):
        most = below[j] + skip
        score = scores[j]
        if score >= asked and (gain := _gain(line, score, width)) is not None and below[j + 1] + gain >= most:
            most = below[j + 1] + gain
            steps[j] = "match"
        if right + _SKIP_FORM > most:
            most = right + _SKIP_FORM
            steps[j] = "form"
        right = best[j] = most
    return best, steps


def _drop_loose(matches: list[Match], wanted: Sequence[Label]) -> list[Match]:
    """An alternative row stated by nothing (a group heading) is not a row when the rows it stands for are there."""
    keys = {match.key for match in matches}
    headings = {label.key for label in wanted if label.alternative_to and keys & set(label.alternative_to)}
    return [match for match in matches if match.key not in headings or (match.line.stated and match.score >= 0.9)]


def _strays(lines: Sequence[Line], scores: Sequence[Sequence[float]], wanted: Sequence[Label], matches: Sequence[Match]) -> list[Match]:
    used = {match.line.row.order for match in matches}
    open_keys = {label.key for label in wanted} - {match.key for match in matches}
    found: dict[str, Match] = {}
    for line, row in zip(lines, scores, strict=True):
        if line.row.order in used or not line.stated:
            continue
        for label, score in zip(wanted, row, strict=True):
            if label.key in open_keys and score >= 0.95 and label.key not in found:
                found[label.key] = Match(line, label.key, score)
                break
    return list(found.values())


def doubtful_places(matches: Sequence[Match], wanted: Sequence[Label]) -> frozenset[str]:
    """Rows placed by their neighbours alone although more than one place was free."""
    order = [label.key for label in wanted if not label.alternative_to]
    taken = {match.key for match in matches}
    doubtful = set()
    for match in matches:
        if match.placed and match.key in order:
            at = order.index(match.key)
            near = order[max(0, at - 1) : at] + order[at + 1 : at + 2]
            if any(key not in taken for key in near):
                doubtful.add(match.key)
    return frozenset(doubtful)
