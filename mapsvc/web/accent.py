"""The accent colour of a deployment as a style sheet: one colour in, a readable light and dark set out.

The colours of meaning (vacant, initiative, pact, verdicts, focus) are fixed in tokens.css and do not change here.
"""

import re
from collections.abc import Iterator

DEFAULT_ACCENT = "#0d5a63"

# WCAG 2.2, success criterion 1.4.3; the margin keeps links readable on soft and sunken grounds too.
TEXT_CONTRAST = 5.6

_Rgb = tuple[float, float, float]

_WHITE: _Rgb = (255, 255, 255)
_INK: _Rgb = (6, 20, 24)
_DARK_SURFACE: _Rgb = (21, 25, 28)


def stylesheet(accent: str) -> str:
    """Return CSS that sets the --mv-accent* tokens for light and dark from `#rrggbb`; ValueError for anything else."""
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", accent):
        raise ValueError("The accent colour is written as # and six hexadecimal digits, for example #0d5a63.")
    given: _Rgb = (int(accent[1:3], 16), int(accent[3:5], 16), int(accent[5:7], 16))
    light = _until_readable(given, towards=_INK, ground=_WHITE)
    dark = _until_readable(given, towards=_WHITE, ground=_DARK_SURFACE)
    return "".join(
        (
            ':root, [data-bs-theme="light"] {\n',
            *_tokens(light, hover=_mix(light, _INK, 0.25), on=_WHITE, soft=_mix(_WHITE, light, 0.12)),
            '}\n[data-bs-theme="dark"] {\n',
            *_tokens(dark, hover=_mix(dark, _WHITE, 0.25), on=_INK, soft=_mix(_DARK_SURFACE, dark, 0.13)),
            "}\n",
        )
    )


def contrast(one: _Rgb, other: _Rgb) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: _Rgb) -> float:
    def linear(channel: float) -> float:
        share = channel / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(channel) for channel in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _mix(one: _Rgb, other: _Rgb, share: float) -> _Rgb:
    red, green, blue = (a + (b - a) * share for a, b in zip(one, other, strict=True))
    return red, green, blue


def _until_readable(colour: _Rgb, towards: _Rgb, ground: _Rgb) -> _Rgb:
    """Move a colour in steps of 2 % until text in it is readable on the ground, and text of the ground on it."""
    steps = (_mix(colour, towards, step / 50) for step in range(51))
    return next(step for step in steps if contrast(step, ground) >= TEXT_CONTRAST)


def _tokens(accent: _Rgb, hover: _Rgb, on: _Rgb, soft: _Rgb) -> Iterator[str]:
    yield f"  --mv-accent: {_hex(accent)};  --mv-accent-hover: {_hex(hover)};\n"
    yield f"  --mv-on-accent: {_hex(on)};  --mv-accent-soft: {_hex(soft)};\n"
    yield f"  --bs-primary-rgb: {_triple(accent)};  --bs-link-color-rgb: {_triple(accent)};\n"
    yield f"  --bs-link-hover-color-rgb: {_triple(hover)};\n"


def _hex(colour: _Rgb) -> str:
    return "#" + "".join(f"{round(channel):02x}" for channel in colour)


def _triple(colour: _Rgb) -> str:
    return ", ".join(str(round(channel)) for channel in colour)
