from hypothesis import given
from hypothesis import strategies as st

from crawler.parsing.numbers import read
from crawler.parsing.windows import choices, splits


def figures(*texts):
    return [read(text) for text in texts]


def test_one_blank_before_seven_figures_is_dropped():
    assert choices(figures("", "3", "0", "0", "0", "0", "0", "3"), 7) == [(1, 2, 3, 4, 5, 6, 7)]


def test_a_blank_that_may_stand_first_or_last_leaves_two_ways():
    assert len(choices(figures("", "0", "0", "0", "0", "0", "5", ""), 7)) == 2


def test_too_few_figures_leave_no_way():
    assert choices(figures("5", "0", "5"), 7) == []


def test_more_figures_than_columns_leave_no_way():
    assert choices(figures(*"12345678"), 7) == []


def test_seven_digits_come_apart_one_way_only():
    assert splits(["0000000"], 7) == [("0",) * 7]


def test_a_sign_and_a_space_always_cut():
    assert splits(["35", "-15"], 2) == [("35", "-15")]
    assert splits(["20", "0"], 2) == [("20", "0")]


@given(st.lists(st.integers(0, 9999), min_size=1, max_size=7))
def test_the_true_cut_is_among_the_ways(values):
    run = "".join(str(value) for value in values)
    found = splits([run], len(values))
    assert len(found) >= 400 or tuple(str(value) for value in values) in found
