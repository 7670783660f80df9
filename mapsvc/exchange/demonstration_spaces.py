"""Invented premises on real streets of Torino, with the facts and histories that the map and the matching show."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from mapsvc.domain.imports import Address, ObservationRecord, SpaceRecord
from mapsvc.exchange.demonstration_histories import moment, observations
from mapsvc.exchange.demonstration_places import StreetFinder

T = TypeVar("T")
CITY = "Torino"
LABEL = {
    "en": "Demonstration data: this record is invented.",
    "it": "Dati dimostrativi: questa scheda è inventata.",
}

#: Streets of the gazetteer on which premises are invented, by neighbourhood; the first one fills the first view.
STREETS = {
    "San Salvario": (
        "Via Saluzzo", "Via Madama Cristina", "Via Ormea", "Via Nizza", "Via Principe Tommaso", "Via Belfiore",
        "Via Bernardino Galliari", "Via Pietro Giuria", "Via Claudio Luigi Berthollet", "Via San Pio Quinto",
        "Corso Guglielmo Marconi", "Via Giuseppe Giacosa",
    ),
    "Vanchiglia": ("Via Vanchiglia", "Via Santa Giulia", "Via degli Artisti", "Via Cesare Balbo", "Via Eusebio Bava"),
    "Aurora": ("Corso Giulio Cesare", "Via Cuneo", "Via Aosta", "Corso Palermo", "Via Bologna", "Via Antonio Cecchi"),
    "Barriera di Milano": (
        "Corso Vercelli", "Via Monte Rosa", "Via Sempione", "Via Santhià", "Via Leinì", "Via Domenico Cimarosa",
    ),
    "Centro": ("Via Po", "Via Giuseppe Garibaldi", "Via Maria Vittoria", "Via San Domenico"),
    "San Donato": ("Via San Donato", "Via Luigi Cibrario"),
    "San Paolo": ("Via Monginevro", "Via Issiglio"),
    "Cenisia": ("Via Frejus",),
    "Mirafiori Sud": ("Via Onorato Vigliani", "Via Plava", "Via Candiolo"),
    "Mirafiori Nord": ("Via Guido Reni", "Via Castelgomberto"),
    "Nizza millefonti": ("Via Genova", "Via Nizza"),
    "Borgata Vittoria": ("Via Chiesa della Salute",),
    "Santa Rita": ("Via Filadelfia",),
    "Crocetta": ("Via San Secondo",),
    "Regio Parco": ("Via Gottardo",),
}  # fmt: skip
_ALL_STREETS = tuple((area, street) for area, streets in STREETS.items() for street in streets)
_FIRST_STREETS = tuple(pair for pair in _ALL_STREETS if pair[0] == "San Salvario")

#: What people call streets whose full names nobody says.
SHORT_NAMES = {
    "Via Bernardino Galliari": "Via Galliari",
    "Via Claudio Luigi Berthollet": "Via Berthollet",
    "Via San Pio Quinto": "Via San Pio V",
    "Corso Guglielmo Marconi": "Corso Marconi",
    "Via Giuseppe Giacosa": "Via Giacosa",
    "Via Cesare Balbo": "Via Balbo",
    "Via Eusebio Bava": "Via Bava",
    "Via Antonio Cecchi": "Via Cecchi",
    "Via Domenico Cimarosa": "Via Cimarosa",
    "Via Giuseppe Garibaldi": "Via Garibaldi",
    "Via Luigi Cibrario": "Via Cibrario",
    "Via Onorato Vigliani": "Via Vigliani",
}

#: Former use in Italian, its OSM code, kind of premises.
FORMER_USES = (
    ("panetteria", "bakery", "commercial_unit"), ("merceria", "haberdashery", "commercial_unit"),
    ("ferramenta", "hardware", "commercial_unit"), ("edicola", "newsagent", "commercial_unit"),
    ("lavanderia", "laundry", "commercial_unit"), ("calzolaio", "shoemaker", "workshop"),
    ("macelleria", "butcher", "commercial_unit"), ("tipografia", "printer", "workshop"),
    ("bar", "bar", "commercial_unit"), ("cartoleria", "stationery", "commercial_unit"),
    ("parrucchiere", "hairdresser", "commercial_unit"), ("falegnameria", "carpenter", "workshop"),
    ("agenzia viaggi", "travel_agency", "office"), ("autofficina", "car_repair", "workshop"),
    ("fiorista", "florist", "commercial_unit"), ("studio", "office", "office"),
)  # fmt: skip

#: How often each history appears among the generated premises.
MIX = (
    "confirmed", "confirmed", "confirmed", "confirmed by neighbours", "confirmed by neighbours", "confirmed by owner",
    "confirmed ageing", "confirmed ageing", "probable", "probable", "probable", "probable crowd", "probable ageing",
    "disputed", "disputed by owner", "unverified", "unverified", "unverified unsure", "unverified ageing",
    "unverified stale", "unverified stale", "occupied", "occupied", "occupied ageing", "probably occupied",
    "register only", "confirmed stale", "gone",
)  # fmt: skip
GENERATED = 92
_OWNERS = ("private_person", "private_person", "private_company", "municipality", "unknown", "unknown", "condominium")


@dataclass(frozen=True, slots=True)
class Known:
    """A premises of the first view of the map, as in the drawings of the interface."""

    street: str
    number: str
    history: str
    area_m2: float
    owner_type: str
    use: int


KNOWN = (
    Known("Via Saluzzo", "42", "confirmed", 68, "municipality", 1),
    Known("Via Madama Cristina", "61", "probable", 45, "private_person", 0),
    Known("Via Nizza", "18", "disputed", 52, "private_company", 8),
    Known("Via Bernardino Galliari", "12", "confirmed ageing", 110, "municipality", 7),
    Known("Via Claudio Luigi Berthollet", "9", "unverified stale", 30, "unknown", 3),
    Known("Via Ormea", "37", "occupied", 40, "private_person", 14),
    Known("Via Principe Tommaso", "16", "probable ageing", 58, "private_person", 9),
    Known("Via Saluzzo", "71", "confirmed by neighbours", 36, "private_company", 4),
    Known("Via Belfiore", "22", "unverified", 64, "unknown", 11),
    Known("Corso Guglielmo Marconi", "14", "confirmed by owner", 85, "third_sector", 12),
)


def spaces(finder: StreetFinder, rng: random.Random, today: date) -> Iterator[SpaceRecord]:
    """Yield the known premises, then the generated ones, then the reports that wait in the queue."""
    taken = set[tuple[str, str]]()
    for index, known in enumerate(KNOWN, start=1):
        taken.add((known.street, known.number))
        yield _known(f"known-{index}", known, finder, today)
    for index in range(1, GENERATED + 1):
        yield _generated(index, finder, rng, today, taken)
    yield from _waiting(finder, today)


def space_name(street: str, number: str) -> str:
    """Return the name of a premises as people say it, such as `Via Galliari 12`."""
    return f"{SHORT_NAMES.get(street, street)} {number}"


def pick(rng: random.Random, options: tuple[T, ...]) -> T:
    """Return one of the options; only `random()` is used, since its numbers are the same in every Python version."""
    return options[int(rng.random() * len(options))]


def _known(key: str, known: Known, finder: StreetFinder, today: date) -> SpaceRecord:
    text, code, kind = FORMER_USES[known.use]
    return SpaceRecord(
        source_key=key,
        name=space_name(known.street, known.number),
        point=finder.position("San Salvario", known.street, int(known.number)),
        address=Address(known.street, known.number, municipality=CITY, postcode="10125"),
        asset_kind=kind if known.owner_type == "municipality" else "commercial_unit",
        owner_type=known.owner_type,
        features={"usable_area_m2": known.area_m2, "former_use": text, "former_use_code": code, "floor_level": 0},
        observations=observations(key, known.history, today),
        description=LABEL,
    )


def _generated(
    index: int, finder: StreetFinder, rng: random.Random, today: date, taken: set[tuple[str, str]]
) -> SpaceRecord:
    key = f"generated-{index}"
    # A good share stands in the first neighbourhood, so that the first view is rich.
    area, street = pick(rng, _FIRST_STREETS if rng.random() < 0.08 else _ALL_STREETS)
    number = _free_number(rng, street, taken)
    text, code, kind = pick(rng, FORMER_USES)
    owner = pick(rng, _OWNERS)
    history = MIX[index % len(MIX)]
    # What citizens report about private workshops and offices is published by 100 m cell (publication rules).
    coarse = kind != "commercial_unit" and owner != "municipality"
    return SpaceRecord(
        source_key=key,
        name=space_name(street, number),
        point=finder.position(area, street, int(number)),
        address=Address(street, number, municipality=CITY),
        asset_kind=kind,
        owner_type=owner,
        features=_features(rng, text, code, today) | _terms(rng, owner, today),
        observations=observations(key, history, today, shift=int(rng.random() * 5)),
        publication_precision="cell_100m" if coarse else "exact",
        availability_state="offered" if owner == "municipality" else "not_offered",
        owner_consent=True if owner == "municipality" else None,
        description=LABEL,
    )


def _free_number(rng: random.Random, street: str, taken: set[tuple[str, str]]) -> str:
    number = 1 + int(rng.random() * 90)
    while (street, str(number)) in taken:
        number += 2
    taken.add((street, str(number)))
    return str(number)


def _features(rng: random.Random, text: str, code: str, today: date) -> dict[str, object]:
    features: dict[str, object] = {
        "usable_area_m2": float(22 + int(rng.random() ** 2 * 140)),
        "former_use": text,
        "former_use_code": code,
        "floor_level": 0,
        "frontage_m": round(3 + rng.random() * 6, 1),
        "shop_windows": 1 + int(rng.random() * 3),
    }
    if rng.random() < 0.6:
        features["vacant_since"] = str(today.year - 1 - int(rng.random() * 7))
    if rng.random() < 0.5:
        features["step_free"] = pick(rng, ("yes", "with_ramp", "no"))
    return features


def _terms(rng: random.Random, owner: str, today: date) -> dict[str, object]:
    """Return the facts that only a city knows of its own premises, enough for the matching to say something."""
    if owner != "municipality":
        return {}
    start = date(today.year + 1, 3, 1)
    return {
        "clear_height_min_m": round(2.7 + rng.random() * 1.2, 2),
        "water": True,
        "wc_count": 1,
        "power_kw": pick(rng, (3.0, 4.5, 6.0, 10.0)),
        "daylight_level": int(rng.random() * 4),
        "ventilation": pick(rng, ("natural", "mechanical", "none")),
        "condition": pick(rng, ("ready", "cosmetic", "light_works")),
        "noise_tolerance_day": 1 + int(rng.random() * 3),
        "noise_tolerance_evening": int(rng.random() * 3),
        "noise_tolerance_night": 0,
        "dust_odour_tolerance": int(rng.random() * 3),
        "legal_route": "temporary_use_convention",
        "live_work": "not_allowed",
        "hazards": [],
        "rent_cents": 100 * (60 + int(rng.random() * 280)),
        "deposit_cents": 100 * (60 + int(rng.random() * 200)),
        "max_occupancy": 6 + int(rng.random() * 20),
        "windows": [{"from": start.isoformat(), "to": (start + timedelta(days=3 * 365)).isoformat()}],
    }


#: Reports that wait for a moderator: neighbourhood, street, number, days ago, kind of source, what was written.
_REPORTS = (
    ("San Salvario", "Via Saluzzo", "44", 0, "anonymous", "Serranda abbassata da mesi, cartello affittasi."),
    ("San Salvario", "Via Nizza", "27", 1, "anonymous", ""),
    ("Vanchiglia", "Via Vanchiglia", "8", 1, "registered_user", "Shutter down, post piling up behind the glass."),
    ("Aurora", "Via Cuneo", "15", 2, "anonymous", "Vetrina vuota."),
    ("Aurora", "Corso Giulio Cesare", "33", 2, "registered_user", ""),
    ("Barriera di Milano", "Via Monte Rosa", "41", 3, "anonymous", "Ex forno, dentro non c'è più niente."),
    ("Barriera di Milano", "Corso Vercelli", "52", 4, "registered_user", "Closed since the spring."),
    ("Mirafiori Sud", "Via Candiolo", "19", 5, "anonymous", ""),
    ("San Donato", "Via San Donato", "23", 6, "registered_user", "Cartello “cedesi attività”."),
)


def _waiting(finder: StreetFinder, today: date) -> Iterator[SpaceRecord]:
    for index, (area, street, number, days, source_kind, note) in enumerate(_REPORTS, start=1):
        key, at = f"report-{index}", moment(today, days, index)
        quality = "photo_onsite" if source_kind == "registered_user" else "onsite_no_photo"
        seen = ObservationRecord(f"{key}:1", "vacant", at, source_kind, quality, f"demonstration:{key}", note)
        yield SpaceRecord(
            source_key=key,
            name=space_name(street, number),
            point=finder.position(area, street, int(number)),
            address=Address(street, number, municipality=CITY),
            observations=(seen,),
            record_state="submitted",
            geocode_precision="street",
            reported_at=at,
        )
