"""Reads the social and solidarity initiatives in Italy from the SUSY/SSEDAS map."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from mapsvc.domain.imports import Address, Batch, InitiativePlace, InitiativeRecord, SourceInfo
from mapsvc.exchange.files import read_features

SOURCE = SourceInfo(
    code="susy-italy",
    title="Social and solidarity initiatives in Italy",
    licence="CC-PDDC",
    attribution="SUSY/SSEDAS map, TransforMap",
    url="https://data.transformap.co/place/SSEDAS_PARTNER",
)

#: Kind and themes by the source's own type words; a word that is not here is kept as an activity only.
_TYPES = {
    "agroecology_education": ("capacity_building", "education", "food"),
    "bicycle_awareness": ("service", "mobility"),
    "bicycle_selfrepair": ("service", "mobility", "repair"),
    "citizen_council": ("project", "governance"),
    "collective_energy": ("service", "energy"),
    "community_group": ("project", "community"),
    "communitysupported_agriculture": ("service", "food"),
    "coworking": ("hub", "work", "space"),
    "development_cooperation": ("project", "inclusion"),
    "ecovillage": ("project", "community", "environment"),
    "ethicalfinance_education": ("service", "finance", "education"),
    "fairtrade_school": ("service", "fair_trade", "education"),
    "fairtrade_shop": ("service", "fair_trade"),
    "fairtrade_wholesaler": ("service", "fair_trade"),
    "farm_shop": ("service", "food"),
    "food_cooperative": ("service", "food"),
    "local_farmersmarket": ("service", "food"),
    "microfinance": ("service", "finance"),
    "mutual_insurance": ("service", "finance"),
    "networking_initiative": ("network", "community"),
    "nopacking_shop": ("service", "environment"),
    "other_fairtrade": ("service", "fair_trade"),
    "other_habitat": ("project", "environment"),
    "other_participation": ("project", "governance"),
    "other_political": ("project", "governance"),
    "other_socialinclusion": ("project", "inclusion"),
    "recycling": ("service", "environment", "repair"),
    "repair_resale": ("service", "repair"),
    "social_incubators": ("hub", "work", "space"),
    "socialinclusion_employment": ("service", "inclusion", "work"),
    "socialinclusion_empowerment": ("project", "inclusion"),
    "agro_empowerment": ("project", "food", "inclusion"),
    "solidarity_lending": ("service", "finance"),
    "sse_education": ("capacity_building", "education"),
    "sse_research": ("capacity_building", "education"),
    "timebanking": ("service", "community"),
    "used_goods": ("service", "repair"),
    "virtual_directpurchase": ("service", "food"),
    "waste_awareness": ("project", "environment"),
}
_SPACES = re.compile(r"\s+")
_HOST = re.compile(r"[\w.-]+\.[a-z]{2,}(?:[/?#]\S*)?", re.IGNORECASE)


def read(path: Path) -> Batch:
    """Return the initiatives, keyed by the source's `_id` and dated by its last edit; the source states no end."""
    return Batch(SOURCE, initiatives=tuple(_initiative(p, g.positions()[0]) for _, p, g in read_features(path)))


def _initiative(properties: Mapping[str, object], point: tuple[float, float]) -> InitiativeRecord:
    value = {key: _SPACES.sub(" ", str(text)).strip() for key, text in properties.items()}
    types = tuple(dict.fromkeys(filter(None, (part.strip() for part in value["type_of_initiative"].split(";")))))
    known = [_TYPES[name] for name in types if name in _TYPES]
    edited = datetime.fromtimestamp(int(value["_timestamp"]) / 1000, tz=UTC).date()
    italian, english = value.get("description:it", ""), value.get("description", "")
    address = Address(
        street=value.get("addr:street", ""),
        civic_number=value.get("addr:housenumber", ""),
        postcode=value.get("addr:postcode", ""),
        municipality=value.get("addr:city", ""),
    )
    return InitiativeRecord(
        source_key=value["_id"],
        name=value["name"],
        kind=known[0][0] if known else "project",
        themes=tuple(sorted({theme for _, *themes in known for theme in themes})),
        summary={lang: text for lang, text in (("en", english), ("it", italian)) if text},
        original_lang="it" if italian and not english else "en",
        links=tuple(web_addresses(value.get("contact:website") or value.get("website", ""))),
        places=(InitiativePlace(source_key=value["_id"], point=point, address=address),),
        stage="active",
        confirmed_on=edited,
        activities=types,
        external_ids=(("transformap", value["_id"]),),
        source_url=value["_uri"],
    )


def web_addresses(text: str) -> list[str]:
    """Return the web addresses in a free text with their missing schemes added; anything else is dropped."""
    found = []
    for part in text.replace(";", " ").replace(",", " ").split():
        if part.lower().startswith(("http://", "https://")):
            found.append(part)
        elif _HOST.fullmatch(part):
            found.append(f"http://{part}")
    return list(dict.fromkeys(found))
