"""Perceptual hashes: what two photos of the same front have in common after another light, crop or encoding."""

from typing import Final

import numpy as np
from PIL import Image

# Side of the small grey picture, and of the corner of its slowest waves that is kept (8 times 8 bits).
_SIDE: Final = 32
_KEPT: Final = 8
# Standard deviation of grey (0 to 255) below which there is no picture, only a colour.
_LEAST_CONTRAST: Final = 2.0


def _cosines() -> np.ndarray:
    """Return the matrix of the discrete cosine transform (DCT-II) of `_SIDE` values, without its scale."""
    waves, places = np.arange(_SIDE)[:, None], np.arange(_SIDE)[None, :]
    return np.cos(np.pi * waves * (2 * places + 1) / (2 * _SIDE))


_COSINES: Final = _cosines()


def image_hash(picture: Image.Image) -> int | None:
    """Return the pHash of a picture as 64 bits, 0 to 2**64 - 1; None for a picture without contrast.

    The slowest 8 by 8 waves of the 32 by 32 grey picture, each compared with their median; the constant one is left
    out of the median (Zauner 2010).
    """
    small = picture.convert("L").resize((_SIDE, _SIDE), Image.Resampling.LANCZOS)
    grey = np.asarray(small, dtype=np.float64)
    if grey.std() < _LEAST_CONTRAST:
        return None
    waves = (_COSINES @ grey @ _COSINES.T)[:_KEPT, :_KEPT].ravel()
    bits = waves > np.median(waves[1:])
    return int("".join("1" if bit else "0" for bit in bits), 2)
