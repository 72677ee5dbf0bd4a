"""Feeds and the calendar written by the command."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.unit.cli.calling import Nianbao
from tests.unit.web.feed_rules import check_atom, check_calendar, check_json_feed
from tests.unit.web.world import fill


def test_the_command_writes_what_the_pages_serve(nianbao: Nianbao, tmp_path: Path) -> None:
    with fill(tmp_path) as world:
        (tmp_path / "nianbao.toml").write_text(
            f'data_dir = "."\ndatabase_url = "sqlite:///{world.folder / "n.sqlite3"}"\npublic_url = "https://nianbao.test/"\n'
        )
    said = nianbao("export", "feed", "reports")
    assert said.code == 0, said.err
    entries = check_atom(said.out.encode())
    assert len(entries) == 4
    assert "https://nianbao.test/reports/9901-01/2024" in said.out
    assert nianbao("export", "feed", "findings", "--format", "json", "--open", "--out", "f.json").code == 0
    assert check_json_feed((tmp_path / "f.json").read_bytes())["items"]
    assert nianbao("export", "calendar", "--body", "示例市教育局", "--remind", "7", "--out", "d.ics").code == 0
    assert len(check_calendar((tmp_path / "d.ics").read_bytes())) == 1
    assert nianbao("export", "calendar", "--body", "没有这个局").code == 5
    refused = nianbao("export", "calendar", "--out", tmp_path / "no" / "d.ics")
    assert refused.code == 2
    assert "无法写入" in refused.err


@pytest.mark.skipif(sys.platform == "win32", reason="line ends of the console")
def test_the_calendar_on_stdout_is_the_file(process: Nianbao, tmp_path: Path) -> None:
    with fill(tmp_path) as world:
        url = f"sqlite:///{world.folder / 'n.sqlite3'}"
    said = process("export", "calendar", NIANBAO_DATABASE_URL=url)
    assert said.code == 0, said.err
    assert "VEVENT" in said.out
