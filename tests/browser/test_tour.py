"""A tour of all pages in Chromium: quiet console, no report of the policy, no foreign request, no fault that axe finds.

The pages come from the URL map: a new one without an entry fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from uuid import UUID

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy import text

from mapsvc.bootstrap import Services, build
from mapsvc.config import Settings
from mapsvc.domain.application_drafts import GroupFacts
from mapsvc.domain.ids import new_id
from mapsvc.domain.observations import Claim
from mapsvc.domain.people import Actor
from mapsvc.exchange.demonstration_accounts import COLLECTIVE_SLUG, PASSWORD
from mapsvc.usecases.applications import Beginning, begin
from mapsvc.usecases.follow_links import Follow
from mapsvc.usecases.observations import Answer, add_observation
from mapsvc.web.app import create_app
from tests.browsing import WCAG, Server, listen, overflow, settle, sign_in, violations
from tests.builders import jpeg

#: Every report of the Content-Security-Policy becomes a line of the console, also one that the browser would not print.
LISTEN = (
    "document.addEventListener('securitypolicyviolation',"
    " e => console.error('policy: ' + e.violatedDirective + ' ' + e.blockedURI + ' ' + e.sourceFile))"
)
#: Language, colours and width: both languages, both themes, both widths, and axe in each.
LOOKS = (("en", "light", 1280), ("it", "dark", 360))
VISITOR, GROUP, COLLECTIVE, OFFICER, ADMIN = "", "group", "collective", "officer", "admin"
#: Where a marker stands is the information itself (WCAG 2.5.8 excepts it), and a street of the list scrolls out from
#: under the button that stays at the foot of a phone.
MOVABLE = re.compile(r'leaflet-marker-icon|name="street_id"')
OPEN_CALL = "CB-TO-2027-DEMO"
TOKEN = "a-private-link-of-this-tour"

#: Who looks at a page, and its addresses; {names} are filled with records of the example data.
PAGES: dict[str, tuple[str, tuple[str, ...]]] = {
    "home.show": (VISITOR, ("/", "/?z=11&q=via", "/?status=gone_pending&min_m2=999999")),
    "spaces.catalogue": (VISITOR, ("/spaces", "/spaces?q=zzzzzz")),
    "spaces.show": (
        VISITOR,
        ("/spaces/{confirmed}", "/spaces/{disputed}", "/spaces/{coarse}", "/spaces/none"),
    ),
    "areas.catalogue": (VISITOR, ("/areas",)),
    "stickers.sheet": (VISITOR, ("/spaces/{confirmed}/sticker",)),
    "stickers.door": (VISITOR, ("/s/{confirmed}", "/s/{coarse}")),
    "looks.show": (VISITOR, ("/look", "/look?lat={lat}&lon={lon}")),
    "subscriptions.ask_page": (VISITOR, ("/areas/san-salvario/news",)),
    "subscriptions.show": (VISITOR, ("/subscriptions/none",)),
    "subscriptions.end_page": (VISITOR, ("/subscriptions/none/end",)),
    "reminders.show": (VISITOR, ("/still/none",)),
    "indicators.show": (VISITOR, ("/needs", "/needs?layer=green_per_person")),
    "areas.show": (VISITOR, ("/areas/san-salvario",)),
    "initiatives.catalogue": (VISITOR, ("/initiatives",)),
    "initiatives.show": (VISITOR, ("/initiatives/{initiative}",)),
    "pacts.catalogue": (VISITOR, ("/pacts",)),
    "pacts.show": (VISITOR, ("/pacts/{pact}",)),
    "collectives.catalogue": (VISITOR, ("/collectives",)),
    "collectives.show": (VISITOR, (f"/collectives/{COLLECTIVE_SLUG}",)),
    "calls.catalogue": (VISITOR, ("/calls",)),
    "calls.show": (VISITOR, ("/calls/{call}",)),
    "applications.begin": (VISITOR, (f"/calls/{OPEN_CALL}/apply",)),
    "applications.step": (VISITOR, ("/a/{application}/places", "/a/{application}/documents")),
    "application_pages.show": (VISITOR, ("/a/{application}",)),
    "application_pages.check": (VISITOR, ("/a/{application}/check",)),
    "application_pages.sent": (VISITOR, ("/a/none/sent",)),
    "application_pages.own": (COLLECTIVE, ("/applications",)),
    "data.show": (VISITOR, ("/data",)),
    "transparency.show": (VISITOR, ("/transparency",)),
    "mark.where": (VISITOR, ("/mark",)),
    "mark.near": (VISITOR, ("/mark/near?placed=map&lon={lon}&lat={lat}", "/mark/near?address=Via+Zzzzz")),
    "mark.see": (VISITOR, ("/mark/see?space={confirmed}", "/mark/see?placed=map&lon=7.68&lat=45.05&street=Via+Nizza")),
    "mark.home": (VISITOR, ("/mark/home",)),
    "owners.show": (VISITOR, ("/spaces/{confirmed}/owner", "/spaces/{coarse}/owner")),
    "owners.follow": (VISITOR, ("/owner/none",)),
    "mark.thanks": (VISITOR, ("/mark/thanks?r={token}",)),
    "reports.show": (VISITOR, ("/r/{token}",)),
    "flags.new": (VISITOR, ("/flags/new?noun=space&record={confirmed}", "/flags/new?noun=pact&record={pact}")),
    "flags.thanks": (VISITOR, ("/flags/thanks?hidden=1",)),
    "groups.index": (VISITOR, ("/groups",)),
    "groups.show": (GROUP, ("/groups/vicini-di-san-salvario",)),
    "groups.new": (GROUP, ("/groups/new",)),
    "maps.new": (GROUP, ("/groups/vicini-di-san-salvario/maps/new",)),
    "maps.show": (VISITOR, ("/maps/empty-shops-of-san-salvario",)),
    "map_history.show": (GROUP, ("/maps/empty-shops-of-san-salvario/history",)),
    "map_history.roll_back_entry": (GROUP, ("/maps/empty-shops-of-san-salvario/history/999999999",)),
    "maps.edit": (GROUP, ("/maps/empty-shops-of-san-salvario/edit",)),
    "embed.show": (VISITOR, ("/embed/empty-shops-of-san-salvario", "/embed/none")),
    "needs.new": (COLLECTIVE, ("/collectives/new",)),
    "fit_alerts.end_page": (VISITOR, ("/collectives/alerts/{collective_token}", "/collectives/alerts/none")),
    "fit_alerts.here_page": (VISITOR, ("/collectives/here/{collective_token}",)),
    "needs.edit": (COLLECTIVE, (f"/collectives/{COLLECTIVE_SLUG}/edit",)),
    "matching.collective": (COLLECTIVE, (f"/collectives/{COLLECTIVE_SLUG}/fits",)),
    "pages.accessibility": (VISITOR, ("/accessibility",)),
    "pages.privacy": (VISITOR, ("/privacy",)),
    "pages.components": (VISITOR, ("/components",)),
    "pages.account": (COLLECTIVE, ("/account",)),
    "personal_data.show": (COLLECTIVE, ("/account/data",)),
    "personal_data.erased": (VISITOR, ("/erased",)),
    "security.login": (VISITOR, ("/login",)),
    "security.change_password": (COLLECTIVE, ("/change",)),
    "invitations.show": (VISITOR, ("/invitation/none",)),
    "desk.queue": (OFFICER, ("/desk", "/desk?item={submitted}")),
    "desk.blur_page": (OFFICER, ("/desk/photos/{photo}/blur",)),
    "desk.collectives": (OFFICER, ("/desk/collectives", "/desk/collectives?q=zzzzzz")),
    "desk.collective": (OFFICER, (f"/desk/collectives/{COLLECTIVE_SLUG}",)),
    "desk.premises": (OFFICER, ("/desk/premises", "/desk/premises?q=via&state=published&sort=-size")),
    "desk.stickers": (OFFICER, ("/desk/stickers?state=published",)),
    "desk.premises_new": (OFFICER, ("/desk/premises/new",)),
    "desk.premises_edit": (OFFICER, ("/desk/premises/{confirmed}",)),
    "desk.premises_place": (OFFICER, ("/desk/premises/{confirmed}/place",)),
    "desk.premises_history": (OFFICER, ("/desk/premises/{confirmed}/history?kind=facts",)),
    "desk.premises_roll_back": (OFFICER, ("/desk/premises/{confirmed}/history/999999999",)),
    "desk.audit": (OFFICER, ("/desk/audit", "/desk/audit?noun=source&first=2026-01-01")),
    "desk.merges": (OFFICER, ("/desk/merges",)),
    "desk.merges_new": (OFFICER, ("/desk/merges/new?a={confirmed}&b={disputed}",)),
    "desk.merges_show": (OFFICER, ("/desk/merges/00000000-0000-0000-0000-000000000001",)),
    "desk.calls": (OFFICER, ("/desk/calls",)),
    "desk.call_new": (OFFICER, ("/desk/calls/new",)),
    "desk.call": (OFFICER, ("/desk/calls/SS-TO-2027-DEMO",)),
    "desk.call_rules": (OFFICER, ("/desk/calls/SS-TO-2027-DEMO/rules",)),
    "desk.call_lots": (OFFICER, ("/desk/calls/SS-TO-2027-DEMO/lots",)),
    "desk.call_copy": (OFFICER, ("/desk/calls/SS-TO-2027-DEMO/copy",)),
    "desk.call_archive": (OFFICER, ("/desk/calls/SS-TO-2027-DEMO/archive",)),
    "desk.call_observations": (OFFICER, ("/desk/calls/SS-TO-2027-DEMO/observations",)),
    "desk.awards": (OFFICER, ("/desk/calls/SS-TO-2027-DEMO/awards",)),
    "desk.award": (OFFICER, ("/desk/calls/SS-TO-2027-DEMO/awards/1",)),
    "desk.sources": (OFFICER, ("/desk/sources",)),
    "desk.source_new": (OFFICER, ("/desk/sources/new?step=2&title=Premises",)),
    "desk.source": (OFFICER, ("/desk/sources/palermo-pacts",)),
    "desk.call_applications": (OFFICER, ("/desk/calls/SS-TO-2027-DEMO/applications",)),
    "desk.call_committee": (OFFICER, ("/desk/calls/SS-TO-2027-DEMO/committee",)),
    "desk.call_owners": (OFFICER, ("/desk/calls/SS-TO-2027-DEMO/owners",)),
    "committee.mine": (OFFICER, ("/committee",)),
    "desk.match": (OFFICER, ("/desk/calls/SS-TO-2027-DEMO/match",)),
    "desk.match_about": (OFFICER, ("/desk/calls/SS-TO-2027-DEMO/match/about",)),
    "desk.match_try": (OFFICER, ("/desk/calls/SS-TO-2027-DEMO/match/try",)),
    "desk.match_runs": (OFFICER, ("/desk/calls/SS-TO-2027-DEMO/match/runs",)),
    "desk.match_run": (OFFICER, ("/desk/calls/SS-TO-2027-DEMO/match/runs/00000000-0000-0000-0000-000000000001",)),
    "desk.match_locks": (OFFICER, ("/desk/calls/SS-TO-2027-DEMO/match/locks",)),
    "desk.imports": (OFFICER, ("/desk/imports",)),
    "desk.imports_show": (OFFICER, ("/desk/imports/{batch}",)),
    "desk.areas": (OFFICER, ("/desk/areas",)),
    "desk.needs": (OFFICER, ("/desk/needs",)),
    "desk.area_history": (OFFICER, ("/desk/areas/san-salvario/history",)),
    "desk.area_roll_back": (OFFICER, ("/desk/areas/san-salvario/history/999999999",)),
    "desk.area": (
        OFFICER,
        ("/desk/areas/san-salvario", "/desk/areas/san-salvario?commercial_precision=cell_100m&moderation=after"),
    ),
    "desk.people": (ADMIN, ("/desk/people",)),
    "matching.start": (OFFICER, ("/desk/matching",)),
    "matching.space": (OFFICER, ("/desk/matching/spaces/{lot}",)),
    "matching.pair": (OFFICER, (f"/desk/matching/spaces/{{lot}}/{COLLECTIVE_SLUG}",)),
}
#: What answers data, files and redirects.
NO_PAGES = frozenset(
    (
        "home.health feeds.everywhere feeds.of_area looks.show_json stickers.as_svg places.by_box places.search "
        "places.background_tile spaces.show_json photos.full photos.small data.as_csv data.as_geojson "
        "indicators.as_csv indicators.as_json calls.definition results.as_json "
        "transparency.as_csv transparency.as_json mark.streets desk.owner_proof maps.oembed embed.script embed.by_box "
        "pages.accent_css reports.photo personal_data.account_archive personal_data.report_archive static_files.serve "
        "security.static desk.photo desk.premises_export desk.audit_export matching.collective_json "
        "matching.space_json matching.pair_json application_pages.content application_files.file"
        " desk.source_progress desk.source_run desk.source_rows "
        # Of a run that was adopted, and the record is made for paper; in test_results.
        "desk.call_snapshot desk.call_record desk.call_record_xlsx "
        # Seen as a member of a committee, and with a code, in test_committee.
        "desk.call_application desk.call_document committee.call committee.sheet committee.document"
    ).split()
)
REGISTER = "name,street,number,lat,lon,usable_area_m2\nNew one,Via Nizza,991,45.05,7.67,40\nBad one,,,0,0,x\n"


@dataclass
class Site:
    """The running application and the records that its pages are filled with."""

    address: str
    endpoints: set[str]
    names: dict[str, object]


@pytest.fixture(scope="module")
def site(seeded_settings: Settings) -> Iterator[Site]:
    server = Server()
    services = build(replace(seeded_settings, public_url=server.address))
    app = create_app(services)
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    with server.serving(services) as address:
        yield Site(address, endpoints, _names(services))
    services.engine.dispose()


def _names(services: Services) -> dict[str, object]:
    with services.reading() as connection:

        def one(query: str) -> object:
            return connection.execute(text(query)).scalar_one()

        space = "SELECT slug FROM public_spaces WHERE demonstration AND publication_precision = 'exact' AND "
        names = {
            "confirmed": one(space + "status = 'confirmed_vacant' ORDER BY id LIMIT 1"),
            "disputed": one(space + "status = 'disputed' ORDER BY id LIMIT 1"),
            "coarse": one(
                "SELECT slug FROM public_spaces WHERE publication_precision = 'cell_100m' ORDER BY id LIMIT 1"
            ),
            "imported": one("SELECT slug FROM public_spaces WHERE NOT demonstration ORDER BY id LIMIT 1"),
            "submitted": one("SELECT slug FROM spaces WHERE record_state = 'submitted' ORDER BY id LIMIT 1"),
            "initiative": one("SELECT slug FROM public_initiatives ORDER BY id LIMIT 1"),
            "pact": one("SELECT slug FROM public_pacts WHERE point IS NOT NULL ORDER BY id LIMIT 1"),
            "call": one("SELECT code FROM public_calls ORDER BY id LIMIT 1"),
            "lot": one("SELECT s.slug FROM public_lots l JOIN spaces s ON s.id = l.space_id ORDER BY l.number LIMIT 1"),
            "token": TOKEN,
            "collective": one(f"SELECT id FROM collectives WHERE slug = '{COLLECTIVE_SLUG}'"),
        }
        names["collective_token"] = services.collective_token(UUID(str(names["collective"])))
        place = connection.execute(
            text("SELECT ST_X(point) AS lon, ST_Y(point) AS lat FROM public_spaces WHERE slug = :slug"),
            {"slug": names["confirmed"]},
        ).one()
    picture = services.check_photo(jpeg())
    answer = Answer(new_id(), Claim.VACANT, "A note", picture, follow=Follow(TOKEN, "", "en"))
    add_observation(services.unit_of_work(), services.photos, Actor(device="tour"), str(names["disputed"]), answer,
                    services.clock.now())  # fmt: skip
    names["application"] = _application(services)
    with services.reading() as connection:
        names["photo"] = connection.execute(text("SELECT id FROM photos ORDER BY id DESC LIMIT 1")).scalar_one()
    return names | {"lon": place.lon, "lat": place.lat}


def _application(services: Services) -> str:
    """Begin an application in the open call of the demonstration; return the secret of its private page."""
    token_of = services.application_token
    beginning = Beginning(new_id(), GroupFacts("Tour", members_count=3))
    return token_of(begin(services.unit_of_work(), Actor(), token_of, OPEN_CALL, beginning, services.clock.now()))


@pytest.fixture(scope="module")
def contexts(browser: Browser, site: Site) -> Iterator[dict[str, BrowserContext]]:
    """A browser of its own for each person, signed in where the person has an account."""
    opened = {}
    for person in (VISITOR, GROUP, COLLECTIVE, OFFICER, ADMIN):
        opened[person] = context = browser.new_context()
        context.add_init_script(LISTEN)
        if person:
            page = context.new_page()
            page.goto(site.address + "/login")
            sign_in(page, f"{person}@example.org", PASSWORD)
            if person == OFFICER:
                site.names["batch"] = _upload(page, site)
            page.close()
    yield opened
    for context in opened.values():
        context.close()


def _upload(page: Page, site: Site) -> str:
    page.goto(site.address + "/desk/imports")
    page.set_input_files("input[type=file]", {"name": "a.csv", "mimeType": "text/csv", "buffer": REGISTER.encode()})
    page.fill("[name=title]", "A list")
    page.fill("[name=attribution]", "Somebody")
    page.locator("form[enctype] button[type=submit], form[enctype] button:not([type])").first.click()
    page.wait_for_url("**/desk/imports/*")
    return page.url.rsplit("/", 1)[1].split("?")[0]


def test_every_page_of_the_url_map_is_on_the_tour(site: Site) -> None:
    assert sorted(site.endpoints - set(PAGES) - NO_PAGES) == [], "add the page to PAGES"
    assert sorted(set(PAGES) - site.endpoints) == []


@pytest.mark.parametrize("endpoint", PAGES)
def test_a_page_is_quiet_and_open_to_everybody(site: Site, contexts: dict[str, BrowserContext], endpoint: str) -> None:
    person, addresses = PAGES[endpoint]
    faults: list[str] = []
    page = contexts[person].new_page()
    listen(page, faults, ours=site.address)
    for address in addresses:
        for lang, colours, width in LOOKS:
            faults += _look(page, site.address + address.format(**site.names), lang, colours, width, faults)
    page.close()
    assert not faults, "\n".join(faults)


def _look(page: Page, address: str, lang: str, colours: str, width: int, faults: list[str]) -> list[str]:
    """Open a page in one of the looks and return what is wrong with it; `faults` holds what the console said."""
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=colours)  # type: ignore[arg-type]
    before = len(faults)
    answer = page.goto(address + ("&" if "?" in address else "?") + f"lang={lang}")
    assert answer is not None
    status = answer.status
    assert status in {200, 404, 410, 422}, (address, status)
    if status != 200:
        # The console repeats the status of the page itself; that is no fault.
        del faults[before:]
    found = [] if page.locator("html").get_attribute("lang") == lang else [f"{address}: not in {lang}"]
    settle(page)
    if overflow(page) > 0:
        found.append(f"{address} at {width}: scrolls sideways by {overflow(page)} px")
    # Axe runs its own script in the page; what the policy says to that is none of the page's faults.
    said = len(faults)
    found += [f"{address} {lang} {colours} {width}: {fault}" for fault in violations(page, WCAG, MOVABLE)]
    del faults[said:]
    return found
