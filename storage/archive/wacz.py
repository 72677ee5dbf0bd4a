"""A WARC with an index and a list of pages in one file (WACZ 1.1), which replay programs open as it is. Made by the tool of its authors."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

from storage.domain.errors import ArchiveError, ConfigError, UsageError

TIMEOUT = 3600
RUN = "import sys; from wacz.main import main; sys.exit(main(sys.argv[1:]))"


def require() -> None:
    """Raises ConfigError where the tool is not installed."""
    if find_spec("wacz") is None:
        raise ConfigError("WACZ 需要附加组件", advice="请安装：pip install 'nianbao[wacz]'；或导出为 .warc.gz。")


def write_wacz(warc: Path, pages: Sequence[tuple[str, datetime]], to: Path, title: str) -> None:
    """Pack a WARC with its pages into a new file. Raises UsageError where there is one already, ArchiveError, ConfigError."""
    require()
    if to.exists():
        raise UsageError(f"{to} 已经存在", kept="没有改动它。", advice="换一个名称。")
    with tempfile.TemporaryDirectory(dir=to.absolute().parent, prefix=f".{to.name}.") as folder:
        listed, made = Path(folder) / "pages.jsonl", Path(folder) / "made.wacz"
        listed.write_text(_pages(pages), encoding="utf-8")
        words = ["create", "-o", str(made), "-p", str(listed), "--title", title, "--hash-type", "sha256", str(warc.absolute())]
        done = subprocess.run([sys.executable, "-c", RUN, *words], cwd=folder, capture_output=True, timeout=TIMEOUT, check=False)  # noqa: S603
        if done.returncode != 0 or not made.is_file():
            lines = done.stderr.decode("utf-8", "replace").strip().splitlines() or [""]
            raise ArchiveError(f"WACZ 没有制成：{lines[-1][:200]}", kept="没有留下不完整的文件。")
        made.rename(to)


def _pages(pages: Sequence[tuple[str, datetime]]) -> str:
    lines: list[dict[str, str]] = [{"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}]
    lines += [{"url": url, "ts": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")} for url, at in pages]
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
