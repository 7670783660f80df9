"""A call with its lots in any state, made by the use cases: two officers of the north, one of the south, a director."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from mapsvc.domain.call_definitions import CallDefinition, Framework, WantedDocument
from mapsvc.domain.call_timelines import Timeline
from mapsvc.domain.calls import Call
from mapsvc.domain.imports import AreaRecord
from mapsvc.domain.people import Actor, Grant, Role
from mapsvc.usecases import call_lots, call_states, calls
from mapsvc.usecases.call_lots import LotDraft
from mapsvc.usecases.calls import CallDraft
from tests.builders import NOW, PASSWORD, TODAY, Builder, square

CODE = "CB-TV-2027"
DRAW = "The first five numbers of the wheel of Torino."
START, END = date(2027, 3, 1), date(2030, 3, 1)
TIMELINE = Timeline(
    publish_on=TODAY,
    questions_until=TODAY + timedelta(days=20),
    closes_on=TODAY + timedelta(days=30),
    draw_on=TODAY + timedelta(days=35),
    provisional_on=TODAY + timedelta(days=60),
    observations_until=TODAY + timedelta(days=71),
    final_on=TODAY + timedelta(days=75),
)
DRAFT = CallDraft(
    title={"en": "Casa Bottega", "it": "Casa Bottega"},
    summary={"en": "Two shops for three years.", "it": "Due negozi per tre anni."},
    kind="temporary_use",
    office="Urban commons",
    definition=CallDefinition(
        officer="G. Ferrero",
        frameworks=(Framework("Regulation 391", "2020"),),
        documents=(WantedDocument("plan", {"en": "Plan"}),),
    ),
    timeline=TIMELINE,
    draw_description=DRAW,
)
AFTER_DEADLINE = datetime.combine(TODAY + timedelta(days=31), time(9), UTC)
VERIFIED = {"usable_area_m2": 60.0, "hazards": [], "condition": "ready"}


@dataclass
class CallWorld:
    """Who works on the call; actors carry the grants that their accounts have."""

    make: Builder
    password: str | None = None
    people: dict[str, Actor] = field(default_factory=dict)

    def uow(self) -> Any:
        """Return a new unit of work."""
        return self.make.services.unit_of_work()

    def person(self, name: str, role: Role | None = None, area: str | None = "north") -> Actor:
        """Add an account `<name>@example.org`, with a role for an area or for the whole deployment."""
        scope = {"area_id": self.make.areas[area]} if area and role else {}
        with self.uow() as uow:
            user_id = uow.people.add(f"{name}@example.org", name, None, self.password, NOW, demonstration=False)
            if role:
                uow.people.grant(user_id, role.value, granted_by=None, at=NOW, **scope)
            uow.commit()
        grants = (Grant(role, **scope),) if role else ()
        self.people[name] = Actor(user_id=user_id, name=name, grants=grants)
        return self.people[name]

    def premises(self, slug: str, number: int, **values: Any) -> UUID:
        """Add premises of the north that everything is known of, and that are offered."""
        given: dict[str, Any] = {"features": VERIFIED, "owner_consent": True, "availability_state": "offered",
                                 "name": f"Via Alta {number}"}  # fmt: skip
        space_id = self.make.space(slug, 7.61 + number / 1000, 45.06, **given | values)
        self.make.observation(space_id, kind="officer_visit", quality="photo_onsite", days_ago=10, reporter="user:1")
        self.make.observation(space_id, kind="registered_user", quality="photo_onsite", days_ago=8, reporter="user:2")
        return space_id

    def call(self, code: str = CODE) -> Call:
        """Return the call as it is stored."""
        with self.uow() as uow:
            found = uow.calls.by_code(code)
        assert found is not None
        return found

    def draft(self, code: str = CODE, **values: Any) -> Call:
        """Begin a call without lots."""
        draft = replace(DRAFT, **values)
        return calls.create_call(self.uow(), self.people["officer"], code, self.make.areas["north"], draft, NOW)

    def add_lot(self, slug: str, code: str = CODE, **values: Any) -> None:
        """Add premises as the next lot, for three years."""
        given = LotDraft(slug, START, END, **values)
        call_lots.add_lot(self.uow(), self.people["officer"], code, self.call(code).version, given, NOW)

    def ready(self, code: str = CODE) -> Call:
        """Return a draft with two lots that lacks nothing any more."""
        self.draft(code)
        for number in (1, 2):
            self.premises(f"alta-{number}", number)
            self.add_lot(f"alta-{number}", code)
        return calls.check_legally(self.uow(), self.people["officer"], code, self.call(code).version, True, NOW)

    def move(self, to: str, who: str = "officer", at: datetime = NOW, reason: str = "", code: str = CODE) -> Call:
        """Move the call as somebody, based on its present version."""
        version = self.call(code).version
        return call_states.move(self.uow(), self.people[who], code, version, to, at, reason=reason)

    def opened(self) -> Call:
        """Return a call that is open."""
        self.ready()
        self.move("approved", "director")
        return self.move("open")

    def closed(self) -> Call:
        """Return a call whose deadline has passed."""
        self.opened()
        call_states.close_due(self.uow(), AFTER_DEADLINE)
        return self.call()


def build_call_world(make: Builder, *, passwords: bool = False) -> CallWorld:
    """Return the people of two areas; with `passwords` everybody can sign in with PASSWORD."""
    make.begin(
        (
            AreaRecord("c", "City", "city", "", square(7.5, 45.0, 0.3)),
            AreaRecord("n", "North", "neighbourhood", "c", square(7.6, 45.05)),
            AreaRecord("s", "South", "neighbourhood", "c", square(7.6, 45.0, 0.04)),
        )
    )
    world = CallWorld(make, make.services.hash_password(PASSWORD) if passwords else None)
    world.person("officer", Role.OFFICER)
    world.person("second", Role.OFFICER)
    world.person("far", Role.OFFICER, "south")
    world.person("director", Role.DIRECTOR)
    world.person("far-director", Role.DIRECTOR, "south")
    world.person("administrator", Role.ADMINISTRATOR, None)
    world.person("auditor", Role.AUDITOR, None)
    world.person("resident")
    return world
