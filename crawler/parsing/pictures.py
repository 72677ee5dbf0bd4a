"""Pictures in a document read by the recogniser, where it is installed; otherwise they stay pictures, and the reading says so. Pure."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace

from crawler.parsing.ocr import engine
from storage.domain.document import Block, Document, ImageBlock, Locator, Problem, TextBlock, paths
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
        places.update(paths(read))
    if not places:
        return replace(document, problems=(*document.problems, *problems))
    problems.append(Problem("read-by-ocr", "部分内容由图片识别得到，数字须经表内关系印证或人工核对"))
    if _mostly(blocks, places):
        problems.append(Problem("text-by-ocr", "正文由图片识别得到，其中的数字没有勾稽关系印证"))
    return replace(document, blocks=tuple(blocks), problems=(*document.problems, *problems), recognised=document.recognised | places)


def _held(block: Block, apart: Sequence[tuple[str, bytes]]) -> Block:
    """A picture the page names, with its bytes where one of those has that name."""
    if not isinstance(block, ImageBlock) or block.data is not None:
        return block
    name = _name(block.at.path)
    data = next((data for address, data in apart if name and _name(address) == name), None)
    return replace(block, data=data) if data else block


def _mostly(blocks: Sequence[Block], places: set[str]) -> bool:
    """Whether most of the running text comes from pictures; words around pictures of tables are little beside a report's own text."""
    texts = [block for block in blocks if isinstance(block, TextBlock)]
    return 2 * sum(len(text.text) for text in texts if text.at.path in places) > sum(len(text.text) for text in texts)


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
