"""Sealing, copying and repairing by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from storage import audit
from tests.unit.cli.calling import Nianbao
from tests.unit.web.evidence_world import World, lived


@pytest.fixture
def world(tmp_path: Path, nianbao: Nianbao, monkeypatch: pytest.MonkeyPatch) -> World:
    with lived(tmp_path) as made:
        monkeypatch.setenv("NIANBAO_DATABASE_URL", made.url)
        monkeypatch.setenv("NIANBAO_ARCHIVE_URL", (tmp_path / "archive").as_uri())
    return made


def test_sealed_copied_harmed_repaired(nianbao: Nianbao, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = nianbao("archive", "seal")
    assert (said.code, said.out.count("已封存")) == (0, 3), said.err
    assert "最近一份：2025-02-03" in nianbao("archive", "seal").err
    assert nianbao("archive", "mirror").code == 6
    assert nianbao("archive", "verify", "--repair").code == 6
    monkeypatch.setenv("NIANBAO_ARCHIVE_COPY_URL", (tmp_path / "copy").as_uri())
    assert nianbao("archive", "mirror").code == 0
    assert nianbao("archive", "verify").code == 0
    blob = next(path for path in (tmp_path / "archive/blobs").rglob("*") if path.is_file())
    blob.chmod(0o644)
    blob.write_bytes(b"rotten")
    said = nianbao("archive", "verify")
    assert said.code == 8
    assert "第二份存档中有 1 份完好" in said.out
    assert json.loads(nianbao("archive", "verify", "--format", "json").out)["damage"][0]["kind"] == "damaged"
    said = nianbao("archive", "verify", "--repair")
    assert said.code == 0
    assert "已从第二份存档补回" in said.out
    assert blob.read_bytes() == b"rotten"
    assert nianbao("archive", "verify").code == 0
    with world.database.read() as connection:
        assert "archive.repair" in [line.action for line in audit.recent(connection)]


def test_a_touched_seal_and_a_lost_one_are_named(nianbao: Nianbao, world: World, tmp_path: Path) -> None:
    nianbao("archive", "seal")
    seal = tmp_path / "archive/heads/2025-02-03.json"
    good = seal.read_bytes()
    seal.unlink()
    said = nianbao("archive", "verify")
    assert said.code == 8
    assert "heads/2025-02-03.json：封存记录缺失或被替换" in said.out
    seal.write_bytes(good.replace(b'"leaves":', b'"leaves":9'))
    said = nianbao("archive", "verify")
    assert said.code == 8
    assert "heads/2025-02-03.json：抓取日志与封存时不同" in said.out
    seal.chmod(0o644)
    seal.write_bytes(good)
    assert nianbao("archive", "verify").code == 0


def test_exports_by_report_run_and_day(nianbao: Nianbao, world: World, tmp_path: Path) -> None:
    said = nianbao("archive", "export", "--body", "示例县教育局", "--year", "2024", "--to", "x.warc.gz")
    assert said.code == 0, said.err
    assert "抓取记录 8 条" in said.out  # three lists, three controls, the page, its attachment
    assert nianbao("archive", "export", "--since", "2025-02-01", "--until", "2025-02-01", "--to", "day.warc").code == 0
    assert (tmp_path / "day.warc").read_bytes().count(b"WARC-Type: response") == 3
    assert nianbao("archive", "export", "--body", "示例县教育局", "--year", "2024", "--to", "x.wacz").code == 0
    assert (tmp_path / "x.wacz").read_bytes()[:2] == b"PK"
    assert nianbao("archive", "export", "--run", "7", "--to", "y.warc").code == 5
    for words in (["--to", "x.zip", "--run", "1"], ["--to", "z.warc"], ["--to", "z.warc", "--body", "示例县教育局"]):
        assert nianbao("archive", "export", *words).code == 2
    assert nianbao("archive", "export", "--since", "2025-02-01", "--to", "x.warc.gz").code == 2  # there already


def test_retention_lists_and_moves_only_when_told(nianbao: Nianbao, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "archive/tmp/dead").write_bytes(b"half")
    monkeypatch.setenv("NIANBAO_NOW", "2036-01-01T00:00:00+00:00")
    for words in ([], ["--dry-run"], ["--dry-run", "--yes"]):
        said = nianbao("archive", "retain", *words)
        assert said.code == 0, said.err
        assert "没有改动任何文件" in said.err
        assert (tmp_path / "archive/tmp/dead").exists()
    before = set((tmp_path / "archive/blobs").rglob("*"))
    assert nianbao("archive", "retain", "--yes").code == 0
    assert not (tmp_path / "archive/tmp/dead").exists()
    assert set((tmp_path / "archive/blobs").rglob("*")) == before
