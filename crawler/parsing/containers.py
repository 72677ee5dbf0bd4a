"""The one report inside an archive; several readable files are left to a person to choose from. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from storage.domain.document import Document
from storage.domain.errors import ReadError, UnknownFormat

if TYPE_CHECKING:
    from crawler.parsing.detect import Reader

MEDIA_TYPES = frozenset({"application/zip", "application/vnd.rar"})
MAX_INSIDE = 50


def one_report(members: Iterable[bytes], kind: str) -> Document:
    """Read the one report among an archive's files. Raises UnknownFormat where there is none, or more than one."""
    willing, refused = _willing(members)
    documents = [(reader, data) for reader, data in willing if not reader.MEDIA_TYPES[0].startswith("image/")]
    found: list[Document] = []
    for reader, data in documents or willing:  # pictures beside a document belong to it
        try:
            found.append(reader.read(data))
        except UnknownFormat:
            continue
        except ReadError as error:
            refused = refused or error
    if len(found) + (refused is not None) > 1:
        raise UnknownFormat("压缩包里有多个文件，无法确定哪一个是报告", advice="请解开后逐个检查")
    if refused is not None:
        raise refused
    if not found:
        raise UnknownFormat("压缩包里没有可读的报告")
    return replace(found[0], meta={**found[0].meta, "container": kind})


def _willing(members: Iterable[bytes]) -> tuple[list[tuple[Reader, bytes]], ReadError | None]:
    """The members that a reader takes, archives left out, and the first reason why one could not be told."""
    from crawler.parsing import detect  # the readers of archives ask all readers, themselves included

    willing: list[tuple[Reader, bytes]] = []
    refused: ReadError | None = None
    for data in members:
        try:
            _, reader = detect.detect(data)
        except UnknownFormat:
            continue
        except ReadError as error:
            refused = refused or error
            continue
        if MEDIA_TYPES.isdisjoint(reader.MEDIA_TYPES):  # no archives inside archives
            willing.append((reader, data))
    return willing, refused
