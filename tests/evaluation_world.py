"""A small call for the desk and the committee: three applications, three lots, members and officers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from mapsvc.domain.application_states import ApplicationState
from mapsvc.domain.applications import Application, ApplicationDocument
from mapsvc.domain.call_definitions import CallDefinition, Criterion, WantedDeclaration, WantedDocument
from mapsvc.domain.call_timelines import Timeline
from mapsvc.domain.calls import Call, Lot
from mapsvc.domain.eligibility import EligibilityRule, RuleKind
from mapsvc.domain.ids import new_id
from mapsvc.domain.imports import AreaRecord
from mapsvc.domain.people import Actor, Grant, Role
from tests.builders import NOW, PASSWORD, SOURCE, Builder, square

CODE = "CB-2027"
RULES = (
    EligibilityRule(RuleKind.FORMS, ("informal_group", "association", "aps")),
    EligibilityRule(RuleKind.SEAT, ("north",)),
    EligibilityRule(RuleKind.MEMBERS, least=3),
    EligibilityRule(RuleKind.UNDER_AGE, least=50, age=35),
    EligibilityRule(RuleKind.DECLARATION, ("no_debts",)),
    EligibilityRule(RuleKind.DOCUMENT, ("plan",)),
)
DEFINITION = CallDefinition(
    eligibility=RULES,
    criteria=(
        Criterion("quality", {"en": "Quality of the project"}, 60, 30, {"en": "How original and how clear it is."}),
        Criterion("benefit", {"en": "Benefit for the quarter"}, 40),
    ),
    threshold_total=60,
    declarations=(WantedDeclaration("no_debts", {"en": "No open debts with the city"}),),
    documents=(WantedDocument("plan", {"en": "Plan of activities"}),),
)
FACTS = {
    "name": "Officina Rumore", "form": "association", "members_count": 6, "members_under_30": 2,
    "members_under_35": 4, "seat": "north", "legal_id": "97800010012",
}  # fmt: skip


@dataclass
class EvaluationWorld:
    """The call with who works on it; actors carry the grants that their accounts have."""

    make: Builder
    call_id: UUID = field(default_factory=new_id)
    lots: list[UUID] = field(default_factory=list)
    applications: dict[str, UUID] = field(default_factory=dict)
    people: dict[str, Actor] = field(default_factory=dict)
    #: Hashed once for everybody: a good hash is slow.
    password: str | None = None

    def uow(self) -> Any:
        """Return a new unit of work."""
        return self.make.services.unit_of_work()

    def stored(self, code: str) -> Application:
        """Return an application as it stands in the database."""
        with self.uow() as uow:
            found = uow.applications.get(self.applications[code])
        assert found is not None
        return found

    def move(self, state: str) -> None:
        """Put the call at a step, as its procedure would."""
        self.make.write("UPDATE calls SET state = :state WHERE id = :id", state=state, id=self.call_id)

    def admit_all(self) -> None:
        """Admit what waits, and let the committee begin."""
        self.make.write(
            "UPDATE applications SET state = 'admitted' WHERE call_id = :id AND state = 'submitted'", id=self.call_id
        )
        self.move("evaluation")

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

    def name_committee(self, *names: str) -> None:
        """Name members, the first one in the chair."""
        for index, name in enumerate(names):
            self.make.write(
                "INSERT INTO committee_members (call_id, user_id, chair, added_at) VALUES (:call, :user, :chair, :at)",
                call=self.call_id, user=self.people[name].user_id, chair=index == 0, at=NOW,
            )  # fmt: skip

    def apply(self, code: str, *, facts: dict[str, object] | None = None, lots: tuple[int, ...] = (1, 2),
              plan: bool = True, email: str = "group@example.org", **values: Any) -> UUID:  # fmt: skip
        """Add a collective with an application that was sent."""
        given = FACTS | (facts or {})
        collective = new_id()
        self.make.write(
            "INSERT INTO collectives (id, slug, name, source_id, source_key, created_at, updated_at)"
            " SELECT :id, :slug, :name, id, :slug, :at, :at FROM sources LIMIT 1",
            id=collective, slug=f"group-{code.lower()}", name=given["name"], at=NOW,
        )  # fmt: skip
        one = Application(
            id=new_id(), call_id=self.call_id, lang="en", created_at=NOW, updated_at=NOW, collective_id=collective,
            code=code, state=ApplicationState.SUBMITTED, lots=tuple(self.lots[number - 1] for number in lots),
            project={"title": f"Project of {given['name']}", "summary": "Open workshops for the quarter.",
                     "programme": "Monday to Saturday.", "themes": {"art": 1_000_000}},
            facts=given, declarations=("no_debts",), receipt=f"R-{code}", receipt_sha256="a" * 64,
            submitted_at=NOW - timedelta(days=3),
        )  # fmt: skip
        with self.uow() as uow:
            uow.applications.add(replace(one, **values), f"hash-{code}")
            uow.applications.set_address(one.id, email, "en", NOW)
            if plan:
                paper = ApplicationDocument(
                    new_id(), one.id, "plan", "plan.pdf", "application/pdf", 12, "b" * 64, f"D-{code}", NOW, NOW
                )
                uow.applications.add_document(paper)
            uow.commit()
        self.applications[code] = one.id
        return one.id


def build_world(make: Builder, state: str = "admissibility", *, passwords: bool = False) -> EvaluationWorld:
    """Return a call of the area north at a step, with three applications that fulfil its rules and nobody named yet.

    With `passwords` everybody can sign in with PASSWORD.
    """
    make.begin(
        (
            AreaRecord("c", "City", "city", "", square(7.5, 45.0, 0.3)),
            AreaRecord("n", "North", "neighbourhood", "c", square(7.6, 45.05)),
            AreaRecord("s", "South", "neighbourhood", "c", square(7.6, 45.0, 0.04)),
        )
    )
    world = EvaluationWorld(make, password=make.services.hash_password(PASSWORD) if passwords else None)
    author = world.person("author", Role.OFFICER)
    call = Call(
        id=world.call_id, code=CODE, title={"en": "Casa Bottega", "it": "Casa Bottega"}, summary={"en": ""},
        state="draft", created_at=NOW, updated_at=NOW, source_code=SOURCE.code, source_key=CODE, office="Urban commons",
        area_id=make.areas["north"], definition=DEFINITION, created_by=author.user_id,
        timeline=Timeline(publish_on=date(2026, 10, 1), closes_on=date(2026, 11, 1)),
    )  # fmt: skip
    with make.services.unit_of_work() as uow:
        uow.calls.add(call)
        uow.commit()
    for number in (1, 2, 3):
        space = make.space(f"lot-{number}", 7.61 + number / 1000, 45.06, name=f"Via Alta {number}")
        lot = Lot(new_id(), world.call_id, space, number, date(2027, 3, 1), date(2030, 3, 1))
        with make.services.unit_of_work() as uow:
            uow.calls.add_lot(lot)
            uow.commit()
        world.lots.append(lot.id)
    world.move(state)
    world.person("officer", Role.OFFICER)
    world.person("far", Role.OFFICER, "south")
    world.person("director", Role.DIRECTOR)
    world.person("auditor", Role.AUDITOR, None)
    for name in ("ada", "bruno", "carla", "stranger"):
        world.person(name)
    world.apply("APP-0101")
    world.apply("APP-0102", facts={"name": "Luce Rossa"}, lots=(2, 1))
    world.apply("APP-0103", facts={"name": "Radio Marconi"}, lots=(1,))
    return world


def marks(
    quality: int | None = 40, benefit: int | None = 30, reason: str = "Clear and well grounded."
) -> dict[str, Any]:
    """Return the marks of a sheet as a page sends them."""
    return {
        "quality": {"points": quality, "reason": reason},
        "benefit": {"points": benefit, "reason": reason},
    }


def raw(world: EvaluationWorld, statement: str, **params: object) -> None:
    """Run a statement as whoever can reach the database with the service's own rights."""
    with world.make.services.engine.begin() as connection:
        connection.execute(text(statement), params)
