"""Reports and their versions: one appears when the meaning of a report's page or one of its files changes, and is never overwritten.

Of the versions at one address at most one stands (`gone_since` is None): the one seen there last.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, func, insert, or_, select, update

from storage import changes
from storage.codec import from_plain, to_plain
from storage.domain.enums import BodyKind, DateKind
from storage.domain.errors import NotFoundError
from storage.domain.ids import BodyId, Sha256
from storage.domain.originals import NewVersion, Part, ReportVersion, parts_digest
from storage.domain.reports import DateMention
from storage.schema import bodies, readings, report_versions, reports
from storage.statements import CHUNK, chunks, clip, insert_new, plain, url_of

_JOINED = report_versions.join(reports, report_versions.c.report_id == reports.c.id)
_COLUMNS = (*report_versions.c, reports.c.body_id, reports.c.report_year)


def record_version(
    connection: Connection, body_id: BodyId, report_year: int, found: NewVersion, now: datetime
) -> tuple[ReportVersion, bool]:
    """What stands at the report's address now: the version it is, and whether that is a new one.

    The same bytes with the same parts, or the same meaning with the same parts, are the version already there; it is then marked as
    seen, and no longer gone. A publication date is filled in once and not replaced.
    """
    insert_new(connection, reports, {"body_id": body_id, "report_year": report_year, "created_at": now}, key=["body_id", "report_year"])
    where = and_(reports.c.body_id == body_id, reports.c.report_year == report_year)
    report_id = connection.execute(select(reports.c.id).where(where).with_for_update()).scalar_one()
    changes.of_bodies(connection, [body_id])
    before = _same(connection, report_id, found)
    if before is not None:
        _see_again(connection, before, found, now)
        _replace_others(connection, before, now)
        return get_version(connection, before.id), False
    number = connection.execute(select(func.max(report_versions.c.number)).where(report_versions.c.report_id == report_id)).scalar()
    values = values_of(found) | {"report_id": report_id, "number": (number or 0) + 1, "first_seen_at": now, "last_seen_at": now}
    made = connection.execute(insert(report_versions).values(**values)).inserted_primary_key
    assert made is not None
    version = get_version(connection, made[0])
    _replace_others(connection, version, now)
    return version, True


def _replace_others(connection: Connection, standing: ReportVersion, now: datetime) -> None:
    """An address shows one version at a time, also when an earlier one comes back."""
    others = and_(
        report_versions.c.report_id == standing.report_id,
        report_versions.c.url == url_of(standing.found.url),
        report_versions.c.id != standing.id,
        report_versions.c.gone_since.is_(None),
    )
    connection.execute(update(report_versions).where(others).values(gone_since=now))


def _same(connection: Connection, report_id: int, found: NewVersion) -> ReportVersion | None:
    bytes_equal = report_versions.c.main_sha256 == found.main_sha256
    meaning_equal = and_(report_versions.c.text_sha256 == found.text_sha256, report_versions.c.text_sha256 != "")
    here = and_(
        report_versions.c.report_id == report_id,
        report_versions.c.url == url_of(found.url),
        report_versions.c.parts_sha256 == parts_digest(found.parts),
    )
    query = select(*_COLUMNS).select_from(_JOINED).where(here, or_(bytes_equal, meaning_equal))
    row = connection.execute(query.order_by(bytes_equal.desc(), report_versions.c.number.desc()).limit(1)).one_or_none()
    return None if row is None else _version(row)


def _see_again(connection: Connection, before: ReportVersion, found: NewVersion, now: datetime) -> None:
    values: dict[str, Any] = {"last_seen_at": max(now, before.last_seen_at), "gone_since": None}
    if before.found.published_on is None and found.published_on is not None:
        values |= {"published_on": found.published_on, "published_source": found.published_source or ""}
    if found.dates and not before.found.dates:
        values["dates"] = plain(to_plain(found.dates))
    connection.execute(update(report_versions).where(report_versions.c.id == before.id).values(**values))


def get_version(connection: Connection, version_id: int) -> ReportVersion:
    """The version of that id. Raises NotFoundError."""
    row = connection.execute(select(*_COLUMNS).select_from(_JOINED).where(report_versions.c.id == version_id)).one_or_none()
    if row is None:
        raise NotFoundError(f"没有这份年报版本：{version_id}")
    return _version(row)


def versions(connection: Connection, body_id: BodyId, report_year: int) -> tuple[ReportVersion, ...]:
    """All versions of one report, the oldest first; empty when nothing was ever found."""
    query = select(*_COLUMNS).select_from(_JOINED).where(reports.c.body_id == body_id, reports.c.report_year == report_year)
    return tuple(_version(row) for row in connection.execute(query.order_by(report_versions.c.number)))


def current(connection: Connection, body_id: BodyId, report_year: int) -> ReportVersion | None:
    """The newest version that stands on the portal, else the newest that stood there."""
    found = versions(connection, body_id, report_year)
    standing = [version for version in found if version.gone_since is None]
    chosen = standing or found
    return chosen[-1] if chosen else None


def list_current(
    connection: Connection, report_year: int | None = None, *, division_prefix: str = "", limit: int | None = None, offset: int = 0
) -> tuple[ReportVersion, ...]:
    """The current version of every report, by year (newest first), division and body."""
    rank = func.row_number().over(
        partition_by=report_versions.c.report_id, order_by=(report_versions.c.gone_since.is_not(None), report_versions.c.number.desc())
    )
    ranked = select(report_versions.c.id, rank.label("rank")).subquery()
    query = (
        select(*_COLUMNS)
        .select_from(_JOINED.join(ranked, ranked.c.id == report_versions.c.id).join(bodies, bodies.c.id == reports.c.body_id))
        .where(ranked.c.rank == 1)
        .order_by(reports.c.report_year.desc(), bodies.c.division_code, bodies.c.id)
    )
    if report_year is not None:
        query = query.where(reports.c.report_year == report_year)
    if division_prefix:
        query = query.where(bodies.c.division_code.startswith(division_prefix, autoescape=True))
    return tuple(_version(row) for row in connection.execute(query.limit(limit).offset(offset)))


def keys(connection: Connection, report_year: int | None = None) -> tuple[tuple[BodyId, int], ...]:
    """Body and year of every report there is, in the order in which what stands around one is at hand: place by place, body by body.

    The years of a body come together, the oldest first; a government comes after the departments of its place.
    """
    query = select(reports.c.body_id, reports.c.report_year).join(bodies, bodies.c.id == reports.c.body_id)
    if report_year is not None:
        query = query.where(reports.c.report_year == report_year)
    last = (bodies.c.kind == BodyKind.GOVERNMENT.value).asc()
    rows = connection.execute(query.order_by(bodies.c.division_code, last, reports.c.body_id, reports.c.report_year))
    return tuple((BodyId(row.body_id), row.report_year) for row in rows)


def pending(connection: Connection, parser_version: str, limit: int) -> tuple[ReportVersion, ...]:
    """Versions this parser has not read yet, the oldest first."""
    done = select(readings.c.id).where(readings.c.version_id == report_versions.c.id, readings.c.parser_version == parser_version).exists()
    query = select(*_COLUMNS).select_from(_JOINED).where(~done).order_by(report_versions.c.id).limit(limit)
    return tuple(_version(row) for row in connection.execute(query))


def mark_gone(connection: Connection, version_id: int, now: datetime) -> None:
    """The report no longer stands at its address; the first such moment holds."""
    standing = and_(report_versions.c.id == version_id, report_versions.c.gone_since.is_(None))
    connection.execute(update(report_versions).where(standing).values(gone_since=now))
    changes.of_versions(connection, [version_id])


def mark_seen(connection: Connection, version_ids: Iterable[int], now: datetime) -> None:
    """These versions still stand (an unchanged answer is enough)."""
    for chunk in chunks(version_ids, CHUNK):
        seen = and_(report_versions.c.id.in_(chunk), report_versions.c.last_seen_at <= now)
        connection.execute(update(report_versions).where(seen).values(last_seen_at=now, gone_since=None))
        changes.of_versions(connection, chunk)


def values_of(found: NewVersion) -> dict[str, Any]:
    """The columns of a version that say what was found."""
    return {
        "url": url_of(found.url),
        "title": clip(found.title, 500),
        "main_sha256": found.main_sha256,
        "parts": plain(to_plain(found.parts)),
        "parts_sha256": parts_digest(found.parts),
        "text_sha256": found.text_sha256,
        "carrier": found.carrier,
        "dates": plain(to_plain(found.dates)),
        "published_on": found.published_on,
        "published_source": found.published_source.value if found.published_source else "",
    }


def _version(row: Row[Any]) -> ReportVersion:
    published: date | None = row.published_on
    found = NewVersion(
        url=row.url,
        main_sha256=Sha256(row.main_sha256),
        title=row.title,
        parts=tuple(from_plain(Part, part) for part in row.parts),
        text_sha256=row.text_sha256,
        carrier=row.carrier,
        dates=tuple(from_plain(DateMention, mention) for mention in row.dates),
        published_on=published,
        published_source=DateKind.of(row.published_source) if row.published_source else None,
    )
    return ReportVersion(
        id=row.id,
        report_id=row.report_id,
        body_id=BodyId(row.body_id),
        report_year=row.report_year,
        number=row.number,
        found=found,
        first_seen_at=row.first_seen_at,
        last_seen_at=row.last_seen_at,
        gone_since=row.gone_since,
    )


def versions_of(connection: Connection, body_ids: Iterable[BodyId], report_years: Iterable[int] | None = None) -> tuple[ReportVersion, ...]:
    """All versions of all reports of these bodies, of all years or of these, per report the oldest first."""
    found: list[ReportVersion] = []
    of_years = [] if report_years is None else [reports.c.report_year.in_(sorted(set(report_years)))]
    for chunk in chunks(dict.fromkeys(body_ids), CHUNK):
        query = select(*_COLUMNS).select_from(_JOINED).where(reports.c.body_id.in_(chunk), *of_years)
        found += [_version(row) for row in connection.execute(query.order_by(report_versions.c.report_id, report_versions.c.number))]
    return tuple(found)
