#!/usr/bin/env python3
"""Check an evidence pack offline: `python3 verify.py` in its folder, or `python3 verify.py PACK.zip`. Needs nothing but Python 3.8.

It checks that every file is what the manifest says and nothing was added; that every original is what its capture record says; that every
capture record stands unchanged in the capture log, the line under its day's seal, and the seals follow one another; and that timestamps
are for those seals. Whoever could replace the whole pack could make all of this anew: compare the last seal with one kept elsewhere, or
trust the timestamps. Exit status 0: all holds. 1: something does not, and is named. 2: no pack there.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import Any, Iterator, Tuple  # noqa: UP035 - runs on old Pythons, too

MANIFEST = "manifest.json"
CHECKSUM = "manifest.sha256"
CAPTURES = "records/captures.json"
LINES = "chain/lines.json"
SEALS = "chain/heads/"
AUTHORITY = "chain/timestamp-authority.pem"

Problem = Tuple[str, str]  # noqa: UP006 - as above


def checksum_line(manifest: bytes) -> bytes:
    """The content of the checksum file, as sha256sum writes it."""
    return f"{_sha256(manifest)}  {MANIFEST}\n".encode("ascii")


class Pack:
    """The files of a pack, in a folder or a ZIP file."""

    def __init__(self, where: Path) -> None:
        self._zip = None if where.is_dir() else zipfile.ZipFile(where)
        self._root = where

    def names(self) -> list[str]:
        """All files, by path; what Python itself leaves behind when it runs this script is none of them."""
        if self._zip is not None:
            return sorted(self._zip.namelist())
        files = (path.relative_to(self._root) for path in self._root.rglob("*") if not path.is_dir())
        return sorted(path.as_posix() for path in files if "__pycache__" not in path.parts)

    def read(self, name: str) -> bytes | None:
        """The bytes of one file, None where it is not there or cannot be unpacked."""
        try:
            return self._zip.read(name) if self._zip is not None else (self._root / name).read_bytes()
        except (OSError, KeyError, ValueError, EOFError, NotImplementedError, RuntimeError, zipfile.BadZipFile, zlib.error):
            return None


def check(pack: Pack) -> tuple[list[Problem], list[str]]:
    """What does not hold, each with the file it is about; and what is worth knowing."""
    notes: list[str] = []
    problems = list(_files(pack))
    if not any(path == MANIFEST for path, _ in problems):
        problems += _records(pack, notes)
        problems += _seals(pack, notes)
    return problems, notes


def _files(pack: Pack) -> Iterator[Problem]:
    manifest, checksum = pack.read(MANIFEST), pack.read(CHECKSUM)
    if checksum is None:
        yield CHECKSUM, "文件缺失或无法读取"
    if manifest is None:
        yield MANIFEST, "文件缺失或无法读取"
        return
    if checksum is not None and checksum != checksum_line(manifest):
        yield CHECKSUM, f"与 {MANIFEST} 不符（两者之一被改动）"
    try:
        listed = {one["path"]: (one["size"], one["sha256"]) for one in json.loads(manifest)["files"]}
    except (ValueError, KeyError, TypeError):
        yield MANIFEST, "无法读取"
        return
    whose = {sha256: path for path, (_, sha256) in listed.items()}
    for path, (size, sha256) in listed.items():
        data = pack.read(path)
        if data is None:
            yield path, "文件缺失或无法读取"
        elif len(data) != size or _sha256(data) != sha256:
            other = whose.get(_sha256(data), "")
            yield path, f"内容是另一个文件的：{other}" if other else "内容与清单不符"
    for path in pack.names():
        if path not in listed and path not in {MANIFEST, CHECKSUM}:
            yield path, "清单中没有这个文件"


def _records(pack: Pack, notes: list[str]) -> Iterator[Problem]:
    """Captures against originals and against the log's lines; the lines against their own chain and their day's seal."""
    captures, lines = _json(pack, CAPTURES), _json(pack, LINES)
    if not isinstance(captures, list) or not isinstance(lines, list):
        yield (LINES if isinstance(captures, list) else CAPTURES), "无法读取"
        return
    told: dict[str, Any] = {}
    for line in lines:
        fault, chain, capture = _line(pack, line)
        if fault:
            yield LINES, f"{line.get('key', '')} 第 {line.get('number', '')} 行：{fault}"
        else:
            told[chain] = capture
    for capture in captures:
        own = {name: value for name, value in capture.items() if name not in {"id", "visit_id", "chain", "file"}}
        if own != told.get(capture.get("chain", "")):
            yield CAPTURES, f"抓取记录与日志不符：{capture.get('url', '')}"
        data = pack.read(str(capture.get("file", "")))
        if data is not None and _sha256(data) != capture.get("sha256"):
            yield str(capture["file"]), "内容与抓取记录不符"
    still_open = sum(not line.get("head") for line in lines)
    notes.append(f"抓取记录 {len(captures)} 条，与抓取日志一致" + (f"，其中 {still_open} 条当日尚未封存" if still_open else ""))


def _line(pack: Pack, line: Any) -> tuple[str, str, Any]:
    """What is wrong with one line of the log (nothing where it is right), its chain, and the capture it tells of."""
    try:
        body = json.loads(line["text"])
        before, chain = body.pop("prev"), body.pop("chain")
        text = json.dumps(body, ensure_ascii=True, separators=(",", ":"), sort_keys=True)
        if _sha256(f"{before}\n{text}".encode("ascii")) != chain:
            return "内容与校验链不符", "", None
        if line["head"]:
            here = hashlib.sha256(b"\x00" + line["text"].encode("ascii")).digest()
            for side, other in line["steps"]:
                pair = bytes.fromhex(other) + here if side == "l" else here + bytes.fromhex(other)
                here = hashlib.sha256(b"\x01" + pair).digest()
            seal = json.loads(pack.read(f"chain/{line['head']}") or b"{}")
            if seal.get("root") != here.hex():
                return f"不在封存记录 {line['head']} 之下", "", None
    except (ValueError, KeyError, TypeError, AttributeError):
        return "无法读取", "", None
    return "", chain, body["capture"]


def _seals(pack: Pack, notes: list[str]) -> Iterator[Problem]:
    """Each seal follows the one before it; each timestamp is for its seal."""
    seals = [name for name in pack.names() if name.startswith(SEALS) and name.endswith(".json")]
    before, last = "", b""
    for name in seals:
        last = pack.read(name) or b""
        try:
            previous = json.loads(last)["previous"]
        except (ValueError, KeyError, TypeError):
            yield name, "无法读取"
            previous = ""
        if before and previous != before:
            yield name, "与前一日的封存记录不衔接"
        before = _sha256(last)
        token = pack.read(f"{name}.tsr")
        if token is not None:
            yield from _timestamp(pack, name, last, token, notes)
    if seals:
        notes.append(f"封存记录 {len(seals)} 份，最后一份 {seals[-1][len(SEALS) : -len('.json')]}，SHA-256 {before}")


def _timestamp(pack: Pack, name: str, seal: bytes, token: bytes, notes: list[str]) -> Iterator[Problem]:
    path = f"{name}.tsr"
    if hashlib.sha256(seal).digest() not in token:
        yield path, "时间戳不是这份封存记录的"
        return
    # GeneralizedTime as DER; the first one in a token is the time of the statement.
    stamp = re.search(rb"\x18[\x0f-\x13](\d{14})(?:\.\d{1,3})?Z", token)
    when = stamp.group(1).decode("ascii") if stamp else "时间不明"
    authority = pack.read(AUTHORITY)
    if authority is None or shutil.which("openssl") is None:
        notes.append(f"时间戳 {path}：{when} UTC，签名未核对（需要 openssl 和时间戳服务的证书）")
    elif _openssl(seal, token, authority):
        notes.append(f"时间戳 {path}：{when} UTC，签名有效")
    else:
        yield path, "时间戳的签名无效"


def _openssl(seal: bytes, token: bytes, authority: bytes) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        files = {"seal": seal, "token": token, "authority": authority}
        for name, data in files.items():
            (Path(folder) / name).write_bytes(data)
        command = ["openssl", "ts", "-verify", "-data", "seal", "-in", "token", "-CAfile", "authority"]
        done = subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60, check=False)  # noqa: S603
        return done.returncode == 0


def _json(pack: Pack, name: str) -> Any:
    try:
        return json.loads(pack.read(name) or b"")
    except ValueError:
        return None


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def main(words: list[str]) -> int:
    """Check the pack named, else the one this script lies in."""
    where = Path(words[0]) if words else Path(__file__).resolve().parent
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        pack = Pack(where)
        count = len(pack.names())
    except (OSError, zipfile.BadZipFile) as error:
        sys.stderr.write(f"这里没有证据包：{where}：{error}\n")
        return 2
    problems, notes = check(pack)
    for path, words_of_it in problems:
        sys.stdout.write(f"✕ {path}：{words_of_it}\n")
    for note in notes:
        sys.stdout.write(f"· {note}\n")
    sys.stdout.write(f"✕ 证据包有 {len(problems)} 处不符\n" if problems else f"✓ 证据包完好：{count} 个文件\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
