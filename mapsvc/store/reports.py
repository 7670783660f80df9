"""Reports as their reporters follow them, by the hash of the link's token."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select, update

from mapsvc.domain.reports import FollowedReport, Said
from mapsvc.store.care_tables import merges
from mapsvc.store.tables import areas, follow_links, observations, photos, spaces


class ReportRepository:
    """Reads and changes reports on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, token_hash: str) -> FollowedReport | None:
        """Return the report of a link, expired or not."""
        target = spaces.alias("target")
        query = (
            select(
                # After a joining of records the observation lies with the other one; the report tells of the first.
                spaces.c.id.label("space_id"),
                observations.c.space_id.label("counted_for"),
                case((_knows_the_address(), spaces.c.name), else_="").label("name"),
                areas.c.name.label("area_name"),
                *(
                    spaces.c[name]
                    for name in ("slug", "asset_kind", "record_state", "state_reason", "publication_precision")
                ),
                target.c.slug.label("merged_slug"),
                _moved_with_a_merge().label("joined"),
                func.mapsvc_current(spaces.c.status_from, spaces.c.status_codes).label("status"),
                func.mapsvc_current(spaces.c.status_from, spaces.c.band_codes).label("band"),
                observations.c.id.label("observation_id"),
                *(observations.c[name] for name in ("reporter", "cluster_key", "user_id", "note", "note_state")),
                observations.c.state.label("observation_state"),
                photos.c.id.label("photo_id"),
                photos.c.state.label("photo_state"),
                follow_links.c.contact_id.is_not(None).label("mailed"),
                follow_links.c.created_at,
                follow_links.c.expires_at,
            )
            .join(spaces, spaces.c.id == follow_links.c.space_id)
            .join(observations, observations.c.id == follow_links.c.observation_id)
            .outerjoin(photos, photos.c.observation_id == observations.c.id)
            .outerjoin(areas, areas.c.id == spaces.c.area_id)
            .outerjoin(target, and_(target.c.id == spaces.c.merged_into, target.c.record_state == "published"))
            .where(follow_links.c.token_hash == token_hash)
            .limit(1)
        )
        row = self._connection.execute(query).mappings().one_or_none()
        if row is None:
            return None
        values, said_of = dict(row), row["counted_for"]
        return FollowedReport(
            **values,
            others=self._others(said_of, values["reporter"]),
            answers=self._answers(said_of, values["reporter"], values["created_at"]),
        )

    def _others(self, space_id: UUID, reporter: str) -> int:
        query = select(func.count(observations.c.reporter.distinct())).where(
            observations.c.space_id == space_id,
            observations.c.reporter != reporter,
            observations.c.state == "counted",
        )
        return self._connection.execute(query).scalar_one()

    def _answers(self, space_id: UUID, reporter: str, since: object) -> tuple[Said, ...]:
        query = (
            select(observations.c.claim, observations.c.observed_at, observations.c.state)
            .where(_of(space_id, reporter, since))
            .order_by(observations.c.observed_at, observations.c.id)
        )
        return tuple(Said(row.claim, row.observed_at, row.state) for row in self._connection.execute(query))

    def correct_note(self, observation_id: UUID, note: str | None, at: datetime) -> None:
        """Replace the text of an observation; a new text waits for a look."""
        self._connection.execute(
            update(observations)
            .where(observations.c.id == observation_id)
            .values(note=note, note_state="queued" if note else "none", note_at=at)
        )

    def take_back(self, report: FollowedReport) -> None:
        """Withdraw everything that the reporter said about the place since the link was made, texts and photos too."""
        space_id = select(observations.c.space_id).where(observations.c.id == report.observation_id).scalar_subquery()
        mine = _of(space_id, report.reporter, report.created_at)
        taken = self._connection.execute(
            update(observations)
            .where(mine)
            .values(state="withdrawn", note=None, note_state="none")
            .returning(observations.c.id)
        )
        self._connection.execute(
            update(photos).where(photos.c.observation_id.in_(list(taken.scalars()))).values(state="rejected")
        )


def _moved_with_a_merge() -> ColumnElement[bool]:
    return (
        select(merges.c.id)
        .where(
            merges.c.survivor_id == follow_links.c.space_id,
            merges.c.state == "done",
            merges.c.memory["moved"]["follow_links"].has_key(follow_links.c.token_hash),
        )
        .correlate(follow_links)
        .exists()
    )


def _knows_the_address() -> ColumnElement[bool]:
    # A place and the link of who marked it are made in one transaction, with one instant.
    marked_it = follow_links.c.created_at == spaces.c.created_at
    return or_(spaces.c.publication_precision == "exact", marked_it)


def _of(space_id: object, reporter: str, since: object) -> ColumnElement[bool]:
    return and_(
        observations.c.space_id == space_id,
        observations.c.reporter == reporter,
        observations.c.submitted_at >= since,
    )
