"""What a command says when it was called wrongly or cannot do it: in Chinese, with its exit code, and nothing begun."""

from __future__ import annotations

import getpass
import re
from pathlib import Path

import pytest

from tests.unit.cli.calling import Nianbao

REGISTRY = "单位名称,地区代码,网址\n云溪县教育局,990101,\n"


@pytest.fixture
def office(nianbao: Nianbao, tmp_path: Path) -> Nianbao:
    """An installation with one body."""
    assert nianbao("init").code == 0
    (tmp_path / "名录.csv").write_text(REGISTRY, encoding="utf8")
    assert nianbao("body", "import", str(tmp_path / "名录.csv")).code == 0
    return nianbao


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("report", "list", "--year", "1"), "--year：不能小于 2000"),
        (("serve", "--port", "99999"), "--port：不能大于 65535"),
        (("rejudge", "--year", "abc"), "--year：应为整数"),
        (("duty", "snapshot", "--year", "2024", "--due", "2025-99-01"), "--due：不是日期：2025-99-01（例：2025-03-10）"),
        (("body", "list", "--format", "xml"), "--format：没有这个值：xml；可用：table、json、jsonl、csv"),
        (("finding", "assign", "1", "--to"), "选项 --to 后面缺少内容"),
    ],
)
def test_a_wrong_call_is_explained_in_one_language(nianbao: Nianbao, words: tuple[str, ...], said: str) -> None:
    answer = nianbao(*words)
    assert answer.code == 2
    assert f"命令用法有误：{said}\n" in answer.err
    assert not re.search(r"[a-z]+ [a-z]+ [a-z]+", answer.err.replace("nianbao " + " ".join(words[:2]), "")), "no English sentence"


@pytest.mark.parametrize(
    "words", [("report", "show", "x"), ("doctor",), ("finding", "show", "1"), ("rule", "show", "T3-02"), ("crawl", "run")]
)
def test_a_form_of_output_that_is_none_is_refused(nianbao: Nianbao, words: tuple[str, ...]) -> None:
    answer = nianbao(*words, "--format", "xml")
    assert (answer.code, answer.out) == (2, "")
    assert "可用：table、json" in answer.err


def test_a_file_that_cannot_be_written_is_no_inner_fault(office: Nianbao, tmp_path: Path) -> None:
    answer = office("body", "export", str(tmp_path / "missing" / "名录.csv"))
    assert answer.code == 2
    assert "无法写入" in answer.err
    assert "编号" not in answer.err


def test_a_data_directory_that_cannot_be_made_is_said(nianbao: Nianbao, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    answer = nianbao("--data-dir", str(tmp_path / "file" / "data"), "init")
    assert answer.code == 6
    assert "数据目录无法创建" in answer.err


def test_no_body_of_a_division_is_not_an_empty_registry(office: Nianbao) -> None:
    assert office("body", "list", "--scope", "11").out == "没有地区代码以 11 开头的单位。\n"


def test_a_decision_is_revoked_once(office: Nianbao) -> None:
    body = office("body", "list", "--format", "csv").out.splitlines()[1].partition(",")[0]
    assert office("body", "exempt", body, "--year", "2024", "--reason", "合并").code == 0
    assert "已撤销编号 1" in office("body", "revoke", "1", "--by", "张").out
    assert "此前已由张撤销：编号 1" in office("body", "revoke", "1", "--by", "李").out
    assert "张" in office("body", "decisions").out


def test_a_user_without_a_name_is_written_down_by_number(office: Nianbao, monkeypatch: pytest.MonkeyPatch) -> None:
    def nameless() -> str:
        raise KeyError("getpwuid(): uid not found: 12345")

    monkeypatch.setattr(getpass, "getuser", nameless)
    body = office("body", "list", "--format", "csv").out.splitlines()[1].partition(",")[0]
    answer = office("body", "exempt", body, "--year", "2024", "--reason", "合并")
    assert answer.code == 0
    assert "，uid " in answer.out


def test_an_address_of_another_machine_starts_nothing(office: Nianbao, monkeypatch: pytest.MonkeyPatch) -> None:
    from monitor import schedule

    monkeypatch.setattr(schedule.Scheduler, "start", lambda self: pytest.fail("the schedule was started"))
    answer = office("serve", "--host", "192.0.2.1", "--port", "0")
    assert answer.code == 2
    assert "本机没有这个地址" in answer.err
