"""Applications to a call: what a group asks for, with its documents and what the office asks it to complete.

The states are in `application_states`, what a group writes before it sends is `application_drafts`, the project is
`projects`. A private link opens an application; its secret follows from the id and stands nowhere.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from mapsvc.domain.application_states import ApplicationState

#: Returns the token of an application; see `application_token`.
TokenOf = Callable[[UUID], str]
_TOKEN_BYTES = 16
#: The largest document: a portfolio with pictures.
MOST_DOCUMENT_BYTES = 25 * 1024 * 1024
MOST_DOCUMENTS = 40


@dataclass(frozen=True, slots=True)
class Application:
    """One application; everything but `working` is what was sent last, and empty before the first submission.

    `lots` are ranked, the most wanted first. `facts` are those of the group (JSON of `GroupFacts`), `needs` JSON of
    `domain.needs`, `project` JSON of `domain.projects`. `working` is what the group writes at the moment (JSON of
    `application_drafts`); nobody else reads it. `content` is the sent text whose hash is the receipt. `merit_micro` are
    millionths of one.
    """

    id: UUID
    call_id: UUID
    lang: str
    created_at: datetime
    updated_at: datetime
    collective_id: UUID | None = None
    code: str | None = None
    state: str = ApplicationState.DRAFT
    filed_by: int | None = None
    on_behalf: bool = False
    lots: tuple[UUID, ...] = ()
    needs: Mapping[str, object] = field(default_factory=dict)
    project: Mapping[str, object] = field(default_factory=dict)
    facts: Mapping[str, object] = field(default_factory=dict)
    declarations: tuple[str, ...] = ()
    accepts_other_lots: bool = False
    accepts_upgrade: bool = True
    working: Mapping[str, object] = field(default_factory=dict)
    content: str | None = None
    receipt: str | None = None
    receipt_sha256: str | None = None
    submitted_at: datetime | None = None
    decision_reason: str | None = None
    decision_norm: str | None = None
    decided_by: int | None = None
    decided_at: datetime | None = None
    merit_micro: int | None = None
    version: int = 1

    @property
    def sent(self) -> bool:
        """Tell whether the office has it: submitted once, and not taken back."""
        return self.submitted_at is not None and self.state != ApplicationState.WITHDRAWN


@dataclass(frozen=True, slots=True)
class ApplicationDocument:
    """A file of an application; `sent_at` says when it reached the office, None while the group only prepares it."""

    id: UUID
    application_id: UUID
    kind: str
    name: str
    media_type: str
    bytes: int
    sha256: str
    receipt: str
    received_at: datetime
    sent_at: datetime | None = None
    removed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CheckedDocument:
    """A file whose content was looked at, as it may be kept."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class IntegrationRequest:
    """What the office asked to be completed until the end of `due_on`, and the group's answer."""

    id: UUID
    application_id: UUID
    asked: str
    due_on: date
    asked_by: int | None
    asked_at: datetime
    answer: str | None = None
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ApplicantAddress:
    """Where the group wants to be written to."""

    email: str
    lang: str


def application_token(secret: str, application_id: UUID) -> str:
    """Return the 128-bit secret of an application's private page, the same in every mail.

    It is derived from the service's secret key (HMAC-SHA256), so that it stands nowhere: the table holds its hash only.
    """
    seal = hmac.new(secret.encode(), b"application " + application_id.bytes, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(seal[:_TOKEN_BYTES]).rstrip(b"=").decode()


class DocumentFiles(Protocol):
    """The files of documents, outside of the database."""

    def save(self, document_id: UUID, data: bytes) -> None:
        """Keep a file; it is complete or absent."""
        ...

    def delete(self, document_id: UUID) -> None:
        """Delete a file; one that is not there is no error."""
        ...


class Applications(Protocol):
    """Applications with their ranked lots, documents and requests for completion."""

    def add(self, application: Application, token_hash: str) -> None:
        """Add an application."""
        ...

    def get(self, application_id: UUID, *, lock: bool = False) -> Application | None:
        """Return an application, locked against other writers on request."""
        ...

    def by_token(self, token_hash: str, *, lock: bool = False) -> Application | None:
        """Return the application of a private link."""
        ...

    def by_code(self, call_id: UUID, code: str) -> Application | None:
        """Return the application with this pseudonym."""
        ...

    def of_call(self, call_id: UUID, states: Collection[str] | None = None) -> list[Application]:
        """Return the applications of a call in these states, in the order of their codes; without states, all sent."""
        ...

    def of_people(self, user_id: int, collective_ids: Collection[UUID]) -> list[Application]:
        """Return what an account filed, and what its collectives have, the newest first."""
        ...

    def codes(self, call_id: UUID) -> set[str]:
        """Return the pseudonyms of a call that are taken."""
        ...

    def update(self, application: Application, now: datetime) -> bool:
        """Write everything, the ranking included, if the version still holds; tell whether it did."""
        ...

    def set_state(self, application_id: UUID, state: str, now: datetime) -> None:
        """Write the state alone, for whoever holds the lock of the application or of its call."""
        ...

    def set_address(self, application_id: UUID, email: str | None, lang: str, now: datetime) -> None:
        """Keep where to write to in the erasable store; None forgets it."""
        ...

    def address(self, application_id: UUID) -> ApplicantAddress | None:
        """Return where to write to; None where nobody left an address or it was erased."""
        ...

    def documents(self, application_id: UUID, *, sent: bool = False) -> list[ApplicationDocument]:
        """Return the documents that were not removed, in order of arrival; with `sent` those the office has."""
        ...

    def document(self, document_id: UUID) -> ApplicationDocument | None:
        """Return one document, removed or not."""
        ...

    def add_document(self, document: ApplicationDocument) -> None:
        """Add a document."""
        ...

    def send_documents(self, document_ids: Collection[UUID], at: datetime) -> None:
        """Note that these have reached the office."""
        ...

    def remove_documents(self, document_ids: Collection[UUID], at: datetime) -> None:
        """Note that these do not count any more."""
        ...

    def requests(self, application_id: UUID) -> Sequence[IntegrationRequest]:
        """Return all requests for completion, the newest first; one without an answer is open."""
        ...

    def add_request(self, request: IntegrationRequest) -> None:
        """Add a request for completion."""
        ...

    def answer_request(self, request_id: UUID, answer: str, at: datetime) -> None:
        """Close a request for completion with its answer."""
        ...
