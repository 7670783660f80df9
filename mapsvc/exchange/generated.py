"""Many invented premises around Torino, for measurements of speed and for looking at a full map."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from mapsvc.domain.imports import Address, Batch, ObservationRecord, SourceInfo, SpaceRecord

SOURCE = SourceInfo(
    code="generated",
    title="Generated premises",
    licence="CC0-1.0",
    attribution="Generated for measurements",
    url="",
    demonstration=True,
)
CENTRE = (7.6800, 45.0650)
SPREAD = (0.055, 0.040)
"""Standard deviation in degrees of longitude and latitude: dense in the middle, thin at the edge of the city."""
MAX_COUNT = 1_000_000

_CLAIMS = ("vacant", "vacant", "vacant", "vacant", "occupied", "occupied", "unsure", "gone")
_SOURCES = (
    ("anonymous", "onsite_no_photo"), ("anonymous", "photo_onsite"), ("registered_user", "photo_onsite"),
    ("registered_user", "onsite_no_photo"), ("officer_visit", "photo_onsite"), ("owner_statement", "remote"),
    ("import_official", "register"),
)  # fmt: skip
_KINDS = ("commercial_unit", "commercial_unit", "commercial_unit", "workshop", "office", "industrial")
#: The oldest observation in weeks; most are newer.
_OLDEST_WEEKS = 130
#: So many spaces for each reporter: who looks at all looks at several places, and some looks are checked by others.
_SPACES_PER_REPORTER = 20


def build(count: int, today: date, seed: int = 1, observations: int = 2) -> Batch:
    """Return `count` premises with so many observations on average; the same arguments give the same records."""
    rng = random.Random(seed)  # noqa: S311 - a repeatable sequence is wanted, not a secret
    return Batch(SOURCE, spaces=tuple(_spaces(min(count, MAX_COUNT), rng, today, seed, observations)))


def _spaces(count: int, rng: random.Random, today: date, seed: int, observations: int) -> Iterator[SpaceRecord]:
    people = max(5, count // _SPACES_PER_REPORTER)
    for number in range(1, count + 1):
        key = f"{seed}-{number}"
        yield SpaceRecord(
            source_key=key,
            name=f"Generated {number}",
            point=(_near(rng, 0), _near(rng, 1)),
            address=Address(
                street=f"Via Generata {number % 997}", civic_number=str(1 + number % 89), municipality="Torino"
            ),
            asset_kind=_KINDS[int(rng.random() * len(_KINDS))],
            features={"usable_area_m2": float(15 + int(rng.random() * 200))},
            observations=tuple(_observations(key, rng, today, observations, people)),
        )


def _near(rng: random.Random, axis: int) -> float:
    # The sum of three even numbers is close enough to a bell, and needs only random(), equal in every Python version.
    bell = (rng.random() + rng.random() + rng.random() - 1.5) * 2
    return round(CENTRE[axis] + bell * SPREAD[axis], 6)


def _observations(key: str, rng: random.Random, today: date, average: int, people: int) -> Iterator[ObservationRecord]:
    # One at least, twice the average less one at most.
    for number in range(1, 2 + int(rng.random() * (2 * average - 1))):
        kind, quality = _SOURCES[int(rng.random() * len(_SOURCES))]
        days = 7 * int(rng.random() ** 2 * _OLDEST_WEEKS) + 2
        yield ObservationRecord(
            source_key=f"{key}:{number}",
            claim=_CLAIMS[int(rng.random() * len(_CLAIMS))],
            observed_at=datetime.combine(today - timedelta(days=days), time(9), UTC),
            source_kind=kind,
            quality=quality,
            reporter_key=f"generated:{kind}:{int(rng.random() * people)}",
        )
