"""What is painted over on a photo: read strictly, turned into exactly these pixels, unreadable for good."""

import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from mapsvc.domain.blurs import LARGEST_RADIUS, SMALLEST_RADIUS, Box, Marks, Stroke, read_marks
from mapsvc.domain.errors import Invalid
from mapsvc.exchange.blurs import SMALLEST_SQUARE, SQUARES, blur, mask_of

share = st.floats(0, 1)
strokes = st.builds(
    Stroke,
    st.floats(SMALLEST_RADIUS, LARGEST_RADIUS),
    st.lists(st.tuples(share, share), min_size=1, max_size=20).map(tuple),
)
boxes = st.builds(Box, share, share, st.floats(0.001, 1), st.floats(0.001, 1))


def as_text(marks: Marks) -> str:
    return json.dumps({
        "strokes": [{"radius": one.radius, "points": one.points} for one in marks.strokes],
        "boxes": [{"x": one.x, "y": one.y, "width": one.width, "height": one.height} for one in marks.boxes],
    })  # fmt: skip


@given(st.lists(strokes, max_size=5), st.lists(boxes, min_size=1, max_size=5))
def test_what_can_be_painted_is_read_as_it_was_painted(lines: list[Stroke], frames: list[Box]) -> None:
    marks = Marks(tuple(lines), tuple(frames))
    assert read_marks(as_text(marks)) == marks


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["strokes", "boxes", "x", "y", "width", "height", "radius", "points"]), inner)
    ),
    max_leaves=12,
)


@given(json_values | st.fixed_dictionaries({"strokes": json_values, "boxes": json_values}))
def test_anything_else_is_refused_and_nothing_breaks(value: object) -> None:
    pointer = "/marks"
    try:
        found = read_marks(json.dumps(value)).boxes
    except Invalid as error:
        found, pointer = (), error.pointer
    assert pointer.startswith("/marks")
    assert all(0 <= box.x <= 1 and 0 < box.width <= 1 for box in found)


@settings(max_examples=25, deadline=None)
@given(st.lists(strokes, max_size=3), st.lists(boxes, min_size=1, max_size=3))
def test_only_what_is_marked_changes(lines: list[Stroke], frames: list[Box]) -> None:
    size = (96, 72)
    marks = Marks(tuple(lines), tuple(frames))
    flat = Image.new("RGB", size, "#808080")
    flat.paste("#c02020", (0, 0, 48, 72))
    buffer = io.BytesIO()
    flat.save(buffer, "JPEG", quality=95)
    before = Image.open(buffer).convert("RGB")
    after = Image.open(io.BytesIO(blur(buffer.getvalue(), marks).data)).convert("RGB")
    # A JPEG is written in blocks of 16: next to a mark a block may change as a whole.
    marked = mask_of(marks, size)
    near = Image.new("L", size, 0)
    for left in range(0, size[0], 16):
        for top in range(0, size[1], 16):
            block = (left, top, left + 16, top + 16)
            if marked.crop(block).getextrema()[1]:
                near.paste(255, block)
    difference = ImageChops.difference(before, after).convert("L")
    difference.paste(0, mask=near)
    assert difference.getextrema()[1] < 24


def test_a_marked_picture_holds_no_more_than_its_squares() -> None:
    """Two pictures with the same means of squares are the same afterwards: there is nothing to work back from."""
    size = (336, 336)
    square = max(SMALLEST_SQUARE, 336 // SQUARES)
    fine, coarse = Image.new("RGB", size, "white"), Image.new("RGB", size, "white")
    for left in range(0, 336, 2):
        fine.paste("black", (left, 0, left + 1, 336))
    for left in range(0, 336, 4):
        coarse.paste("black", (left, 0, left + 2, 336))
    everything = Marks((), (Box(0, 0, 1, 1),))
    assert square % 4 == 0
    results = []
    for picture in (fine, coarse):
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=100, subsampling=0)
        results.append(Image.open(io.BytesIO(blur(buffer.getvalue(), everything).data)).convert("L"))
    assert ImageChops.difference(*results).getextrema()[1] <= 6


@pytest.mark.parametrize("size", [(1, 1), (4, 3000), (2048, 2)])
def test_odd_sizes_are_no_fault(size: tuple[int, int]) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", size, "red").save(buffer, "JPEG")
    done = blur(buffer.getvalue(), Marks((Stroke(0.2, ((0.5, 0.5),)),), ()))
    assert (done.width, done.height) == size
