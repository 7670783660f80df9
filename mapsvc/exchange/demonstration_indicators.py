"""Invented indicators for the neighbourhoods of Torino, so that need can be shown before the city loads its own."""

from collections.abc import Sequence
from hashlib import sha256

from mapsvc.domain.indicators import Indicator, IndicatorFigure, IndicatorFile
from mapsvc.exchange.demonstration import SOURCE

PERIOD = "2025"
_ABOUT = {"en": "Invented for the demonstration.", "it": "Inventato per la dimostrazione."}

#: Code, theme, unit, whether more of it is more need, weight, least and greatest value, decimals, English, Italian.
_INDICATORS = (
    ("shutters_down", "general", "%", True, 2, 4.0, 31.0, 1,
     "Shops that are closed for good, of all shops", "Negozi chiusi definitivamente, sul totale dei negozi"),
    ("young_without_work", "work", "%", True, 2, 9.0, 34.0, 1,
     "People from 18 to 29 without work or training", "Persone tra 18 e 29 anni senza lavoro né formazione"),
    ("cultural_places", "art", "per 10,000", False, 2, 0.4, 9.0, 1,
     "Places for culture for 10,000 residents", "Luoghi di cultura ogni 10.000 residenti"),
    ("meeting_places", "community", "per 10,000", False, 1, 1.0, 12.0, 1,
     "Places to meet without having to buy, for 10,000 residents",
     "Luoghi in cui incontrarsi senza dover consumare, ogni 10.000 residenti"),
    ("living_alone", "inclusion", "%", True, 1, 11.0, 29.0, 1,
     "People over 65 who live alone", "Persone oltre i 65 anni che vivono sole"),
    ("study_seats", "education", "per 1,000", False, 1, 2.0, 40.0, 0,
     "Seats to study for 1,000 young people", "Posti per studiare ogni 1.000 giovani"),
    ("green_per_person", "environment", "m²", False, 1, 2.0, 28.0, 1,
     "Green space for each resident", "Verde pubblico per residente"),
)  # fmt: skip


def indicators(areas: Sequence[str]) -> IndicatorFile:
    """Return the invented indicators with a value for each named area; the same names give the same values.

    One value is left out, as in real files, so that the page shows what happens then.
    """
    known, figures = [], []
    for code, theme, unit, higher, weight, least, most, decimals, english, italian in _INDICATORS:
        name = {"en": english, "it": italian}
        known.append(Indicator(code, name, _ABOUT, theme, "need", unit, higher, weight, 5, "", demonstration=True))
        figures += [
            IndicatorFigure(code, area, PERIOD, round(least + _share(code, area) * (most - least), decimals), None)
            for area in areas
        ]
    return IndicatorFile(SOURCE, tuple(known), tuple(figures[:-1]))


def _share(code: str, area: str) -> float:
    """Return a number from 0 to 1 that looks like chance and is the same everywhere."""
    return int.from_bytes(sha256(f"{code}:{area}".encode()).digest()[:4], "big") / 0xFFFFFFFF
