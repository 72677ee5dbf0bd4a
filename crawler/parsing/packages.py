"""ZIP packages of office documents, opened within limits: no bombs, no entities, no network. Pure."""

from __future__ import annotations

import io
import zipfile
import zlib

from lxml import etree

from storage.domain.errors import Corrupt, Encrypted, TooLarge

MAX_MEMBER = 64 * 1024 * 1024
MAX_TOTAL = 256 * 1024 * 1024
MAX_MEMBERS = 5000


def entry_names(data: bytes) -> frozenset[str] | None:
    """Names in a ZIP file's directory, None where these bytes are no ZIP file or the directory is gone."""
    if not data.startswith(b"PK\x03\x04"):
        return None
    try:
        return Package(data).names
    except Corrupt:
        return None
    except (Encrypted, TooLarge):
        return frozenset()


class Package:
    """A ZIP file whose members are read with a ceiling on what they unpack to."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
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
        except (KeyError, zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
            raise Corrupt("文件不完整或已损坏", advice="请重新下载原件") from error
        if len(data) > MAX_MEMBER:
            raise TooLarge("压缩包解开后超过上限")
        return data

    def xml(self, name: str) -> etree._Element:
        """Root element of an XML member. Raises Corrupt; document type declarations are refused."""
        data = self.read(name)
        if b"<!DOCTYPE" in data[:2048] or b"<!ENTITY" in data:
            raise Corrupt("文件里含有不允许的实体声明")
        try:
            parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
            return etree.fromstring(data, parser)
        except etree.XMLSyntaxError as error:
            raise Corrupt("文件内容损坏，无法解析", advice="请重新下载原件") from error
