"""Filling a database from batches of records: the first data, the demonstration, generated places for measurements.

Everything only adds: what is there already, by source and key, is left alone, so that a second run changes nothing.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from functools import partial
from itertools import islice
from typing import Any

from mapsvc.domain.freshness_policy import FreshnessPolicy
from mapsvc.domain.groups import Group
from mapsvc.domain.ids import new_id, slugify
from mapsvc.domain.imports import (
    AreaRecord,
    Batch,
    CallRecord,
    CityRecord,
    CollectiveRecord,
    DemonstrationAccount,
    InitiativeRecord,
    Loading,
    Named,
    NewSpace,
    ObservationRecord,
    PactRecord,
    SourceInfo,
    SpaceRecord,
)
from mapsvc.domain.maps import CuratedMap
from mapsvc.domain.observations import Claim, Observation, Quality, SourceKind
from mapsvc.domain.people import OPERATOR, Role
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.spaces import Evidence
from mapsvc.usecases.evidence import conclude
from mapsvc.usecases.observations import OWN_SOURCE

Progress = Callable[[str, int, int], None]
"""Told which step runs, how many of its records are done, and how many it has."""

ROWS_PER_STEP = 1_000
"""After so many records the progress is told again."""


OWN = SourceInfo(
    code=OWN_SOURCE,
    title="mapsvc",
    licence="CC-BY-4.0",
    attribution="Who marked it on this map",
    url="",
)
DEMONSTRATION_CITY = CityRecord(
    name="Spazi Torino", languages=("en", "it"), centre=(7.682, 45.056), zoom=16, demonstration=True
)
GROUP_SLUG, MAP_SLUG = "vicini-di-san-salvario", "empty-shops-of-san-salvario"


def prepare_city(uow: UnitOfWork, city: CityRecord, now: datetime) -> None:
    """Write the deployment's own row and the source of what is marked here, unless they are there."""
    with uow:
        uow.loading.begin(OWN, now)
        uow.loading.set_city(city)
        uow.audit.add(OPERATOR, "loaded", "city", city.name, at=now)
        uow.commit()


def load_batches(
    uow: UnitOfWork,
    batches: Iterable[tuple[str, Callable[[], Batch]]],
    now: datetime,
    progress: Progress,
) -> dict[str, int]:
    """Add the records of each batch in a transaction of its own; return how many were added, by noun.

    Raises whatever a reader raises; the batches before it stay.
    """
    added: dict[str, int] = {}
    for name, read in batches:
        progress(name, 0, 0)
        batch = read()
        with uow:
            loader = BatchLoader(uow.loading, batch, now, partial(progress, name), uow.freshness_policy)
            counts = loader.run()
            for noun, count in counts.items():
                added[noun] = added.get(noun, 0) + count
            # One entry for a whole file: each record says itself which source it came from, and when.
            if any(counts.values()):
                uow.audit.add(OPERATOR, "loaded", "source", batch.source.code, after=dict(counts), at=now)
            uow.commit()
    return added


class BatchLoader:
    """Adds the new records of one batch, in parts, inside the caller's transaction."""

    def __init__(
        self,
        loading: Loading,
        batch: Batch,
        now: datetime,
        progress: Callable[[int, int], None],
        policy: FreshnessPolicy,
    ) -> None:
        self._loading = loading
        self._now = now
        self._progress = progress
        self._done = 0
        self._slugs = Slugs(loading)
        self._conclusions = Conclusions(now.date(), policy)
        self._steps: tuple[tuple[str, Sequence[Any], Callable[[list[Any]], None]], ...] = (
            ("areas", batch.areas, self._areas),
            ("streets", batch.streets, loading.add_streets),
            ("spaces", batch.spaces, self._spaces),
            ("initiatives", batch.initiatives, self._initiatives),
            ("pacts", batch.pacts, self._pacts),
            ("collectives", batch.collectives, self._collectives),
            ("calls", batch.calls, self._calls),
        )
        self._total = sum(len(records) for _, records, _ in self._steps)
        loading.begin(batch.source, now)

    def run(self) -> dict[str, int]:
        """Add what is not there yet and return how many records that were, by noun."""
        return {noun: self._add(noun, records, write) for noun, records, write in self._steps if records}

    def _add(self, noun: str, records: Sequence[Any], write: Callable[[list[Any]], None]) -> int:
        seen = self._loading.known_keys(noun)
        fresh = []
        for record in records:
            if record.source_key not in seen:
                seen.add(record.source_key)
                fresh.append(record)
        self._done += len(records) - len(fresh)
        rows = iter(fresh)
        while part := list(islice(rows, ROWS_PER_STEP)):
            write(part)
            self._done += len(part)
            self._progress(self._done, self._total)
        return len(fresh)

    def _areas(self, part: list[AreaRecord]) -> None:
        self._loading.add_areas([Named(self._slugs.take("areas", one.name), one) for one in part])

    def _spaces(self, part: list[SpaceRecord]) -> None:
        new = [new_space(one, self._slugs.of_space(one), self._conclusions) for one in part]
        self._loading.add_spaces(new, self._now)

    def _initiatives(self, part: list[InitiativeRecord]) -> None:
        named = [Named(self._slugs.take("initiatives", one.name), one) for one in part]
        self._loading.add_initiatives(named, self._now)

    def _pacts(self, part: list[PactRecord]) -> None:
        self._loading.add_pacts([Named(self._slugs.take("pacts", one.title), one) for one in part], self._now)

    def _collectives(self, part: list[CollectiveRecord]) -> None:
        named = [Named(self._slugs.take("collectives", one.name), one) for one in part]
        self._loading.add_collectives(named, self._now)

    def _calls(self, part: list[CallRecord]) -> None:
        self._loading.add_calls(part, self._now)


