"""What is decided about places, texts and photos, and what whoever sent them is told by mail and private page."""

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from PIL import Image
from sqlalchemy import text

from mapsvc.config import Settings
from mapsvc.domain.ids import new_token
from mapsvc.domain.moderation import HidingReason, RejectionReason
from mapsvc.domain.observations import Claim
from mapsvc.domain.people import Actor
from mapsvc.domain.rulings import REASONS, Subject
from mapsvc.notify.messages import compose
from mapsvc.notify.rulings import said
from mapsvc.usecases import reports
from mapsvc.usecases.follow_links import Follow
from mapsvc.usecases.marking import Report, report_space
from mapsvc.usecases.observations import Answer, add_observation
from tests.builders import jpeg
from tests.desk_world import EAST, NOW, World, as_json, decision, found, page, send

NOTE = "Shutter down, ring 011 555 0123"


@pytest.fixture
def world(settings: Settings) -> Iterator[World]:
    yield from found(settings)


def rows(world: World, query: str, **params: object) -> list[Any]:
    with world.services.engine.connect() as connection:
        return list(connection.execute(text(query), params))


def report(world: World, email: str = "ada@example.org", lang: str = "en", **values: Any) -> tuple[str, str]:
    """Mark a place with a text and a photo; return its slug and the token of the private link."""
    token = new_token()
    given = {"note": NOTE, "photo": world.services.check_photo(jpeg())} | values
    marked = Report(
        uuid4(), token, *EAST, Claim.VACANT, street="Via Nizza", number="1", email=email, lang=lang, **given
    )
    files = world.services.photos
    return report_space(world.services.unit_of_work(), files, Actor(device=uuid4().hex), marked, NOW).slug, token


def mails(world: World, template: str = "ruling") -> list[Any]:
    return rows(world, "SELECT recipient, lang, params FROM outbox WHERE template = :name ORDER BY id", name=template)


def letter(world: World, mail: Any, template: str = "ruling") -> str:
    message = compose(mail.recipient, template, mail.lang, mail.params, public_url="https://map.example", city="Torino")
    return f"{message.subject}\n{message.body}"


def ids(world: World) -> tuple[UUID, UUID]:
    """Return the observation and the photo of the only report."""
    row = rows(world, "SELECT id, observation_id FROM photos")[0]
    return row.observation_id, row.id


def part_states(world: World) -> tuple[str, str]:
    return tuple(rows(world, "SELECT o.note_state, f.state FROM observations o, photos f")[0])


def test_a_refusal_is_mailed_with_its_reason_what_is_kept_and_how_to_object(world: World) -> None:
    slug, token = report(world)

    assert decision(world.client("officer"), slug, "reject", reason="lived_in").status_code == 200

    [mail] = mails(world)
    words = letter(world, mail)
    assert mail.recipient == "ada@example.org"
    assert "about East" in words, "a place that was never shown is not called as its sender called it"
    assert "The place was not put on the map." in words
    assert "Somebody lives there." in words
    assert "deleted after some months" in words
    assert "within 30 days" in words
    assert f"https://map.example/r/{mail.params['token']}" in words
    assert mail.params["token"] != token


def test_the_link_of_the_mail_opens_the_same_report_and_is_stored_hashed_only(world: World) -> None:
    slug, token = report(world)
    decision(world.client("officer"), slug, "reject", reason="spam")
    fresh = mails(world)[0].params["token"]

    visitor = world.client()
    for link in (token, fresh):
        shown = page(visitor.get(f"/r/{link}"))
        assert "It looks like advertising or a test." in shown
        assert "Object to this decision" in shown
    followed = [reports.follow(world.services.unit_of_work(), link, NOW) for link in (token, fresh)]
    assert followed[0] == followed[1]
    assert not rows(world, "SELECT FROM follow_links WHERE token_hash IN (:a, :b)", a=token, b=fresh)


def test_without_an_address_nobody_is_mailed_and_the_private_page_says_it(world: World) -> None:
    slug, token = report(world, email="")

    decision(world.client("officer"), slug, "reject", reason="accusation")

    assert mails(world) == []
    shown = page(world.client().get(f"/r/{token}"))
    assert "It accuses somebody." in shown
    assert "until 22 Dec 2026" in shown


