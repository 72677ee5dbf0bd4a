"""Readings: what each version of the parser saw in each version of a report, whole, compressed, and never overwritten."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from operator import itemgetter
from typing import Any

import zstandard
from sqlalchemy import Connection, Row, Select, func, select, update

from storage import changes, figures
from storage.codec import from_plain, to_plain
from storage.domain.enums import DateKind
from storage.domain.errors import NotFoundError, StoreError
from storage.domain.ids import BodyId, CellPath
from storage.domain.reports import Cell, ParsedReport
from storage.figures import common_cell, placeless
from storage.packing import unpack
from storage.schema import readings, report_versions, reports
from storage.statements import CHUNK, chunks, clip, insert_new

PAYLOAD_LIMIT = 256 * 2**20
"""Largest unpacked payload that is read back; a report of 200 pages takes under 2 MiB."""


_NUMBER = itemgetter("at", "kind", "raw", "value")
OF_NO_TABLE = ("title", "sections", "claims", "dates", "text", "meta")
OF_NO_SECTION = ("title", "cells", "claims", "dates", "text", "meta")


@dataclass(frozen=True, slots=True)
class StoredReading:
    """One reading as stored."""

    id: int
    version_id: int
    parser_version: str
    created_at: datetime
    parsed: ParsedReport


def encode(parsed: ParsedReport) -> bytes:
    """The reading as zstd-compressed JSON; the same reading always gives the same bytes."""
    text = json.dumps(to_plain(parsed), ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False)
    return zstandard.ZstdCompressor(level=6).compress(text.encode("utf-8", "surrogatepass"))


def decode(payload: bytes) -> ParsedReport:
    """The reading again, equal to the one encoded. Raises StoreError when the bytes are damaged."""
    return _decoded(payload, ())


def _decoded(payload: bytes, without: Sequence[str], *, places: bool = True) -> ParsedReport:
    """The reading, some parts of it left out; without `places` its cells do not say where they stand."""
    try:
        text = unpack(payload, PAYLOAD_LIMIT)
        plain = json.loads(text.decode("utf-8", "surrogatepass"))
        for name in without:
            plain.pop(name, None)
        cells = _cells(plain.pop("cells", {}), places=places)
        return replace(from_plain(ParsedReport, plain), cells=cells)
    except (zstandard.ZstdError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreError("数据库中的读取结果已损坏", kept="原件不受影响。", advice="可运行 nianbao report reextract 重新读取。") from error


def _cells(plain: Mapping[CellPath, dict[str, Any]], *, places: bool) -> dict[CellPath, Cell]:
    """One and the same cell for all that print the same at the same place: most of a table is zeros, and forms are filled in templates.

    Making a cell and its place anew takes four times as long, and a reading has two hundred.
    """
    found: dict[CellPath, Cell] = {}
    for path, one in plain.items():
        try:
            place, kind, raw, value = _NUMBER(one)
            if len(one) == 4 and len(place) == 1 and type(value) is int:  # nothing said but these four
                found[path] = common_cell(kind, raw, value, place["path"] if places else None)
                continue
        except KeyError:
            pass
        found[path] = _cell(one) if places else placeless(_cell(one))
    return found


def _cell(plain: dict[str, Any]) -> Cell:
    """A cell that is no plain number: a blank or a dash, seldom one with a doubt, a note or a box."""
    place = plain.get("at")
    if len(plain) == 1 + ("raw" in plain) + (place is not None) and (place is None or len(place) == 1):
        return common_cell(plain["kind"], plain.get("raw", ""), None, None if place is None else place["path"])
    return from_plain(Cell, plain)


def record(connection: Connection, version_id: int, parsed: ParsedReport, now: datetime) -> int:
    """Store a reading; its id, or that of the one there is: one version of the parser reads one version of a report once."""
    values = {
        "version_id": version_id,
        "parser_version": parsed.parser_version,
        "created_at": now,
        "quality": parsed.reading.quality.value,
        "form": parsed.form.value if parsed.form else "",
        "report_year": parsed.report_year,
        "body_name": clip(parsed.body.name, 200) if parsed.body else "",
        "payload": encode(parsed),
        "figures": figures.encode(parsed),
        "dates": [[mention.kind.value, mention.value.isoformat()] for mention in parsed.dates],
    }
    if insert_new(connection, readings, values, key=["version_id", "parser_version"]):
        changes.of_versions(connection, [version_id])
    same = (readings.c.version_id == version_id, readings.c.parser_version == parsed.parser_version)
    return int(connection.execute(select(readings.c.id).where(*same)).scalar_one())


def get(connection: Connection, reading_id: int) -> StoredReading:
    """The reading of that id. Raises NotFoundError."""
    row = connection.execute(select(readings).where(readings.c.id == reading_id)).one_or_none()
    if row is None:
        raise NotFoundError(f"没有这次读取结果：{reading_id}")
    return _reading(row)


def tables_of(connection: Connection, reading_ids: Iterable[int]) -> dict[int, ParsedReport]:
    """Those of the given readings that exist, with the tables and what tells whose report it is; no text, and no places in the original.

    What others' reports are compared by, taken from the figures beside the reading; from the reading where there are none yet.
    """
    found: dict[int, ParsedReport] = {}
    for chunk in chunks(sorted(set(reading_ids)), CHUNK):
        query = select(readings.c.id, readings.c.figures).where(readings.c.id.in_(chunk)).order_by(readings.c.id)
        for row in connection.execute(query):
            known = None if row.figures is None else figures.decode(row.figures)
            found[row.id] = _tables_inside(connection, row.id) if known is None else known
    return found


def _tables_inside(connection: Connection, reading_id: int) -> ParsedReport:
    payload = connection.execute(select(readings.c.payload).where(readings.c.id == reading_id)).scalar_one()
    return _decoded(payload, OF_NO_TABLE, places=False)


@dataclass(frozen=True, slots=True)
class FiguresCheck:
    """What a look at some readings' figures found: the last one looked at, how many had none yet or those of an older program, and those
    that said something else.
    """

    last: int
    filled: int = 0
    differing: tuple[int, ...] = ()


def count(connection: Connection) -> int:
    """How many readings are stored."""
    return int(connection.execute(select(func.count()).select_from(readings)).scalar_one())


def check_figures(connection: Connection, after: int, limit: int) -> FiguresCheck:
    """Compare the figures beside readings with the readings, `limit` of them after a given id, and set right what differs.

    The reading is what holds. Those stored before figures were kept, or with figures as an older program wrote them, get today's: that
    those are not the same is no fault. A damaged reading is left to whoever needs it.
    """
    columns = (readings.c.id, readings.c.payload, readings.c.figures)
    rows = connection.execute(select(*columns).where(readings.c.id > after).order_by(readings.c.id).limit(limit)).all()
    filled, differing = 0, []
    for row in rows:
        try:
            wanted = figures.encode(decode(row.payload))
        except StoreError:
            continue
        if row.figures == wanted:
            continue
        if row.figures is None or figures.written_by(row.figures) not in {None, figures.writer()}:
            filled += 1
        elif figures.decode(row.figures) != figures.decode(wanted):
            differing.append(row.id)
        connection.execute(update(readings).where(readings.c.id == row.id).values(figures=wanted))
    return FiguresCheck(rows[-1].id if rows else 0, filled, tuple(differing))


def texts_of(connection: Connection, reading_ids: Iterable[int]) -> dict[int, dict[int, str]]:
    """The text of each section, by its number, of those of the given readings that exist."""
    found = {row.id: _decoded(row.payload, OF_NO_SECTION) for row in _payloads(connection, reading_ids)}
    return {reading_id: _joined(parsed) for reading_id, parsed in found.items()}


def _joined(parsed: ParsedReport) -> dict[int, str]:
    texts: dict[int, str] = {}
    for section in parsed.sections:
        texts[section.number] = texts.get(section.number, "") + section.text
    return texts


def _payloads(connection: Connection, reading_ids: Iterable[int]) -> Iterator[Any]:
    for chunk in chunks(sorted(set(reading_ids)), CHUNK):
        yield from connection.execute(select(readings.c.id, readings.c.payload).where(readings.c.id.in_(chunk)).order_by(readings.c.id))


def get_many(connection: Connection, reading_ids: Iterable[int]) -> tuple[StoredReading, ...]:
    """Those of the given readings that exist, by id."""
    found: list[StoredReading] = []
    for chunk in chunks(sorted(set(reading_ids)), CHUNK):
        found += [_reading(row) for row in connection.execute(select(readings).where(readings.c.id.in_(chunk)).order_by(readings.c.id))]
    return tuple(found)


def newest(connection: Connection, version_id: int) -> StoredReading | None:
    """The newest reading of one version of a report."""
    query = select(readings).where(readings.c.version_id == version_id).order_by(readings.c.id.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    return None if row is None else _reading(row)


def dates_of(connection: Connection, version_ids: Iterable[int]) -> dict[int, tuple[tuple[DateKind, date], ...]]:
    """The dates that the newest reading of each version found inside the document, by version; versions never read are left out.

    Kept beside the reading, so that judging tens of thousands of duties unpacks none. One stored before dates were kept is unpacked.
    """
    found: dict[int, tuple[tuple[DateKind, date], ...]] = {}
    for chunk in chunks(sorted(set(version_ids)), CHUNK):
        newest_ids = select(func.max(readings.c.id)).where(readings.c.version_id.in_(chunk)).group_by(readings.c.version_id)
        query = select(readings.c.id, readings.c.version_id, readings.c.dates).where(readings.c.id.in_(newest_ids))
        for row in connection.execute(query):
            kept = row.dates if row.dates is not None else _dates_inside(get(connection, row.id))
            found[row.version_id] = tuple((DateKind.of(kind), date.fromisoformat(on)) for kind, on in kept)
    return found


def _dates_inside(reading: StoredReading) -> list[tuple[str, str]]:
    return [(mention.kind.value, mention.value.isoformat()) for mention in reading.parsed.dates]


def newest_for(connection: Connection, body_id: BodyId, report_year: int) -> StoredReading | None:
    """The newest reading of the version that stands on the portal now, else of the last one that stood there."""
    joined = readings.join(report_versions, readings.c.version_id == report_versions.c.id)
    joined = joined.join(reports, report_versions.c.report_id == reports.c.id)
    query = (
        select(readings)
        .select_from(joined)
        .where(reports.c.body_id == body_id, reports.c.report_year == report_year)
        .order_by(report_versions.c.gone_since.is_not(None), report_versions.c.number.desc(), readings.c.id.desc())
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else _reading(row)


def _reading(row: Row[Any]) -> StoredReading:
    return StoredReading(row.id, row.version_id, row.parser_version, row.created_at, decode(row.payload))


def newest_ids(connection: Connection, body_ids: Iterable[BodyId]) -> dict[tuple[BodyId, int], int]:
    """The id of the reading `newest_for` gives, of every report (body and report year) of these bodies that has one."""
    found: dict[tuple[BodyId, int], int] = {}
    for chunk in chunks(dict.fromkeys(body_ids), CHUNK):
        found |= {(BodyId(row.body_id), row.report_year): row.id for row in connection.execute(_newest(chunk))}
    return found


def _newest(body_ids: Sequence[BodyId]) -> Select[Any]:
    joined = readings.join(report_versions, readings.c.version_id == report_versions.c.id)
    joined = joined.join(reports, report_versions.c.report_id == reports.c.id)
    order = (report_versions.c.gone_since.is_not(None), report_versions.c.number.desc(), readings.c.id.desc())
    rank = func.row_number().over(partition_by=reports.c.id, order_by=order)
    ranked = select(readings.c.id, reports.c.body_id, reports.c.report_year, rank.label("rank")).select_from(joined)
    ranks = ranked.where(reports.c.body_id.in_(body_ids)).subquery()
    return select(ranks.c.id, ranks.c.body_id, ranks.c.report_year).where(ranks.c.rank == 1)
