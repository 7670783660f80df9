"""The reporter's private link: what it shows, what can be done with it, and who else can see it."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from mark_town import NOW, found, page, rows
from sqlalchemy import text

from mapsvc.domain.errors import Conflict, NotFound
from mapsvc.domain.observations import Claim
from mapsvc.domain.people import Actor, Grant, Role
from mapsvc.usecases import merges, reports
from mapsvc.usecases.decisions import Decision, decide
from mapsvc.usecases.marking import Report, report_space
from mapsvc.usecases.observations import Answer, add_observation
from mapsvc.web.app import create_app

TOKEN = "a-token-of-the-tests-00"
NEIGHBOUR = Actor(device="a phone")
MODERATOR = Actor(user_id=None, device="desk", grants=(Grant(Role.MODERATOR),))


@pytest.fixture
def town(settings):
    yield from found(settings)


@pytest.fixture
def visitor(town):
    return create_app(town).test_client()


@pytest.fixture
def slug(town):
    report = Report(
        uuid4(), TOKEN, 7.68, 45.055, Claim.VACANT, street="Via Madama Cristina", number="7", note="Shutter down"
    )
    return report_space(town.unit_of_work(), town.photos, NEIGHBOUR, report, NOW).slug


def join(town, slug, into):
    """Join a record with another one, which lives on whatever the rule says."""
    with town.unit_of_work() as uow:
        versions = [uow.spaces.by_slug(one).version for one in (slug, into)]
    wish = merges.Wish(merges.Pair(slug, into, keep=into), *versions, uuid4(), "for this test")
    return merges.merge_spaces(town.unit_of_work(), MODERATOR, wish, NOW)


def publish(town, slug, verb="publish", **more):
    return decide(town.unit_of_work(), MODERATOR, slug, Decision(verb, 1, **more), NOW)


def test_the_page_is_for_its_reader_alone(visitor, slug):
    answer = visitor.get(f"/r/{TOKEN}")

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert "Via Madama Cristina 7" in page(answer)
    assert "It waits for a look" in page(answer)
    assert "Shutter down" in page(answer)


@pytest.mark.parametrize("token", ["unknown", "x" * 500, "%00", "à"])
def test_an_unknown_link_is_404(visitor, token):
    answer = visitor.get(f"/r/{token}")

    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_link_whose_time_is_over_is_410(visitor, town, slug):
    with town.unit_of_work() as uow:
        uow.connection.execute(text("UPDATE follow_links SET expires_at = now() - interval '1 day'"))
        uow.commit()

    answer = visitor.get(f"/r/{TOKEN}")
    withdrawn = visitor.post(f"/r/{TOKEN}/withdraw", data=csrf(visitor))

    assert (answer.status_code, withdrawn.status_code) == (410, 404)
    assert "This link is over" in page(answer)


def csrf(visitor) -> dict[str, str]:
    form = page(visitor.get("/mark/see?placed=map&lon=7.68&lat=45.05"))
    return {"csrf_token": re.search(r'name="csrf_token" value="([^"]+)"', form)[1]}


def test_a_waiting_place_goes_with_its_withdrawn_report(visitor, town, slug):
    for _ in range(2):
        assert visitor.post(f"/r/{TOKEN}/withdraw", data=csrf(visitor)).status_code == 303

    assert rows(town, "SELECT record_state, state_reason FROM spaces WHERE reported_by IS NULL AND number = '7'") == [
        ("rejected", "withdrawn")
    ]
    assert rows(town, "SELECT state, note FROM observations") == [("withdrawn", None)]
    assert rows(town, "SELECT count(*) FROM audit_log WHERE action = 'observation_withdrawn'") == [(1,)]
    after = page(visitor.get(f"/r/{TOKEN}"))
    assert "You have withdrawn it" in after
    assert "Still empty" not in after


def test_a_public_place_stays_when_somebody_else_saw_it_too(town, slug):
    publish(town, slug)
    other = Answer(uuid4(), Claim.VACANT)
    add_observation(town.unit_of_work(), town.photos, Actor(device="another"), slug, other, NOW)
    assert reports.follow(town.unit_of_work(), TOKEN, NOW).others == 1

    report = reports.withdraw(town.unit_of_work(), TOKEN, NOW)

    assert (report.record_state, report.withdrawn) == ("published", True)
    assert rows(town, f"SELECT observation_count FROM spaces WHERE slug = '{slug}'") == [(1,)]


def test_a_second_answer_replaces_the_first_instead_of_adding_a_vote(town, slug):
    publish(town, slug)
    later = NOW + timedelta(days=3)
    answer = Answer(uuid4(), Claim.OCCUPIED)
    for _ in range(2):
        report = reports.answer_again(town.unit_of_work(), town.photos, TOKEN, answer, later)

    assert [said.claim for said in report.answers] == ["vacant", "occupied"]
    assert report.others == 0
    assert rows(town, "SELECT count(DISTINCT reporter), count(DISTINCT cluster_key), count(*) FROM observations") == [
        (1, 1, 2)
    ]


def test_a_corrected_note_waits_for_a_look_again(visitor, town, slug):
    publish(town, slug)
    assert rows(town, "SELECT note_state FROM observations") == [("published",)]

    sent = visitor.post(f"/r/{TOKEN}/note", data=csrf(visitor) | {"note": "Shutter half open"})
    refused = visitor.post(f"/r/{TOKEN}/note", data=csrf(visitor) | {"note": "x" * 3000})

    assert (sent.status_code, refused.status_code) == (303, 422)
    assert rows(town, "SELECT note, note_state FROM observations") == [("Shutter half open", "queued")]
    assert "Shutter half open" not in page(visitor.get(f"/spaces/{slug}"))


@pytest.mark.parametrize(
    ("verb", "more", "says"),
    [
        ("publish", {}, "It is on the map"),
        ("reject", {"reason": "lived_in"}, "Somebody lives there"),
    ],
)
def test_the_page_says_what_was_decided(visitor, town, slug, verb, more, says):
    publish(town, slug, verb, **more)

    shown = page(visitor.get(f"/r/{TOKEN}"))

    assert says in shown
    assert ("Still empty" in shown) == (verb == "publish")


def test_a_joined_report_takes_answers_and_is_withdrawn_from_the_record_it_joined(visitor, town, slug):
    join(town, slug, "via-nizza-18")

    shown = page(visitor.get(f"/r/{TOKEN}"))
    reports.answer_again(town.unit_of_work(), town.photos, TOKEN, Answer(uuid4(), Claim.OCCUPIED), NOW)

    assert "joined with another record" in shown
    assert 'href="/spaces/via-nizza-18"' in shown
    assert "Still empty" in shown
    assert rows(town, "SELECT observation_count FROM spaces WHERE slug = 'via-nizza-18'") == [(2,)]
    reports.withdraw(town.unit_of_work(), TOKEN, NOW)
    assert rows(town, "SELECT observation_count FROM spaces WHERE slug = 'via-nizza-18'") == [(0,)]
    with pytest.raises(NotFound):
        reports.withdraw(town.unit_of_work(), "another", NOW)


def test_a_closed_report_takes_no_answer(town, slug):
    publish(town, slug, "reject", reason="spam")
    with pytest.raises(Conflict):
        reports.answer_again(town.unit_of_work(), town.photos, TOKEN, Answer(uuid4(), Claim.GONE), NOW)


def test_a_double_tap_at_the_same_moment_is_stored_once(town):
    report = Report(uuid4(), TOKEN, 7.68, 45.055, Claim.VACANT, street="Via Madama Cristina", number="7")

    def send(_):
        return report_space(town.unit_of_work(), town.photos, NEIGHBOUR, report, NOW)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, range(4)))

    assert sorted(answer.repeated for answer in answers) == [False, True, True, True]
    assert len({answer.space_id for answer in answers}) == 1
    assert rows(town, "SELECT count(*) FROM observations") == [(1,)]


def test_the_reporters_language_and_the_deployments_address_are_in_the_mail(visitor, town):
    form = re.findall(
        r'name="(\w+)" value="([^"]*)"', page(visitor.get("/mark/near?address=Via+Madama+Cristina+9&lang=it"))
    )
    sent = visitor.post(
        "/mark/send?lang=it", data=dict(form) | {"claim": "vacant", "email": "anna@example.org", "kind": ""}
    )

    assert sent.status_code == 303
    assert rows(town, "SELECT lang, params ->> 'place' FROM outbox") == [("it", "Via Madama Cristina 9")]


def test_nobody_learns_the_address_of_a_coarse_place_by_answering_about_it(visitor, town):
    coarse = rows(town, "SELECT slug FROM spaces WHERE name = 'Secret 3'")[0][0]
    draft = {"space": coarse, "claim": "vacant", "email": "anna@example.org", "key": str(uuid4())}

    sent = visitor.post("/mark/send", data=csrf(visitor) | draft)

    thanks = visitor.get(sent.headers["Location"])
    private = visitor.get(re.search(r'"[^"]*(/r/[^"]+)"', page(thanks))[1])
    for answer in (thanks, private):
        assert answer.status_code == 200
        assert "Secret" not in page(answer)
        assert "Space in San Salvario" in page(answer)
    assert rows(town, "SELECT params ->> 'place' FROM outbox") == [("San Salvario",)]


def test_who_marked_a_place_reads_its_address_although_it_is_shown_coarsely(visitor, town):
    report = Report(uuid4(), TOKEN, 7.68, 45.055, Claim.VACANT, "Via Nizza", "9", asset_kind="office")
    report_space(town.unit_of_work(), town.photos, NEIGHBOUR, report, NOW)

    assert rows(town, "SELECT publication_precision FROM spaces WHERE number = '9'") == [("cell_100m",)]
    assert "Via Nizza 9" in page(visitor.get(f"/r/{TOKEN}"))


def test_withdrawing_reaches_the_record_at_the_end_of_a_chain_of_joins(town, slug):
    join(town, slug, "via-nizza-18")
    end = rows(town, "SELECT slug FROM spaces WHERE name = 'Secret 3'")[0].slug
    join(town, "via-nizza-18", end)
    count = f"SELECT observation_count FROM spaces WHERE slug = '{end}'"
    assert rows(town, count) == [(1,)]

    reports.withdraw(town.unit_of_work(), TOKEN, NOW)

    assert rows(town, count) == [(0,)]


def test_the_slug_of_an_exact_record_never_leads_to_a_coarse_one(town, visitor):
    """The old slug is an address: an answer of 301 would tell where the coarse place is."""
    coarse = rows(town, "SELECT slug FROM spaces WHERE name = 'Secret 3'")[0].slug
    join(town, "via-nizza-18-b", coarse)
    join(town, "via-nizza-20", "via-nizza-18")

    assert visitor.get("/spaces/via-nizza-18-b").status_code == 404
    assert visitor.get("/spaces/via-nizza-20").headers["Location"].endswith("/spaces/via-nizza-18")


def test_the_public_area_of_a_coarse_record_is_that_of_its_published_point(town):
    """Two areas meet inside the cell of Secret 3; its own side of the boundary must not show."""
    published = "SELECT ST_X(published_point) AS x, ST_X(point) AS own FROM spaces WHERE name = 'Secret 3'"
    row = rows(town, published)[0]
    edge = (row.x + row.own) / 2
    with town.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO areas"
                " (id, slug, name, level, level_rank, geom, geom_3857, label_point, source_id, source_key)"
                " SELECT gen_random_uuid(), 'own-side', 'Own side', 'custom', 99, g, ST_Transform(g, 3857),"
                " ST_PointOnSurface(g), (SELECT id FROM sources LIMIT 1), 'own-side'"
                " FROM (SELECT ST_Multi(ST_MakeEnvelope("
                " least(:edge, :own) - CASE WHEN :own < :edge THEN 0.01 ELSE 0 END, 45.0,"
                " greatest(:edge, :own) + CASE WHEN :own > :edge THEN 0.01 ELSE 0 END, 45.1, 4326)) AS g) box"
            ),
            {"edge": edge, "own": row.own},
        )
        connection.execute(text("UPDATE spaces SET area_id = NULL WHERE name = 'Secret 3'"))
    inner = rows(town, "SELECT a.slug FROM spaces s JOIN areas a ON a.id = s.area_id WHERE s.name = 'Secret 3'")
    public = rows(town, "SELECT area_slug FROM public_space_pages WHERE publication_precision = 'cell_100m'")
    assert inner[0].slug == "own-side"
    assert public[0].area_slug == "san-salvario"


def test_the_page_says_that_an_answer_is_checked_first(visitor, town, slug):
    publish(town, slug)
    reports.answer_again(town.unit_of_work(), town.photos, TOKEN, Answer(uuid4(), Claim.GONE), NOW + timedelta(days=3))
    assert "checked before it counts" in page(visitor.get(f"/r/{TOKEN}"))