def test_whoever_withdrew_is_told_nothing_any_more(world: World) -> None:
    slug, token = report(world)
    add_observation(
        world.services.unit_of_work(), world.services.photos, Actor(device="x"), world.space("Other"),
        Answer(uuid4(), Claim.VACANT), NOW,
    )  # fmt: skip
    decision(world.client("officer"), slug, "publish")
    assert len(mails(world)) == 1
    reports.withdraw(world.services.unit_of_work(), token, NOW)

    decision(world.client("officer"), slug, "hide", 2, reason="wrong")

    assert len(mails(world)) == 1


def test_everybody_who_left_an_address_is_told_once_when_a_place_is_hidden(world: World) -> None:
    slug = world.space("Via Nizza 18")
    for device in ("one", "two", "two"):
        follow = Follow(new_token(), f"{device}@example.org", "it")
        answer = Answer(uuid4(), Claim.VACANT, follow=follow)
        uow, files = world.services.unit_of_work(), world.services.photos
        add_observation(uow, files, Actor(device=device), slug, answer, NOW)

    decision(world.client("officer"), slug, "hide", reason="private")

    assert [(mail.recipient, mail.lang) for mail in mails(world)] == [
        ("one@example.org", "it"),
        ("two@example.org", "it"),
    ]


def test_a_mail_about_a_coarse_place_names_it_only_to_whoever_marked_it(world: World) -> None:
    slug, _ = report(world)
    decision(world.client("officer"), slug, "publish")
    with world.services.engine.begin() as connection:
        connection.execute(text("UPDATE spaces SET publication_precision = 'cell_100m' WHERE slug = :s"), {"s": slug})
    uow, files = world.services.unit_of_work(), world.services.photos
    answer = Answer(uuid4(), Claim.VACANT, follow=Follow(new_token(), "passer@example.org"))
    add_observation(uow, files, Actor(device="p"), slug, answer, NOW + timedelta(hours=1))

    decision(world.client("officer"), slug, "hide", 2, reason="private")

    places = {mail.recipient: mail.params["place"] for mail in mails(world)[1:]}
    assert places == {"ada@example.org": "Via Nizza 1", "passer@example.org": "East"}


@pytest.mark.parametrize("lang", ["en", "it"])
def test_every_verdict_and_reason_has_its_words(lang: str) -> None:
    from mapsvc.notify.messages import _catalogue

    for subject in ("space", "note", "photo", "both"):
        for reason in (*RejectionReason, *HidingReason):
            verdict = "hide" if reason in tuple(HidingReason) else "reject"
            if verdict == "hide" and subject != "space":
                continue
            words = said(_catalogue(lang).gettext, subject, verdict, reason)
            assert words.title
            assert words.reason
            assert words.kept
    for verdict in ("publish", "archive", "same_as"):
        assert said(_catalogue(lang).gettext, "space", verdict, None).title


def test_one_text_is_refused_and_the_photo_goes_on_waiting(world: World) -> None:
    slug, _ = report(world)
    client = world.client("moderator_east")
    decision(client, slug, "publish", seen_at="2026-11-22T00:00:00+00:00")
    observation, photo = ids(world)
    assert part_states(world) == ("queued", "submitted")
    address = f"/desk/notes/{observation}/decision"

    assert as_json(client, address, {"verb": "refuse"}).status_code == 422
    assert as_json(client, address, {"verb": "refuse", "reason": "people_inside"}).status_code == 422
    assert as_json(client, address, {"verb": "refuse", "reason": "accusation"}).status_code == 200

    assert part_states(world) == ("rejected", "submitted")
    words = letter(world, mails(world)[-1])
    assert "Your note is not shown." in words
    assert "What you saw goes on counting." in words
    assert as_json(client, address, {"verb": "show"}).status_code == 409
    assert as_json(client, f"/desk/notes/{photo}/decision", {"verb": "show"}).status_code == 404


