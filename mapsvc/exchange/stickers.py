"""QR codes for the stickers that hang at shutters; how a sticker looks is a template of the web."""

from dataclasses import dataclass

import segno

#: A code is still read when 15 % of it is torn or dirty, and stays small enough for a long address.
ERROR_LEVEL = "m"
#: The empty border that ISO/IEC 18004 asks for, in modules.
QUIET_ZONE = 4


@dataclass(frozen=True, slots=True)
class QrCode:
    """The dark squares of a code as an SVG path in a box of `size` times `size` modules, the quiet zone included."""

    size: int
    path: str


def qr_code(text: str) -> QrCode:
    """Return the QR code of a text; runs of dark modules in a row are one rectangle."""
    code = segno.make_qr(text, error=ERROR_LEVEL)
    parts = []
    for y, row in enumerate(code.matrix, start=QUIET_ZONE):
        x = 0
        while x < len(row):
            run = 0
            while x + run < len(row) and row[x + run]:
                run += 1
            if run:
                parts.append(f"M{x + QUIET_ZONE} {y}h{run}v1h-{run}z")
            x += max(run, 1)
    return QrCode(len(code.matrix) + 2 * QUIET_ZONE, "".join(parts))
