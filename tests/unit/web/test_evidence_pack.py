"""The evidence pack: complete, checked by the program inside it, and any change to it named."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.outputs.evidence import verify
from monitor.outputs.evidence.collect import collect
from monitor.outputs.evidence.pack import write_pack
from storage.archive.heads import seal
from storage.archive.store import open_archive
from storage.archive.timestamps import stamp
from storage.domain.errors import DigestMismatch, NotFoundError, OriginalMissing, UsageError
from storage.domain.ids import BodyId
from tests.unit.storage import tsa
from tests.unit.web.evidence_world import ABSENT, FIRST, FOUND, PAGE, PDF, YEAR, World, lived

LATER = FIRST + timedelta(days=5)


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with lived(tmp_path_factory.mktemp("lived")) as made:
        assert len(seal(made.archive.place, FIRST + timedelta(days=2, hours=1))) == 2  # the third day is still open
        yield made


def packed(world: World, to: Path, body: BodyId = FOUND) -> Path:
    with world.database.read() as c:
        write_pack(collect(c, body, YEAR, LATER), world.archive, to)
    return to


@pytest.fixture(scope="session")
def pack(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return packed(world, tmp_path_factory.mktemp("pack") / "p")


@pytest.fixture
def copy(pack: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(pack, tmp_path / "copy"))


def run(*words: str | Path, script: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-S", str(script), *map(str, words)]  # no site packages: the standard library alone
    return subprocess.run(command, capture_output=True, encoding="utf8", timeout=60, check=False, env={"PYTHONIOENCODING": "utf8"})


def named(pack: Path) -> set[str]:
    problems, _ = verify.check(verify.Pack(pack))
    return {path for path, _ in problems}


def test_the_script_inside_finds_it_whole(pack: Path) -> None:
    said = run(script=pack / "verify.py")
    assert said.returncode == 0, said.stdout + said.stderr
    assert "证据包完好" in said.stdout
    assert "封存记录 2 份" in said.stdout
    assert "当日尚未封存" in said.stdout


def test_a_zip_is_the_same_pack(world: World, pack: Path, tmp_path: Path) -> None:
    zipped = packed(world, tmp_path / "p.zip")
    said = run(zipped, script=pack / "verify.py")
    assert said.returncode == 0, said.stdout + said.stderr
    with zipfile.ZipFile(zipped) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {
            path.relative_to(pack).as_posix(): path.read_bytes() for path in pack.rglob("*") if path.is_file()
        }
    assert packed(world, tmp_path / "again.zip").read_bytes() == zipped.read_bytes()


def test_what_is_inside(pack: Path) -> None:
    originals = {path.name.partition(".")[2]: path.read_bytes() for path in (pack / "originals").iterdir() if path.stat().st_size > 200}
    assert originals["html.txt"] == PAGE
    assert originals["pdf"] == PDF
    captures = json.loads((pack / "records/captures.json").read_text())
    assert {capture["url"].rpartition("/")[2] for capture in captures} == {"list", "report", "report.pdf", "none-0", "none-1", "none-2"}
    assert all("passwd" in capture["response_head"] for capture in captures)
    assert len(json.loads((pack / "records/visits.json").read_text())["visits"]) == 3
    assert json.loads((pack / "records/findings.json").read_text())
    assert json.loads((pack / "records/reading-1.json").read_text())["parsed"]["cells"]
    names = [path.relative_to(pack).as_posix() for path in pack.rglob("*") if path.is_file()]
    assert not [name for name in names if ".." in name or "passwd" in name or (name.endswith(".html") and name != "README.html")]


def test_the_cover_tells_in_words_and_runs_nothing(pack: Path) -> None:
    page = (pack / "README.html").read_text(encoding="utf8")
    assert "示例县教育局" in page
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "2025年1月31日 24:00" in page


def test_a_report_not_found_has_a_pack_of_the_search(world: World, tmp_path: Path) -> None:
    made = packed(world, tmp_path / "absent", ABSENT)
    assert named(made) == set()
    assert "没有找到这份年报" in (made / "README.html").read_text(encoding="utf8")
    assert len(json.loads((made / "records/visits.json").read_text())["visits"]) == 3


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_a_timestamp_is_checked_by_the_script(world: World, tmp_path: Path) -> None:
    authority = tsa.authority(tmp_path / "tsa")
    own = World(world.database, open_archive(str(shutil.copytree(world.folder / "archive", tmp_path / "archive"))), tmp_path)
    stamp(own.archive.place, "http://tsa.test/", authority.certificates, authority.answer)
    with world.database.read() as c:
        case = collect(c, FOUND, YEAR, LATER)
    write_pack(case, own.archive, tmp_path / "p", authority=authority.certificates)
    problems, notes = verify.check(verify.Pack(tmp_path / "p"))
    assert problems == []
    assert sum("签名有效" in note for note in notes) == 2
    tokens = sorted((tmp_path / "p/chain/heads").glob("*.tsr"))
    tokens[0].write_bytes(tokens[1].read_bytes())
    assert f"chain/heads/{tokens[0].name}" in named(tmp_path / "p")
    other = tsa.authority(tmp_path / "other")
    (tmp_path / "p" / verify.AUTHORITY).write_bytes(other.certificates)
    assert any("签名无效" in words for _, words in verify.check(verify.Pack(tmp_path / "p"))[0])
    (tmp_path / "p" / verify.AUTHORITY).unlink()
    assert any("签名未核对" in note for note in verify.check(verify.Pack(tmp_path / "p"))[1])


def files(pack: Path) -> list[str]:
    return sorted(path.relative_to(pack).as_posix() for path in pack.rglob("*") if path.is_file())


def test_one_flipped_bit_anywhere_is_named(copy: Path) -> None:
    for name in files(copy):
        path = copy / name
        good = path.read_bytes()
        for at in {0, len(good) // 2, len(good) - 1}:
            path.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
            assert any(name in f"{where}{words}" for where, words in verify.check(verify.Pack(copy))[0]), (name, at)
        path.write_bytes(good)
    assert named(copy) == set()


def test_a_removed_file_is_named(copy: Path) -> None:
    for name in files(copy):
        good = (copy / name).read_bytes()
        (copy / name).unlink()
        assert name in named(copy)
        (copy / name).write_bytes(good)


def test_swapped_and_added_files_are_named(copy: Path, pack: Path) -> None:
    one, two = sorted((copy / "originals").iterdir())[:2]
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)
    (copy / "added.txt").write_text("x")
    said = run(copy, script=pack / "verify.py")
    assert said.returncode == 1
    for path in (one, two):
        assert f"originals/{path.name}：内容是另一个文件的" in said.stdout
    assert "added.txt：清单中没有这个文件" in said.stdout


def test_a_damaged_member_of_a_zip_is_named(world: World, tmp_path: Path) -> None:
    zipped = packed(world, tmp_path / "p.zip")
    with zipfile.ZipFile(zipped) as archive:
        member = next(info for info in archive.infolist() if info.filename.endswith(".pdf"))
    data = bytearray(zipped.read_bytes())
    data[member.header_offset + 30 + len(member.filename) + 8] ^= 1
    zipped.write_bytes(data)
    assert member.filename in named(zipped)


def forge(copy: Path, name: str, change: dict[str, str]) -> None:
    """Change a file and make manifest and checksum fit again, as a forger would."""
    text = (copy / name).read_text(encoding="utf8")
    for old, new in change.items():
        assert old in text
        text = text.replace(old, new)
    (copy / name).write_text(text, encoding="utf8")
    manifest = json.loads((copy / verify.MANIFEST).read_text(encoding="utf8"))
    for one in manifest["files"]:
        data = (copy / one["path"]).read_bytes()
        one |= {"size": len(data), "sha256": verify._sha256(data)}
    made = json.dumps(manifest).encode()
    (copy / verify.MANIFEST).write_bytes(made)
    (copy / verify.CHECKSUM).write_bytes(verify.checksum_line(made))


def test_a_forged_capture_contradicts_the_log(copy: Path) -> None:
    forge(copy, verify.CAPTURES, {"2025-02-01T03:00:00+00:00": "2025-01-30T03:00:00+00:00"})
    assert named(copy) == {verify.CAPTURES}


def test_a_forged_line_contradicts_its_chain(copy: Path) -> None:
    forge(copy, verify.LINES, {"none-0": "none-9"})
    assert verify.LINES in named(copy)


def test_a_forged_original_contradicts_its_capture(copy: Path) -> None:
    path = next(path for path in (copy / "originals").iterdir() if path.suffix == ".pdf")
    forge(copy, f"originals/{path.name}", {"attachment": "Attachment"})
    assert named(copy) == {f"originals/{path.name}"}


def test_a_line_with_a_chain_of_its_own_is_not_under_the_seal(copy: Path) -> None:
    lines = json.loads((copy / verify.LINES).read_text())
    line = next(line for line in lines if line["head"])
    body = json.loads(line["text"])
    body["capture"]["status"] = 404
    chain = body.pop("chain")
    before = body.pop("prev")
    text = json.dumps(body, separators=(",", ":"), sort_keys=True)
    new = verify._sha256(f"{before}\n{text}".encode())
    line["text"] = json.dumps({**body, "prev": before, "chain": new}, separators=(",", ":"), sort_keys=True)
    (copy / verify.LINES).write_text(json.dumps(lines))
    forge(copy, verify.CAPTURES, {chain: new})
    problems, _ = verify.check(verify.Pack(copy))
    assert any("不在封存记录" in words for _, words in problems)


def test_a_missing_seal_between_two_is_seen(copy: Path) -> None:
    first = copy / "chain/heads/2025-02-01.json"
    forge(copy, "chain/heads/2025-02-01.json", {'"leaves":': '"leaves": '})
    assert "chain/heads/2025-02-02.json" in named(copy)
    assert first.exists()


def test_a_pack_with_a_hole_is_not_made(world: World, tmp_path: Path) -> None:
    with world.database.read() as c:
        case = collect(c, FOUND, YEAR, LATER)
    stored = next(one for one in case.originals.values() if one.media_type == "application/pdf")
    path = world.folder / "archive" / stored.key
    good = path.read_bytes()
    path.unlink()
    with pytest.raises(OriginalMissing):
        write_pack(case, world.archive, tmp_path / "hole.zip")
    path.write_bytes(good[:-1] + b"x")
    with pytest.raises(DigestMismatch):
        write_pack(case, world.archive, tmp_path / "hole")
    path.unlink()
    path.write_bytes(good)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten_and_nothing_is_made_of_nothing(world: World, pack: Path) -> None:
    before = files(pack)
    with pytest.raises(UsageError):
        packed(world, pack)
    assert files(pack) == before
    with world.database.read() as c, pytest.raises(NotFoundError):
        collect(c, FOUND, 2019, LATER)


def test_the_script_needs_the_standard_library_alone() -> None:
    tree = ast.parse(Path(verify.__file__).read_text(encoding="utf8"), feature_version=(3, 8))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names


def test_no_pack_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"no zip")
    assert run(tmp_path / "x.zip", script=Path(verify.__file__)).returncode == 2
    assert run(tmp_path / "nothing", script=Path(verify.__file__)).returncode == 2
    assert run(tmp_path, script=Path(verify.__file__)).returncode == 1
