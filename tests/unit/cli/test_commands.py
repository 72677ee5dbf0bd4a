"""Setting up, importing, listing and verifying, from an empty folder; and failures said in words with their exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.cli import session
from monitor.cli.demo_mailbox import Mailbox
from monitor.cli.main import NOUNS, build, hoist_globals
from monitor.cli.printing import table_lines, width
from tests.unit.cli.calling import Nianbao

REGISTRY = """单位名称,网址,栏目网址,地区代码
示例市教育局,http://jyj.shili.gov.test/,http://jyj.shili.gov.test/nb/,990100
示例市财政局,http://czj.shili.gov.test/,http://czj.shili.gov.test/nb/,990100
"""


@pytest.fixture
def ready(nianbao: Nianbao, tmp_path: Path) -> Nianbao:
    """An initialised folder with two bodies."""
    assert nianbao("init").code == 0
    (tmp_path / "名录.csv").write_text(REGISTRY, encoding="utf8")
    assert nianbao("body", "import", "名录.csv").code == 0
    return nianbao


def test_init_twice_changes_nothing(nianbao: Nianbao, tmp_path: Path) -> None:
    assert nianbao("init").code == 0
    config = (tmp_path / "nianbao.toml").read_bytes()
    assert (tmp_path / "nianbao-data" / "nianbao.sqlite3").exists()
    again = nianbao("init")
    assert again.code == 0
    assert "保留已有配置" in again.out
    assert (tmp_path / "nianbao.toml").read_bytes() == config


def test_global_options_may_stand_behind_the_command(nianbao: Nianbao, tmp_path: Path) -> None:
    assert nianbao("init", "--data-dir", "elsewhere").code == 0
    assert (tmp_path / "elsewhere" / "nianbao.sqlite3").exists()
    assert hoist_globals(["a", "--debug", "--config=x", "--", "--quiet"]) == ["--debug", "--config=x", "a", "--", "--quiet"]


@pytest.mark.parametrize("words", [("report", "list"), ("body", "list"), ("serve",), ("crawl", "run"), ("archive", "verify")])
def test_before_init_the_way_out_is_named(nianbao: Nianbao, tmp_path: Path, words: tuple[str, ...]) -> None:
    answer = nianbao(*words)
    assert (answer.code, answer.out) == (5, "")
    assert "nianbao init" in answer.err
    assert list(tmp_path.iterdir()) == []


def test_import_dry_run_then_import_then_again(nianbao: Nianbao, tmp_path: Path) -> None:
    nianbao("init")
    (tmp_path / "名录.csv").write_text(REGISTRY, encoding="utf8")
    dry = nianbao("body", "import", "名录.csv", "--dry-run", "--format", "json")
    assert dry.code == 0
    assert json.loads(dry.out)["written"] is False
    assert json.loads(nianbao("body", "list", "--format", "json").out) == []
    wet = json.loads(nianbao("body", "import", "名录.csv", "--format", "json").out)
    assert (wet["written"], wet["counts"]["added"]) == (True, 2)
    again = json.loads(nianbao("body", "import", "名录.csv", "--format", "json").out)
    assert (again["counts"]["added"], again["counts"]["same"]) == (0, 2)
    assert {body["name"] for body in json.loads(nianbao("body", "list", "--format", "json").out)} == {"示例市教育局", "示例市财政局"}


def test_import_with_a_bad_row_writes_nothing(nianbao: Nianbao, tmp_path: Path) -> None:
    nianbao("init")
    (tmp_path / "名录.csv").write_text(REGISTRY + ",http://x.gov.test/,,990100\n", encoding="utf8")
    answer = nianbao("body", "import", "名录.csv")
    assert answer.code == 4
    assert "都没有写入" in answer.err
    assert json.loads(nianbao("body", "list", "--format", "json").out) == []
    assert nianbao("body", "import", "没有.csv").code == 5


def test_a_portal_on_a_port_is_one_portal_however_it_came(ready: Nianbao, tmp_path: Path) -> None:
    (tmp_path / "名录.csv").write_text("单位名称,网址\n示例市民政局,http://mzj.shili.gov.test:8080/\n", encoding="utf8")
    assert ready("body", "import", "名录.csv").code == 0
    assert ready("portal", "add", "http://MZJ.shili.gov.test:8080/nb/").code == 0
    listed = ready("portal", "list").out
    assert listed.count("mzj.shili.gov.test:8080 ") == 2


def test_what_is_typed_too_much_is_named(nianbao: Nianbao) -> None:
    answer = nianbao("doctor", "everything")
    assert answer.code == 2
    assert "多出的参数：everything" in answer.err


def test_portal_add_knows_its_bodies(ready: Nianbao) -> None:
    url = "https://www.shili.gov.test/nb/"
    assert ready("portal", "add", url, "--body", "示例市教育局").code == 0
    assert ready("portal", "add", url, "--body", "示例市教育局").code == 0
    listed = [row for row in json.loads(ready("portal", "list", "--format", "json").out) if row["url"] == url]
    assert [row["bodies"] for row in listed] == [1]
    assert ready("portal", "add", url, "--body", "没有这个局").code == 5
    assert ready("portal", "add", "ftp://x/").code == 2
    assert ready("portal", "add", url, "--family", "no_such").code == 2


def test_listings_in_all_forms(ready: Nianbao) -> None:
    rows = json.loads(ready("body", "list", "--format", "json").out)
    lines = ready("body", "list", "--format", "jsonl").out.splitlines()
    assert [json.loads(line) for line in lines] == rows
    assert ready("body", "list", "--format", "csv").out.splitlines()[0].split(",") == list(rows[0])
    assert "示例市教育局" in ready("body", "list").out


def test_reports_before_any_crawl(ready: Nianbao) -> None:
    assert ready("report", "list").code == 5
    assert ready("report", "list", "--status", "gone").code == 2
    assert ready("report", "show", "示例市教育局").code == 5


def test_archive_of_nothing_is_sound(ready: Nianbao) -> None:
    answer = ready("archive", "verify", "--format", "json")
    assert answer.code == 0
    assert json.loads(answer.out)["sound"] is True


def test_config_show_hides_passwords(nianbao: Nianbao, tmp_path: Path) -> None:
    (tmp_path / "nianbao.toml").write_text('smtp_password = "hunter2"\n', encoding="utf8")
    answer = nianbao("config", "show", "--format", "json")
    assert answer.code == 0
    assert "hunter2" not in answer.out + nianbao("config", "show").out


def test_unknown_key_in_the_configuration(nianbao: Nianbao, tmp_path: Path) -> None:
    (tmp_path / "nianbao.toml").write_text("web_prot = 1\n", encoding="utf8")
    answer = nianbao("config", "show")
    assert answer.code == 6
    assert "web_prot" in answer.err


def test_a_test_message_arrives_and_says_what_was_answered(ready: Nianbao, tmp_path: Path) -> None:
    with Mailbox(tmp_path / "mail") as mailbox:
        address = f"mailto://127.0.0.1:{mailbox.port}?from=a@shili.gov.test&to=b@shili.gov.test&mode=insecure"
        assert ready("alert", "add", "办公室", address).code == 0
        assert ready("alert", "test", "--dry-run").code == 0
        assert mailbox.messages() == []
        answer = ready("alert", "test", "办公室")
        assert (answer.code, answer.out[0]) == (0, "✓")
        assert len(mailbox.messages()) == 1
        assert address not in ready("alert", "list").out
    refused = ready("alert", "test")
    assert refused.code == 7
    assert refused.out.startswith("✕ 办公室")
    assert ready("alert", "test", "没有").code == 5
    assert ready("alert", "add", "坏", "no-address").code == 6


def test_unexpected_faults_are_short_and_have_a_reference(nianbao: Nianbao, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(session.Session, "settings", broken)
    answer = nianbao("config", "show")
    assert answer.code == 1
    assert "编号" in answer.err
    assert "Traceback" not in answer.err
    assert "secret detail" not in answer.err
    assert "Traceback" in nianbao("config", "show", "--debug").err
    assert nianbao("config", "show").err == answer.err, "the same fault has the same reference"


def test_interruption_is_130(nianbao: Nianbao, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(session.Session, "settings", interrupted)
    assert nianbao("config", "show").code == 130


@pytest.mark.parametrize("noun", NOUNS)
def test_every_noun_has_help(nianbao: Nianbao, noun: str) -> None:
    answer = nianbao(noun, "--help")
    assert answer.code == 0
    assert answer.out.strip()
    assert build().info.name == "nianbao"


@given(st.lists(st.lists(st.text("示例abc 　！", max_size=8), min_size=3, max_size=3), min_size=2, max_size=6))
def test_columns_line_up_by_display_width(rows: list[list[str]]) -> None:
    lines = table_lines(rows)
    starts = [max(width(row[0]) for row in rows) + 2]
    starts.append(starts[0] + max(width(row[1]) for row in rows) + 2)
    for row, line in zip(rows, [lines[0], *lines[2:]], strict=True):
        for start, text in zip(starts, row[1:], strict=True):
            assert _from(line, start).startswith(text.rstrip()) or not text.strip()


def _from(line: str, column: int) -> str:
    """The rest of the line from that display column on; a wide character across it would be a misalignment."""
    for position in range(len(line)):
        if width(line[:position]) == column:
            return line[position:]
    return ""
