"""Downloads of open data: what they keep busy while somebody reads them."""

import pytest
from mark_town import found
from sqlalchemy import text

from mapsvc.web.app import create_app

MANY = (
    "INSERT INTO spaces (id, slug, name, point, record_state, source_id, source_key, created_at, updated_at)"
    " SELECT gen_random_uuid(), 'g-' || n, 'Corner ' || n, ST_SetSRID(ST_MakePoint(7.7, 45), 4326), 'published',"
    " (SELECT min(id) FROM sources), n, now(), now() FROM generate_series(1, 3000) n"
)


@pytest.fixture
def town(settings):
    yield from found(settings)


@pytest.mark.parametrize("address", ["/data/spaces.csv", "/data/spaces.geojson"])
def test_readers_who_are_slow_keep_no_connection(town, address):
    with town.engine.begin() as connection:
        connection.execute(text(MANY))

    answer = create_app(town).test_client().get(address, buffered=False)

    assert town.engine.pool.checkedout() == 0
    assert answer.get_data(as_text=True).count("Corner ") == 3000
    packed = create_app(town).test_client().get(address, headers={"Accept-Encoding": "br"})
    assert packed.headers["Content-Encoding"] == "br"
