"""Who acts, and what each role may do: deny by default, scopes by area, group or collective."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from mapsvc.domain.errors import Forbidden
from mapsvc.domain.observations import SourceKind


class Role(StrEnum):
    """The roles that somebody can be granted; everybody else is a visitor or a contributor with an account."""

    ADMINISTRATOR = "administrator"
    OFFICER = "officer"
    DIRECTOR = "director"
    MODERATOR = "moderator"
    CURATOR = "curator"
    MEMBER = "member"
    COLLECTIVE_REP = "collective_rep"
    TRUST_BROKER = "trust_broker"
    AUDITOR = "auditor"


class Action(StrEnum):
    """What the service asks permission for."""

    PUBLISH = "publish"
    MODERATE = "moderate"
    SEE_REGISTER = "see_register"
    EDIT_SPACE = "edit_space"
    IMPORT = "import"
    MATCH = "match"
    APPROVE_GROUP = "approve_group"
    MANAGE_PEOPLE = "manage_people"
    EDIT_MAP = "edit_map"
    EDIT_COLLECTIVE = "edit_collective"
    READ_AUDIT = "read_audit"
    SET_POLICY = "set_policy"
    ANSWER_OWNERS = "answer_owners"
    READ_MESSAGES = "read_messages"
    RUN_CALL = "run_call"
    APPROVE_CALL = "approve_call"
    SEE_CALL = "see_call"
    READ_RUNS = "read_runs"
    SEE_COLLECTIVES = "see_collectives"
    VERIFY_COLLECTIVE = "verify_collective"
    SUSPEND_COLLECTIVE = "suspend_collective"
    FILE_ON_BEHALF = "file_on_behalf"


_BY_AREA: dict[Action, frozenset[Role]] = {
    # A trusted local organisation puts a waiting place on the map and sees exact places, in its areas; it neither
    # refuses, hides nor joins (domain.md 2.16).
    Action.PUBLISH: frozenset({Role.TRUST_BROKER, Role.MODERATOR, Role.OFFICER, Role.ADMINISTRATOR}),
    Action.MODERATE: frozenset({Role.MODERATOR, Role.OFFICER, Role.ADMINISTRATOR}),
    Action.SEE_REGISTER: frozenset(
        {Role.TRUST_BROKER, Role.MODERATOR, Role.OFFICER, Role.DIRECTOR, Role.ADMINISTRATOR}
    ),
    Action.EDIT_SPACE: frozenset({Role.OFFICER, Role.ADMINISTRATOR}),
    Action.IMPORT: frozenset({Role.OFFICER, Role.ADMINISTRATOR}),
    Action.MATCH: frozenset({Role.OFFICER, Role.DIRECTOR, Role.ADMINISTRATOR}),
    Action.APPROVE_GROUP: frozenset({Role.OFFICER, Role.ADMINISTRATOR}),
    Action.MANAGE_PEOPLE: frozenset({Role.ADMINISTRATOR}),
    Action.READ_AUDIT: frozenset({Role.AUDITOR, Role.OFFICER, Role.DIRECTOR, Role.ADMINISTRATOR}),
    Action.SET_POLICY: frozenset({Role.OFFICER, Role.ADMINISTRATOR}),
    Action.ANSWER_OWNERS: frozenset({Role.OFFICER, Role.ADMINISTRATOR}),
    Action.READ_MESSAGES: frozenset({Role.OFFICER, Role.ADMINISTRATOR}),
    # A call needs two people: an officer runs it, a director approves, signs and adopts. Whoever administers accounts
    # does neither.
    Action.RUN_CALL: frozenset({Role.OFFICER}),
    Action.APPROVE_CALL: frozenset({Role.DIRECTOR}),
    Action.SEE_CALL: frozenset({Role.OFFICER, Role.DIRECTOR, Role.ADMINISTRATOR}),
    # A group that asked for it is helped by a trust broker (domain.md 2.16).
    Action.FILE_ON_BEHALF: frozenset({Role.TRUST_BROKER}),
    # Who a group is can be known to whoever works in its streets; closing its page is for the office.
    Action.SEE_COLLECTIVES: frozenset({Role.TRUST_BROKER, Role.OFFICER, Role.DIRECTOR, Role.ADMINISTRATOR}),
    Action.VERIFY_COLLECTIVE: frozenset({Role.TRUST_BROKER, Role.OFFICER, Role.ADMINISTRATOR}),
    Action.SUSPEND_COLLECTIVE: frozenset({Role.OFFICER, Role.ADMINISTRATOR}),
    # Auditors read the archived runs, which name applications by their codes only.
    Action.READ_RUNS: frozenset({Role.OFFICER, Role.DIRECTOR, Role.ADMINISTRATOR, Role.AUDITOR}),
}
# Under which of several roles somebody acts in the history, the weightiest first.
_KINDS = (
    Role.ADMINISTRATOR, Role.DIRECTOR, Role.OFFICER, Role.MODERATOR, Role.TRUST_BROKER, Role.AUDITOR,
    Role.CURATOR, Role.COLLECTIVE_REP,
)  # fmt: skip
# Whose visits count as more than a neighbour's, the weightiest first.
_SOURCES = ((Role.OFFICER, SourceKind.OFFICER_VISIT), (Role.TRUST_BROKER, SourceKind.TRUST_BROKER))


@dataclass(frozen=True, slots=True)
class Grant:
    """One role for one scope; without area, group and collective it holds for the whole deployment."""

    role: Role
    area_id: UUID | None = None
    group_id: UUID | None = None
    collective_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever asks for something: an account with its grants, or a visitor known by rotating hashes.

    `machine` names what acts without a person: the service itself, or the command line. `on_committee` only says
    whether the account scores in any call, so that its menu leads there.
    """

    user_id: int | None = None
    name: str = ""
    device: str = ""
    network: str = ""
    grants: tuple[Grant, ...] = ()
    demonstration: bool = False
    on_committee: bool = False
    machine: str = ""

    @property
    def kind(self) -> str:
        """Return the word under which the history shows this actor, never a name."""
        if self.machine:
            return self.machine
        for role in _KINDS:
            if any(grant.role is role for grant in self.grants):
                return role.value
        return "registered" if self.user_id is not None else "anonymous"

    def source_kind(self, areas: Collection[UUID]) -> SourceKind:
        """Return the kind of source an observation of this actor counts as in `areas` (freshness.md 4.1)."""
        for role, source in _SOURCES:
            if any(g.role is role and (g.area_id is None or g.area_id in areas) for g in self.grants):
                return source
        return SourceKind.REGISTERED_USER if self.user_id is not None else SourceKind.ANONYMOUS

    @property
    def reporter(self) -> str:
        """Return the identity that counts once per space: the account, else the device."""
        return f"user:{self.user_id}" if self.user_id is not None else f"device:{self.device}"

    @property
    def signed_in(self) -> bool:
        """Tell whether there is an account behind this actor."""
        return self.user_id is not None

    @property
    def roles(self) -> frozenset[str]:
        """Return the codes of all granted roles, whatever their scope."""
        return frozenset(grant.role.value for grant in self.grants)

    @property
    def uses_desk(self) -> bool:
        """Tell whether the desk is open to this actor at all."""
        desk = {Role.ADMINISTRATOR, Role.OFFICER, Role.DIRECTOR, Role.MODERATOR, Role.TRUST_BROKER, Role.AUDITOR}
        return any(grant.role in desk for grant in self.grants)


