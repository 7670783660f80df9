"""An owner objects, agrees or answers; two people lift an objection; nothing of it leaks."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import psycopg2
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from mapsvc.bootstrap import Services, build
from mapsvc.config import Settings
from mapsvc.domain.errors import Conflict, Forbidden, Invalid
from mapsvc.domain.imports import AreaRecord
from mapsvc.domain.people import Actor, Grant, Role
from mapsvc.operations.connections import connect
from mapsvc.usecases import owner_claims
from mapsvc.usecases.spaces import edit_space
from mapsvc.web.app import create_app
from tests.builders import NOW, PASSWORD, TODAY, Builder, jpeg, square

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
LON, LAT = 7.6205, 45.0705


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    services = build(replace(settings, today=TODAY.isoformat()))
    yield services
    services.engine.dispose()


@pytest.fixture
def make(services: Services) -> Builder:
    make = Builder(services)
    make.begin((AreaRecord("n", "North", "neighbourhood", "", square(7.6, 45.05)),))
    make.observation(make.space("via-alta-9", LON, LAT, name="Via Alta 9", street="Via Alta", number="9"))
    return make


@pytest.fixture
def visitor(services: Services, make: Builder) -> FlaskClient:
    return client_of(services)


def client_of(services: Services, email: str = "") -> FlaskClient:
    app = create_app(services)
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    if email:
        assert client.post("/login", data={"email": email, "password": PASSWORD}).status_code == 302
    return client


def officers(make: Builder) -> tuple[Actor, Actor]:
    """Two officers of the area."""
    found = []
    for name in ("first", "second"):
        user_id = make.account(f"{name}@example.org", "officer", area_id=make.areas["north"])
        found.append(Actor(user_id=user_id, grants=(Grant(Role.OFFICER, area_id=make.areas["north"]),)))
    return found[0], found[1]


def send(visitor: FlaskClient, wish: str, slug: str = "via-alta-9", **more: object) -> TestResponse:
    form = {"wish": wish, "key": str(uuid4()), "proof_text": "I own it"} | more
    return visitor.post(f"/spaces/{slug}/owner", data=form, content_type="multipart/form-data")


def claim(make: Builder, number: int = 0):
    return make.rows("SELECT * FROM owner_claims ORDER BY created_at, id")[number]


def space(make: Builder):
    return make.rows("SELECT * FROM spaces")[0]


def test_an_objection_hides_the_exact_place_at_once(visitor: FlaskClient, make: Builder) -> None:
    answer = send(visitor, "object", email="owner@example.org", proof_text="")
    assert answer.status_code == 303
    stored = space(make)
    assert (stored.publication_precision, stored.owner_objection) == ("cell_100m", True)
    assert stored.slug.startswith("space-")
    assert visitor.get("/spaces/via-alta-9").status_code == 404
    page = visitor.get(f"/spaces/{stored.slug}").get_data(as_text=True)
    assert "Via Alta" not in page
    assert str(LON) not in page
    private = visitor.get(answer.headers["Location"])
    assert "hidden already" in private.get_data(as_text=True)
    assert private.headers["Cache-Control"] == "no-store"
    mail = make.rows("SELECT recipient, template, params FROM outbox")[0]
    assert (mail.recipient, mail.template) == ("owner@example.org", "owner_received")
    assert "Via" not in str(mail.params)


def test_sent_twice_is_stored_once_although_the_address_changed(visitor: FlaskClient, make: Builder) -> None:
    key = str(uuid4())
    first, again = (send(visitor, "object", key=key) for _ in range(2))
    assert (first.status_code, again.status_code) == (303, 303)
    assert first.headers["Location"] == again.headers["Location"]
    assert len(make.rows("SELECT id FROM owner_claims")) == 1
    assert send(visitor, "object", key=key, proof_text="Something else").status_code == 409


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"wish": ""}, "Choose what you want"),
        ({"wish": "sell"}, "Choose what you want"),
        ({"wish": "consent", "proof_text": ""}, "how the office can see"),
        ({"wish": "note"}, "missing"),
        ({"wish": "note", "public_note": "Call 011 5551234 please"}, "Leave out telephone numbers"),
        ({"wish": "object", "email": "nobody"}, "no e-mail address"),
        ({"wish": "object", "public_note": "x" * 700}, "too long"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_changes(visitor: FlaskClient, make: Builder, form: dict, says: str) -> None:
    answer = send(visitor, **form)
    assert answer.status_code == 422
    assert says in answer.get_data(as_text=True) or "600" in answer.get_data(as_text=True)
    assert make.rows("SELECT id FROM owner_claims") == []
    assert space(make).slug == "via-alta-9"


@pytest.mark.parametrize(
    ("data", "suffix"), [(PDF, "pdf"), (jpeg(), "jpg"), (b"GIF89a", None), (b"%PDF-1.4 cut", None), (b"<svg/>", None)]
)
def test_a_proof_is_a_picture_encoded_anew_or_a_pdf(
    visitor: FlaskClient, make: Builder, services: Services, data: bytes, suffix: str | None
) -> None:
    answer = send(visitor, "object", proof=(io.BytesIO(data), "../../deed.exe"))
    assert answer.status_code == (303 if suffix else 422)
    if suffix is None:
        assert not services.settings.proof_folder.exists()
        return
    assert claim(make).proof_file == f"{claim(make).id}.{suffix}"
    kept = services.proofs.path(claim(make).proof_file).read_bytes()
    assert (kept == data) is (suffix == "pdf")


def test_only_officers_of_the_area_get_the_proof_and_only_to_save_it(
    visitor: FlaskClient, make: Builder, services: Services
) -> None:
    send(visitor, "object", proof=(io.BytesIO(PDF), "deed.pdf"))
    officers(make)
    make.account("moderator@example.org", "moderator", area_id=make.areas["north"])
    address = f"/desk/owners/{claim(make).id}/proof"
    assert client_of(services, "moderator@example.org").get(address).status_code == 403
    answer = client_of(services, "first@example.org").get(address)
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_refused_objection_is_lifted_by_two_people_only(visitor: FlaskClient, make: Builder, services) -> None:
    send(visitor, "object")
    first, second = officers(make)
    claim_id, uow = claim(make).id, services.unit_of_work
    with pytest.raises(Invalid):
        owner_claims.refuse_claim(uow(), first, claim_id, " ", NOW)
    owner_claims.refuse_claim(uow(), first, claim_id, "Not the owner", NOW)
    assert space(make).publication_precision == "cell_100m"
    with pytest.raises(Forbidden):
        owner_claims.lift_objection(uow(), first, claim_id, NOW)
    assert space(make).owner_objection
    owner_claims.lift_objection(uow(), second, claim_id, NOW)
    assert (space(make).publication_precision, space(make).owner_objection) == ("exact", False)
    with pytest.raises(Conflict):
        owner_claims.lift_objection(uow(), second, claim_id, NOW)


def test_a_withdrawn_objection_waits_for_two_people_as_well(visitor: FlaskClient, make: Builder, services) -> None:
    address = send(visitor, "object").headers["Location"]
    first, second = officers(make)
    assert visitor.post(f"{address}/withdraw").status_code == 303
    claim_id, uow = claim(make).id, services.unit_of_work
    assert space(make).publication_precision == "cell_100m"
    with pytest.raises(Conflict):
        owner_claims.lift_objection(uow(), second, claim_id, NOW)
    owner_claims.ask_to_lift(uow(), first, claim_id, NOW)
    owner_claims.lift_objection(uow(), second, claim_id, NOW)
    assert space(make).publication_precision == "exact"


def test_a_second_objection_keeps_the_place_hidden(visitor: FlaskClient, make: Builder, services) -> None:
    send(visitor, "object")
    send(visitor, "object", slug=space(make).slug)
    first, second = officers(make)
    ids, uow = [row.id for row in make.rows("SELECT id FROM owner_claims ORDER BY id")], services.unit_of_work
    owner_claims.refuse_claim(uow(), first, ids[0], "Not the owner", NOW)
    with pytest.raises(Conflict, match="another objection"):
        owner_claims.lift_objection(uow(), second, ids[0], NOW)
    owner_claims.verify_claim(uow(), first, ids[1], NOW)
    with pytest.raises(Conflict):
        owner_claims.lift_objection(uow(), second, ids[0], NOW)
    assert space(make).owner_consent is False


def test_one_person_may_keep_it_hidden_for_good(visitor: FlaskClient, make: Builder, services) -> None:
    send(visitor, "object")
    first, second = officers(make)
    owner_claims.refuse_claim(services.unit_of_work(), first, claim(make).id, "Not the owner", NOW)
    owner_claims.keep_coarse(services.unit_of_work(), second, claim(make).id, NOW)
    with pytest.raises(Conflict):
        owner_claims.lift_objection(services.unit_of_work(), second, claim(make).id, NOW)
    assert space(make).publication_precision == "cell_100m"


def test_no_officer_and_no_sql_shows_the_exact_place_against_an_objection(
    visitor: FlaskClient, make: Builder, services: Services
) -> None:
    send(visitor, "object")
    first, _second = officers(make)
    stored = space(make)
    with pytest.raises(Invalid) as refused:
        edit_space(services.unit_of_work(), first, stored.slug, stored.version, {"publication_precision": "exact"}, NOW)
    assert refused.value.code == "owner_objected"
    for change in ("publication_precision = 'exact'", "owner_objection = false"):
        with pytest.raises(psycopg2.errors.CheckViolation), connect(services.settings.database_url) as db:
            db.cursor().execute(f"UPDATE spaces SET {change}")
    with pytest.raises(psycopg2.errors.CheckViolation), connect(services.settings.database_url) as db:
        db.cursor().execute(f"UPDATE owner_claims SET unhide_asked_by = {first.user_id},"
                            f" unhide_agreed_by = {first.user_id}")  # fmt: skip


def test_a_consent_shows_a_coarse_place_exactly_once_it_is_verified(make: Builder, services: Services) -> None:
    make.space("space-1", 7.63, 45.08, name="Via Bassa 2", asset_kind="workshop", publication_precision="cell_100m")
    visitor = client_of(services)
    send(visitor, "consent", slug="space-1", public_note="We let it for events.")
    first, _second = officers(make)
    before = make.rows("SELECT publication_precision FROM spaces WHERE slug = 'space-1'")[0]
    assert before.publication_precision == "cell_100m"
    owner_claims.verify_claim(services.unit_of_work(), first, claim(make).id, NOW, show_note=True)
    page = visitor.get("/spaces/space-1").get_data(as_text=True)
    assert "Via Bassa 2" in page
    assert "We let it for events." in page
    with pytest.raises(Conflict):
        owner_claims.refuse_claim(services.unit_of_work(), first, claim(make).id, "late", NOW)


def test_words_of_an_owner_are_shown_after_a_look_and_never_on_a_coarse_page(
    visitor: FlaskClient, make: Builder, services: Services
) -> None:
    send(visitor, "note", public_note="It is let from May <b>on</b>.")
    first, _second = officers(make)
    assert "let from May" not in visitor.get("/spaces/via-alta-9").get_data(as_text=True)
    owner_claims.verify_claim(services.unit_of_work(), first, claim(make).id, NOW, show_note=True)
    shown = visitor.get("/spaces/via-alta-9").get_data(as_text=True)
    assert "It is let from May &lt;b&gt;on&lt;/b&gt;." in shown
    send(visitor, "object")
    assert "let from May" not in visitor.get(f"/spaces/{space(make).slug}").get_data(as_text=True)


def test_the_queue_counts_ten_days(visitor: FlaskClient, make: Builder, services: Services) -> None:
    send(visitor, "object")
    officers(make)
    desk = client_of(services, "first@example.org")
    assert "10 days left of 10" in desk.get("/desk").get_data(as_text=True)
    late = build(replace(services.settings, today=(TODAY + timedelta(days=12)).isoformat()))
    assert "days late" in client_of(late, "first@example.org").get("/desk?kind=owner").get_data(as_text=True)
    late.engine.dispose()


def test_the_desk_refuses_tells_and_asks_the_second_person(
    visitor: FlaskClient, make: Builder, services: Services
) -> None:
    send(visitor, "object", email="owner@example.org")
    officers(make)
    action = f"/desk/owners/{claim(make).id}/decision"
    first, second = client_of(services, "first@example.org"), client_of(services, "second@example.org")
    assert first.post(action, data={"verb": "refuse", "reason": "No deed"}).status_code == 302
    assert first.post(action, data={"verb": "agree"}).status_code == 403
    item = f"/desk?item=owner:{claim(make).id}"
    assert "You asked" in first.get(item).get_data(as_text=True)
    assert "Agree to show it exactly" in second.get(item).get_data(as_text=True)
    assert second.post(action, data={"verb": "agree"}).status_code == 302
    assert second.post(action, data={"verb": "agree"}).status_code == 409
    assert second.post(action, data={"verb": "nonsense"}).status_code == 422
    told = make.rows("SELECT template, params FROM outbox ORDER BY id")
    assert [row.template for row in told] == ["owner_received", "owner_decided"]
    assert told[1].params["reason"] == "No deed"
    history = [row.action for row in make.rows("SELECT action FROM audit_log WHERE noun = 'space' ORDER BY id")]
    assert history[-3:] == ["owner_claimed", "owner_refused", "unhide_agreed"]


def test_a_network_sends_five_messages_a_day(make: Builder, services: Services) -> None:
    limited = build(replace(services.settings, rate_limits=True))
    visitor = client_of(limited)
    codes = [send(visitor, "note", public_note=f"Words {number}").status_code for number in range(6)]
    limited.engine.dispose()
    assert codes == [303] * 5 + [429]


def test_a_private_page_is_its_own(visitor: FlaskClient, make: Builder) -> None:
    address = send(visitor, "note", public_note="Words").headers["Location"]
    for wrong in (address[:-1], address + "x", "/owner/x", "/owner/" + "é" * 9, "/owner/%00"):
        assert visitor.get(wrong).status_code == 404
        assert visitor.post(f"{wrong}/withdraw").status_code == 404
    assert visitor.post(f"{address}/withdraw").status_code == 303
    assert visitor.post(f"{address}/withdraw").status_code == 303, "twice changes nothing"
    assert claim(make).state == "withdrawn"


@pytest.mark.parametrize("state", ["submitted", "hidden", "rejected"])
def test_a_place_that_is_not_public_takes_no_message(make: Builder, services: Services, state: str) -> None:
    make.space("secret", 7.63, 45.08, record_state=state)
    visitor = client_of(services)
    assert visitor.get("/spaces/secret/owner").status_code == 404
    assert send(visitor, "object", slug="secret").status_code == 404
    assert make.rows("SELECT id FROM owner_claims") == []
