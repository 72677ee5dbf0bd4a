"""The house rules that a machine can hold: sizes, scans, labels, documented errors, and what the project says of itself."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
from enum import Enum
from pathlib import Path

import pytest

from storage.domain import enums, errors

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("storage", "crawler", "monitor")
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py") if "migrations/versions" not in path.as_posix())


def _functions(tree: ast.AST) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_sizes_stay_small(path: Path) -> None:
    text = path.read_text(encoding="utf8")
    assert text.count("\n") <= 400, "split the file where the sense splits"
    for node in _functions(ast.parse(text)):
        length = (node.end_lineno or node.lineno) - node.lineno + 1
        assert length <= 60, f"{node.name} has {length} lines"


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_package_files_are_empty_and_names_say_something(path: Path) -> None:
    if path.name == "__init__.py":
        assert not path.read_text(encoding="utf8").strip(), "imports in __init__ hide from the import contracts"
    assert path.stem not in {"utils", "helpers", "common", "manager", "base", "misc"}


def test_vendors_stay_in_their_module() -> None:
    allowed = {
        "apprise": {"monitor/alerts/channels.py"},
        "apscheduler": {"monitor/schedule.py"},
        "playwright": {"crawler/browser.py"},
        "scrapy_playwright": {"crawler/browser.py"},
    }
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names.append(node.module)
            for name in names:
                home = allowed.get(name.split(".")[0])
                assert home is None or path.relative_to(ROOT).as_posix() in home, f"{path} imports {name}"


def test_every_member_has_a_chinese_label() -> None:
    for _, cls in inspect.getmembers(enums, inspect.isclass):
        if issubclass(cls, enums.Labelled) and cls is not enums.Labelled:
            labels = [member.label for member in cls]
            assert all(labels)
            assert len(set(labels)) == len(labels), f"{cls.__name__} labels two members alike"
            assert issubclass(cls, Enum)


def test_the_error_tree_is_drawn_as_it_is() -> None:
    drawn = set(re.findall(r"[A-Z]\w+", errors.__doc__ or ""))
    for name, cls in inspect.getmembers(errors, inspect.isclass):
        if issubclass(cls, errors.NianbaoError) and cls.__module__ == errors.__name__:
            assert name in drawn or name == "Busy", f"{name} is missing from the drawing"
            assert cls.__doc__


def test_no_code_loads_anything_from_elsewhere() -> None:
    """Pages, styles, scripts and mails name no outside origin."""
    pattern = re.compile(r"""(?:src|href|url|@import|action)\s*[=(]\s*["']?\s*(?:https?:)?//(?!\{)""", re.IGNORECASE)
    for folder in ("monitor/web", "monitor/alerts/messages", "monitor/outputs"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in {".html", ".j2", ".css", ".js", ".jinja"}:
                assert not pattern.search(path.read_text(encoding="utf8")), path


def test_rules_and_cases_match() -> None:
    rules = {path.stem for path in (ROOT / "monitor/rules").glob("*.py") if path.stem != "__init__"}
    short = {"_".join(name.split("_")[:2]) for name in rules}
    cases = {path.stem for path in (ROOT / "tests/rules").glob("*.toml")}
    assert len(short) == len(rules), "two rule files share an id"
    assert short == {"_".join(name.split("_")[:2]) for name in cases}


def test_the_lock_names_no_host_and_no_path() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text(encoding="utf8")
        assert "://" not in text
        assert "--index-url" not in text
        assert "--find-links" not in text


def test_tracked_files_are_small() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        if path.is_file() and path.suffix != ".lock":
            assert path.stat().st_size <= 300_000, f"{name} is large for a source tree"
