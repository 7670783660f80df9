"""Making parts of a photo unreadable for good. What may be painted over is `domain/blurs.py`."""

import io

from PIL import Image, ImageDraw, ImageFilter

from mapsvc.domain.blurs import Marks
from mapsvc.domain.photos import CheckedPhoto
from mapsvc.exchange.photos import encoded

#: Squares along the longer side of the picture: a face of a tenth of it is three squares wide, a plate is one high.
SQUARES = 28
#: No square is smaller, in pixels, however small the picture is.
SMALLEST_SQUARE = 12


def blur(data: bytes, marks: Marks) -> CheckedPhoto:
    """Return the picture with what is marked replaced by large soft squares, and its thumbnail; the rest stays.

    A square holds the mean of what was there, so that no working backwards brings a face or a plate back.
    """
    with Image.open(io.BytesIO(data), formats=("JPEG",)) as opened:
        picture = opened.convert("RGB")
    picture.paste(_unreadable(picture), mask=mask_of(marks, picture.size))
    return encoded(picture)


def mask_of(marks: Marks, size: tuple[int, int]) -> Image.Image:
    """Return the marks as a black picture of `size` (pixels) with white where something is painted over."""
    width, height = size
    mask = Image.new("L", size, 0)
    draw = ImageDraw.Draw(mask)
    for stroke in marks.strokes:
        radius = stroke.radius * max(size)
        points = [(x * width, y * height) for x, y in stroke.points]
        draw.line(points, fill=255, width=max(1, round(2 * radius)))
        for x, y in points:
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    for box in marks.boxes:
        right, low = min(1.0, box.x + box.width) * width, min(1.0, box.y + box.height) * height
        draw.rectangle((box.x * width, box.y * height, right, low), fill=255)
    return mask


def _unreadable(picture: Image.Image) -> Image.Image:
    square = max(SMALLEST_SQUARE, max(picture.size) // SQUARES)
    small = (max(1, picture.width // square), max(1, picture.height // square))
    large = picture.resize(small, Image.Resampling.BOX).resize(picture.size, Image.Resampling.NEAREST)
    return large.filter(ImageFilter.GaussianBlur(square / 6))
