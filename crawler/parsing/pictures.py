"""Pictures in a document read by the recogniser, where it is installed; otherwise they stay pictures, and the reading says so. Pure."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import replace

from crawler.parsing.ocr import engine
from storage.domain.document import Block, Document, GridBlock, ImageBlock, Locator, Problem, TextBlock
from storage.domain.errors import ReadError

_MOST_PICTURES = 60


def recognised(document: Document, apart: Sequence[tuple[str, bytes]] = ()) -> Document:
    """The document with every picture it holds replaced by what stands on it; the same where there is none or no recogniser.

    `apart` are pictures that a page names and others hold: address or name, and bytes.
    """
    if apart and engine.available():
        document = replace(document, blocks=tuple(_held(block, apart) for block in document.blocks))
    held = [block for block in document.blocks if isinstance(block, ImageBlock) and block.data is not None]
    if not held or not engine.available():
        return document
    blocks: list[Block] = []
    problems: list[Problem] = []
    places: set[str] = set()
    for number, block in enumerate(document.blocks):
        if not (isinstance(block, ImageBlock) and block.data is not None) or len(problems) > _MOST_PICTURES:
            blocks.append(block)
            continue
        read = _read(block.data, block.at if block.at.path else Locator(f"picture[{number + 1}]"), problems)
        blocks.extend(read or [block])
        places.update(_paths(read))
    if not places:
        return replace(document, problems=(*document.problems, *problems))
    note = Problem("read-by-ocr", "部分内容由图片识别得到，数字须经表内关系印证或人工核对")
    return replace(document, blocks=tuple(blocks), problems=(*document.problems, *problems, note), recognised=frozenset(places))


def _held(block: Block, apart: Sequence[tuple[str, bytes]]) -> Block:
    """A picture the page names, with its bytes where one of those has that name."""
    if not isinstance(block, ImageBlock) or block.data is not None:
        return block
    name = _name(block.at.path)
    data = next((data for address, data in apart if name and _name(address) == name), None)
    return replace(block, data=data) if data else block


def _name(address: str) -> str:
    """The last part of an address; a query tells files apart where servers give all of them one name."""
    return address.rpartition("/")[2].partition("#")[0].lower()


def _read(data: bytes, at: Locator, problems: list[Problem]) -> list[Block]:
    from crawler.parsing.ocr import pages

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what a decoder remarks on a damaged picture; what it cannot decode is an error
            found = pages.blocks(data, at)
    except ReadError as error:
        problems.append(Problem("picture-not-read", f"图片未能识别：{error.message}", at=str(at)))
        return []
    if not found:
        problems.append(Problem("picture-not-read", "图片上没有识别出文字或表格", at=str(at)))
    return found


def _paths(blocks: Iterable[Block]) -> Iterable[str]:
    for block in blocks:
        if isinstance(block, GridBlock):
            yield from (cell.at.path for cell in block.cells)
        elif isinstance(block, TextBlock):
            yield block.at.path
