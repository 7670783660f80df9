"""The invented call "Casa Bottega" with its eight premises, about 400 m² in all."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from mapsvc.domain.call_definitions import (
    CallDefinition,
    Framework,
    Grant,
    Measure,
    WantedDeclaration,
    WantedDocument,
)
from mapsvc.domain.call_timelines import Timeline
from mapsvc.domain.demonstrations import InventedCall
from mapsvc.domain.eligibility import EligibilityRule, RuleKind
from mapsvc.domain.imports import Address, CallRecord, LotRecord, SpaceRecord
from mapsvc.exchange.demonstration_histories import observations
from mapsvc.exchange.demonstration_places import StreetFinder
from mapsvc.exchange.demonstration_spaces import CITY, FORMER_USES, LABEL, space_name

YEARS = 3
"""Term of the lots, as in the call that the demonstration follows: up to three years."""


@dataclass(frozen=True, slots=True)
class Premises:
    """An invented lot: where, how large, what it costs a month, and what differs from the usual shop.

    A fact that is None here is not known of these premises.
    """

    area: str
    street: str
    number: str
    area_m2: float
    rent_eur: int
    use: int
    facts: Mapping[str, object]


PREMISES = (
    Premises(
        "San Salvario",
        "Via Saluzzo",
        "53",
        68.0,
        290,
        11,
        {
            "power_kw": 10.0,
            "three_phase": True,
            "daylight_level": 2,
            "noise_tolerance_day": 3,
            "dust_odour_tolerance": 2,
            "goods_access": "street_loading",
            "floor_load_kn_m2": 5.0,
        },
    ),
    Premises("San Salvario", "Via Principe Tommaso", "29", 45.0, 210, 9, {"daylight_level": 3, "internet": "ftth"}),
    Premises("Vanchiglia", "Via Santa Giulia", "20", 38.0, 190, 0, {"gas": True, "ventilation": "mechanical"}),
    Premises(
        "Aurora",
        "Via Cuneo",
        "26",
        72.0,
        230,
        13,
        {
            "clear_height_min_m": 4.2,
            "column_free_span_m": 7.5,
            "noise_tolerance_day": 3,
            "noise_tolerance_evening": 2,
            "acoustic_treatment": True,
            "goods_access": "loading_bay",
        },
    ),
    Premises(
        "Barriera di Milano",
        "Via Monte Rosa",
        "34",
        55.0,
        150,
        2,
        {
            "hot_work_allowed": True,
            "three_phase": True,
            "power_kw": 15.0,
            "ventilation": "local_extraction",
            "floor_drain": True,
            "dust_odour_tolerance": 3,
        },
    ),
    Premises(
        "Barriera di Milano", "Corso Vercelli", "87", 40.0, 130, 4, {"step_free": "no", "live_work": "with_adaptation"}
    ),
    Premises("Mirafiori Sud", "Via Candiolo", "36", 34.0, 90, 5, {"accessible_wc": True, "noise_tolerance_evening": 2}),
    Premises("Cenisia", "Via Frejus", "58", 48.0, 180, 8, {"gas": True, "heating": "autonomous", "internet": "fttc"}),
)


OFFICE = "Città di Torino, invented office for the demonstration"
DRAW = "The five numbers of the wheel of Torino of the Lotto, first draw from {day} on, in the order of drawing."
DEFINITION = CallDefinition(
    officer="G. Ferrero (invented)",
    measure=Measure.B,
    frameworks=(
        Framework("Regolamento beni comuni urbani, Città di Torino n. 391", "2020"),
        Framework("D.P.R. 380/2001, art. 23-quater (usi temporanei)"),
    ),
    eligibility=(
        EligibilityRule(
            RuleKind.FORMS,
            (
                "individual",
                "informal_group",
                "association",
                "aps",
                "odv",
                "cooperative",
                "social_cooperative",
                "company",
            ),
        ),
        EligibilityRule(RuleKind.UNDER_AGE, least=50, age=35),
    ),
    documents=(
        WantedDocument(
            "project", {"en": "The project in at most ten pages", "it": "Il progetto, al massimo dieci pagine"}
        ),
        WantedDocument(
            "statute", {"en": "Statute or agreement of the group", "it": "Statuto o accordo del gruppo"}, required=False
        ),
    ),
    declarations=(
        WantedDeclaration(
            "no_exclusion",
            {
                "en": "Nothing excludes us from contracts with the city.",
                "it": "Non abbiamo motivi di esclusione dai contratti con la Città.",
            },
        ),
        WantedDeclaration(
            "opening",
            {
                "en": "We open at least six hours a day, five days a week, Saturday included.",
                "it": "Apriamo almeno sei ore al giorno, cinque giorni su sette, sabato compreso.",
            },
        ),
    ),
    grant=Grant(5_000_00, ("works", "equipment")),
)
"""The rules that both invented calls share; they follow a real notice."""

UNCHECKED_STREET = "Corso Vercelli"


def premises(finder: StreetFinder, today: date) -> Iterator[SpaceRecord]:
    """Yield the premises of the call: of the city, checked by an officer within the last month and a half, offered."""
    for index, one in enumerate(PREMISES, start=1):
        yield offered(one, f"lot-{index}", index, finder, today)


def offered(one: Premises, key: str, index: int, finder: StreetFinder, today: date) -> SpaceRecord:
    """Return premises as the record of a space that stands in a call, checked by an officer lately."""
    text, code, _ = FORMER_USES[one.use]
    return SpaceRecord(
        source_key=key,
        name=space_name(one.street, one.number),
        point=finder.position(one.area, one.street, int(one.number)),
        address=Address(one.street, one.number, floor="ground", municipality=CITY),
        owner_type="municipality",
        features={
            name: fact for name, fact in (_usual(one, text, code, today) | dict(one.facts)).items() if fact is not None
        },
        external_ids=(("inventory", f"DEMO-{key}"),),
        observations=observations(key, "checked for the call", today, shift=index),
        availability_state="in_call",
        owner_consent=True,
        description=LABEL,
    )


def call(today: date) -> CallRecord:
    """Return the call, open on the day of the demonstration, with one lot for each of the premises."""
    start = date(today.year + 1, 3, 1)
    name = f"Casa Bottega Torino {today.year + 1}"
    lots = tuple(
        LotRecord(f"lot-{index}", index, f"lot-{index}", start, date(start.year + YEARS, 3, 1))
        for index in range(1, len(PREMISES) + 1)
    )
    return CallRecord(
        source_key="casa-bottega",
        code=f"CB-TO-{today.year + 1}-DEMO",
        title={"en": f"{name} (demonstration)", "it": f"{name} (dimostrazione)"},
        summary={
            "en": "Eight premises of the city for groups under 35, for three years at a low rent, in return for a "
            "place that is open to the quarter. Demonstration data: this call is invented.",
            "it": "Otto locali della città per gruppi under 35, per tre anni a canone ridotto, in cambio di un luogo "
            "aperto al quartiere. Dati dimostrativi: questo bando è inventato.",
        },
        state="open",
        opens_on=today - timedelta(days=18),
        closes_on=today + timedelta(days=42),
        lots=lots,
    )


def rules(today: date) -> InventedCall:
    """Return what makes the open call complete: its rules, its dates, and the draw that decides ties."""
    opened = datetime.combine(today - timedelta(days=18), time(9), UTC)
    timeline = Timeline(
        publish_on=today - timedelta(days=18),
        questions_until=today + timedelta(days=28),
        closes_on=today + timedelta(days=42),
        draw_on=today + timedelta(days=49),
        admissibility_until=today + timedelta(days=70),
        evaluation_until=today + timedelta(days=100),
        provisional_on=today + timedelta(days=105),
        observations_until=today + timedelta(days=116),
        final_on=today + timedelta(days=120),
        site_visits=(today + timedelta(days=6), today + timedelta(days=20)),
    )
    return InventedCall(
        code=f"CB-TO-{today.year + 1}-DEMO",
        office=OFFICE,
        definition=DEFINITION,
        timeline=timeline,
        draw_description=DRAW.format(day=(today + timedelta(days=49)).isoformat()),
        happened=(("open", opened),),
    )


def _usual(one: Premises, text: str, code: str, today: date) -> dict[str, object]:
    start = date(today.year + 1, 3, 1)
    return {
        "usable_area_m2": one.area_m2,
        "area_method": "measured",
        "floor_level": 0,
        "frontage_m": 4.5,
        "shop_windows": 2,
        "clear_height_min_m": 3.2,
        "door_clear_width_cm": 90,
        "daylight_level": 1,
        "ventilation": "natural",
        "electricity_present": True,
        "power_kw": 6.0,
        "water": True,
        "sink": True,
        "wc_count": 1,
        "heating": "electric",
        "internet": "copper",
        "condition": "cosmetic",
        # One lot was not looked at yet, so that the matching has something to verify first.
        **({} if one.street == UNCHECKED_STREET else {"hazards": []}),
        "works_low_cents": 150_000,
        "works_high_cents": 400_000,
        "energy_class": "E",
        "former_use": text,
        "former_use_code": code,
        "use_category": "commercial",
        "legal_route": "temporary_use_convention",
        "live_work": "not_allowed",
        "hours_allowed": {day: [["08:00", "23:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")},
        "noise_tolerance_day": 2,
        "noise_tolerance_evening": 1,
        "noise_tolerance_night": 0,
        "dust_odour_tolerance": 1,
        "public_access": "required",
        "step_free": "with_ramp",
        "rent_cents": one.rent_eur * 100,
        "service_charges_cents": 2_000,
        "utilities_cents": 3_000,
        "deposit_cents": one.rent_eur * 100,
        "min_term_days": 365,
        "max_term_days": 365 * YEARS,
        "max_occupancy": 10 + int(one.area_m2 / 4),
        "windows": [{"from": start.isoformat(), "to": date(start.year + YEARS, 3, 1).isoformat()}],
    }
