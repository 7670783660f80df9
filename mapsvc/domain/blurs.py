"""What a moderator paints over on a photo: strokes of a brush and rectangles, in shares of the picture's sides.

Coordinates are 0 to 1 from the left and from the top; lengths of brushes are shares of the longer side. Making the
pixels unreadable is in `exchange/blurs.py`.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from mapsvc.domain.errors import Invalid

#: The most strokes and rectangles of one saving, and the most points of all strokes together.
MOST_MARKS = 200
MOST_POINTS = 5000
#: The longest text that can hold as much, in characters.
LONGEST_TEXT = 250_000
#: The radius of a brush, as a share of the longer side.
SMALLEST_RADIUS, LARGEST_RADIUS = 0.004, 0.2

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line of a round brush through its points; one point is a dot."""

    radius: float
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle by its left upper corner, width and height."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Marks:
    """Everything that is painted over in one saving."""

    strokes: tuple[Stroke, ...]
    boxes: tuple[Box, ...]


def read_marks(text: str) -> Marks:
    """Return the marks of a form, {"strokes": [{"radius", "points"}], "boxes": [{"x", "y", "width", "height"}]}.

    Raises Invalid, with a pointer, for unknown members, numbers that are not finite or outside the picture, more than
    is allowed, and for nothing at all.
    """
    if len(text) > LONGEST_TEXT:
        raise Invalid("too much is painted at once", "/marks", code="blur_too_much")
    try:
        raw = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Invalid("the marks cannot be read", "/marks", code="blur_marks") from None
    _members(raw, {"strokes", "boxes"}, "/marks")
    strokes = _list(raw.get("strokes", []), "/marks/strokes", _stroke)
    boxes = _list(raw.get("boxes", []), "/marks/boxes", _box)
    if not strokes and not boxes:
        raise Invalid("nothing is painted over", "/marks", code="blur_nothing")
    if len(strokes) + len(boxes) > MOST_MARKS or sum(len(stroke.points) for stroke in strokes) > MOST_POINTS:
        raise Invalid("too much is painted at once", "/marks", code="blur_too_much")
    return Marks(strokes, boxes)


def _stroke(raw: Any, at: str) -> Stroke:
    _members(raw, {"radius", "points"}, at)
    points = _list(raw.get("points"), f"{at}/points", _point)
    if not points:
        raise Invalid("a stroke has no point", f"{at}/points", code="blur_marks")
    return Stroke(_number(raw.get("radius"), f"{at}/radius", SMALLEST_RADIUS, LARGEST_RADIUS), points)


def _point(raw: Any, at: str) -> tuple[float, float]:
    if not isinstance(raw, list) or len(raw) != 2:
        raise Invalid("a point is two numbers", at, code="blur_marks")
    return _number(raw[0], f"{at}/0"), _number(raw[1], f"{at}/1")


def _box(raw: Any, at: str) -> Box:
    _members(raw, {"x", "y", "width", "height"}, at)
    values = {name: _number(raw.get(name), f"{at}/{name}") for name in ("x", "y", "width", "height")}
    if not (values["width"] and values["height"]):
        raise Invalid("a rectangle has no size", at, code="blur_marks")
    return Box(**values)


def _members(raw: Any, known: set[str], at: str) -> None:
    if not isinstance(raw, dict):
        raise Invalid("the marks cannot be read", at, code="blur_marks")
    for name in raw:
        if name not in known:
            raise Invalid("there is no such member", f"{at}/{name[:40]}", code="unknown_field", value=name[:40])


def _list(raw: Any, at: str, read: Callable[[Any, str], _T]) -> tuple[_T, ...]:
    if not isinstance(raw, list):
        raise Invalid("the marks cannot be read", at, code="blur_marks")
    if len(raw) > MOST_POINTS:
        raise Invalid("too much is painted at once", at, code="blur_too_much")
    return tuple(read(one, f"{at}/{place}") for place, one in enumerate(raw))


def _number(raw: Any, at: str, least: float = 0.0, most: float = 1.0) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not least <= raw <= most:
        raise Invalid("a number is missing or outside the picture", at, code="blur_marks")
    return float(raw)


def _no_constant(name: str) -> float:
    raise ValueError(name)
