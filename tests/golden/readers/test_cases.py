"""One folder per case: `input.*` as served, `expected.json` as it must be read; `--accept` writes an expectation that is missing."""

import json
from pathlib import Path

import pytest

from crawler.parsing.report import parse

CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir() if path.is_dir())


def _read(case: Path) -> dict[str, object]:
    given = next(case.glob("input.*"))
    report = parse(given.read_bytes(), source=given.name)
    return {
        "body": report.body.name if report.body else None,
        "report_year": report.report_year,
        "form": report.form.value if report.form else None,
        "quality": report.reading.quality.value,
        "problems": [problem.code for problem in report.reading.problems],
        "cells": {path: [cell.kind.value, None if cell.value is None else str(cell.value)] for path, cell in report.cells.items()},
    }


def _expected(case: Path, request: pytest.FixtureRequest) -> dict[str, object]:
    file = case / "expected.json"
    if not file.exists():
        if request.config.getoption("--accept"):
            file.write_text(json.dumps(_read(case), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        pytest.fail(f"{file} did not exist; with --accept it is written: read it by eye, then run again")
    return dict(json.loads(file.read_text(encoding="utf-8")))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_file_is_read_as_expected(case: Path, request: pytest.FixtureRequest) -> None:
    expected, found = _expected(case, request), _read(case)
    cells, wanted = found.pop("cells"), expected.pop("cells")
    assert found == expected
    assert cells == wanted
