"""A ZIP file with one report inside; several readable files are left to a person to choose from."""

from __future__ import annotations

from dataclasses import replace

from crawler.parsing.packages import Package, entry_names
from storage.domain.document import Document
from storage.domain.errors import ReadError, UnknownFormat

MEDIA_TYPES: tuple[str, ...] = ("application/zip",)

_MAX_INSIDE = 50
_PACKAGES = ("word/", "xl/", "ppt/", "OFD.xml", "META-INF/manifest.xml", "[Content_Types].xml")


def sniff(data: bytes) -> bool:
    """Whether this is a ZIP file that is not itself an office document."""
    names = entry_names(data)
    return bool(names) and not any(name.startswith(_PACKAGES) for name in names or ())


def read(data: bytes) -> Document:
    """Read the one report inside. Raises UnknownFormat where there is none, or more than one."""
    from crawler.parsing import detect  # the reader of containers asks all readers, itself included

    package = Package(data)
    names = [n for n in sorted(package.names) if not n.endswith("/") and not n.startswith("__MACOSX/")]
    found: list[Document] = []
    for name in names[:_MAX_INSIDE]:
        inner = package.read(name)
        try:
            _, reader = detect.detect(inner)
        except ReadError:
            continue
        if MEDIA_TYPES[0] not in reader.MEDIA_TYPES:  # no archives inside archives
            found.append(reader.read(inner))
    if not found:
        raise UnknownFormat("压缩包里没有可读的报告")
    if len(found) > 1:
        raise UnknownFormat("压缩包里有多个文件，无法确定哪一个是报告", advice="请解开后逐个检查")
    return replace(found[0], meta={**found[0].meta, "container": "zip"})
