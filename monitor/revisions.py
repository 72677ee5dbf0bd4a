"""What changed from one version of a report to the next at the same address: figures, text, attachments. Pure but for `before`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from storage import readings, reports
from storage.domain.enums import ReadingQuality
from storage.domain.originals import Part, ReportVersion
from storage.domain.reports import ParsedReport
from storage.readings import StoredReading


@dataclass(frozen=True, slots=True)
class Revision:
    """How a version differs from the one before it. `figures` and `text` are None where one of the two could not be read."""

    figures: int | None
    text: bool | None
    added: int = 0
    removed: int = 0
    replaced: int = 0

    def in_words(self) -> str:
        """One Chinese phrase for people; it names what was looked at and found the same, too."""
        if self.figures is None:
            said = ["有一版无法读取，未能比对表格"]
        else:
            said = [f"表格有{self.figures}处不同" if self.figures else "表格数字未见不同"]
            said += ["文字有改动"] if self.text else []
        files = ((self.replaced, "替换"), (self.added, "增加"), (self.removed, "减少"))
        return "，".join([*said, *(f"附件{what}{count}个" for count, what in files if count)])


def revision(before: tuple[ReportVersion, ParsedReport], after: tuple[ReportVersion, ParsedReport]) -> Revision:
    """Compare two versions by what is printed in them; a figure read otherwise is a difference, whatever it means."""
    figures, text = _inside(before[1], after[1])
    old, new = _files(before[0].found.parts), _files(after[0].found.parts)
    # A portal names a file anew when it replaces it, so files are told apart by their places where those stay, else by their bytes.
    replaced = sum(old[url] != new[url] for url in old.keys() & new.keys())
    gone, come = [old[url] for url in old.keys() - new.keys()], [new[url] for url in new.keys() - old.keys()]
    moved = sum(min(gone.count(sha), come.count(sha)) for sha in set(gone))
    return Revision(figures, text, added=len(come) - moved, removed=len(gone) - moved, replaced=replaced)


def _inside(before: ParsedReport, after: ParsedReport) -> tuple[int | None, bool | None]:
    if ReadingQuality.NONE in {before.reading.quality, after.reading.quality}:
        return None, None
    cells = [path for path in {*before.cells, *after.cells} if before.cell(path).raw.strip() != after.cell(path).raw.strip()]
    return len(cells), "".join(before.text.split()) != "".join(after.text.split())


def _files(parts: Sequence[Part]) -> dict[str, str]:
    return {part.url or part.name: part.sha256 for part in parts}


def before(connection: Connection, version: ReportVersion) -> tuple[ReportVersion, StoredReading] | None:
    """The version that stood at the same address until this one came, with its newest reading; None where none was read."""
    known = reports.versions(connection, version.body_id, version.report_year)
    same_place = [one for one in known if one.number < version.number and one.found.url == version.found.url]
    if not same_place:
        return None
    # An earlier version may have come back in between: the one replaced last is the one that stood.
    last = max(same_place, key=lambda one: (one.gone_since or one.last_seen_at, one.number))
    stored = readings.newest(connection, last.id)
    return None if stored is None else (last, stored)
