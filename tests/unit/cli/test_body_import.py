"""`nianbao body import, starter, export` as people meet them: exit codes, words, and what becomes of a body without a portal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.cli.calling import Nianbao


@pytest.fixture
def ready(nianbao: Nianbao) -> Nianbao:
    assert nianbao("init").code == 0
    return nianbao


def names(nianbao: Nianbao) -> list[str]:
    return [body["name"] for body in json.loads(nianbao("body", "list", "--format", "json").out)]


def test_the_starter_is_tried_written_completed_and_taken_back(ready: Nianbao) -> None:
    dry = json.loads(ready("body", "starter", "--dry-run", "--format", "json").out)
    assert (dry["written"], dry["counts"]["added"], names(ready)) == (False, 364, [])
    told = ready("body", "starter", "--scope", "330000")
    assert told.code == 0
    assert "没有网址" in told.out
    assert len(names(ready)) == 12
    assert ready("body", "starter", "--scope", "330000").code == 0
    assert len(names(ready)) == 12
    assert ready("body", "starter", "--level", "province").code == 0
    assert len(names(ready)) == 42
    assert ready("body", "import", "--undo", "2").code == 0
    assert ready("body", "import", "--undo", "1").code == 0
    assert names(ready) == []
    assert ready("body", "starter", "--level", "village").code == 2
    assert ready("body", "starter", "--scope", "710000").code == 2


def test_only_as_many_rows_as_a_person_reads(ready: Nianbao) -> None:
    told = ready("body", "starter")
    assert told.out.count("人民政府") <= 200
    assert "另有 164 行未列出" in told.err


def test_a_doubtful_row_comes_first_and_stops_all(ready: Nianbao, tmp_path: Path) -> None:
    table = "单位名称,网址,地区代码\n甲市民政局,a.gov.test,990100\n乙局,b.gov.test,990100\n甲市民政局（老龄办）,c.gov.test,990100\n"
    (tmp_path / "名录.csv").write_text(table, encoding="utf8")
    told = ready("body", "import", "名录.csv")
    assert told.code == 4
    assert "可能重复" in told.out.splitlines()[2]
    assert names(ready) == []
    assert ready("body", "import", "名录.csv", "--allow-similar").code == 0
    assert len(names(ready)) == 3


@pytest.mark.parametrize(("data", "code"), [(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 99, 2), ("单位名称\n甲局\n".encode(), 2)])
def test_a_file_that_is_no_table_is_told_in_words(ready: Nianbao, tmp_path: Path, data: bytes, code: int) -> None:
    (tmp_path / "名录.csv").write_bytes(data)
    told = ready("body", "import", "名录.csv")
    assert told.code == code
    assert "建议：" in told.err
    assert "Traceback" not in told.err
