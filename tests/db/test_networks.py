"""One network is one sender: whoever changes the address within it or the browser neither votes nor decides twice."""

from __future__ import annotations

from uuid import uuid4

import pytest

from mapsvc.domain.observations import Claim
from mapsvc.usecases.observations import Answer, add_observation
from mapsvc.web.app import create_app
from tests.db.test_holds import HOME, open_call, passer_by, rows, say
from tests.mark_town import NOW, found

#: Addresses of one subscriber, who gets a whole prefix of 64 bits, and one of a neighbour.
OWN = ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:2:a:b:c:d")
NEIGHBOUR = "2001:db8:1:3::1"


@pytest.fixture
def town(settings):
    yield from found(settings)


@pytest.fixture
def client(town):
    app = create_app(town)
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()


def answer(client, address: str, claim: str = "vacant", browser: str = "a") -> None:
    told = client.post(
        f"/spaces/{HOME}/observations",
        data={"claim": claim, "key": str(uuid4())},
        environ_base={"REMOTE_ADDR": address, "HTTP_USER_AGENT": browser},
    )
    assert told.status_code == 303


def networks(town) -> int:
    return rows(town, "SELECT count(DISTINCT cluster_key) FROM observations WHERE source_kind = 'anonymous'")[0][0]


def test_all_addresses_of_one_prefix_are_one_network(client, town):
    for address in OWN:
        answer(client, address)
    assert networks(town) == 1
    answer(client, NEIGHBOUR)
    assert networks(town) == 2


def test_an_old_address_written_in_the_new_way_is_the_same_network(client, town):
    answer(client, "203.0.113.7")
    answer(client, "::ffff:203.0.113.7")
    assert networks(town) == 1
    answer(client, "203.0.113.8")
    assert networks(town) == 2


@pytest.mark.parametrize("address", ["", "unix:", "fe80::1%eth0", "not an address"])
def test_whatever_the_server_calls_the_other_side_is_answered(client, address):
    answer(client, address)


def test_flags_from_one_prefix_hide_no_more_than_those_of_one_address(town, client):
    for number in range(5):
        told = client.post(
            "/flags",
            data={"about": f"space:{HOME}" if number == 0 else f"space:{HOME}-b", "kind": "private"},
            environ_base={"REMOTE_ADDR": f"2001:db8:1:2::{number + 1}"},
        )
        assert told.status_code in (303, 404)
    assert rows(town, "SELECT count(DISTINCT cluster_key) FROM flags") == [(1,)]


def test_one_person_with_three_browsers_freezes_nothing(town):
    """M9 is about people who agreed to flip a place, not about one who changes the browser."""
    for name in ("x", "y"):
        answering = Answer(uuid4(), Claim.VACANT)
        add_observation(town.unit_of_work(), town.photos, passer_by(name), HOME, answering, NOW)
    open_call(town)
    for number in range(4):
        one = passer_by(f"browser-{number}")
        say(town, "occupied", type(one)(device=one.device, network="one-network"), minutes=5 + number)
    assert rows(town, f"SELECT frozen_at IS NULL FROM spaces WHERE slug = '{HOME}'") == [(True,)]

    for number in range(3):
        say(town, "occupied", passer_by(f"other-{number}"), minutes=20 + number)
    assert rows(town, f"SELECT frozen_at IS NULL FROM spaces WHERE slug = '{HOME}'") == [(False,)]
