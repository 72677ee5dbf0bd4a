"""Values made quickly are the values they were: frozen, equal, ordered, printed and refused alike."""

import inspect
from dataclasses import FrozenInstanceError, dataclass, field, fields, make_dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.domain.alerts import Event
from storage.domain.duties import DateEvidence, Duty, DutyKey, DutyState, DutyTransition, Evidence, Seen
from storage.domain.judgement import CheckResult
from storage.domain.originals import NewVersion, ReportVersion
from storage.domain.quick import quick
from storage.domain.visits import ListLine, Sighting

QUICK = (
    CheckResult,
    DateEvidence,
    Duty,
    DutyKey,
    DutyState,
    DutyTransition,
    Event,
    Evidence,
    ListLine,
    NewVersion,
    ReportVersion,
    Seen,
    Sighting,
)


def _twin(cls):
    """The class as `dataclass` alone makes it."""
    described = [(one.name, one.type, field(default=one.default, default_factory=one.default_factory)) for one in fields(cls)]
    return make_dataclass(cls.__name__, described, frozen=True, slots=True)


@pytest.mark.parametrize("cls", QUICK)
def test_arguments_and_defaults_are_those_of_the_dataclass(cls):
    def shape(one):
        return [(p.name, p.kind, p.default is not inspect.Parameter.empty) for p in inspect.signature(one).parameters.values()]

    twin = _twin(cls)
    assert shape(cls) == shape(twin)
    needed = sum(not has_default for _, _, has_default in shape(cls))
    values = [f"v{number}" for number in range(needed)]
    assert repr(cls(*values)) == repr(twin(*values))
    every = {one.name: f"v{one.name}" for one in fields(cls)}
    assert repr(cls(**every)) == repr(twin(**every))
    with pytest.raises(TypeError):
        cls(*values, no_such_field=1)


@given(st.text(), st.integers(), st.text(), st.integers())
def test_they_compare_and_hash_by_their_fields(body, year, other, later):
    one, two = DutyKey(body, year), DutyKey(other, later)
    assert (one == two) is ((body, year) == (other, later))
    assert (one < two) is ((body, year) < (other, later))
    assert hash(one) == hash(DutyKey(body, year))
    with pytest.raises(FrozenInstanceError):
        one.report_year = later


def test_a_default_made_anew_is_not_shared():
    @quick
    @dataclass(frozen=True, slots=True)
    class Holder:
        held: list[int] = field(default_factory=list)

    Holder().held.append(1)
    assert Holder().held == []


def test_a_class_that_does_something_when_made_is_refused():
    @dataclass(frozen=True, slots=True)
    class Doing:
        one: int

        def __post_init__(self) -> None:
            pass

    with pytest.raises(TypeError):
        quick(Doing)


def test_members_are_found_by_value_and_strangers_refused():
    from storage.domain.enums import DutyStatus

    assert all(DutyStatus.of(one.value) is one and hash(one) == hash(one.value) for one in DutyStatus)
    with pytest.raises(ValueError, match="nonsense"):
        DutyStatus.of("nonsense")
