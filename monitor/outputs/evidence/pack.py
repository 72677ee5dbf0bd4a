"""The evidence pack of one report: its originals, how they came, what was read and judged, and the proof that none of it changed since.

Files are named by us and by hashes, never by what a portal said. Web pages get a name that no browser runs. `verify.py` in the pack needs
nothing but Python and checks everything that can be checked without asking anybody.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

from monitor.outputs.evidence import verify as verifier
from monitor.outputs.evidence.collect import Case
from monitor.outputs.evidence.cover import cover
from monitor.outputs.evidence.target import Target, opened
from storage.archive.heads import Proof, heads, prove
from storage.archive.store import Archive
from storage.codec import to_plain
from storage.domain.errors import OriginalMissing
from storage.domain.originals import Capture, StoredOriginal

SCHEMA = "nianbao.evidence/1"

SUFFIXES = {
    "text/html": ".html.txt",
    "application/xhtml+xml": ".html.txt",
    "image/svg+xml": ".svg.txt",
    "application/xml": ".xml.txt",
    "text/xml": ".xml.txt",
    "text/plain": ".txt",
    "application/json": ".json.txt",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.ms-excel": ".xls",
    "application/msword": ".doc",
    "application/zip": ".zip",
    "image/png": ".png",
    "image/jpeg": ".jpg",
}


def write_pack(case: Case, archive: Archive, to: Path, *, authority: bytes = b"") -> int:
    """Write the pack to a folder or a ZIP file; the number of files. `authority` are the certificates of the timestamp service (PEM).

    Raises what the archive raises for an original that is missing or damaged: a pack with a hole in it proves nothing; UsageError for a
    target that is there already.
    """
    with opened(to, case.made_at) as target:
        for sha256, stored in case.originals.items():
            target.add(original_path(stored), archive.get(sha256), "原件")
        for path, value, what in _records(case):
            target.add(path, _json(value), what)
        open_lines = _chain(case, archive, target, authority)
        target.add("README.html", cover(case, target.files, open_lines).encode(), "封面")
        target.add("verify.py", Path(verifier.__file__).read_bytes(), "离线校验程序")
        manifest = _json(_manifest(case, target))
        target.store.put(verifier.MANIFEST, manifest)
        target.store.put(verifier.CHECKSUM, verifier.checksum_line(manifest))
        return len(target.files) + 2


def original_path(stored: StoredOriginal) -> str:
    """Where an original lies in a pack."""
    media_type = stored.media_type.split(";")[0].strip().lower()
    return f"originals/{stored.sha256}{SUFFIXES.get(media_type, '.bin')}"


def _manifest(case: Case, target: Target) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "body": {"id": case.body.id, "name": case.body.name},
        "report_year": case.report_year,
        "made_at": case.made_at.isoformat(),
        "files": [{"path": one.path, "size": one.size, "sha256": one.sha256, "what": one.what} for one in target.files],
    }


def _records(case: Case) -> Iterable[tuple[str, Any, str]]:
    duty = {"state": to_plain(case.duty), "transitions": to_plain(case.transitions)}
    yield "records/duty.json", duty, "发布状态及其变更"
    yield "records/versions.json", to_plain(case.versions), "年报版本"
    for reading in case.readings:
        yield f"records/reading-{reading.version_id}.json", to_plain(reading), "读取结果"
    known = [{"finding": to_plain(one), "log": to_plain(log)} for one, log in case.findings]
    yield "records/findings.json", known, "问题及其处理记录"
    yield "records/sightings.json", to_plain(case.sightings), "在栏目中的出现"
    visits = {"visits": to_plain(case.visits), "entry_points": to_plain(case.entry_points)}
    yield "records/visits.json", visits, "访问记录"
    yield "records/captures.json", [_capture(capture, case) for capture in case.captures], "抓取记录（请求头、响应头、时间）"


def _capture(capture: Capture, case: Case) -> dict[str, Any]:
    return {**to_plain(capture), "file": original_path(case.originals[capture.sha256])}


def _chain(case: Case, archive: Archive, target: Target, authority: bytes) -> int:
    """Write the log's lines of these captures with their proofs, and the daily seals; how many lines stand under no seal yet.

    Raises OriginalMissing for a capture that the log does not know.
    """
    if not case.captures:
        target.add("chain/lines.json", _json([]), "抓取日志中的相关行")
        return 0
    since = min(capture.received_at for capture in case.captures).date() - timedelta(days=1)
    proofs = prove(archive.place, (capture.chain for capture in case.captures), since)
    lost = [capture for capture in case.captures if capture.chain not in proofs]
    if lost:
        raise OriginalMissing(f"抓取日志中没有这次抓取：{lost[0].url}", advice="请运行 nianbao archive verify。")
    lines = [_line(proofs[chain]) for chain in dict.fromkeys(capture.chain for capture in case.captures)]
    target.add("chain/lines.json", _json(lines), "抓取日志中的相关行")
    used = {proof.head for proof in proofs.values() if proof.head}
    for head in heads(archive.place):
        if used and head.key >= min(used):
            target.add(f"chain/{head.key}", head.data(), "每日封存记录")
            token = f"{head.key}.tsr"
            if archive.place.exists(token):
                target.add(f"chain/{token}", archive.place.read(token), "时间戳（RFC 3161）")
    if authority:
        target.add(verifier.AUTHORITY, authority, "时间戳服务的证书")
    return sum(not proof.head for proof in proofs.values())


def _line(proof: Proof) -> dict[str, Any]:
    return {
        "key": proof.line.key,
        "number": proof.line.number,
        "text": proof.line.text.decode("ascii"),
        "head": proof.head,
        "steps": [list(step) for step in proof.steps],
    }


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, default=str).encode("utf-8", "surrogatepass") + b"\n"
