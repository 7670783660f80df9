"""The second invented call: seven premises of San Salvario, 25 applications, scores that three members signed."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from mapsvc.domain.call_timelines import Timeline
from mapsvc.domain.demonstrations import InventedApplication, InventedCall
from mapsvc.domain.ids import slugify
from mapsvc.domain.imports import CallRecord, LotRecord, SpaceRecord
from mapsvc.exchange.demonstration_call import DEFINITION, DRAW, OFFICE, YEARS, Premises, offered
from mapsvc.exchange.demonstration_places import StreetFinder

#: The chair first; the accounts are in `demonstration_accounts`.
MEMBERS = ("committee1@example.org", "committee2@example.org", "committee3@example.org")
_AREA = "San Salvario"

PREMISES = (
    Premises(_AREA, "Via Nizza", "38", 38.0, 100, 4, {"three_phase": True, "power_kw": 10.0, "dust_odour_tolerance": 2,
             "goods_access": "street_loading", "noise_tolerance_day": 3, "floor_load_kn_m2": 5.0}),
    Premises(_AREA, "Via Giuseppe Baretti", "20", 52.0, 150, 9, {"daylight_level": 3, "internet": "ftth"}),
    # Nobody measured the noise of the evening here: what the office has to verify first.
    Premises(_AREA, "Via Saluzzo", "24", 68.0, 170, 11, {"noise_tolerance_day": 3, "noise_tolerance_evening": None,
             "dust_odour_tolerance": 2,
             "goods_access": "street_loading",
             "clear_height_min_m": 3.6, "step_free": "yes", "acoustic_treatment": True, "column_free_span_m": 6.5}),
    Premises(_AREA, "Via Ormea", "90", 45.0, 100, 0, {"ventilation": "mechanical", "noise_tolerance_evening": 2,
             "gas": True, "power_kw": None}),
    Premises(_AREA, "Via Bernardino Galliari", "28", 110.0, 190, 7, {"clear_height_min_m": 4.8, "daylight_level": 2,
             "column_free_span_m": 8.0, "noise_tolerance_day": 3, "noise_tolerance_evening": 2,
             "dust_odour_tolerance": 2, "gas": True, "ventilation": "mechanical"}),
    Premises(_AREA, "Via Goito", "4", 61.0, 130, 2, {"noise_tolerance_evening": 2, "ventilation": "mechanical",
             "daylight_level": 2, "internet": "ftth"}),
    Premises(_AREA, "Via Belfiore", "40", 30.0, 60, 3, {"internet": "ftth", "step_free": "yes", "accessible_wc": True,
             "daylight_level": 2}),
)  # fmt: skip


def matching_premises(finder: StreetFinder, today: date) -> Iterator[SpaceRecord]:
    """Yield the premises of the call, offered and checked."""
    for index, one in enumerate(PREMISES, start=1):
        yield offered(one, f"san-salvario-{index}", index, finder, today)


def matching_code(today: date) -> str:
    """Return the code of the call."""
    return f"SS-TO-{today.year + 1}-DEMO"


def matching_call(today: date) -> CallRecord:
    """Return the call with its lots; it has closed."""
    start = date(today.year + 1, 3, 1)
    name = f"Botteghe di San Salvario {today.year + 1}"
    lots = tuple(
        LotRecord(f"ss-lot-{index}", index, f"san-salvario-{index}", start, date(start.year + YEARS, 3, 1))
        for index in range(1, len(PREMISES) + 1)
    )
    return CallRecord(
        source_key="botteghe-san-salvario",
        code=matching_code(today),
        title={"en": f"{name} (demonstration)", "it": f"{name} (dimostrazione)"},
        summary={
            "en": "Seven premises between the station and the park, for three years, in return for open doors. "
            "Demonstration data: this call is invented.",
            "it": "Sette locali tra la stazione e il parco, per tre anni, in cambio di porte aperte. "
            "Dati dimostrativi: questo bando è inventato.",
        },
        state="evaluation",
        opens_on=today - timedelta(days=120),
        closes_on=today - timedelta(days=75),
        lots=lots,
    )


def matching_rules(today: date) -> InventedCall:
    """Return what makes the call complete: rules, dates, applications and what the committee gave."""
    drawn = today - timedelta(days=70)
    states = (("open", 120), ("closed", 75), ("admissibility", 74), ("evaluation", 44), ("matching", 2))
    timeline = Timeline(
        publish_on=today - timedelta(days=120),
        questions_until=today - timedelta(days=85),
        closes_on=today - timedelta(days=75),
        draw_on=drawn,
        admissibility_until=today - timedelta(days=45),
        evaluation_until=today - timedelta(days=2),
        provisional_on=today + timedelta(days=7),
        observations_until=today + timedelta(days=18),
        final_on=today + timedelta(days=25),
        site_visits=(today - timedelta(days=105), today - timedelta(days=90)),
    )
    return InventedCall(
        code=matching_code(today),
        office=OFFICE,
        definition=DEFINITION,
        timeline=timeline,
        draw_description=DRAW.format(day=drawn.isoformat()),
        happened=tuple((state, datetime.combine(today - timedelta(days=ago), time(10), UTC)) for state, ago in states),
        lottery_seed=f"{matching_code(today)}|draw:{drawn.isoformat()}|81-7-45-12-66",
        members=MEMBERS,
        applications=tuple(_applications()),
        seat="san-salvario",
    )


_CRITERIA = tuple(criterion.code for criterion in DEFINITION.criteria)
_REFUSAL = "No declaration that nothing excludes the group arrived within ten days of the request."
_NORM = "Art. 6 of the notice"

#: Code, collective, title, what it does, themes, ranking, points by criterion or None where it was not admitted.
_ROWS: tuple[tuple[str, str, str, str, str, tuple[int, ...], tuple[int, ...] | None], ...] = (
    ("APP-6305", "Officina Saluzzo", "Legno di quartiere",
     "A wood workshop where neighbours repair what they would throw away.",
     "repair work", (3, 5, 1), (24, 21, 16, 11, 7)),
    ("APP-3471", "Banda Larga", "Prove aperte",
     "Rehearsals with open doors and lessons for the schools of the quarter.",
     "art education", (3, 5, 6), (25, 19, 14, 10, 7)),
    ("APP-7468", "Terra Cotta Viva", "Forno comune",
     "A kiln that anybody can book by the hour.",
     "art community", (1, 3), (22, 20, 15, 11, 8)),
    ("APP-1791", "Teatro Portatile", "Teatro da marciapiede",
     "Small performances in the shop window, every Friday.",
     "art community", (3, 5, 6), (26, 21, 13, 12, 7)),
    ("APP-2186", "Passo Doppio", "Danza di ogni età",
     "Dance for people over sixty, and for everybody in the evening.",
     "art inclusion", (5, 3), (23, 20, 16, 10, 9)),
    ("APP-9779", "Pane Quotidiano", "Il pane di tutti",
     "An oven, a school and a counter, run by people who learn a trade.",
     "food inclusion work", (6, 4, 5, 2), (24, 23, 17, 12, 9)),
    ("APP-2542", "Edizioni Ballatoio", "La tipografia dei cortili",
     "Books that are written, printed and read in the courtyards.",
     "art education", (7, 1, 4), (25, 18, 16, 9, 6)),
    ("APP-6991", "Cucire il Po", "Sartoria del mercato",
     "Bags from old curtains, and courses for newcomers.",
     "work repair", (6, 4, 1), (21, 20, 17, 11, 8)),
    ("APP-1950", "Quartiere Radio", "La radio in vetrina",
     "A studio that everybody can look into.",
     "community governance", (7, 1, 4, 3), (22, 21, 14, 13, 8)),
    ("APP-9313", "Bit e Bulloni", "Riparo digitale",
     "Broken devices become laboratories for schools.",
     "repair education", (4, 6, 1, 7), (20, 19, 15, 11, 7)),
    ("APP-4517", "Luce Bassa", "Camera oscura pubblica",
     "A darkroom, a small gallery, and a course for schools.",
     "art education", (4, 6, 7), (23, 17, 14, 9, 6)),
    ("APP-1614", "Tavolo Grande", "Il tavolo lungo",
     "One table, a different use on every day of the week.",
     "community food", (6, 4, 3), (19, 22, 14, 13, 8)),
    ("APP-2408", "Carta Straccia", "Biblioteca di carta",
     "A library of things that nobody published.",
     "education", (7, 1), (15, 12, 10, 6, 5)),
    ("APP-8104", "Mano Mancina", "Lezioni di sabato",
     "Painting lessons on Saturdays.",
     "art", (7,), (14, 11, 11, 5, 4)),
    ("APP-7851", "Atelier Notturno", "Di notte",
     "A studio for people with jobs by day.",
     "art", (6, 2, 4), (17, 10, 10, 6, 5)),
    ("APP-2144", "Suono Povero", "Strumenti dal mercato",
     "Instruments from what the market throws away.",
     "art repair", (7,), (16, 13, 9, 7, 5)),
    ("APP-4943", "Coro di Strada", "Prove sul marciapiede",
     "A choir that neighbours can listen to.",
     "art community", (4, 3), (16, 14, 9, 8, 6)),
    ("APP-2486", "Ritagli", "Macchine da cucire per tutte",
     "Sewing machines for everybody.",
     "repair", (6,), None),
    ("APP-7955", "Casa Bozzetto", "Abitare e disegnare",
     "Two illustrators above the shop.",
     "art", (3,), None),
    ("APP-1968", "La Pozzanghera", "Pomeriggi a colori",
     "Afternoons for children.",
     "education", (7,), None),
    ("APP-3028", "Circo Minimo", "Piccolo circo",
     "A small circus with a big ceiling.",
     "art", (5,), None),
    ("APP-4657", "Semi Urbani", "Semi e piantine",
     "Seeds, seedlings and a freezer.",
     "environment food", (4,), None),
    ("APP-2013", "Ferro Dolce", "Ferro e fuoco",
     "Railings and sculpture.",
     "work", (3,), None),
    ("APP-7499", "Vetro Soffiato", "Vetro aperto",
     "Glass, fire and patience.",
     "art", (5,), None),
    ("APP-1812", "Stampa Umida", "Torchio condiviso",
     "A shared press.",
     "art", (6, 1), None),
)  # fmt: skip


def _applications() -> Iterator[InventedApplication]:
    for code, name, title, summary, themes, ranking, points in _ROWS:
        yield InventedApplication(
            code=code,
            collective=slugify(name),
            title=title,
            summary=f"{summary} Demonstration data.",
            themes=dict.fromkeys(themes.split(), 1),
            ranking=ranking,
            points={} if points is None else dict(zip(_CRITERIA, points, strict=True)),
            refusal=_REFUSAL if points is None else "",
            norm=_NORM if points is None else "",
        )
