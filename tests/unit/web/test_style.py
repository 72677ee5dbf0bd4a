"""The style sheet's promises, computed: contrast of every status on its ground, and no style without a text or shape beside it."""

from __future__ import annotations

import re

import pytest

from monitor.web.labels import CERTAINTY_SIGNS, QUALITY_SIGNS, STATUS_SIGNS, Quality, late_words
from monitor.web.templating import HERE
from storage.domain.enums import Certainty, DutyStatus

CSS = (HERE / "static" / "nianbao.css").read_text(encoding="utf8")
TOKENS = dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{3,6})", CSS))


def _luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    parts = [int(digits[start : start + 2], 16) / 255 for start in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast of two colours by WCAG 2."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _value(text: str) -> str:
    name = re.fullmatch(r"var\(--([\w-]+)\)", text.strip())
    return TOKENS[name[1]] if name else text.strip()


PAIRS = {
    selector.strip()[:60]: (_value(ink[1]), _value(ground[1]))
    for selector, rules in re.findall(r"([^{}]+)\{([^{}]*)\}", CSS)
    if (ground := re.search(r"background:\s*(#\w+|var\([\w-]+\))\s*;", rules))
    and (ink := re.search(r"(?<!-)color:\s*(#\w+|var\([\w-]+\))", rules))
}


@pytest.mark.parametrize("selector", PAIRS)
def test_text_on_its_own_ground_is_legible(selector: str) -> None:
    assert contrast(*PAIRS[selector]) >= 4.5


@pytest.mark.parametrize("ink", ["ink", "soft", "link"])
@pytest.mark.parametrize("ground", ["paper", "ground", "grey-bg"])
def test_text_on_the_pages_grounds_is_legible(ink: str, ground: str) -> None:
    assert contrast(TOKENS[ink], TOKENS[ground]) >= 4.5


def test_every_state_has_a_sign_and_a_style_of_its_own() -> None:
    for signs, kind, prefix in (
        (STATUS_SIGNS, DutyStatus, "status"),
        (QUALITY_SIGNS, Quality, "quality"),
        (CERTAINTY_SIGNS, Certainty, "certainty"),
    ):
        assert set(signs) == set(kind)
        assert len(set(signs.values())) == len(signs)
        assert all(f".{prefix}-{member.value}" in CSS for member in kind)


def test_nothing_is_loaded_from_elsewhere() -> None:
    assert not re.search(r"url\(|@import|//", CSS.replace("/*", "").replace("*/", ""))


@pytest.mark.parametrize(
    ("least", "most", "words"),
    [(4, 4, "4 天"), (1, 3, "1–3 天"), (2, None, "至少 2 天"), (None, 5, "至多 5 天"), (None, None, "")],
)
def test_days_late_say_no_more_than_is_known(least: int | None, most: int | None, words: str) -> None:
    assert late_words(DutyStatus.LATE, least, most) == words
    assert late_words(DutyStatus.ON_TIME, least, most) == ""
