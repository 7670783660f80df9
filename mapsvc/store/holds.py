"""What the rules of moderation hold and count, in the database, so that it holds across workers."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Connection, any_, case, func, literal, select, text, update

from mapsvc.domain.holds import Held, Record, Standing
from mapsvc.store.tables import observations, spaces

_PLACES_OF_ACCOUNT = "SELECT count(*) FROM spaces WHERE reported_by = :user_id AND created_at > :since"
# A place and its first observation are stored in one transaction, with one instant.
_PLACES_OF_NETWORK = (
    "SELECT count(DISTINCT o.space_id) FROM observations o JOIN spaces s ON s.id = o.space_id"
    " WHERE o.cluster_key = :cluster_key AND o.user_id IS NULL AND o.submitted_at > :since"
    " AND s.created_at = o.submitted_at"
)
_RECORD = """
SELECT (SELECT count(*) FROM (SELECT FROM observations WHERE user_id = :user_id AND state IN ('counted', 'superseded')
                              LIMIT 100) counted) AS contributions,
       (SELECT count(*) FROM spaces WHERE reported_by = :user_id AND record_state IN ('published', 'archived'))
            AS published,
       (SELECT count(*) FROM spaces WHERE reported_by = :user_id AND record_state = 'rejected'
            AND state_reason <> 'withdrawn' AND updated_at >= :lately)
       + (SELECT count(*) FROM observations WHERE user_id = :user_id AND state = 'rejected'
            AND coalesce(decided_at, submitted_at) >= :lately) AS rejected_lately,
       coalesce((SELECT reliability FROM reporters WHERE reporter = 'user:' || CAST(:user_id AS text)), 1)
            AS reliability
"""
_SAME_WORDS = """
SELECT o.id FROM observations o JOIN spaces s ON s.id = o.space_id
WHERE o.cluster_key = :cluster_key AND o.submitted_at >= :since AND lower(o.note) = lower(:words) AND s.street = :street
  AND o.state IN ('counted', 'held', 'superseded')
ORDER BY o.submitted_at, o.id
"""
_STANDING = """
SELECT s.frozen_at, EXISTS (
       SELECT FROM lots l JOIN calls c ON c.id = l.call_id
       WHERE l.space_id = s.id AND c.state = 'open' AND coalesce(c.opens_on <= :today, true)
         AND coalesce(c.closes_on >= :today, true)) AS call_open
FROM spaces s WHERE s.id = :id
"""


class HoldRepository:
    """Reads and writes what is held on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def one_at_a_time(self, who: str) -> None:
        """Let the same contributor's other requests wait for this transaction, so that counting holds."""
        self._connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"contributor:{who}", 0))))

    def places(self, user_id: int | None, cluster_key: str, since: datetime) -> int:
        """Return how many places the account, or without one the network, marked since then."""
        query = _PLACES_OF_NETWORK if user_id is None else _PLACES_OF_ACCOUNT
        values = {"user_id": user_id, "cluster_key": cluster_key, "since": since}
        return int(self._connection.execute(text(query), values).scalar_one())

    def record(self, user_id: int, lately: datetime) -> Record:
        """Return what the account contributed; refusals count from `lately` on."""
        row = self._connection.execute(text(_RECORD), {"user_id": user_id, "lately": lately}).one()
        return Record(**row._mapping)

    def same_words(self, cluster_key: str, street: str, words: str, since: datetime) -> list[UUID]:
        """Return the observations of the network with these words on this street since then, the oldest first."""
        values = {"cluster_key": cluster_key, "street": street, "words": words, "since": since}
        return list(self._connection.execute(text(_SAME_WORDS), values).scalars())

    def standing(self, space_id: UUID, today: date) -> Standing:
        """Return whether a call is open on the space today, and whether its evidence is frozen."""
        row = self._connection.execute(text(_STANDING), {"id": space_id, "today": today}).one_or_none()
        return Standing() if row is None else Standing(**row._mapping)

    def claims(self, space_id: UUID, since: datetime) -> dict[str, str]:
        """Return the latest claim of each account or network about the space since then, held ones included."""
        query = (
            # One network has one voice here as in the evidence, whichever browsers it uses.
            select(
                case(
                    (
                        observations.c.source_kind == "anonymous",
                        func.coalesce(observations.c.cluster_key, observations.c.reporter),
                    ),
                    else_=observations.c.reporter,
                ).label("who"),
                observations.c.claim,
            )
            .where(
                observations.c.space_id == space_id,
                observations.c.submitted_at >= since,
                observations.c.state.in_(("counted", "held", "superseded")),
            )
            .order_by(observations.c.submitted_at, observations.c.id)
        )
        return {row.who: row.claim for row in self._connection.execute(query)}

    def note_rules(self, observation_id: UUID, rules: Sequence[str]) -> None:
        """Keep which rules hold an observation or its text."""
        self._connection.execute(
            update(observations).where(observations.c.id == observation_id).values(hold_rules=list(rules))
        )

    def hold(self, observation_ids: Sequence[UUID], rule: str) -> list[UUID]:
        """Hold observations that count; return the spaces whose evidence changes by it."""
        query = (
            update(observations)
            .where(observations.c.id.in_(observation_ids), observations.c.state == "counted")
            .values(state="held", hold_rules=func.array_append(observations.c.hold_rules, rule))
            .returning(observations.c.space_id)
        )
        return sorted(set(self._connection.execute(query).scalars()))

    def hold_space(self, space_id: UUID, rules: Sequence[str]) -> None:
        """Keep which rules hold a space, or picked it for a look."""
        self._connection.execute(update(spaces).where(spaces.c.id == space_id).values(hold_rules=list(rules)))

    def freeze(self, space_id: UUID, at: datetime | None) -> None:
        """Freeze the evidence of a space, or with None thaw it."""
        self._connection.execute(update(spaces).where(spaces.c.id == space_id).values(frozen_at=at))

    def spaces_of(self, observation_ids: Sequence[UUID]) -> list[UUID]:
        """Return the spaces of these observations, in the order in which they are locked."""
        query = select(observations.c.space_id).where(observations.c.id.in_(observation_ids)).distinct()
        return sorted(self._connection.execute(query).scalars())

    def chosen(self, observation_ids: Sequence[UUID]) -> list[Held]:
        """Return these observations in the order of their spaces, locked."""
        query = (
            select(observations.c.id, observations.c.space_id, observations.c.state)
            .where(observations.c.id.in_(observation_ids))
            .order_by(observations.c.space_id, observations.c.id)
            .with_for_update()
        )
        return [Held(**row._mapping) for row in self._connection.execute(query)]

    def decide(self, observation_ids: Sequence[UUID], state: str, reason: str | None, at: datetime) -> None:
        """Let held observations count, or reject them."""
        self._connection.execute(
            update(observations)
            .where(observations.c.id.in_(observation_ids))
            .values(state=state, state_reason=reason, decided_at=at)
        )

    def looked_at(self, space_id: UUID) -> bool:
        """Take a published space off the list of those picked for a look; tell whether it was on it."""
        query = (
            update(spaces)
            .where(
                spaces.c.id == space_id,
                spaces.c.record_state == "published",
                literal("M6") == any_(spaces.c.hold_rules),
            )
            .values(hold_rules=[])
        )
        return self._connection.execute(query).rowcount == 1
