"""A group that applies in the open call of the evaluation, by the real use cases."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from mapsvc.domain.application_drafts import ApplicationDraft, GroupFacts, Step
from mapsvc.domain.applications import Application, ApplicationDocument
from mapsvc.domain.people import Actor
from mapsvc.domain.projects import Project
from mapsvc.exchange.documents import check_document
from mapsvc.usecases import application_documents, application_sending, applications
from mapsvc.usecases.applications import Beginning
from tests.builders import NOW, Builder
from tests.evaluation_world import CODE, EvaluationWorld, build_world

PDF = b"%PDF-1.7\nour plan\n%%EOF\n"
NEEDS: dict[str, object] = {"area_min_m2": 40.0, "budget_max_cents": 35_000, "start_latest": "2027-06-01"}
PROJECT = Project("Open press", "Courses and open doors.", themes={"art": 1_000_000})
#: The call of this world closes at noon in Rome ten days after NOW.
CLOSES = datetime(2026, 11, 30, 11, tzinfo=NOW.tzinfo)
#: The last day on which a group may complete its application.
DUE = date(2026, 12, 2)
ANYBODY = Actor(device="d" * 32, network="n" * 32)


class ApplicationWorld(EvaluationWorld):
    """The open call, with what a group does in it."""

    def begin(self, name: str = "Officina", actor: Actor = ANYBODY, **values: Any) -> str:
        """Begin an application and return the secret of its private page."""
        beginning = Beginning(uuid4(), GroupFacts(name, members_count=5), **values)
        token_of = self.make.services.application_token
        return token_of(applications.begin(self.uow(), actor, token_of, CODE, beginning, NOW))

    def save(self, key: str, step: Step, now: datetime = NOW, **part: object) -> str:
        """Save one part on what stands there."""
        base = self.look(key).draft.mark(step)
        return applications.save_part(self.uow(), ANYBODY, key, step, base, part, {}, now)

    def fill(self, key: str, lots: tuple[int, ...] = (2, 1)) -> None:
        """Fill in everything that the call asks for."""
        self.save(key, Step.NEEDS, needs=NEEDS)
        self.save(key, Step.PROJECT, project=PROJECT)
        self.save(key, Step.PLACES, lots=tuple(self.lots[number - 1] for number in lots))
        self.save(key, Step.DOCUMENTS, declarations=("no_debts",))
        self.document(key)

    def document(self, key: str, data: bytes = PDF, kind: str = "plan", now: datetime = NOW) -> ApplicationDocument:
        """Add a document."""
        work, files = self.uow(), self.make.services.documents
        return application_documents.add_document(
            work, files, ANYBODY, key, kind, check_document(data, "plan.pdf"), now
        )

    def send(self, key: str, now: datetime = NOW) -> application_sending.Receipt:
        """Send the application."""
        return application_sending.send(self.uow(), ANYBODY, key, now)

    def sent(self, **values: Any) -> str:
        """Return the key of an application that was sent."""
        key = self.begin(**values)
        self.fill(key)
        self.send(key)
        return key

    def look(self, key: str, now: datetime = NOW) -> applications.Opened:
        """Return an application as its group sees it."""
        return applications.look(self.uow(), ANYBODY, key, now)

    def application(self, key: str) -> Application:
        """Return the row of an application."""
        return self.look(key).application

    def draft(self, key: str) -> ApplicationDraft:
        """Return what the group has written."""
        return self.look(key).draft

    def ask(self, key: str, due: date = DUE) -> UUID:
        """Close the call and ask the group to complete its application, as the office does."""
        self.move("admissibility")
        one, request_id = self.application(key), uuid4()
        self.make.write("UPDATE applications SET state = 'integration_requested' WHERE id = :id", id=one.id)
        self.make.write(
            "INSERT INTO integration_requests (id, application_id, asked, due_on, asked_at)"
            " VALUES (:id, :application, 'Send the plan', :due, :at)",
            id=request_id, application=one.id, due=due, at=NOW,
        )  # fmt: skip
        return request_id

    def mails(self) -> list[tuple[str, str]]:
        """Return recipient and template of the mails that wait."""
        return [(row.recipient, row.template) for row in self.make.rows("SELECT * FROM outbox ORDER BY id")]


def build_applications(make: Builder, *, passwords: bool = False) -> ApplicationWorld:
    """Return the open call with its three lots."""
    base = build_world(make, "open", passwords=passwords)
    make.write(
        "UPDATE calls SET closes_at = :at, timeline = timeline || '{\"closes_on\": \"2026-11-30\"}' WHERE id = :id",
        at=CLOSES, id=base.call_id,
    )  # fmt: skip
    return ApplicationWorld(make, base.call_id, base.lots, base.applications, base.people, base.password)