def test_a_shown_text_loses_what_is_personal(world: World) -> None:
    slug, _ = report(world)
    client = world.client("moderator_east")
    shown = page(client.get(f"/desk?item={slug}"))
    assert "It is shown as:" in shown

    as_json(client, f"/desk/notes/{ids(world)[0]}/decision", {"verb": "show"})

    [(note, state)] = rows(world, "SELECT note, note_state FROM observations")
    assert state == "published"
    assert "011" not in note
    assert "Shutter down" in note


def test_a_text_that_its_sender_changed_is_another_text(world: World) -> None:
    slug, token = report(world)
    reports.correct_note(world.services.unit_of_work(), token, "Now something else", NOW)
    client, seen = world.client("officer"), (NOW - timedelta(minutes=5)).isoformat()

    late = as_json(client, f"/desk/notes/{ids(world)[0]}/decision", {"verb": "show", "seen_at": seen})
    decision(client, slug, "publish", seen_at=seen)

    assert late.status_code == 412
    assert part_states(world)[0] == "queued"


def test_one_photo_is_shown_and_taken_away_again(world: World) -> None:
    slug, _ = report(world)
    client, visitor = world.client("moderator_east"), world.client()
    decision(client, slug, "publish", seen_at="2026-11-22T00:00:00+00:00")
    photo = ids(world)[1]
    address = f"/desk/photos/{photo}/decision"
    assert as_json(client, address, {"verb": "show"}).status_code == 428
    assert as_json(client, address, {"verb": "show", "version": 1}).status_code == 200
    assert visitor.get(f"/photos/{photo}.jpg").status_code == 200
    # Whoever looked before that decides about another version.
    assert as_json(client, address, {"verb": "refuse", "version": 1, "reason": "spam"}).status_code == 412

    assert as_json(client, address, {"verb": "refuse", "version": 2, "reason": "people_inside"}).status_code == 200

    assert visitor.get(f"/photos/{photo}.jpg").status_code == 404
    assert visitor.get(f"/photos/{photo}-small.jpg").status_code == 404
    assert [mail.params["reason"] for mail in mails(world)] == ["", "", "people_inside"]


def test_all_that_waits_is_refused_at_once_with_one_mail_to_each_sender(world: World) -> None:
    slug, _ = report(world)
    client = world.client("officer")
    decision(client, slug, "publish", seen_at="2026-11-22T00:00:00+00:00")
    address = f"/desk/spaces/{slug}/texts"

    assert as_json(client, address, {"version": 2, "show": "0"}).status_code == 422
    assert as_json(client, address, {"version": 2, "show": "0", "reason": "offensive"}).status_code == 200

    assert part_states(world) == ("rejected", "rejected")
    assert "Your note and your photo are not shown." in letter(world, mails(world)[-1])
    assert len(mails(world)) == 2


def test_every_decision_about_a_part_stands_in_the_history_with_its_reason(world: World) -> None:
    slug, _ = report(world)
    client, (observation, photo) = world.client("officer"), ids(world)
    as_json(client, f"/desk/notes/{observation}/decision", {"verb": "refuse", "reason": "spam"})
    as_json(client, f"/desk/photos/{photo}/decision", {"verb": "show", "version": 1})
    found = rows(
        world, "SELECT action, reason FROM audit_log WHERE action LIKE 'note_%' OR action LIKE 'photo_%' ORDER BY id"
    )
    assert [tuple(row) for row in found] == [("note_refused", "spam"), ("photo_shown", None)]
    assert world.row(slug)["record_state"] == "submitted"


MARKS = '{"boxes": [{"x": 0.25, "y": 0.25, "width": 0.5, "height": 0.5}]}'


def picture(world: World, photo: UUID, small: bool = False) -> Image.Image:
    return Image.open(io.BytesIO(world.services.photos.path(photo, small=small).read_bytes())).convert("RGB")


