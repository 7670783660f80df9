"""Random needs and offers for the tests of matching: every field, near the borders where rules change.

They are built from a seed by Python's own generator: drawing a hundred fields one by one would take seconds for each
example.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from mapsvc.domain.features import FIELDS, Features
from mapsvc.domain.fields import Certificate, FieldSpec, Window
from mapsvc.domain.matches import Offer
from mapsvc.domain.needs import NEED_FIELDS, NeedsProfile
from mapsvc.domain.week import SLOTS, WeeklyHours

TODAY = date(2026, 11, 22)
AREAS = ("aurora", "centro", "san-salvario", "torino")
# Few different figures, so that required and actual often meet exactly.
FIGURES = {
    "m2": (0, 20, 40, 40.1, 60, 68, 90, 120, 180, 400), "m": (0, 2.4, 2.7, 3, 3.01, 5, 6.5, 1000), "kW": (0, 3, 10),
    "cents": (0, 1, 28_000, 35_000, 70_000, 900_000, 1_000_000), "days": (0, 30, 200, 540, 541, 730),
    "people": (0, 5, 12, 13), "cm": (0, 80, 90, 100), "kN/m2": (0, 2, 3.9, 4, 5),
}  # fmt: skip
WEEKS = tuple(WeeklyHours(bits) for bits in (0, (1 << SLOTS) - 1, 0b11111 << 20, 0b111 << 300))


class Inputs:
    """A stream of random values that a seed decides; ``share`` is how many fields are known."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.share = self.random.choice((0.1, 0.5, 0.9, 1.0))

    def day(self) -> date:
        return TODAY + timedelta(days=self.random.randint(-200, 900))

    def window(self) -> Window:
        start = self.day()
        return Window(start, self.random.choice((None, start + timedelta(days=self.random.randint(1, 900)))))

    def some(self, options, most: int = 3) -> tuple[str, ...]:
        chosen = set(self.random.sample(options, self.random.randint(0, min(most, len(options)))))
        return tuple(code for code in options if code in chosen)

    def point(self) -> tuple[float, float]:
        return 7.6 + self.random.randint(0, 40) / 1000, 45 + self.random.randint(0, 40) / 1000

    def value(self, spec: FieldSpec):
        random = self.random
        if spec.kind in ("decimal", "integer", "money", "money_month"):
            most = spec.maximum or 0
            figure = random.choice([one for one in FIGURES.get(spec.unit, (0, 1, 2, 5)) if one <= most])
            return float(figure) if spec.kind == "decimal" else int(figure)
        return {
            "level": lambda: random.randint(0, 3),
            "boolean": lambda: random.random() < 0.5,
            "enum": lambda: random.choice(spec.options),
            "need": lambda: random.choice(spec.options),
            "codes": lambda: self.some(spec.options),
            "references": lambda: self.some(AREAS, 2),
            "date": self.day,
            "partial_date": lambda: random.choice(("2019", "2020-05", "2021-06-30")),
            "text": lambda: random.choice(("bakery", "{{7*7}}", "50% {% of")),
            "weekly_hours": lambda: random.choice(WEEKS),
            "windows": lambda: tuple(self.window() for _ in range(random.randint(0, 3))),
            "certificates": lambda: tuple(
                Certificate("fire", random.choice((None, self.day()))) for _ in range(random.randint(0, 2))
            ),
            "point": self.point,
        }[spec.kind]()

    def of(self, specs, kind):
        return kind(**{spec.code: self.value(spec) for spec in specs if self.random.random() < self.share})

    def needs(self) -> NeedsProfile:
        return self.of(NEED_FIELDS, NeedsProfile)

    def features(self) -> Features:
        return self.of(FIELDS, Features)

    def offer(self, name: str = "offer") -> Offer:
        choice = self.random.choice
        return Offer(
            name,
            self.features(),
            windows=choice((None, (self.window(),), (self.window(), self.window()))),
            area_ids=frozenset(self.some(AREAS, 2)),
            point=choice((None, self.point())),
            availability_state=choice((None, "offered", "offered", "in_call", "not_offered")),
            owner_consents=choice((None, True, False)),
            vacancy_status=choice((None, "confirmed_vacant", "disputed")),
            band=choice((None, "fresh", "ageing", "stale", "none")),
            last_official_check_on=choice((None, self.day())),
        )
