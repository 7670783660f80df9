"""A small town for the tests of marking, and a visitor without JavaScript who reads its pages."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape

from sqlalchemy import text
from werkzeug.test import TestResponse

from mapsvc.bootstrap import Services, build
from mapsvc.config import Settings
from mapsvc.domain.imports import Address, AreaRecord, Batch, SourceInfo, SpaceRecord, StreetRecord
from mapsvc.usecases.seeding import DEMONSTRATION_CITY, load_batches, prepare_city

NOW = datetime.now(UTC)
SOURCE = SourceInfo("town", "A town", "CC0-1.0", "The town", "https://town.example")
SQUARE = {"type": "Polygon", "coordinates": [[[7.6, 45.0], [7.8, 45.0], [7.8, 45.1], [7.6, 45.1], [7.6, 45.0]]]}
LONG_STREET = ((7.6700, 45.0500), (7.6700, 45.0600))
TOWN = Batch(
    SOURCE,
    areas=(AreaRecord("a", "San Salvario", "neighbourhood", "01", SQUARE),),
    streets=(
        StreetRecord("1", "Via Nizza", (LONG_STREET,)),
        StreetRecord("2", "Piazza Nizza", (((7.6790, 45.0400), (7.6795, 45.0400)),)),
        StreetRecord("3", "Via Madama Cristina", (((7.6800, 45.0500), (7.6800, 45.0600)),)),
        StreetRecord("4", "Via Lunga", (((7.7900, 45.0900), (7.7950, 45.0900)),)),
    ),
    spaces=(
        SpaceRecord("s1", "Via Nizza 18", (7.6701, 45.0520), Address("Via Nizza", "18")),
        SpaceRecord("s2", "Via Nizza 18/B", (7.6701, 45.0521), Address("Via Nizza", "18/B", "1")),
        SpaceRecord("s3", "Secret 3", (7.6702, 45.0522), publication_precision="cell_100m", asset_kind="office"),
        SpaceRecord("s4", "Via Nizza 20", (7.6701, 45.0523), Address("Via Nizza", "20"), record_state="submitted"),
    ),
)


def found(settings: Settings) -> Iterator[Services]:
    """The services of the town, on the clean database of these settings."""
    services = build(settings)
    prepare_city(services.unit_of_work(), DEMONSTRATION_CITY, NOW)
    load_batches(services.unit_of_work(), [("town", lambda: TOWN)], NOW, lambda *_: None)
    yield services
    services.engine.dispose()


def rows(town: Services, query: str) -> list:
    with town.reading() as connection:
        return connection.execute(text(query)).all()


def page(response: TestResponse) -> str:
    return unescape(response.get_data(as_text=True))


def title(response: TestResponse) -> str:
    return re.search(r"<h1[^>]*>(.*?)</h1>", page(response))[1]


def hidden(response: TestResponse) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', response.get_data(as_text=True))
    return {name: unescape(value) for name, value in found}


def fields(response: TestResponse) -> dict[str, object]:
    """What a browser would send with the last step untouched."""
    number = re.search(r'name="number" value="([^"]*)"', response.get_data(as_text=True))
    return hidden(response) | ({"number": unescape(number[1])} if number else {})
