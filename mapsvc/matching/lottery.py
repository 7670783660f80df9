"""The lottery: numbers that follow from a published seed, so that anybody can draw again (matching 3.7, 3.8)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

TIE_BITS = 24
"""Bits of h(a,s) that one pass of the optimal assignment compares; few, so that sums stay in 64-bit integers."""
TIE_WORDS = 10
_BYTES = TIE_BITS // 8


def draw(seed: str, application: str) -> bytes:
    """Return L(a) = SHA-256(seed + ":" + application); the smaller number wins, at every lot alike (3.8)."""
    return hashlib.sha256(f"{seed}:{application}".encode()).digest()


def drawn_order(seed: str, applications: Iterable[str]) -> list[str]:
    """Return the applications in the order of the lottery, the winner first."""
    return sorted(applications, key=lambda application: (draw(seed, application), application))


def tie_word(seed: str, application: str, lot: str, word: int) -> int:
    """Return TIE_BITS bits of h(a,s) = SHA-256(seed + ":" + a + ":" + s); word 0 holds the leading bits (3.7)."""
    digest = hashlib.sha256(f"{seed}:{application}:{lot}".encode()).digest()
    return int.from_bytes(digest[word * _BYTES : (word + 1) * _BYTES], "big")