#: What the service does by itself, such as what follows from the passing of time.
SYSTEM = Actor(machine="system")
#: Whoever can run commands owns the machine and may do everything.
OPERATOR = Actor(machine="operator", grants=(Grant(Role.ADMINISTRATOR),))


def allows(
    actor: Actor,
    action: Action,
    areas: Collection[UUID] = (),
    *,
    group_id: UUID | None = None,
    collective_id: UUID | None = None,
) -> bool:
    """Tell whether `actor` may do `action` on a record that lies in `areas` or belongs to the group or collective."""
    if action is Action.EDIT_MAP:
        return any(g.role is Role.CURATOR and g.group_id == group_id and group_id is not None for g in actor.grants)
    if action is Action.EDIT_COLLECTIVE:
        return any(
            g.role is Role.COLLECTIVE_REP and g.collective_id == collective_id and collective_id is not None
            for g in actor.grants
        )
    roles = _BY_AREA[action]
    return any(g.role in roles and (g.area_id is None or g.area_id in areas) for g in actor.grants)


def require(
    actor: Actor,
    action: Action,
    areas: Collection[UUID] = (),
    *,
    group_id: UUID | None = None,
    collective_id: UUID | None = None,
) -> None:
    """Raise Forbidden unless `allows` holds."""
    if not allows(actor, action, areas, group_id=group_id, collective_id=collective_id):
        raise Forbidden("this account may not do that here", code="forbidden", action=action.value)


def holds_anywhere(actor: Actor, action: Action) -> bool:
    """Tell whether `actor` may do `action` in at least one area: enough to open a page, never enough to decide."""
    return any(grant.role in _BY_AREA.get(action, frozenset()) for grant in actor.grants)


@dataclass(frozen=True, slots=True)
class Account:
    """An account as the administrator sees it."""

    id: int
    email: str
    name: str
    lang: str | None
    active: bool
    confirmed: bool
    demonstration: bool
    grants: tuple[tuple[int, str, UUID | None, UUID | None, UUID | None], ...]


class People(Protocol):
    """Accounts and what they may do; passwords are the web's business (Flask-Security-Too)."""

    def lock(self) -> None:
        """Let nobody else change grants before this transaction ends."""
        ...

    def by_email(self, email: str) -> Account | None:
        """Return the account with this address."""
        ...

    def get(self, user_id: int) -> Account | None:
        """Return the account."""
        ...

    def all(self) -> list[Account]:
        """Return all accounts in the order of their names."""
        ...

    def add(
        self, email: str, name: str, lang: str | None, password_hash: str | None, at: datetime, *, demonstration: bool
    ) -> int:
        """Add an account and return its id."""
        ...

    def set_active(self, user_id: int, active: bool) -> None:
        """Open or close an account; a closed one loses its sessions."""
        ...

    def set_password(self, user_id: int, password_hash: str, at: datetime) -> None:
        """Set the password of an account and confirm its address."""
        ...

    def set_lang(self, user_id: int, lang: str) -> None:
        """Remember the language of an account."""
        ...

    def grant(
        self,
        user_id: int,
        role: str,
        *,
        area_id: UUID | None = None,
        group_id: UUID | None = None,
        collective_id: UUID | None = None,
        granted_by: int | None,
        at: datetime,
    ) -> bool:
        """Grant a role; tell whether it is new."""
        ...

    def revoke(self, grant_id: int) -> bool:
        """Take a grant back; tell whether it was there."""
        ...

    def invite(self, token_hash: str, user_id: int, expires_at: datetime) -> None:
        """Keep the hash of an invitation."""
        ...

    def take_invitation(self, token_hash: str, now: datetime) -> int | None:
        """Use an invitation up; return its account, or None when it is unknown or too old."""
        ...
