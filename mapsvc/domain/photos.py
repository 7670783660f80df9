"""A photo that was checked and is safe to keep; how it is checked is in `exchange/photos.py`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CheckedPhoto:
    """A photo that was decoded, re-encoded and stripped: JPEG bytes of the picture and of its thumbnail."""

    data: bytes
    thumbnail: bytes
    width: int
    height: int
    sha256: str
