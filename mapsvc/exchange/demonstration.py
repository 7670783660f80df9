"""The demonstration for Torino: everything in it is invented from a fixed seed and labelled as such.

The figures of the call follow a real one (seven premises of about 400 m², 25 groups; another public source says eight
collectives); the streets and neighbourhoods are real, the premises, groups, initiatives and pacts are not.
"""

import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from mapsvc.domain.demonstrations import InventedCall
from mapsvc.domain.imports import (
    Address,
    AreaRecord,
    Batch,
    InitiativePlace,
    InitiativeRecord,
    PactRecord,
    PartialDate,
    Precision,
    SourceInfo,
    StreetRecord,
)
from mapsvc.exchange.demonstration_call import call, premises, rules
from mapsvc.exchange.demonstration_collectives import collectives
from mapsvc.exchange.demonstration_matching import matching_call, matching_premises, matching_rules
from mapsvc.exchange.demonstration_places import StreetFinder
from mapsvc.exchange.demonstration_spaces import CITY, LABEL, SHORT_NAMES, spaces

SEED = 20271
SOURCE = SourceInfo(
    code="demonstration-torino",
    title="Demonstration data for Torino",
    licence="CC0-1.0",
    attribution="Invented for the demonstration",
    url="",
    demonstration=True,
)

#: Name, kind, themes, neighbourhood, street, number, stage, months since the last confirmation, English, Italian.
_INITIATIVES = (
    (
        "Ciclofficina Saluzzo",
        "service",
        ("mobility", "repair"),
        "San Salvario",
        "Via Saluzzo",
        60,
        "active",
        1,
        "Repair your bicycle with others, on Tuesdays and Saturdays.",
        "Si ripara la bici insieme, il martedì e il sabato.",
    ),
    (
        "Dispensa di via Ormea",
        "service",
        ("food", "community"),
        "San Salvario",
        "Via Ormea",
        52,
        "active",
        3,
        "A shared larder for the households of the street.",
        "Una dispensa condivisa per chi abita nella via.",
    ),
    (
        "Portici Aperti",
        "creative_placemaking",
        ("art", "space"),
        "San Salvario",
        "Via Nizza",
        9,
        "active",
        14,
        "Exhibitions in empty shop windows.",
        "Mostre nelle vetrine vuote.",
    ),
    (
        "Sartoria Sociale Aurora",
        "hub",
        ("work", "inclusion"),
        "Aurora",
        "Corso Palermo",
        20,
        "active",
        5,
        "A sewing workshop that trains newcomers.",
        "Un laboratorio di cucito che forma chi è appena arrivato.",
    ),
    (
        "Orto Dora",
        "community_garden",
        ("food", "environment"),
        "Aurora",
        "Via Aosta",
        31,
        "active",
        2,
        "Raised beds between two railway arches.",
        "Cassoni coltivati tra due arcate della ferrovia.",
    ),
    (
        "Biblioteca delle Cose Vanchiglia",
        "service",
        ("repair", "community"),
        "Vanchiglia",
        "Via degli Artisti",
        18,
        "starting",
        1,
        "Borrow a drill, return it with a story.",
        "Prendi in prestito un trapano, riportalo con una storia.",
    ),
    (
        "Radio Barriera",
        "project",
        ("community", "governance"),
        "Barriera di Milano",
        "Via Sempione",
        44,
        "active",
        8,
        "A neighbourhood radio with an open studio.",
        "Una radio di quartiere con lo studio aperto.",
    ),
    (
        "Forno di Comunità",
        "hub",
        ("food", "inclusion"),
        "Barriera di Milano",
        "Via Leinì",
        15,
        "paused",
        26,
        "A bread oven that waits for a new roof.",
        "Un forno per il pane che aspetta un tetto nuovo.",
    ),
    (
        "Laboratorio Mirafiori",
        "hub",
        ("work", "education"),
        "Mirafiori Sud",
        "Via Plava",
        60,
        "active",
        4,
        "Tools, tutors and a long table.",
        "Attrezzi, tutor e un tavolo lungo.",
    ),
    (
        "Cortili in Prova",
        "project",
        ("art", "space"),
        "Centro",
        "Via San Domenico",
        26,
        "ended",
        18,
        "A season of rehearsals in twelve courtyards.",
        "Una stagione di prove in dodici cortili.",
    ),
)

