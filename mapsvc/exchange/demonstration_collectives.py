"""Twenty-five invented collectives that look for a place in Torino, each with a needs profile."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from mapsvc.domain.ids import slugify
from mapsvc.domain.imports import CollectiveRecord
from mapsvc.domain.needs import PRESETS
from mapsvc.exchange.demonstration_places import StreetFinder

LABEL = "Demonstration data: this group is invented."


@dataclass(frozen=True, slots=True)
class Group:
    """An invented collective: who, what they do, how much room and money, and what differs from the preset."""

    name: str
    form: str
    disciplines: tuple[str, ...]
    members: int
    area: tuple[int, int]
    budget_eur: int
    story: str
    preset: str = ""
    needs: Mapping[str, object] = field(default_factory=dict)
    near: tuple[str, str, int] | None = None
    districts: tuple[str, ...] = ()


GROUPS = (
    Group(
        "Officina Saluzzo",
        "association",
        ("craft_wood", "design"),
        6,
        (40, 65),
        400,
        "Joiners who repair furniture with the people who own it.",
        "",
        {"goods_access": "must", "noise_emission_day": 2, "dust_odour": 2, "power_min_kw": 4.5},
        ("San Salvario", "Via Saluzzo", 30),
    ),
    Group(
        "Coro di Strada",
        "informal_group",
        ("music_acoustic",),
        9,
        (45, 60),
        150,
        "A choir that rehearses where the neighbours can listen.",
        "",
        {"noise_emission_day": 1, "noise_emission_evening": 2, "people_peak": 14},
    ),
    Group(
        "Stampa Umida",
        "aps",
        ("printmaking", "visual"),
        4,
        (35, 55),
        280,
        "A shared press for etching and risograph.",
        "painter_with_solvents",
    ),
    Group(
        "Ritagli",
        "association",
        ("textile",),
        5,
        (25, 45),
        240,
        "Sewing machines for everyone, and leftovers from the tailors of the quarter.",
        "",
        {"power_min_kw": 3, "step_free": "must"},
        None,
        ("Barriera di Milano", "Aurora"),
    ),
    Group("Terra Cotta Viva", "informal_group", ("ceramics",), 3, (30, 50), 260, "A kiln and six wheels.", "ceramics"),
    Group(
        "Banda Larga",
        "informal_group",
        ("music_amplified",),
        5,
        (30, 45),
        300,
        "A band that wants to stop rehearsing in cellars.",
        "amplified_music",
    ),
    Group(
        "Passo Doppio",
        "association",
        ("dance",),
        7,
        (65, 90),
        380,
        "Contemporary dance with older neighbours.",
        "dance",
    ),
    Group(
        "Edizioni Ballatoio",
        "cooperative",
        ("literature", "design"),
        3,
        (18, 30),
        260,
        "A small press that prints what is written in the courtyards.",
        "writer_editorial",
    ),
    Group(
        "Luce Bassa",
        "informal_group",
        ("photo_video",),
        4,
        (25, 40),
        220,
        "A darkroom open to schools.",
        "",
        {"water": "must", "ventilation_min": "mechanical", "daylight_min": 0},
    ),
    Group(
        "Ferro Dolce",
        "company",
        ("craft_metal", "sculpture"),
        3,
        (45, 70),
        420,
        "Railings, sculpture, and the bicycles of the post.",
        "sculptor_metal",
        {"hot_work": True},
    ),
    Group(
        "Pane Quotidiano",
        "social_cooperative",
        ("food", "social"),
        8,
        (40, 60),
        450,
        "An oven shared by people who are learning a trade.",
        "",
        {"gas": "must", "water": "must", "ventilation_min": "mechanical", "step_free": "must"},
    ),
    Group(
        "Teatro Portatile",
        "aps",
        ("theatre",),
        8,
        (55, 80),
        310,
        "Theatre for one spectator at a time.",
        "",
        {"height_min_m": 3.0, "noise_emission_evening": 2, "people_peak": 20},
    ),
    Group(
        "Bit e Bulloni",
        "informal_group",
        ("digital", "craft_metal"),
        5,
        (28, 42),
        230,
        "Broken devices become school laboratories.",
        "",
        {"internet": "must", "power_min_kw": 4.5},
    ),
    Group(
        "Mano Mancina", "individual", ("visual",), 1, (18, 28), 160, "A painter who teaches on Saturdays.", "painter"
    ),
    Group(
        "La Pozzanghera",
        "odv",
        ("social", "visual"),
        7,
        (30, 50),
        120,
        "Afternoons for children, with paint on the floor.",
        "",
        {"water": "must", "wc": "must", "step_free": "must"},
        ("Vanchiglia", "Via Vanchiglia", 12),
    ),
    Group(
        "Suono Povero",
        "informal_group",
        ("music_acoustic", "digital"),
        3,
        (15, 28),
        140,
        "Instruments built from what the market throws away.",
        "",
        {"noise_emission_day": 1, "noise_emission_evening": 1},
    ),
    Group(
        "Quartiere Radio",
        "aps",
        ("digital", "social"),
        6,
        (20, 35),
        210,
        "A web radio run by its listeners.",
        "",
        {"internet": "must", "noise_emission_evening": 0},
    ),
    Group(
        "Cucire il Po",
        "cooperative",
        ("textile", "design"),
        4,
        (35, 55),
        330,
        "Bags from old theatre curtains.",
        "",
        {"goods_access": "nice", "power_min_kw": 3},
    ),
    Group(
        "Atelier Notturno",
        "informal_group",
        ("visual", "photo_video"),
        5,
        (35, 60),
        250,
        "People with day jobs who work at night.",
        "painter",
        {"live_work": "wanted", "noise_emission_night": 0},
    ),
    Group(
        "Semi Urbani",
        "association",
        ("social", "food"),
        6,
        (25, 45),
        170,
        "Seeds, seedlings and a shared freezer.",
        "",
        {"water": "must", "step_free": "nice"},
        ("Mirafiori Sud", "Via Candiolo", 10),
        ("Mirafiori Sud",),
    ),
    Group(
        "Carta Straccia",
        "informal_group",
        ("literature", "printmaking"),
        3,
        (16, 30),
        180,
        "A library of things that were never published.",
        "writer_editorial",
    ),
    Group(
        "Casa Bozzetto",
        "informal_group",
        ("design", "visual"),
        2,
        (30, 45),
        350,
        "Two illustrators who want to live above the shop.",
        "painter",
        {"live_work": "required", "residents_count": 2},
    ),
    Group(
        "Circo Minimo",
        "association",
        ("dance", "theatre"),
        6,
        (70, 110),
        300,
        "Small circus, big ceiling needed.",
        "dance",
        {"height_min_m": 4.5},
    ),
    Group(
        "Vetro Soffiato",
        "company",
        ("design", "sculpture"),
        2,
        (30, 45),
        380,
        "Glass, fire and patience.",
        "",
        {"hot_work": True, "gas": "must", "ventilation_min": "local_extraction", "three_phase": "must"},
    ),
    Group(
        "Tavolo Grande",
        "aps",
        ("mixed", "social"),
        9,
        (35, 70),
        260,
        "One long table, a different use every day.",
        "",
        {"sharing": "shared_preferred", "step_free": "must", "wc": "must"},
        None,
        ("San Salvario", "Aurora", "Vanchiglia"),
    ),
)


def collectives(finder: StreetFinder, rng: random.Random, today: date) -> Iterator[CollectiveRecord]:
    """Yield the collectives; all want to begin in the spring after today and stay for one to three years."""
    for index, group in enumerate(GROUPS, start=1):
        anchor = finder.position(*group.near) if group.near else None
        yield CollectiveRecord(
            source_key=f"collective-{index}",
            name=group.name,
            form=group.form,
            story=f"{group.story} {LABEL}",
            original_lang="en",
            members_count=group.members,
            disciplines=group.disciplines,
            needs=_needs(group, rng, today, anchor),
            anchor=anchor,
            state="verified" if index % 4 == 0 else "active",
        )


def _needs(group: Group, rng: random.Random, today: date, anchor: tuple[float, float] | None) -> dict[str, object]:
    least, ideal = group.area
    spring = date(today.year + 1, 3, 1)
    needs: dict[str, object] = {
        "area_min_m2": float(least),
        "area_ideal_m2": float(ideal),
        "people_peak": group.members + 2,
        "people_daily": max(1, group.members - 2),
        "noise_emission_day": 1,
        "noise_emission_evening": 0,
        "noise_emission_night": 0,
        "dust_odour": 0,
        "live_work": "none",
        "sharing": "shared_ok" if rng.random() < 0.5 else "exclusive_only",
        "budget_max_cents": group.budget_eur * 100,
        "deposit_max_cents": group.budget_eur * 200,
        "own_works_cents": 100_000 * (1 + int(rng.random() * 4)),
        "public_opening_h_week": float(10 + int(rng.random() * 6) * 5),
        "events_per_year": 4 + int(rng.random() * 16),
        "start_earliest": spring.isoformat(),
        "start_latest": date(spring.year, 6 + int(rng.random() * 4), 1).isoformat(),
        "term_min_days": 365,
        "term_desired_days": 365 * (1 + int(rng.random() * 3)),
    }
    needs |= PRESETS[group.preset] if group.preset else {}
    needs |= group.needs
    # A need stated by the preset and the group's own activities belong together.
    needs["activities"] = list(group.disciplines)
    if anchor:
        needs |= {"anchor_point": list(anchor), "max_distance_m": 2_500}
    if group.districts:
        needs["districts_ok"] = [slugify(name) for name in group.districts]
    return needs