def new_space(record: SpaceRecord, slug: str, conclusions: "Conclusions") -> NewSpace:
    """Return a space with what follows from its observations."""
    return NewSpace(new_id(), slug, record, conclusions.of(record.observations))


class Conclusions:
    """What follows from observations, remembered: thousands of premises share the same few histories."""

    def __init__(self, today: date, policy: FreshnessPolicy) -> None:
        self._today = today
        self._policy = policy
        self._known: dict[tuple[object, ...], Evidence] = {}

    def of(self, seen: Sequence[ObservationRecord]) -> Evidence:
        """Return what a list of observations says, today and from then on."""
        reporters = list(dict.fromkeys(one.reporter_key for one in seen))
        history = tuple(
            (one.claim, one.source_kind, one.quality, one.observed_at, reporters.index(one.reporter_key))
            for one in seen
        )
        if history not in self._known:
            self._known[history] = conclude([observation(one) for one in seen], self._today, self._policy)
        return self._known[history]


def observation(record: ObservationRecord) -> Observation:
    """Return a record of an observation as the evidence rule reads it."""
    kind = SourceKind(record.source_kind)
    return Observation(
        id=str(new_id()),
        claim=Claim(record.claim),
        source_kind=kind,
        quality=Quality(record.quality),
        observed_at=record.observed_at,
        submitted_at=record.observed_at,
        reporter=record.reporter_key,
        cluster_key=record.reporter_key if kind is SourceKind.ANONYMOUS else None,
    )


class Slugs:
    """Slugs that nobody had before; the first record of a name gets the plain one, the next ones a number."""

    def __init__(self, loading: Loading) -> None:
        self._loading = loading
        self._taken: dict[str, set[str]] = {}
        self._next: dict[tuple[str, str], int] = {}

    def take(self, noun: str, name: str) -> str:
        """Return a free slug for a record of a noun."""
        taken = self._taken.get(noun)
        if taken is None:
            taken = self._taken[noun] = self._loading.slugs(noun)
        base = slugify(name)
        number, slug = self._next.get((noun, base), 1), base
        while slug in taken:
            number += 1
            slug = f"{base}-{number}"
        self._next[(noun, base)] = number
        taken.add(slug)
        return slug

    def of_space(self, record: SpaceRecord) -> str:
        """Return a slug that tells no more than what is published: a coarse place has no address in it."""
        return self.take("spaces", record.name if record.publication_precision == "exact" else "space")


def add_demonstration_people(
    uow: UnitOfWork,
    accounts: Sequence[DemonstrationAccount],
    hash_password: Callable[[str], str],
    now: datetime,
    collective_slug: str = "",
) -> int:
    """Add the accounts for a first look, an approved group and its public map; return how many accounts are new."""
    new = 0
    with uow:
        group = _demonstration_group(uow, now)
        collective = uow.collectives.by_slug(collective_slug) if collective_slug else None
        for account in accounts:
            if uow.people.by_email(account.email) is not None:
                continue
            new += 1
            password = hash_password(account.password)
            user = uow.people.add(account.email, account.name, None, password, now, demonstration=True)
            if account.role is not None:
                uow.people.grant(
                    user,
                    account.role,
                    group_id=group.id if account.role in (Role.CURATOR, Role.MEMBER) else None,
                    collective_id=collective.id if collective and account.role is Role.COLLECTIVE_REP else None,
                    granted_by=None,
                    at=now,
                )
            uow.audit.add(OPERATOR, "account_made", "user", user, after={"role": account.role}, at=now)
        uow.commit()
    return new


def _demonstration_group(uow: UnitOfWork, now: datetime) -> Group:
    group = uow.groups.by_slug(GROUP_SLUG)
    if group is None:
        group = Group(
            id=new_id(),
            slug=GROUP_SLUG,
            name="Vicini di San Salvario",
            about="Neighbours who keep an eye on empty shops. Demonstration data: this group is invented.",
            website=None,
            area_id=None,
            state="approved",
            requested_by=None,
            created_at=now,
            demonstration=True,
        )
        uow.groups.add(group)
        uow.audit.add(OPERATOR, "made", "group", group.id, after={"slug": group.slug, "state": group.state}, at=now)
    if uow.maps.by_slug(MAP_SLUG) is None:
        uow.maps.add(
            CuratedMap(
                id=new_id(),
                slug=MAP_SLUG,
                group_id=group.id,
                title="Empty shops of San Salvario",
                intro="What we know about closed shutters between the station and the river. Demonstration data.",
                filters={"kinds": ["space"], "area": "san-salvario"},
                view={"bounds": [7.6740, 45.0530, 7.6850, 45.0585]},
                state="public",
                created_by=None,
                created_at=now,
                updated_at=now,
            )
        )
    return group
