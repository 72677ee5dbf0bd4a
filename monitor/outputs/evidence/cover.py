"""The cover page of an evidence pack: what is in it, what it shows and does not show, how to check it; one file, nothing loaded."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.outputs.evidence.collect import Case
from monitor.outputs.evidence.target import Written
from monitor.web.templating import environment


def cover(case: Case, files: Sequence[Written], open_lines: int) -> str:
    """The page as HTML. `open_lines` of the captures are of a day that is not sealed yet."""
    routes = {one.id: one.url for one in case.entry_points}
    names = {one.sha256: one.path for one in files}
    template = environment().get_template("evidence_pack.html")
    return template.render(case=case, files=files, routes=routes, names=names, open_lines=open_lines)
