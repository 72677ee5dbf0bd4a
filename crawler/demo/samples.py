"""A seeded stream of generated reports over all carriers, editions, slips and damages, each with its truth; for tests and measurements."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from crawler.demo import slips
from crawler.demo.damage import BLOCK_DAMAGE, DESTROYS, LINE_DAMAGE, TAB_DAMAGE, BlockDamage, Blocks, TextDamage
from crawler.demo.facts import ReportFacts
from crawler.demo.layout import lay_out
from crawler.demo.render_aligned import render_aligned
from crawler.demo.render_docx import render_docx
from crawler.demo.render_html import render_html
from crawler.demo.render_ofd import render_ofd
from crawler.demo.render_pdf import render_pdf
from crawler.demo.render_rtf import render_rtf
from crawler.demo.render_text import Shape, render_text
from crawler.demo.render_xlsx import render_xlsx
from crawler.demo.sampling import Wanted, make_facts
from storage.domain.enums import Edition

_BODIES = ("示例市教育局", "示例市公安局", "样本县卫生健康局", "示例市城市管理综合行政执法局", "样本县城关街道办事处")


@dataclass(frozen=True, slots=True)
class Sample:
    """One generated file. `damage` names what was done to it; `destroys` says that not every figure can be told any more."""

    number: int
    carrier: str
    damage: tuple[str, ...]
    data: bytes
    facts: ReportFacts

    @property
    def destroys(self) -> bool:
        """Whether a reader may be unable to tell every figure (it must then say so)."""
        return self.carrier in _BORDERLESS or bool(DESTROYS & set(self.damage))


Slip = Callable[[ReportFacts], ReportFacts]

_SLIPS: tuple[Slip, ...] = (
    slips.row_sum_error,
    slips.detail_error,
    slips.balance_error,
    slips.totals_left_zero,
    slips.litigation_total_zero,
    slips.text_against_table,
    slips.blank_zeros,
    slips.dashes_for_zeros,
    slips.all_zero,
    slips.annotated_norms,
)
_CARRIERS = ("html", "word", "docx", "pdf", "tab", "pipe", "lines", "glued")
OFFICE_CARRIERS = ("rtf", "xlsx", "ofd", "docx")
_PRINTERS = {"docx": render_docx, "pdf": render_pdf, "rtf": render_rtf, "xlsx": render_xlsx, "ofd": render_ofd}


ALL_CARRIERS = ("html", "word", "docx", "pdf", "rtf", "xlsx", "ofd", "tab", "pipe", "lines", "aligned", "glued")
_BORDERLESS = frozenset({"glued", "aligned"})


def samples(
    count: int, seed: int = 1, carriers: Sequence[str] = _CARRIERS, shapes: Sequence[BlockDamage] = BLOCK_DAMAGE
) -> Iterator[Sample]:
    """`count` samples; sample n is the same whatever the count. Carriers take turns, editions and damage (of `shapes`) are drawn."""
    for number in range(count):
        yield sample(number, seed, carriers, shapes)


def sample(number: int, seed: int = 1, carriers: Sequence[str] = _CARRIERS, shapes: Sequence[BlockDamage] = BLOCK_DAMAGE) -> Sample:
    """Sample `number` of the stream with that seed."""
    rng = random.Random(f"{seed}/{number}")  # noqa: S311 - examples, not secrets
    carrier = carriers[number % len(carriers)]
    facts, slip = _facts(rng)
    blocks, names = _damaged_blocks(lay_out(facts), rng, shapes)
    data, more = _render(facts, carrier, blocks, rng)
    return Sample(number, carrier, (*slip, *names, *more), data, facts)


def _facts(rng: random.Random) -> tuple[ReportFacts, tuple[str, ...]]:
    edition = Edition.E2019 if rng.random() < 0.25 else Edition.E2021
    wanted = Wanted(
        rng.choice(_BODIES),
        rng.randint(2021, 2025) if edition is Edition.E2021 else rng.randint(2019, 2022),
        edition=edition,
        requests=rng.choice((0, 4, 30, 90, 1200)),
        mixed=rng.random() < 0.15,
    )
    facts = make_facts(rng, wanted)
    if rng.random() < 0.6:
        return facts, ()
    slip = rng.choice(_SLIPS)
    return slip(facts), (slip.__name__,)


def _damaged_blocks(blocks: Blocks, rng: random.Random, shapes: Sequence[BlockDamage]) -> tuple[Blocks, tuple[str, ...]]:
    names = []
    for damage in rng.sample(shapes, rng.choice((0, 1, 1, 2))):
        blocks = damage(blocks, rng)
        names.append(damage.__name__)
    return blocks, tuple(names)


def _render(facts: ReportFacts, carrier: str, blocks: Blocks, rng: random.Random) -> tuple[bytes, tuple[str, ...]]:
    if carrier in {"html", "word"}:
        return render_html(facts, style="word" if carrier == "word" else "clean", blocks=blocks).encode(), ()
    if carrier == "aligned":
        return render_aligned(facts, blocks=blocks, lines_per_page=rng.choice((0, 0, 40, 55))).encode(), ()
    if carrier in _PRINTERS:
        return _PRINTERS[carrier](facts, blocks=blocks), ()
    shapes: dict[str, tuple[Shape, tuple[TextDamage, ...]]] = {
        "tab": ("tab", TAB_DAMAGE),
        "pipe": ("pipe", ()),
        "lines": ("lines", LINE_DAMAGE),
        "glued": ("glued", ()),
    }
    shape, kinds = shapes[carrier]
    text = render_text(facts, shape, blocks=blocks)
    if not kinds or rng.random() < 0.5:
        return text.encode(), ()
    damage = rng.choice(kinds)
    return damage(text, rng).encode(), (damage.__name__,)
