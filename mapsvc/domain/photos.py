"""A photo that was checked and is safe to keep; how it is checked is in `exchange/photos.py`."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class CheckedPhoto:
    """A photo that was decoded, re-encoded and stripped: JPEG bytes of the picture and of its thumbnail.

    `image_hash` has 64 bits, most of them the same for two pictures of one front; None for one without any contrast.
    """

    data: bytes
    thumbnail: bytes
    width: int
    height: int
    sha256: str
    image_hash: int | None = None


@dataclass(frozen=True, slots=True)
class KeptPhoto:
    """The row of a kept photo; `version` rises whenever its files are written anew."""

    id: UUID
    space_id: UUID
    observation_id: UUID | None
    state: str
    version: int
