"""Words nobody should type: each is refused in one Chinese sentence with its exit code, none is a fault of ours."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.cli import main
from tests.unit.cli.calling import Nianbao

HUGE = "9" * 23
COMMANDS = sorted(Path(main.__file__).parent.glob("*.py"))


def _whole_numbers(path: Path) -> Iterator[tuple[str, set[str]]]:
    """The whole numbers that commands of a file ask for, with the limits each names."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf8"))):
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == "Annotated":
            assert isinstance(node.slice, ast.Tuple)
            kind, *told = node.slice.elts
            if "int" in {one.id for one in ast.walk(kind) if isinstance(one, ast.Name)}:
                calls = [one for one in told if isinstance(one, ast.Call)]
                yield f"{path.name}:{node.lineno}", {word.arg or "" for call in calls for word in call.keywords}


def test_every_whole_number_has_its_limits() -> None:
    found = dict(pair for path in COMMANDS for pair in _whole_numbers(path))
    assert len(found) > 20
    assert [place for place, limits in found.items() if not {"min", "max"} <= limits] == []


@pytest.mark.parametrize(
    "words",
    [
        ("finding", "show", HUGE),
        ("finding", "confirm", "1", HUGE),
        ("body", "revoke", HUGE),
        ("body", "import", "--undo", HUGE),
        ("portal", "accept", HUGE),
        ("portal", "reject", HUGE),
        ("report", "assign", HUGE, "--body", "x", "--year", "2024"),
        ("report", "reject", HUGE, "--reason", "不是年报"),
        ("alert", "unhold", HUGE, "--reason", "不再需要"),
        ("alert", "retry", HUGE),
        ("archive", "export", "--to", "x.warc", "--run", HUGE),
        ("archive", "verify", "--sample", HUGE),
        ("crawl", "run", "--entry-point", HUGE),
        ("duty", "snapshot", "--year", HUGE),
    ],
)
def test_a_number_no_row_can_have_is_a_slip(nianbao: Nianbao, words: tuple[str, ...]) -> None:
    assert nianbao("init").code == 0
    answer = nianbao(*words)
    assert (answer.code, answer.out) == (2, "")
    assert "不能大于" in answer.err
    assert "意外" not in answer.err


def test_a_rule_that_is_none_is_not_a_clean_record(nianbao: Nianbao) -> None:
    assert nianbao("init").code == 0
    answer = nianbao("finding", "list", "--rule", "T3-2")
    assert answer.code == 2
    assert "没有这条规则：T3-2" in answer.err
    assert nianbao("finding", "list", "--rule", "t3-02").code == 0


def test_a_way_of_crawling_that_is_none_is_said_before_anything_else(nianbao: Nianbao) -> None:
    assert nianbao("init").code == 0
    answer = nianbao("crawl", "run", "--spider", "nonsense")
    assert answer.code == 2
    assert "没有名为 nonsense 的抓取方式" in answer.err


@pytest.mark.parametrize("url", ["http://a.gov.test/x y", "http://a b.gov.test/", "http://a.gov.test:99999/", "http://a.gov.test\x00/"])
def test_an_address_that_is_none_is_not_asked(nianbao: Nianbao, url: str) -> None:
    assert nianbao("init").code == 0
    for words in (("portal", "preview", url), ("portal", "add", url, "--body", "云溪县教育局")):
        answer = nianbao(*words)
        assert answer.code == 2
        assert "不是可用的网址" in answer.err


def test_an_address_of_a_recipient_that_is_none_is_explained_once(nianbao: Nianbao, caplog: pytest.LogCaptureFixture) -> None:
    assert nianbao("init").code == 0
    answer = nianbao("alert", "add", "值班", "mailto://s3cret")
    assert answer.code == 6
    assert "s3cret" not in answer.err
    assert answer.err.startswith("出错：无法识别的通知地址")
    assert caplog.messages == []


def test_a_data_directory_that_cannot_be_made_is_not_written_down(
    nianbao: Nianbao, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    before = set(tmp_path.iterdir())
    assert nianbao("--data-dir", str(tmp_path / "file" / "data"), "init", "--write-config", str(tmp_path / "other.toml")).code == 6
    assert set(tmp_path.iterdir()) == before
