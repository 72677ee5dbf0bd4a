"""Classes made quick stay what they were: frozen, compared, replaced, pickled, with their defaults."""

import pickle
from dataclasses import FrozenInstanceError, dataclass, field, fields, replace

import pytest

from storage.domain.document import Box, GridCell, Locator
from storage.domain.enums import CellKind
from storage.domain.quick import quick
from storage.domain.reports import Cell

BOX = Box(0.1, 0.2, 0.3, 0.4)
MADE = [
    BOX,
    Locator("page:1", 1, BOX),
    GridCell(1, 2, "三", Locator("t"), colspan=2),
    Cell(CellKind.NUMBER, raw="3", value=3, at=Locator("t"), confidence=0.9, candidates=(3, 5)),
]


@pytest.mark.parametrize("made", MADE, ids=lambda made: type(made).__name__)
def test_nothing_but_the_making_changes(made):
    again = replace(made)
    assert again == made
    assert again is not made
    assert hash(again) == hash(made)
    assert pickle.loads(pickle.dumps(made)) == made
    with pytest.raises(FrozenInstanceError):
        setattr(made, fields(made)[0].name, None)


def test_defaults_hold_and_missing_values_are_told():
    assert (GridCell(0, 0, "", Locator("t")).rowspan, Cell(CellKind.ABSENT).confidence, Locator("t").box) == (1, 1.0, None)
    with pytest.raises(TypeError, match="text"):
        GridCell(0, 0)
    with pytest.raises(TypeError):
        Locator("t", 1, None, 4)


def test_a_class_that_does_more_when_it_is_made_is_refused():
    with pytest.raises(TypeError, match=r"Held\.parts"):

        @quick
        @dataclass(frozen=True, slots=True)
        class Held:
            parts: list[int] = field(init=False)
