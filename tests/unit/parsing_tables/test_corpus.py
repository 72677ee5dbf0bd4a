"""The bounds of the reading on real reports read by hand; skipped where the corpus is not beside the repository."""

import subprocess
import sys
from pathlib import Path

import pytest

CORPUS = Path(__file__).parents[4] / "shared" / "corpus"
CHECK = [sys.executable, "-c", "from monitor.cli.main import run; run()", "check"]

pytestmark = [pytest.mark.corpus, pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real reports is not here")]


def scored(least: float, *folders: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(CORPUS / "score.py"), "--min-right", str(least), "--max-silent", "0", *map(str, folders), "--", *CHECK]
    return subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)


@pytest.mark.parametrize(
    ("suffixes", "least"),
    [((".pdf", ".html"), 0.995), ((".txt", ".md"), 0.97)],
)
def test_real_reports_are_read_right_or_flagged(suffixes, least, tmp_path):
    folders = []
    for original in sorted(CORPUS.glob("*/original.*")):
        if original.suffix in suffixes:
            folder = tmp_path / original.parent.name
            folder.mkdir()
            (folder / original.name).symlink_to(original)
            (folder / "gold.json").symlink_to(original.parent / "gold.json")
            folders.append(folder)
    answer = scored(least, *folders)
    assert answer.returncode == 0, answer.stdout
