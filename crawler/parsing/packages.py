"""ZIP packages of office documents, opened within limits: no bombs, no entities, no network. Pure."""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib
from functools import lru_cache

from lxml import etree

from storage.domain.errors import Corrupt, Encrypted, TooLarge

MAX_MEMBER = 64 * 1024 * 1024
MAX_TOTAL = 256 * 1024 * 1024
MAX_MEMBERS = 5000
_BROKEN = (
    KeyError, ValueError, OSError, EOFError, NotImplementedError, RuntimeError, OverflowError,
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error,
)  # fmt: skip
_DECLARATIONS = tuple(text.encode(code) for text in ("<!DOCTYPE", "<!ENTITY") for code in ("ascii", "utf-16-le", "utf-16-be"))


def entry_names(data: bytes) -> frozenset[str] | None:
    """Names in a ZIP file's directory, None where these bytes are no ZIP file or the directory is gone."""
    if not data.startswith(b"PK\x03\x04"):
        return None
    try:
        return opened(data).names
    except Corrupt:
        return None
    except (Encrypted, TooLarge):
        return frozenset()


class Package:
    """A ZIP file whose members are read with a ceiling on what they unpack to."""

    def __init__(self, data: bytes) -> None:
        if data.count(b"PK\x01\x02") > 4 * MAX_MEMBERS:  # before the directory is read: a million entries take half a gigabyte
            raise TooLarge("压缩包解开后超过上限")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except _BROKEN as error:
            raise Corrupt("文件不完整或已损坏", advice="请重新下载原件") from error
        infos = self._zip.infolist()
        if len(infos) > MAX_MEMBERS or sum(info.file_size for info in infos) > MAX_TOTAL:
            raise TooLarge("压缩包解开后超过上限")
        if any(info.flag_bits & 1 for info in infos):
            raise Encrypted("文件设有密码，无法读取", advice="请取得没有密码的版本")
        self.names = frozenset(info.filename for info in infos)

    def read(self, name: str) -> bytes:
        """Bytes of a member. Raises Corrupt or TooLarge."""
        try:
            with self._zip.open(name) as member:
                data = member.read(MAX_MEMBER + 1)
        except _BROKEN as error:
            raise Corrupt("文件不完整或已损坏", advice="请重新下载原件") from error
        if len(data) > MAX_MEMBER:
            raise TooLarge("压缩包解开后超过上限")
        return data

    def xml(self, name: str) -> etree._Element:
        """Root element of an XML member. Raises Corrupt; document type declarations are refused."""
        return secure_xml(self.read(name))


@lru_cache(maxsize=1)
def opened(data: bytes) -> Package:
    """The package in these bytes; the last one is kept, as every reader of packages asks. Raises Corrupt, Encrypted, TooLarge."""
    return Package(data)


def secure_xml(data: bytes) -> etree._Element:
    """Root element of XML bytes. Raises Corrupt; document type declarations are refused in any encoding, nothing is fetched or expanded."""
    if b"!" in data and any(mark in data for mark in _DECLARATIONS):
        raise Corrupt("文件里含有不允许的实体声明")
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Corrupt("文件内容损坏，无法解析", advice="请重新下载原件") from error
    if root is None or root.getroottree().docinfo.internalDTD is not None:
        raise Corrupt("文件里含有不允许的实体声明")
    return root