#: Title, status, neighbourhood, street, number, proposer, representative, kind, days since that status, both texts.
_PACTS = (
    (
        "Cura dei portici di via Nizza",
        "active",
        "San Salvario",
        "Via Nizza",
        30,
        "association",
        "Comitato dei portici",
        "ordinary",
        40,
        "Cleaning, plants and light under the arcades.",
        "Pulizia, piante e luce sotto i portici.",
    ),
    (
        "Piazzetta di via Belfiore",
        "signed",
        "San Salvario",
        "Via Belfiore",
        34,
        "informal_group",
        "Vicini di Belfiore",
        "ordinary",
        90,
        "Benches and a notice board kept by the neighbours.",
        "Panchine e bacheca curate dal vicinato.",
    ),
    (
        "Serra di corso Marconi",
        "co_design",
        "San Salvario",
        "Corso Guglielmo Marconi",
        26,
        "aps",
        "Serra Comune",
        "complex",
        15,
        "A greenhouse in the middle of the avenue.",
        "Una serra al centro del viale.",
    ),
    (
        "Giardino di via Bava",
        "active",
        "Vanchiglia",
        "Via Eusebio Bava",
        22,
        "association",
        "Amici del giardino",
        "ordinary",
        210,
        "Opening and closing a small garden.",
        "Apertura e chiusura di un piccolo giardino.",
    ),
    (
        "Casa di Aurora",
        "renewal",
        "Aurora",
        "Via Antonio Cecchi",
        17,
        "consortium",
        "Rete Aurora",
        "complex",
        25,
        "A former workshop run together with the city.",
        "Un'ex officina gestita insieme alla città.",
    ),
    (
        "Campo di via Cimarosa",
        "published",
        "Barriera di Milano",
        "Via Domenico Cimarosa",
        60,
        "association",
        "Squadra Cimarosa",
        "ordinary",
        8,
        "A ball court open in the evening.",
        "Un campo da gioco aperto la sera.",
    ),
    (
        "Bocciofila di via Plava",
        "suspended",
        "Mirafiori Sud",
        "Via Plava",
        75,
        "association",
        "Bocciofila Plava",
        "ordinary",
        120,
        "Works on the roof have stopped the club.",
        "I lavori al tetto hanno fermato il circolo.",
    ),
)


def build(today: date, streets: Sequence[StreetRecord], areas: Sequence[AreaRecord], seed: int = SEED) -> Batch:
    """Return the whole demonstration as of a day; `areas` are the neighbourhoods of Torino.

    The same day and seed give the same records in every Python version.
    """
    finder = StreetFinder(streets, areas)
    rng = random.Random(seed)  # noqa: S311 - a repeatable sequence is wanted, not a secret
    return Batch(
        SOURCE,
        spaces=(*premises(finder, today), *matching_premises(finder, today), *spaces(finder, rng, today)),
        collectives=tuple(collectives(finder, rng, today)),
        calls=(call(today), matching_call(today)),
        initiatives=tuple(_initiatives(finder, today)),
        pacts=tuple(_pacts(finder, today)),
    )


def invented_calls(today: date) -> tuple[InventedCall, ...]:
    """Return what makes the calls of `build` complete, once the accounts of the demonstration are there."""
    return (rules(today), matching_rules(today))


def _initiatives(finder: StreetFinder, today: date) -> Iterator[InitiativeRecord]:
    for index, row in enumerate(_INITIATIVES, start=1):
        name, kind, themes, area, street, number, stage, months, english, italian = row
        confirmed = today - timedelta(days=30 * months)
        start = PartialDate(date(confirmed.year - 1 - index % 4, 1, 1), Precision.YEAR)
        until = PartialDate(confirmed.replace(day=1), Precision.MONTH) if stage == "ended" else None
        place = InitiativePlace(
            source_key=f"initiative-{index}",
            point=finder.position(area, street, number),
            address=Address(street, str(number), municipality=CITY),
            start=start,
            until=until,
        )
        yield InitiativeRecord(
            source_key=f"initiative-{index}",
            name=name,
            kind=kind,
            themes=themes,
            summary={"en": f"{english} {LABEL['en']}", "it": f"{italian} {LABEL['it']}"},
            original_lang="it",
            places=(place,),
            stage=stage,
            start=start,
            until=until,
            confirmed_on=confirmed,
        )


def _pacts(finder: StreetFinder, today: date) -> Iterator[PactRecord]:
    for index, row in enumerate(_PACTS, start=1):
        title, status, area, street, number, proposer, representative, kind, days, english, italian = row
        yield PactRecord(
            source_key=f"pact-{index}",
            title=title,
            status=status,
            status_label=status,
            point=finder.position(area, street, number),
            as_of=today - timedelta(days=days),
            city=CITY,
            place=f"{SHORT_NAMES.get(street, street)} {number}",
            neighbourhood=area,
            proposer_kind=proposer,
            representative=representative,
            summary={"en": f"{english} {LABEL['en']}", "it": f"{italian} {LABEL['it']}"},
            kind=kind,
        )
