"""What a run of a register does to spaces, inside the caller's transaction."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from uuid import UUID

from mapsvc.domain.errors import Invalid, Stale
from mapsvc.domain.history import flat
from mapsvc.domain.imports import ObservationRecord, SpaceRecord
from mapsvc.domain.observations import Claim, Quality, SourceKind
from mapsvc.domain.people import Actor
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.publication import Standing, must_not_be_stored
from mapsvc.domain.source_difference import another_space
from mapsvc.domain.sources import Held, RefusedRow, Register, RowPlan, Seen, SourceDifference, SourceFile, SourceRow
from mapsvc.domain.spaces import Space
from mapsvc.domain.uploads import Told, nobody
from mapsvc.usecases.evidence import refresh_many
from mapsvc.usecases.imports import add_new, merged
from mapsvc.usecases.seeding import ROWS_PER_STEP
from mapsvc.usecases.source_records import Writer, key_for
from mapsvc.usecases.spaces import checked

REPORTER = "register"


class SpaceRecords(Writer):
    """Spaces of a register."""

    noun = "space"
    other = staticmethod(another_space)

    def __init__(self, uow: UnitOfWork, actor: Actor, register: Register, now: datetime) -> None:
        super().__init__(uow, actor, register, now)
        self._stored = uow.sources.spaces_of(self._code)

    def checked(self, file: SourceFile) -> SourceFile:
        """Return the file without homes and without rows that no record could hold."""
        rows, refused = list[SourceRow](), list(file.refused)
        for row in file.rows:
            record = row.record
            if isinstance(record, SpaceRecord) and must_not_be_stored(Standing(record.asset_kind, record.owner_type)):
                refused.append(RefusedRow(row.key, 0, "", "dwelling"))
            else:
                rows.append(row)
        return replace(file, rows=tuple(rows), refused=tuple(refused))

    def seen(self) -> list[Seen]:
        """Return what was seen of every key."""
        self._known = self._seen([(key, record) for key, record, _ in self._stored])
        return self._known

    def held(self, file: SourceFile) -> Mapping[UUID, Held]:  # noqa: ARG002 - an earlier record of any key may be meant
        """Return the spaces of the register, read in parts in the order of their keys."""
        order = [one for seen in sorted(self._known, key=_by_key) for one in (seen.record_id, *seen.earlier)]
        joined = {record for _, record, merged_away in self._stored if merged_away}
        return _Held(order, joined, self._read)

    def _read(self, ids: Sequence[UUID]) -> dict[UUID, Held]:
        edited = self._uow.sources.edited_here(self.noun, ids)
        return {
            space.id: Held(space.id, space.version, _space_values(space), edited.get(space.id, frozenset()))
            for space in self._uow.sources.spaces(ids)
            if space.source_code == self._code
        }

    def titles(self, record_ids: Sequence[UUID]) -> dict[UUID, str]:
        """Return the names of some spaces."""
        return {space.id: space.name for space in self._uow.sources.spaces(record_ids)}

    def write(self, found: SourceDifference, as_of: date | None, *, repeated: bool, told: Told = nobody) -> None:
        """Add and change spaces; one that is missing from two editions gets an observation that nobody is sure."""
        self._uow.loading.begin(self._register.info, self._now)
        plans = [plan for plan in found.plans if plan.record_id is None]
        joined = {record for _, record, merged_away in self._stored if merged_away}
        known = [plan for plan in found.plans if plan.record_id is not None and plan.record_id not in joined]
        total = len(plans) + len(known)
        taken = self._uow.loading.known_keys("spaces")
        keys = {plan.row.key: key_for(plan, taken) for plan in plans}
        records = [
            replace(plan.row.record, source_key=keys[plan.row.key])
            for plan in plans
            if isinstance(plan.row.record, SpaceRecord)
        ]
        add_new(self._uow, self._actor, records, self._code, self._now, lambda done, _: told(done, total))
        for start in range(0, len(known), ROWS_PER_STEP):
            told(len(plans) + start, total)
            self._change(known[start : start + ROWS_PER_STEP])
        new = dict[str, UUID]()
        if plans:
            ids = {key: record for key, record, _ in self._uow.sources.spaces_of(self._code)}
            new = {key: ids[stored] for key, stored in keys.items()}
        self._unsure(self._remember(found, new, repeated=repeated), as_of or self._now.date())
        told(total, total)

    def _change(self, plans: Sequence[RowPlan]) -> None:
        """Write the changes of some rows, and what they newly say was seen."""
        stored = {
            one.id: one for one in self._uow.sources.spaces([p.record_id for p in plans if p.record_id and p.changes])
        }
        changed = [self._changed_space(plan, stored) for plan in plans if plan.changes]
        if changed and self._uow.spaces.update_many(changed) != len(changed):
            raise Stale("a space changed meanwhile", code="stale", name=changed[0].name)
        self._changed([(plan.record_id, plan.changes) for plan in plans if plan.record_id and plan.changes])
        seen = [
            (plan.record_id, one)
            for plan in plans
            if plan.record_id and isinstance(plan.row.record, SpaceRecord)
            for one in plan.row.record.observations
        ]
        known = self._uow.loading.known_observations([one.source_key for _, one in seen]) if seen else set()
        fresh = [(space_id, one) for space_id, one in seen if one.source_key not in known]
        self._uow.loading.add_observations(fresh)
        touched = {space_id for space_id, _ in fresh}
        if touched:
            refresh_many(self._uow, sorted(touched), self._now.date())

    def _changed_space(self, plan: RowPlan, stored: Mapping[UUID, Space]) -> Space:
        space = stored.get(plan.record_id) if plan.record_id else None
        if space is None or space.version != plan.version:
            raise Stale("a space changed meanwhile", code="stale", name=plan.row.key)
        try:
            return checked(replace(merged(space, plan.changes), updated_at=self._now))
        except Invalid as fault:
            raise Invalid(
                f"Row {plan.row.key} cannot be stored: {fault.message}", fault.pointer, code=fault.code
            ) from None

    def _unsure(self, doubtful: Sequence[Seen], day: date) -> None:
        at = min(datetime.combine(day, time(), UTC), self._now)
        kind, quality = SourceKind.IMPORT_OFFICIAL.value, Quality.REGISTER.value
        keys = {f"{one.key}:missing:{day.isoformat()}": one.record_id for one in doubtful}
        known = self._uow.loading.known_observations(list(keys)) if keys else set()
        fresh = [
            (record, ObservationRecord(key, Claim.UNSURE.value, at, kind, quality, REPORTER))
            for key, record in keys.items()
            if key not in known
        ]
        for start in range(0, len(fresh), ROWS_PER_STEP):
            part = fresh[start : start + ROWS_PER_STEP]
            self._uow.loading.add_observations(part)
            refresh_many(self._uow, sorted(record for record, _ in part), self._now.date())


def _by_key(seen: Seen) -> str:
    return seen.key


class _Held(Mapping[UUID, Held]):
    """Stored spaces by id, of which only a part is in memory: a large register would not fit beside its own file."""

    def __init__(
        self,
        order: Sequence[UUID],
        joined: Collection[UUID],
        read: Callable[[Sequence[UUID]], Mapping[UUID, Held]],
    ) -> None:
        self._order = order
        self._place = {one: place for place, one in enumerate(order)}
        self._joined = joined
        self._read = read
        self._part: Mapping[UUID, Held] = {}
        self._span = range(0)

    def __getitem__(self, record_id: UUID) -> Held:
        if record_id in self._joined:
            return Held(record_id, 0, {}, joined=True)
        place = self._place[record_id]
        if place not in self._span:
            self._span = range(place, min(place + ROWS_PER_STEP, len(self._order)))
            self._part = self._read([self._order[one] for one in self._span])
        return self._part[record_id]

    def __iter__(self) -> Iterator[UUID]:
        return iter(self._order)

    def __len__(self) -> int:
        return len(self._order)


def _space_values(space: Space) -> dict[str, object]:
    """Return the fields of a space by the names of a register's fields; the point in degrees."""
    values: dict[str, object] = {
        name: getattr(space, name)
        for name in ("name", "street", "number", "floor", "postcode", "city_name", "asset_kind", "owner_type")
    }
    values |= {"features": space.features, "description": space.description, "external_ids": space.external_ids}
    return flat(values) | {"point": [space.lon, space.lat]}
