"""Records in every state for tests, made by the real repositories and use cases.

A state that no use case reaches yet (a rejected initiative, a hidden pact) is written by the owner of the tables.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from PIL import Image
from sqlalchemy import text

from mapsvc.bootstrap import Services
from mapsvc.domain.groups import Group
from mapsvc.domain.ids import new_id, new_token, token_hash
from mapsvc.domain.imports import AreaRecord, Batch, CityRecord, SourceInfo
from mapsvc.domain.maps import CuratedMap
from mapsvc.domain.observations import Claim, Observation, Quality, SourceKind, StoredObservation
from mapsvc.domain.reports import FollowLink
from mapsvc.domain.spaces import Space
from mapsvc.usecases.evidence import refresh
from mapsvc.usecases.seeding import load_batches, prepare_city

TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
CITY = CityRecord("Testville", ("en", "it"), centre=(7.65, 45.05), zoom=13)
SOURCE = SourceInfo("test-source", "A source", "CC0-1.0", "Whoever made it", "https://source.example")
PASSWORD = "correct horse battery"


def square(west: float, south: float, side: float = 0.05) -> dict[str, object]:
    """Return a square as GeoJSON, in degrees."""
    east, north = west + side, south + side
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def jpeg(colour: str = "grey") -> bytes:
    """Return a small picture."""
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(buffer, "JPEG")
    return buffer.getvalue()


@dataclass
class Builder:
    """Adds records to the database of `services`, as of `NOW`."""

    services: Services
    areas: dict[str, UUID] = field(default_factory=dict)

    def begin(self, areas: Sequence[AreaRecord] = ()) -> None:
        """Write the city, the source of everything, and areas."""
        uow = self.services.unit_of_work
        prepare_city(uow(), CITY, NOW)
        self.load(Batch(SOURCE, areas=tuple(areas)))
        self.areas = {row.slug: row.id for row in self.rows("SELECT slug, id FROM areas")}

    def load(self, batch: Batch) -> None:
        """Load a batch as the first start does."""
        load_batches(self.services.unit_of_work(), [("test", lambda: batch)], NOW, lambda *_: None)

    def rows(self, query: str, **params: object) -> Sequence[Any]:
        """Return the rows of a query."""
        with self.services.reading() as connection:
            return connection.execute(text(query), params).all()

    def write(self, statement: str, **params: object) -> None:
        """Run one writing statement, for states that no use case reaches."""
        with self.services.engine.begin() as connection:
            connection.execute(text(statement), params)

    def space(self, slug: str, lon: float, lat: float, **values: Any) -> UUID:
        """Add a space, published and exact unless `values` say something else."""
        space_id = new_id()
        given: dict[str, Any] = {"record_state": "published", "name": slug, "created_at": NOW, "updated_at": NOW}
        space = Space(
            id=space_id, slug=slug, lon=lon, lat=lat, source_code=SOURCE.code, source_key=slug, **given | values
        )
        with self.services.unit_of_work() as uow:
            uow.spaces.add(space)
            uow.commit()
        return space_id

    def observation(
        self,
        space_id: UUID,
        *,
        claim: str = "vacant",
        kind: str = "anonymous",
        quality: str = "onsite_no_photo",
        days_ago: int = 10,
        reporter: str = "device:one",
        **stored: Any,
    ) -> UUID:
        """Add an observation and conclude again."""
        at = NOW - timedelta(days=days_ago)
        observation_id = new_id()
        source = SourceKind(kind)
        seen = Observation(
            id=str(observation_id),
            claim=Claim(claim),
            source_kind=source,
            quality=Quality(quality),
            observed_at=at,
            submitted_at=at,
            reporter=reporter,
            cluster_key=reporter if source is SourceKind.ANONYMOUS else None,
        )
        with self.services.unit_of_work() as uow:
            uow.observations.add(
                StoredObservation(space_id=space_id, observation=seen, source_code=SOURCE.code, **stored)
            )
            refresh(uow, space_id, TODAY)
            uow.commit()
        return observation_id

    def photo(self, space_id: UUID, state: str = "submitted") -> UUID:
        """Add a photo with its files."""
        photo_id = new_id()
        checked = self.services.check_photo(jpeg())
        self.services.photos.save(photo_id, checked)
        with self.services.unit_of_work() as uow:
            uow.photos.add(photo_id, space_id, None, checked, NOW)
            uow.commit()
        self.write("UPDATE photos SET state = :state WHERE id = :id", state=state, id=photo_id)
        return photo_id

    def state(self, table: str, slug: str, state: str) -> None:
        """Give an initiative, a pact or a collective a state by its slug."""
        column = "state" if table == "collectives" else "record_state"
        self.write(f"UPDATE {table} SET {column} = :state WHERE slug = :slug", state=state, slug=slug)

    def group(self, slug: str, state: str = "approved", **values: Any) -> UUID:
        """Add a group."""
        given: dict[str, Any] = {"name": slug, "about": "", "website": None, "area_id": None, "requested_by": None}
        group = Group(id=new_id(), slug=slug, state=state, created_at=NOW, **given | values)
        with self.services.unit_of_work() as uow:
            uow.groups.add(group)
            uow.commit()
        return group.id

    def map(self, slug: str, group_id: UUID, state: str = "public", **values: Any) -> None:
        """Add a map of a group."""
        given: dict[str, Any] = {"title": slug, "intro": "", "filters": {}, "view": {}}
        curated = CuratedMap(
            id=new_id(), slug=slug, group_id=group_id, state=state, created_by=None, created_at=NOW, updated_at=NOW,
            **given | values,
        )  # fmt: skip
        with self.services.unit_of_work() as uow:
            uow.maps.add(curated)
            uow.commit()

    def account(self, email: str, role: str = "", **scope: UUID) -> int:
        """Add an account with one role; its password is PASSWORD."""
        with self.services.unit_of_work() as uow:
            hashed = self.services.hash_password(PASSWORD)
            user_id = uow.people.add(email, email, None, hashed, NOW, demonstration=False)
            if role:
                uow.people.grant(user_id, role, granted_by=None, at=NOW, **scope)
            uow.commit()
        return user_id

    def follow_link(self, space_id: UUID, observation_id: UUID | None, email: str | None = None) -> str:
        """Add a private link and return its token."""
        token = new_token()
        link = FollowLink(space_id, observation_id, NOW, NOW + timedelta(days=90))
        with self.services.unit_of_work() as uow:
            uow.follow_links.add(token_hash(token), link, email, "en")
            uow.commit()
        return token

    def audit(self, noun: str, record_id: UUID, action: str, **values: Mapping[str, object] | str) -> None:
        """Add an entry to the history."""
        from mapsvc.domain.people import Actor

        with self.services.unit_of_work() as uow:
            uow.audit.add(Actor(), action, noun, record_id, at=NOW, **values)  # type: ignore[arg-type]
            uow.commit()
