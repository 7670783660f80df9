"""Whatever accent a city chooses, text in it and on it stays readable in light and in dark."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapsvc.web.accent import TEXT_CONTRAST, contrast, stylesheet


def colour(text: str) -> tuple[float, float, float]:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


@given(st.integers(0, 0xFFFFFF))
def test_any_accent_is_readable_on_its_ground_and_under_its_text(number: int) -> None:
    css = stylesheet(f"#{number:06x}")
    accents = re.findall(r"--mv-accent: (#[0-9a-f]{6})", css)
    on = re.findall(r"--mv-on-accent: (#[0-9a-f]{6})", css)
    soft = re.findall(r"--mv-accent-soft: (#[0-9a-f]{6})", css)
    assert len(accents) == len(on) == len(soft) == 2
    for accent, ground, text, pale in zip(accents, ("#ffffff", "#15191c"), on, soft, strict=True):
        # One step of rounding to whole channels may cost a hundredth.
        assert contrast(colour(accent), colour(ground)) >= TEXT_CONTRAST - 0.05
        assert contrast(colour(accent), colour(text)) >= 4.5
        assert contrast(colour(accent), colour(pale)) >= 4.5


@pytest.mark.parametrize(
    "text", ["", "red", "#12345", "#1234567", "#12345g", "#123456;}body{display:none", "#123456\n"]
)
def test_what_is_no_colour_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="hexadecimal"):
        stylesheet(text)
