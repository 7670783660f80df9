"""The repositories of the first nouns and of the machinery, as protocols; later nouns have theirs beside them.

The transaction that joins all of them is `mapsvc.domain.ports.UnitOfWork`.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from mapsvc.domain.history import Change, Entry
from mapsvc.domain.observations import Observation, StoredObservation
from mapsvc.domain.offers import OfferRow
from mapsvc.domain.people import Actor
from mapsvc.domain.photos import CheckedPhoto, KeptPhoto
from mapsvc.domain.publication import AreaPolicy
from mapsvc.domain.reports import FollowLink
from mapsvc.domain.rulings import Recipient, Waiting
from mapsvc.domain.spaces import Evidence, Space

Json = dict[str, Any]


class Areas(Protocol):
    """Areas as the rules need them."""

    def at(self, lon: float, lat: float) -> tuple[UUID, ...]:
        """Return the ids of the areas that hold the point, the smallest first."""
        ...

    def at_many(self, points: Sequence[tuple[float, float]]) -> list[tuple[UUID, ...]]:
        """Return for each of many points what `at` returns."""
        ...

    def known(self) -> bool:
        """Tell whether there are any areas; without them no place lies outside."""
        ...

    def path(self, area_id: UUID | None) -> tuple[UUID, ...]:
        """Return the area and everything it lies in, the smallest first."""
        ...

    def name(self, area_id: UUID | None) -> str:
        """Return the name of the area, empty where there is none."""
        ...

    def has_street(self, name: str) -> bool:
        """Tell whether the gazetteer knows a street by exactly this name."""
        ...

    def policy(self, area_ids: Sequence[UUID]) -> AreaPolicy:
        """Return what the areas decided, the first that decided anything counting; else the deployment's default."""
        ...


class Spaces(Protocol):
    """Spaces, exact place included."""

    def get(self, space_id: UUID, *, lock: bool = False) -> Space | None:
        """Return the space, locked against other writers on request."""
        ...

    def by_slug(self, slug: str, *, lock: bool = False) -> Space | None:
        """Return the space with this slug."""
        ...

    def slug_taken(self, slug: str) -> bool:
        """Tell whether any space ever had this slug."""
        ...

    def add(self, space: Space) -> None:
        """Add a new space."""
        ...

    def update(self, space: Space) -> bool:
        """Write all fields if the stored version is still `space.version`, raise the version; tell whether it was."""
        ...

    def update_many(self, spaces: Sequence[Space]) -> int:
        """Write many spaces as `update` does; return how many still had their version."""
        ...

    def set_evidence(self, space_id: UUID, evidence: Evidence) -> None:
        """Write what follows from the observations."""
        ...


class Observations(Protocol):
    """Observations; immutable but for their state."""

    def add(self, observation: StoredObservation) -> None:
        """Add an observation."""
        ...

    def counted(self, space_id: UUID) -> list[Observation]:
        """Return the observations of a space that count."""
        ...

    def withdraw(self, observation_id: UUID, reporter: str) -> UUID | None:
        """Withdraw an observation of this reporter with its text and photo; return its space, None without such."""
        ...

    def waiting(self, space_id: UUID, seen_at: datetime) -> list[Waiting]:
        """Return the texts and photos of a space that waited at `seen_at`; what was written later is another text."""
        ...

    def space_of(self, observation_id: UUID) -> UUID | None:
        """Return the space that an observation is about."""
        ...

    def queued_note(self, observation_id: UUID) -> tuple[Waiting, datetime] | None:
        """Return a text that waits and when it was written; locked against other deciders."""
        ...

    def settle_note(self, observation_id: UUID, state: str, text: str | None, at: datetime) -> None:
        """Give a text a moderator's state, worded as it is shown."""
        ...

    def settle_photo(self, photo_id: UUID, state: str, reason: str | None, at: datetime) -> None:
        """Give a photo a moderator's state, and raise its version so that a later decision sees this one."""
        ...

    def refused_note(self, observation_id: UUID) -> str | None:
        """Return the text of an observation as it was refused; None when its sender took it back or wrote another."""
        ...

    def state_of(self, observation_id: UUID) -> str | None:
        """Return whether an observation counts, is held, was rejected or withdrawn."""
        ...

    def wait_again(self, space_id: UUID) -> None:
        """Let the texts and photos that were refused together with their place wait for a look again."""
        ...

    def reporter_of(self, observation_id: UUID) -> str | None:
        """Return who reported it."""
        ...


