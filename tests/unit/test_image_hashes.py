"""Perceptual hashes of photos: the same front stays the same, another one does not, an empty picture says nothing."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from mapsvc.domain.duplicates import Candidate, similarity
from mapsvc.exchange.image_hashes import image_hash
from mapsvc.exchange.photos import check_photo
from mapsvc.store.photos import signed, unsigned


def front(seed: int) -> Image.Image:
    """Return a picture with large shapes, as a shop front has them."""
    coarse = np.random.default_rng(seed).integers(0, 255, (6, 8), dtype=np.uint8)
    return Image.fromarray(coarse).resize((640, 480), Image.Resampling.BICUBIC).convert("RGB")


def encoded(picture: Image.Image, kind: str = "JPEG", **options: int) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def likeness(one: Image.Image, other: Image.Image) -> float:
    hashes = [image_hash(picture) for picture in (one, other)]
    assert None not in hashes
    left, right = (Candidate(image_hashes=(found,)) for found in hashes)
    return similarity(left, right, 25)["image"]


@pytest.mark.parametrize("seed", range(5))
def test_the_same_front_is_recognised_after_another_light_size_and_encoding(seed):
    picture = front(seed)
    smaller = picture.resize((320, 240))
    darker = ImageEnhance.Brightness(picture).enhance(0.8)
    poor = Image.open(io.BytesIO(encoded(picture, quality=30)))
    for other in (smaller, darker, poor):
        assert likeness(picture, other) >= 0.95
    assert likeness(picture, front(seed + 100)) < 0.8


def test_a_picture_without_contrast_says_nothing():
    assert image_hash(Image.new("RGB", (64, 48), "grey")) is None
    assert check_photo(encoded(Image.new("RGB", (64, 48), "black"), "PNG")).image_hash is None


def test_a_checked_photo_carries_its_hash_and_the_database_keeps_all_64_bits():
    checked = check_photo(encoded(front(3)))
    assert checked.image_hash is not None
    assert likeness(front(3), Image.open(io.BytesIO(checked.data))) >= 0.95
    for bits in (0, 1, 2**63 - 1, 2**63, 2**64 - 1, checked.image_hash):
        assert -(2**63) <= signed(bits) < 2**63
        assert unsigned(signed(bits)) == bits
