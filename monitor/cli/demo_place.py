"""The demo's own data directory: made fresh, marked as ours, never anybody else's folder."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from storage.domain.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from storage.settings import Settings

MARK = ".nianbao-demo"


def prepare(folder: Path, *, keep: bool) -> bool:
    """Make the folder ready; whether data of an earlier demo is still in it.

    Raises UsageError for a folder that exists and is not a demo's: it is never emptied.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} 不是文件夹", advice="用 --data-dir 指定另一个位置。")
    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).is_file():
        raise UsageError(
            f"{folder} 里有不是演示生成的文件", kept="没有改动其中任何内容。", advice="用 --data-dir 指定一个空的或不存在的文件夹。"
        )
    if not keep and folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    before = (folder / "nianbao.sqlite3").exists()
    (folder / MARK).write_text("nianbao demo\n", encoding="utf8")
    return before


def configure(folder: Path, hosts: Mapping[str, str], self_test_urls: Sequence[str], smtp_port: int) -> Settings:
    """Write the demo's configuration and load it: portals and mailbox on this machine, no waiting between requests."""
    from storage.settings import load

    lines = [
        "# 演示用配置：门户和信箱都在本机，没有任何内容离开这台机器。",
        'data_dir = "."',
        "crawl_delay_seconds = 0",
        # The truth the demo is compared with is that of a machine without the recogniser, which most begin with.
        "ocr_enabled = false",
        f"self_test_urls = {json.dumps(list(self_test_urls))}",
        'smtp_host = "127.0.0.1"',
        f"smtp_port = {smtp_port}",
        'smtp_security = "none"',
        'mail_from = "nianbao@demo.invalid"',
        "[host_overrides]",
        *(f"{json.dumps(host)} = {json.dumps(address)}" for host, address in sorted(hosts.items())),
    ]
    file = folder / "nianbao.toml"
    file.write_text("\n".join(lines) + "\n", encoding="utf8")
    return load(file)