class Photos(Protocol):
    """The rows of photos; the files are kept by `PhotoFiles`."""

    def add(
        self, photo_id: UUID, space_id: UUID, observation_id: UUID | None, photo: CheckedPhoto, at: datetime
    ) -> None:
        """Add a submitted photo."""
        ...

    def get(self, photo_id: UUID, *, lock: bool = False) -> KeptPhoto | None:
        """Return the row of a photo, locked against other deciders on request."""
        ...

    def replace(self, photo_id: UUID, photo: CheckedPhoto) -> None:
        """Write what is known of the new files, and raise the version."""
        ...


class FollowLinks(Protocol):
    """Private links, by the hash of their token."""

    def add(self, token_hash: str, link: FollowLink, email: str | None, lang: str) -> None:
        """Add a link, and the address it was sent to in the erasable store."""
        ...

    def recipients(self, space_id: UUID, now: datetime, observation_id: UUID | None = None) -> list[Recipient]:
        """Return whoever left an address with a report of the space, or with one observation, each address once."""
        ...

    def renew(self, token_hash: str, recipient: Recipient, at_least: datetime) -> None:
        """Add one more link to the same report; it holds as long as the first, and until `at_least`."""
        ...

    def written_to(self, email: str, since: datetime) -> int:
        """Return how often forms named this address since then; other forms that name it wait for this transaction."""
        ...

    def get(self, token_hash: str) -> FollowLink | None:
        """Return what the link opens."""
        ...


class Audit(Protocol):
    """The append-only history."""

    def add(
        self,
        actor: Actor,
        action: str,
        noun: str,
        record_id: UUID | int | str,
        *,
        before: Mapping[str, object] | None = None,
        after: Mapping[str, object] | None = None,
        reason: str | None = None,
        at: datetime,
    ) -> None:
        """Add an entry in the transaction of the change it tells of."""
        ...

    def add_many(self, actor: Actor, action: str, noun: str, entries: Sequence[Change], *, at: datetime) -> None:
        """Add an entry for each of many records to which the same happened."""
        ...

    def entries(self, noun: str, record_id: UUID | int | str, since: int = 0) -> list[Entry]:
        """Return the entries about a record from the number `since` on, the oldest first, references filled in."""
        ...


class Outbox(Protocol):
    """Mail that leaves after the commit."""

    def add(self, recipient: str, template: str, lang: str, params: Json, at: datetime) -> None:
        """Queue a mail."""
        ...


class Idempotency(Protocol):
    """Answers already given, by the key that the client sent."""

    def claim(self, key: UUID, scope: str, body_sha256: str, at: datetime) -> Json | None:
        """Take the key, or return the answer it got before; raise Conflict when it came with another body."""
        ...

    def keep(self, key: UUID, result: Json) -> None:
        """Remember the answer."""
        ...


class Imports(Protocol):
    """Previews of files that wait for a decision."""

    def add(
        self, batch_id: UUID, file_name: str, created_by: int | None, at: datetime, summary: Json, rows: Json
    ) -> None:
        """Keep a preview."""
        ...

    def get(self, batch_id: UUID, *, lock: bool = False) -> Json | None:
        """Return a preview with its state."""
        ...

    def close(self, batch_id: UUID, state: str, at: datetime, summary: Json) -> None:
        """Mark a preview as applied or discarded."""
        ...


class Offers(Protocol):
    """Spaces as the matching reads them."""

    def stamp(self) -> str:
        """Return a text that changes whenever `all` would return something else."""
        ...

    def all(self) -> list[OfferRow]:
        """Return every published space that is offered or in a call."""
        ...

    def by_slug(self, slug: str) -> OfferRow | None:
        """Return one space, whatever its availability."""
        ...

    def of_ids(self, space_ids: Collection[UUID]) -> dict[UUID, OfferRow]:
        """Return spaces by their ids, whatever their availability."""
        ...
