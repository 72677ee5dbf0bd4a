"""Foreign bytes end as a typed error, within time and size, in a child that can be lost."""

from __future__ import annotations

import os
import signal
import struct
import time
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from crawler.demo.filled_form import Wanted, make_facts, render_docx, render_html
from crawler.parsing.rendering import evidence, fonts, png
from crawler.parsing.rendering.drawn_pages import DrawnPages
from crawler.parsing.rendering.renderer import Renderer
from crawler.parsing.rendering.sheet import MAX_SIDE
from crawler.parsing.sandbox import Child, Limits
from storage.domain.document import Document, GridBlock, GridCell, Locator, Problem, TextBlock
from storage.domain.errors import NianbaoError, ReadError

FACTS = make_facts(5, Wanted("示例市水务局", 2024))


def bomb() -> bytes:
    """A PNG of a few bytes that says it is 60,000 pixels wide and high."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\x00" * 1000)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00" * 100,
        b"%PDF-1.7 nothing",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0",
        b"PK\x03\x04 gone",
        bomb(),
        b"II*\x00" + b"\xff" * 40,
    ],
    ids=["empty", "zeros", "pdf", "png", "jpeg", "zip", "bomb", "tiff"],
)
def test_what_cannot_be_shown_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(ReadError) as caught:
        evidence.render_page(data, page=1)
    assert caught.value.message


@settings(max_examples=15, deadline=None)
@given(start=st.integers(0, 20_000), junk=st.binary(min_size=1, max_size=40), kind=st.sampled_from([0, 1]))
def test_damaged_files_are_shown_or_refused(start: int, junk: bytes, kind: int) -> None:
    data = [render_html(FACTS).encode(), render_docx(FACTS)][kind]
    damaged = data[: start % len(data)] + junk + data[start % len(data) + len(junk) :]
    try:
        shown = evidence.render_page(damaged, page=1)
    except NianbaoError:
        return
    assert len(shown.png) <= png.LIMIT


def test_a_table_of_huge_spans_stays_within_bounds() -> None:
    wide = tuple(GridCell(0, column, "9" * 50, Locator(f"t/{column}")) for column in range(4000))
    high = tuple(GridCell(row, 0, "一" * 30, Locator(f"u/{row}")) for row in range(2000))
    pages = DrawnPages(
        Document("text/html", (GridBlock(wide, Locator("t")), GridBlock(high, Locator("u")), TextBlock("字" * 40_000, Locator("p"))))
    )
    for address in ("t/3999", "u/1999", "p"):
        place = pages.find(Locator(address))
        assert place is not None
        assert 0 <= place.box.left < place.box.right <= 1
        assert 0 <= place.box.top < place.box.bottom <= 1
    assert pages.count <= 500
    for page in (1, 2, pages.count):
        image = pages.image(page)
        assert max(image.size) <= MAX_SIDE
        assert len(png.encode(image)[0]) <= png.LIMIT


def test_noise_is_made_smaller_until_it_fits() -> None:
    noise = Image.effect_noise((2000, 2800), 90)
    data, width, height = png.encode(noise)
    assert len(data) <= png.LIMIT
    assert width / height == pytest.approx(2000 / 2800, rel=0.01)


def test_characters_without_a_shape_are_drawn_as_a_box_and_said() -> None:
    pen = fonts.pen(22)
    shown = evidence.render_page("<p>甲\U000f1234乙</p>".encode(), page=1)
    assert "\U000f1234" in pen.unknown
    if fonts.has_chinese():
        assert "没有字形" in shown.caption
        assert pen.shown("公") == "公"
    else:
        assert "没有中文字体" in shown.caption


def test_without_a_chinese_font_the_caption_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    fonts.pen.cache_clear()
    monkeypatch.setattr(fonts, "_chinese", lambda: None)
    try:
        shown = evidence.render_page(render_html(FACTS).encode(), page=1)
    finally:
        fonts.pen.cache_clear()
    assert "本机没有中文字体" in shown.caption


def test_the_child_draws_what_the_function_draws_and_keeps_it() -> None:
    data = render_html(FACTS).encode()
    renderer = Renderer()
    try:
        first = renderer.page(data, page=1)
        assert first == evidence.render_page(data, page=1)
        assert renderer.page(data, page=1) is first
        with pytest.raises(ReadError):
            renderer.page(b"%PDF-1.7 nothing", page=1)
        places = renderer.places(data, locators={"a": Locator("table[2]/tr[5]/td[2]"), "b": Locator("nowhere")})
        assert set(places) == {"a"}
    finally:
        renderer.close()


def spin(data: bytes) -> None:
    """Never ends."""
    while True:
        pass


def die(data: bytes) -> None:
    """A vendor's crash."""
    os.kill(os.getpid(), signal.SIGSEGV)


@pytest.mark.parametrize(("work", "code"), [(spin, "parse-timeout"), (die, "parser-crashed")])
def test_a_lost_child_is_a_problem_and_not_the_end(work: object, code: str) -> None:
    child = Child(work, Limits(cpu_seconds=1, wall_seconds=20.0))  # type: ignore[arg-type]
    started = time.monotonic()
    try:
        for _ in range(2):
            answer = child.ask(b"")
            assert isinstance(answer, Problem)
            assert answer.code == code
    finally:
        child.close()
    assert time.monotonic() - started < 60


def test_what_one_original_lacks_is_not_said_of_the_next() -> None:
    """Found by the order of tests: the note on missing shapes stuck to every page drawn later in the same process."""
    strange = evidence.render_page("第一行 \U000f1234\n".encode(), page=1)
    assert "没有字形" in strange.caption
    plain = evidence.render_page("第一行\n".encode(), page=1)
    assert "没有字形" not in plain.caption
