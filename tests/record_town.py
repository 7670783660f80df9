"""A small town with one record of every kind, for the tests of record pages; nothing of it is true."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import text

from mapsvc.bootstrap import Services
from mapsvc.domain.imports import (
    Address,
    AreaRecord,
    Batch,
    CallRecord,
    CollectiveRecord,
    InitiativePlace,
    InitiativeRecord,
    LotRecord,
    ObservationRecord,
    PactRecord,
    PartialDate,
    SourceInfo,
    SpaceRecord,
    StreetRecord,
)
from mapsvc.usecases.seeding import DEMONSTRATION_CITY, load_batches, prepare_city

NOW = datetime.now(UTC)
HOSTILE = "{{7*7}} ${alert(1)} <img src=x onerror=alert(1)> 50% {% of"
SOURCE = SourceInfo("town", "The town's register", "CC-BY-4.0", "The town", "https://town.example")
_SQUARE = {"type": "Polygon", "coordinates": [[[7.6, 45.0], [7.8, 45.0], [7.8, 45.1], [7.6, 45.1], [7.6, 45.0]]]}


def seen(
    key: str, claim: str, days_ago: int, kind: str, quality: str = "photo_onsite", note: str = ""
) -> ObservationRecord:
    """Return an observation by a reporter of its own, some days ago."""
    return ObservationRecord(key, claim, NOW - timedelta(days=days_ago), kind, quality, f"reporter-{key}", note)


TOWN = Batch(
    SOURCE,
    areas=(AreaRecord("a", "San Salvario", "neighbourhood", "01", _SQUARE),),
    streets=(StreetRecord("1", "Via Nizza", (((7.67, 45.05), (7.67, 45.06)),)),),
    spaces=(
        SpaceRecord(
            "known",
            "Via Nizza 18",
            (7.6701, 45.0520),
            Address("Via Nizza", "18", "0"),
            owner_type="municipality",
            features={"usable_area_m2": 68.0, "rent_cents": 28000, "hazards": ["asbestos"], "works_days": 77},
            availability_state="in_call",
            source_url="https://town.example/known",
            observations=(
                seen("o1", "vacant", 60, "registered_user"),
                seen("o2", "vacant", 12, "officer_visit", note="Shutter locked."),
            ),
        ),
        SpaceRecord(
            "coarse",
            "Via Segreta 3",
            (7.6702, 45.0522),
            Address("Via Segreta", "3", "2"),
            owner_type="private_person",
            asset_kind="workshop",
            publication_precision="cell_100m",
            description={"en": "Behind the green gate"},
            features={"former_use": "tailor", "frontage_m": 4.5},
            source_url="https://town.example/via-segreta-3",
            observations=(seen("o3", "vacant", 5, "anonymous", note="Next to number 5"),),
        ),
        SpaceRecord("hostile", HOSTILE, (7.6703, 45.0524), description={"en": HOSTILE}),
        SpaceRecord("waiting", "Waiting place", (7.6704, 45.0526), record_state="submitted"),
        SpaceRecord("hidden", "Hidden place", (7.6705, 45.0528)),
        SpaceRecord("old", "Archived place", (7.6706, 45.0530)),
        SpaceRecord("double", "Double place", (7.6707, 45.0532)),
    ),
    initiatives=(
        InitiativeRecord(
            "garden",
            "Orto dei Vicini",
            "community_garden",
            ("food",),
            {"it": "Un orto in cortile."},
            "it",
            ("https://orto.example/chi", "javascript:alert(1)"),
            (
                InitiativePlace(
                    "p1",
                    (7.671, 45.051),
                    address=Address("Via Nizza", "1", municipality="Torino"),
                    start=PartialDate(date(2019, 4, 1)),
                ),
                InitiativePlace("p2", (7.674, 45.054), address=Address("Via Nizza", "9", municipality="Torino")),
                InitiativePlace("p3", None, flags=("no_position",)),
            ),
            stage="active",
            confirmed_on=NOW.date() - timedelta(days=10),
        ),
        InitiativeRecord("hostile", HOSTILE, "project", (), {"en": HOSTILE}, "en"),
    ),
    pacts=(
        PactRecord(
            "firm",
            "Piazza Fonderia",
            "signed",
            "Patto stipulato",
            (7.672, 45.052),
            date(2026, 6, 12),
            "Torino",
            fields_of_action=("Cura del verde",),
            proposer_kind="association",
            representative="Comitato Fonderia",
            document_url="https://town.example/pact.pdf",
        ),
        PactRecord(
            "person",
            "Aiuola di via Goito",
            "archived",
            "Archiviata",
            None,
            date(2026, 6, 12),
            "Torino",
            proposer_kind="individual",
            representative="Maria Riservata",
            representative_is_person=True,
        ),
        PactRecord("hostile", HOSTILE, "proposal", "", (7.673, 45.053), note=HOSTILE),
    ),
    collectives=(
        CollectiveRecord(
            "band",
            "Banda Piccola",
            "association",
            "Four people and a drum.",
            "en",
            4,
            ("music_acoustic",),
            {"area_min_m2": 40, "budget_max_cents": 31300, "water": "must"},
        ),
    ),
    calls=(
        CallRecord(
            "call",
            "TO-1",
            {"en": "Test call"},
            {"en": "One shop."},
            "open",
            NOW.date() - timedelta(days=3),
            NOW.date() + timedelta(days=30),
            (LotRecord("lot", 1, "known", date(2027, 3, 1), date(2030, 3, 1)),),
        ),
    ),
)


def found_town(services: Services) -> dict[str, str]:
    """Load the town, change the states that a moderator decides, and return the slugs of its spaces by source key."""
    prepare_city(services.unit_of_work(), DEMONSTRATION_CITY, NOW)
    load_batches(services.unit_of_work(), [("town", lambda: TOWN)], NOW, lambda *_: None)
    with services.engine.begin() as connection:
        for key, state in (("hidden", "hidden"), ("old", "archived")):
            connection.execute(
                text("UPDATE spaces SET record_state = :s WHERE source_key = :k"), {"s": state, "k": key}
            )
        connection.execute(
            text(
                "UPDATE spaces SET record_state = 'merged',"
                " merged_into = (SELECT id FROM spaces WHERE source_key = 'known') WHERE source_key = 'double'"
            )
        )
        rows = connection.execute(text("SELECT source_key, slug FROM spaces"))
        return {row.source_key: row.slug for row in rows}
