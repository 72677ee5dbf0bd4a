"""Two public change monitors on the same lists: urlwatch and webchanges, each with its own html-to-text filter, as released."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

VERSIONS = {"urlwatch": "urlwatch==2.29", "webchanges": "webchanges==3.37"}


def installed(folder: Path, name: str) -> str:
    """Put it into a virtual environment of its own below the folder; why that failed, empty where it did not."""
    if (folder / name / "bin" / name).exists():
        return ""
    try:
        subprocess.run([sys.executable, "-m", "venv", str(folder / name)], check=True, capture_output=True, timeout=120)
        pip = [str(folder / name / "bin" / "pip"), "install", "-q", VERSIONS[name]]
        subprocess.run(pip, check=True, capture_output=True, timeout=600)
    except (OSError, subprocess.SubprocessError) as error:
        return repr(error)[:200]
    return ""


def _urlwatch(folder: Path, peers: Path, addresses: Sequence[str]) -> Callable[[], int]:
    jobs = _jobs(folder, addresses, "html2text: re")
    command = [str(peers / "urlwatch" / "bin" / "urlwatch"), "--urls", str(jobs), "--config", str(folder / "config.yaml")]
    return lambda: _told([*command, "--cache", str(folder / "cache.db")], r"^CHANGED: ")


def _webchanges(folder: Path, peers: Path, addresses: Sequence[str]) -> Callable[[], int]:
    jobs = _jobs(folder, addresses, "html2text")
    command = [str(peers / "webchanges" / "bin" / "webchanges"), "--jobs", str(jobs), "--config", str(folder / "config.yaml")]
    return lambda: _told([*command, "--database", str(folder / "snapshots.db")], r"^(?:\d+\. )?CHANGED: ")


def _jobs(folder: Path, addresses: Sequence[str], text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    jobs = folder / "jobs.yaml"
    jobs.write_text("---\n".join(f"name: list{place}\nurl: {url}\nfilter:\n  - {text}\n" for place, url in enumerate(addresses)), "utf-8")
    return jobs


def _told(command: Sequence[str], mark: str) -> int:
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    names = set(re.findall(mark + r"(list\d+)", done.stdout, re.MULTILINE))
    return len(names)


PEERS = {"urlwatch": _urlwatch, "webchanges": _webchanges}
