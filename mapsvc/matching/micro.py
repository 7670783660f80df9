"""Whole-number arithmetic in micro-units, the same for one number and for arrays of numbers.

Every score is an integer from 0 to 1,000,000, so that a result can be recomputed to the byte on any machine.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MICRO = 1_000_000
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


def divide(numerator: int, denominator: int) -> int:
    """Return numerator / denominator rounded half to even; the denominator is positive."""
    quotient, rest = divmod(numerator, denominator)
    return quotient + (2 * rest > denominator or (2 * rest == denominator and quotient % 2 == 1))


def divide_arrays(numerator: IntArray, denominator: IntArray | int) -> IntArray:
    """Return the same as `divide` for every element; the shapes broadcast."""
    # NumPy divides by one number far faster than it finds quotient and rest together.
    quotient = np.asarray(numerator // denominator, dtype=np.int64)
    rest = numerator - quotient * denominator
    # Exactly a half counts as more than a half where the quotient is odd.
    rest += rest
    rest += quotient & 1
    quotient += rest > denominator
    return quotient


def clip(micro: int) -> int:
    """Return the value moved into 0 to 1,000,000."""
    return min(MICRO, max(0, micro))
