"""`nianbao check`: one JSON object, one entry per file, a reason for every file that cannot be read, and never a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from crawler.demo.filled_form import ReportFacts, Wanted, make_facts, render_docx, render_html
from crawler.demo.slips import balance_error
from tests.unit.cli.calling import Nianbao

SCHEMA = json.loads((Path(__file__).resolve().parents[3] / "monitor/outputs/check.schema.json").read_text(encoding="utf8"))


YEAR = 2023


def facts(seed: int) -> ReportFacts:
    """A report that agrees with itself."""
    return make_facts(seed, Wanted("示例市档案馆", YEAR))


def _truncated_docx() -> bytes:
    whole = BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>" * 50)
        archive.writestr("word/document.xml", os.urandom(3000).hex())
    return whole.getvalue()[:2000]


def _encrypted_pdf() -> bytes:
    whole = BytesIO()
    canvas = Canvas(whole, encrypt=StandardEncryption("secret", canPrint=0))
    canvas.drawString(100, 700, "report")
    canvas.save()
    return whole.getvalue()


UNREADABLE = {
    "empty.txt": b"",
    "truncated.docx": _truncated_docx(),
    "encrypted.pdf": _encrypted_pdf(),
    "random.bin": os.urandom(50_000_000),
}


def _entries(out: str) -> list[dict[str, Any]]:
    document = json.loads(out)
    jsonschema.validate(document, SCHEMA)
    return document["reports"]


@pytest.mark.parametrize("name", UNREADABLE)
def test_unreadable_file_gives_an_entry_with_the_reason(nianbao: Nianbao, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(UNREADABLE[name])
    answer = nianbao("check", name, "--format", "json")
    (entry,) = _entries(answer.out)
    assert answer.code == 4
    assert entry["source"] == name
    assert entry["reading"]["quality"] == "none"
    assert entry["reading"]["problems"][0]["message"]
    spoken = nianbao("check", name)
    assert entry["reading"]["problems"][0]["message"] in spoken.out
    assert "Traceback" not in answer.err + spoken.out + spoken.err


def test_consistent_report_raises_nothing_grave(nianbao: Nianbao, tmp_path: Path) -> None:
    (tmp_path / "年报.docx").write_bytes(render_docx(facts(5)))
    answer = nianbao("check", "年报.docx", "--format", "json")
    (entry,) = _entries(answer.out)
    assert answer.code == 0
    assert [f for f in entry["findings"] if f["severity"] in {"S1", "S2"}] == []


def test_broken_sum_is_found_and_fails_the_check(nianbao: Nianbao, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(render_html(balance_error(facts(5))), encoding="utf8")
    answer = nianbao("check", "a.html", "--format", "json")
    (entry,) = _entries(answer.out)
    assert answer.code == 3
    assert "T3-02" in {finding["rule"] for finding in entry["findings"]}
    assert nianbao("check", "a.html", "--fail-on", "never").code == 0
    assert "T3-02" in nianbao("check", "a.html").out


def test_folder_is_walked_and_other_files_are_counted(nianbao: Nianbao, tmp_path: Path) -> None:
    (tmp_path / "in" / "deeper").mkdir(parents=True)
    (tmp_path / "in" / "b.html").write_text(render_html(facts(1)), encoding="utf8")
    (tmp_path / "in" / "deeper" / "a.txt").write_text("", encoding="utf8")
    (tmp_path / "in" / "notes.json").write_text("{}", encoding="utf8")
    (tmp_path / "in" / "~$b.docx").write_text("lock", encoding="utf8")
    answer = nianbao("check", "in", "--format", "json")
    assert [entry["source"] for entry in _entries(answer.out)] == ["in/b.html", "in/deeper/a.txt"]
    assert answer.code == 4
    assert "1 个其他类型" in answer.err


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("check", "nowhere.docx"), 5, "没有这个文件"),
        (("check", "hollow"), 5, "没有可读取的年报文件"),
        (("check", "https://example.org/a.html"), 2, "不联网"),
        (("check",), 2, "缺少参数"),
        (("check", "x", "--format", "yaml"), 2, "--format"),
        (("check", "x", "--year", "13"), 2, "--year"),
    ],
)
def test_mistakes_in_the_call(nianbao: Nianbao, tmp_path: Path, words: tuple[str, ...], code: int, said: str) -> None:
    (tmp_path / "hollow").mkdir()
    answer = nianbao(*words)
    assert (answer.code, answer.out) == (code, "")
    assert said in answer.err


def test_missing_path_beside_a_good_one_is_partial(nianbao: Nianbao, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(render_html(facts(5)), encoding="utf8")
    answer = nianbao("check", "a.html", "nowhere.pdf", "--format", "json")
    assert answer.code == 4
    assert "nowhere.pdf" in answer.err
    assert len(_entries(answer.out)) == 1


def test_a_pipe_is_refused_and_not_waited_for(nianbao: Nianbao, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    answer = nianbao("check", "pipe", "--format", "json")
    assert answer.code == 4
    assert "不是普通文件" in _entries(answer.out)[0]["reading"]["problems"][0]["message"]


def test_as_a_process_json_is_utf8_whatever_the_terminal(process: Nianbao, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(render_html(facts(5)), encoding="utf8")
    answer = process("check", "a.html", "--format", "json", LC_ALL="C", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert answer.code == 0
    assert _entries(answer.out)[0]["report_year"] == YEAR
    spoken = process("check", "a.html", LC_ALL="C", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert (spoken.code, spoken.err) == (0, "")
    assert "\x1b" not in spoken.out


HEAVY = ["scrapy", "twisted", "fastapi", "sqlalchemy", "apprise", "apscheduler", "uvicorn", "playwright", "httpx"]


def test_check_loads_no_database_no_network_and_no_crawler(tmp_path: Path) -> None:
    """The pre-check must start fast and run anywhere: none of the heavy parts may be loaded for it."""
    (tmp_path / "a.txt").write_text("", encoding="utf8")
    script = (
        "import sys\n"
        "from monitor.cli.main import main\n"
        "if __name__ == '__main__':\n"
        "    code = main(['check', 'a.txt'])\n"
        f"    print(code, sorted({{name.split('.')[0] for name in sys.modules}} & set({HEAVY!r})))\n"
    )
    (tmp_path / "ask.py").write_text(script, encoding="utf8")
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[3])}
    done = subprocess.run(
        [sys.executable, "ask.py"], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout.splitlines()[-1] == "4 []"
