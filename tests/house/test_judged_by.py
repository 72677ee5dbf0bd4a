"""What a duty's state rests on is part of what it is judged by, or a change of code would leave states as the old code judged them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor import changed

ROOT = Path(__file__).resolve().parents[2]
JUDGING = ("monitor/evaluate.py", "monitor/verdicts.py", "storage/evidence.py", "monitor/duties")
WHOLE = ("monitor/duties/", "storage/domain/")

NO_MATTER = {
    "monitor/alerts/events.py": "what is told of a state is not the state",
    "monitor/collector.py": "when memory is looked through",
    "storage/database.py": "how the database is opened",
    "storage/events.py": "what is told of a state is not the state",
}


def _files(place: str) -> Iterator[Path]:
    path = ROOT / place
    yield from sorted(path.glob("*.py")) if path.is_dir() else [path]


def _imported(path: Path) -> Iterator[str]:
    """The files of ours that a file imports, as far as they hold code."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in {"monitor", "storage", "crawler"}:
            place = node.module.replace(".", "/")
            found = [f"{place}.py", *(f"{place}/{one.name}.py" for one in node.names)]
            yield from (one for one in found if (ROOT / one).is_file())


def test_all_that_judging_imports_is_part_of_what_states_are_judged_by() -> None:
    gathered = {f"{place}/{name}" for place, names in changed.GATHERS.items() for name in names}
    used = {one for place in JUDGING for path in _files(place) for one in _imported(path) if not one.startswith(WHOLE)}
    assert {
        path.relative_to(ROOT).as_posix() for place in JUDGING for path in _files(place) if not place.startswith("monitor/duties")
    } <= gathered
    assert used - gathered - set(NO_MATTER) == set(), "name it in monitor.changed.GATHERS, or here why it is no matter"
    assert set(NO_MATTER) <= used - gathered, "said of what is used, and not named"


@pytest.mark.parametrize(("place", "name"), [(place, name) for place, names in changed.GATHERS.items() for name in names])
def test_what_is_named_is_there(place: str, name: str) -> None:
    assert (ROOT / place / name).is_file()


@pytest.mark.parametrize("one", ["monitor/verdicts.py", "monitor/duties/state.py", "storage/evidence.py", "storage/domain/duties.py"])
def test_a_change_of_code_judges_all_again(one: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before, read = changed._code.__wrapped__(), Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: read(path) + (b"#" if path == ROOT / one else b""))
    assert changed._code.__wrapped__() != before