def test_a_blurred_photo_is_replaced_for_good_and_shown_under_a_new_address(world: World) -> None:
    noise = Image.effect_noise((640, 480), 120).convert("RGB")
    buffer = io.BytesIO()
    noise.save(buffer, "JPEG", quality=95)
    slug, _ = report(world, photo=world.services.check_photo(buffer.getvalue()))
    photo, client, visitor = ids(world)[1], world.client("moderator_east"), world.client()
    before = picture(world, photo)

    assert as_json(client, f"/desk/photos/{photo}/blur", {"version": 1, "marks": MARKS}).status_code == 303
    decision(client, slug, "publish")

    after = picture(world, photo)
    middle, corner = (200, 160, 440, 320), (0, 0, 140, 100)
    assert spread(before.crop(middle)) > 60
    assert spread(after.crop(middle)) < 12
    assert spread(after.crop(corner)) > 60
    assert spread(picture(world, photo, small=True).crop((160, 130, 320, 230))) < 12
    assert rows(world, "SELECT state, version FROM photos") == [("published", 3)]
    shown = page(visitor.get(f"/spaces/{slug}"))
    assert f"/photos/{photo}-small.jpg?v=3" in shown
    assert visitor.get(f"/photos/{photo}.jpg?v=3").data == world.services.photos.path(photo, small=False).read_bytes()
    assert rows(world, "SELECT count(*) FROM audit_log WHERE action = 'photo_blurred'") == [(1,)]
    assert sorted(path.name for path in world.services.settings.photo_folder.iterdir()) == [
        f"{photo}-small.jpg",
        f"{photo}.jpg",
    ]


def spread(part: Image.Image) -> float:
    from PIL import ImageStat

    return float(ImageStat.Stat(part.convert("L")).stddev[0])


def test_two_moderators_with_one_brush_and_the_second_keeps_what_was_painted(world: World) -> None:
    report(world)
    photo, first, second = ids(world)[1], world.client("moderator_east"), world.client("officer")
    address = f"/desk/photos/{photo}/blur"
    assert send(first, address, {"version": 1, "marks": MARKS}).status_code == 303
    once = picture(world, photo).tobytes()

    late = send(second, address, {"version": 1, "marks": MARKS})

    assert late.status_code == 412
    assert "&#34;width&#34;: 0.5" in late.text
    assert 'name="version" value="3"' in late.text
    assert picture(world, photo).tobytes() == once


@pytest.mark.parametrize(
    ("marks", "pointer"),
    [
        ("", "/marks"),
        ("{}", "/marks"),
        ("[]", "/marks"),
        ("{" * 9999, "/marks"),
        ('{"boxes": [{"x": NaN, "y": 0, "width": 1, "height": 1}]}', "/marks"),
        ('{"boxes": [{"x": 1e999, "y": 0, "width": 1, "height": 1}]}', "/marks/boxes/0/x"),
        ('{"boxes": [{"x": -0.1, "y": 0, "width": 1, "height": 1}]}', "/marks/boxes/0/x"),
        ('{"boxes": [{"x": true, "y": 0, "width": 1, "height": 1}]}', "/marks/boxes/0/x"),
        ('{"boxes": [{"x": 0, "y": 0, "width": 0, "height": 1}]}', "/marks/boxes/0"),
        ('{"strokes": [{"radius": 0.9, "points": [[0, 0]]}]}', "/marks/strokes/0/radius"),
        ('{"strokes": [{"radius": 0.1, "points": []}]}', "/marks/strokes/0/points"),
        ('{"strokes": [{"radius": 0.1, "points": [[0]]}]}', "/marks/strokes/0/points/0"),
        ('{"strokes": [{"radius": 0.1, "points": [[0, "1"]]}]}', "/marks/strokes/0/points/0/1"),
        ('{"strokes": [], "text": "x"}', "/marks/text"),
        ('{"strokes": [' + ",".join(['{"radius": 0.1, "points": [[0, 0]]}'] * 201) + "]}", "/marks"),
    ],
)  # fmt: skip
def test_a_brush_that_cannot_be_is_refused_by_its_place(world: World, marks: str, pointer: str) -> None:
    report(world)
    photo = ids(world)[1]
    before = picture(world, photo).tobytes()

    answer = as_json(world.client("officer"), f"/desk/photos/{photo}/blur", {"version": 1, "marks": marks})

    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["errors"][0]["pointer"] == pointer
    assert picture(world, photo).tobytes() == before


def test_the_lists_of_reasons_are_parts_of_the_closed_list() -> None:
    for subject in Subject:
        assert set(REASONS[subject]) <= set(RejectionReason)
