"""Whoever writes what duties are judged by says so in the same function, or the judging of what changed would overlook it."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EVIDENCE = {"visits", "sightings", "reports", "report_versions", "readings", "duty_decisions"}
REGISTRY = {"bodies", "portals", "entry_points", "entry_point_bodies"}
WRITES = {"insert", "update", "delete", "upsert", "upsert_rows", "insert_new", "insert_missing"}
TELLS = {"of_entry_points", "of_portal", "of_bodies", "of_versions", "of_everything"}

NO_MATTER = {
    ("storage/readings.py", "check_figures"): "what a duty is judged by is not among the figures",
    ("storage/arrivals.py", "_report_ids"): "`record` tells",
    ("storage/bodies.py", "confirm_children"): "whether all under a body are registered concerns sums, not what is owed",
    ("storage/portals.py", "add_entry_point"): "a list of nobody; `link_bodies` tells whose it is",
    ("storage/portals.py", "set_health"): "how well we see is no evidence; the visits are",
    ("storage/portals.py", "set_family"): "how a list is read is no evidence",
    ("storage/portals.py", "set_validators"): "what a server said for the next time is no evidence",
    ("storage/discoveries.py", "_watch"): "how sure we were of a list is no evidence",
    ("storage/reports.py", "_replace_others"): "`record_version` tells",
    ("storage/reports.py", "_see_again"): "`record_version` tells",
}


def test_every_writer_of_evidence_tells_of_the_change() -> None:
    silent = set()
    for path in sorted((ROOT / "storage").glob("*.py")):
        for function in (node for node in ast.walk(ast.parse(path.read_text(encoding="utf8"))) if isinstance(node, ast.FunctionDef)):
            calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
            writes = any(_name(call) in WRITES and _tables(call) & (EVIDENCE | REGISTRY) for call in calls)
            if writes and not any(_name(call) in TELLS for call in calls):
                silent.add((path.relative_to(ROOT).as_posix(), function.name))
    assert silent - set(NO_MATTER) == set(), "say it by storage.changes, or here why it is no matter"


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id if isinstance(call.func, ast.Name) else ""


def _tables(call: ast.Call) -> set[str]:
    return {argument.id for argument in call.args if isinstance(argument, ast.Name)}
