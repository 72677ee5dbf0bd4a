"""Interval outcomes: monotone, order-independent, and never more certain than what is printed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.intervals import BLANK, UNKNOWN, Interval, Sum, among, compare, exactly, less, of_cell, propagate, total
from storage.domain.enums import CellKind, Outcome
from storage.domain.ids import CellPath
from storage.domain.reports import Cell

counts = st.integers(min_value=0, max_value=60)
hulls = st.tuples(counts, counts).map(lambda pair: Interval(min(pair), max(pair), None))
cells = st.one_of(counts.map(exactly), st.just(BLANK), st.just(UNKNOWN), hulls)
sides = st.lists(cells, min_size=1, max_size=6)


@st.composite
def learned(draw: st.DrawFn) -> tuple[list[Interval], list[Interval]]:
    """A side, and the same side after some of its unknowns have become known."""
    before = draw(sides)
    after = []
    for interval in before:
        if interval.exact or draw(st.booleans()):
            after.append(interval)
        else:
            highest = interval.high if interval.high is not None else 80
            after.append(exactly(draw(st.integers(min_value=int(interval.low), max_value=int(highest)))))
    return before, after


@given(learned(), learned(), st.sampled_from(["=", "<="]))
def test_learning_never_turns_fail_into_pass_nor_the_reverse(left, right, relation) -> None:  # type: ignore[no-untyped-def]
    before = compare(total(left[0]), total(right[0]), relation)
    after = compare(total(left[1]), total(right[1]), relation)
    if before is Outcome.FAIL:
        assert after is Outcome.FAIL
    if before is Outcome.PASS:
        assert after is Outcome.PASS


@given(sides, st.randoms(use_true_random=False))
def test_order_does_not_matter(side: list[Interval], rng) -> None:  # type: ignore[no-untyped-def]
    shuffled = list(side)
    rng.shuffle(shuffled)
    assert total(side) == total(shuffled)


@given(counts, st.lists(cells, min_size=1, max_size=4))
def test_a_mention_contradicts_only_if_every_meaning_excludes_it(value: int, candidates: list[Interval]) -> None:
    if among(value, candidates) is Outcome.FAIL:
        assert not any(candidate.holds(value) for candidate in candidates)


@given(st.lists(counts, min_size=2, max_size=6), st.data())
def test_propagation_keeps_the_truth_and_solves_a_single_blank(values: list[int], data: st.DataObject) -> None:
    paths = [CellPath(f"t/{i}") for i in range(len(values))]
    whole = CellPath("t/sum")
    truth = {**dict(zip(paths, values, strict=True)), whole: sum(values)}
    hidden = data.draw(st.sets(st.sampled_from([*paths, whole]), max_size=3))
    known = {path: BLANK if path in hidden else exactly(value) for path, value in truth.items()}
    narrowed = propagate(known, [Sum(tuple(paths), (whole,))])
    assert narrowed is not None
    assert all(narrowed[path].holds(value) for path, value in truth.items())
    if len(hidden) == 1:
        assert narrowed[hidden.pop()].exact


def test_propagation_sees_a_blank_no_value_can_fit() -> None:
    a, b, c = CellPath("a"), CellPath("b"), CellPath("c")
    known = {a: BLANK, b: exactly(3), c: exactly(5)}
    assert propagate(known, [Sum((a,), (b,)), Sum((a,), (c,))]) is None


def test_cells_say_what_they_know() -> None:
    assert of_cell(Cell(CellKind.NUMBER, "5", 5)) == exactly(5)
    assert of_cell(Cell(CellKind.BLANK)) == BLANK
    assert of_cell(Cell(CellKind.DASH, "/")) == BLANK
    assert of_cell(Cell(CellKind.TEXT, "详见附件")) == UNKNOWN
    assert of_cell(Cell(CellKind.ABSENT)) == UNKNOWN
    assert of_cell(Cell(CellKind.CONFLICT, "", candidates=(3, 8))) == Interval(3, 8, None)
    assert of_cell(Cell(CellKind.NUMBER, "5", 5, confidence=0.4)) == exactly(5)
    assert of_cell(Cell(CellKind.NUMBER, "5", 5, confidence=0.4, candidates=(5, 6))) == Interval(5, 6, None)
    assert of_cell(Cell(CellKind.BLANK, confidence=0.4)) == UNKNOWN
    assert less(exactly(4), exactly(1)) == exactly(3)
