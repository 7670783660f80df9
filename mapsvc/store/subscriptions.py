"""Subscriptions to areas, and the news they tell; addresses lie in the erasable store of contacts."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, func, insert, select, text, update

from mapsvc.domain.ids import new_id
from mapsvc.domain.subscriptions import SETTLING, News, Rhythm, Subscription, news_day
from mapsvc.store.care_tables import subscriptions
from mapsvc.store.tables import areas, contacts, follow_links

_ROWS = (
    select(
        subscriptions.c.id,
        subscriptions.c.area_id,
        areas.c.slug.label("area_slug"),
        areas.c.name.label("area_name"),
        subscriptions.c.contact_id,
        contacts.c.email,
        contacts.c.lang,
        subscriptions.c.rhythm,
        subscriptions.c.created_at.label("asked_at"),
        subscriptions.c.confirmed_at,
        subscriptions.c.told_until,
        subscriptions.c.told_on,
    )
    .join(areas, areas.c.id == subscriptions.c.area_id)
    .join(contacts, contacts.c.id == subscriptions.c.contact_id)
)
# Immediate subscriptions are many and mostly have nothing to hear, so only those with news in their area are taken.
_DUE = text(
    "WITH RECURSIVE up AS (SELECT id AS part, id AS whole FROM areas"
    " UNION ALL SELECT up.part, a.parent_id FROM up JOIN areas a ON a.id = up.whole WHERE a.parent_id IS NOT NULL)"
    " SELECT s.id FROM subscriptions s WHERE s.confirmed_at IS NOT NULL AND s.told_until < :until AND CASE s.rhythm"
    " WHEN 'daily' THEN s.told_on < :day WHEN 'weekly' THEN s.told_on <= :week_ago"
    " ELSE EXISTS (SELECT FROM space_news n JOIN spaces p ON p.id = n.space_id JOIN up ON up.part = p.public_area_id"
    " WHERE up.whole = s.area_id AND n.noted_at >= s.told_until AND n.noted_at < :until) END"
    " ORDER BY s.told_until, s.id LIMIT :limit FOR UPDATE SKIP LOCKED"
)
_NEWS = text(
    "WITH RECURSIVE inside AS (SELECT id FROM areas WHERE id = :area"
    " UNION ALL SELECT a.id FROM areas a JOIN inside i ON a.parent_id = i.id)"
    " SELECT space_id, slug, coalesce(name, '') AS name, coalesce(street, '') AS street,"
    " coalesce(area_name, '') AS area_name, kind, status_before AS before, status_after AS after, on_day"
    " FROM public_news WHERE area_id IN (SELECT id FROM inside) AND noted_at >= :since AND noted_at < :until"
    " ORDER BY noted_at, id"
)
# A transaction that writes has its number before its news get their time, so whatever is still to be committed was
# begun at or after the earliest of these. Sessions of other roles (migrations) are not seen; they write no news.
_SETTLED = text(
    "SELECT least(clock_timestamp(), (SELECT min(xact_start) FROM pg_stat_activity"
    " WHERE datname = current_database() AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()))"
)


class SubscriptionRepository:
    """Reads and writes subscriptions on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def by_token(self, token_hash: str, *, lock: bool = False) -> Subscription | None:
        """Return the subscription of a private page."""
        query = _ROWS.where(subscriptions.c.token_hash == token_hash)
        return self._one(query.with_for_update(of=subscriptions) if lock else query)

    def of_address(self, email: str, area_id: UUID) -> Subscription | None:
        """Return what an address asked for about an area, locked."""
        query = _ROWS.where(func.lower(contacts.c.email) == email.lower(), subscriptions.c.area_id == area_id)
        return self._one(query.limit(1).with_for_update(of=subscriptions))

    def area(self, slug: str) -> UUID | None:
        """Return the area with this slug."""
        return self._connection.execute(select(areas.c.id).where(areas.c.slug == slug)).scalar_one_or_none()

    def asked_since(self, email: str, since: datetime) -> int:
        """Return how many subscriptions of an address were asked for since an instant, for the first time or again."""
        query = (
            select(func.count())
            .select_from(subscriptions)
            .join(contacts, contacts.c.id == subscriptions.c.contact_id)
            .where(
                func.lower(contacts.c.email) == email.lower(),
                subscriptions.c.created_at > since,
            )
        )
        return self._connection.execute(query).scalar_one()

    def hold_address(self, email: str) -> None:
        """Let nobody else ask for the same address before this transaction ends."""
        query = text("SELECT pg_advisory_xact_lock(hashtextextended('subscription ' || :email, 0))")
        self._connection.execute(query, {"email": email.lower()})

    def add(
        self, subscription_id: UUID, area_id: UUID, email: str, lang: str, rhythm: Rhythm, token_hash: str, at: datetime
    ) -> None:
        """Add an unconfirmed subscription."""
        contact_id = new_id()
        self._connection.execute(insert(contacts).values(id=contact_id, email=email, lang=lang, created_at=at))
        self._connection.execute(
            insert(subscriptions).values(
                id=subscription_id,
                area_id=area_id,
                contact_id=contact_id,
                rhythm=rhythm.value,
                token_hash=token_hash,
                created_at=at,
                told_until=func.clock_timestamp(),
                told_on=news_day(at),
            )
        )

    def ask_again(self, known: Subscription, rhythm: Rhythm, lang: str, at: datetime) -> None:
        """Note that a subscription was asked for again; what its address said yes to stays as it is."""
        values: dict[str, object] = {"created_at": at}
        if known.confirmed_at is None:
            values["rhythm"] = rhythm.value
            wanted = update(contacts).where(contacts.c.id == known.contact_id)
            self._connection.execute(wanted.values(lang=lang))
        self._connection.execute(update(subscriptions).where(subscriptions.c.id == known.id).values(values))

    def confirm(self, subscription_id: UUID, now: datetime, told_on: date) -> None:
        """Begin to tell: what happens from now on."""
        query = update(subscriptions).where(subscriptions.c.id == subscription_id)
        self._connection.execute(query.values(confirmed_at=now, told_until=func.clock_timestamp(), told_on=told_on))

    def set_rhythm(self, subscription_id: UUID, rhythm: Rhythm) -> None:
        """Change how often."""
        query = update(subscriptions).where(subscriptions.c.id == subscription_id)
        self._connection.execute(query.values(rhythm=rhythm.value))

    def end(self, subscription: Subscription) -> None:
        """Delete a subscription and its address."""
        self._connection.execute(delete(subscriptions).where(subscriptions.c.id == subscription.id))
        linked = select(follow_links.c.contact_id).where(follow_links.c.contact_id == contacts.c.id).exists()
        self._connection.execute(delete(contacts).where(contacts.c.id == subscription.contact_id, ~linked))

    def settled_until(self) -> datetime:
        """Return the instant before which no transaction can note news any more, by the database's clock."""
        settled: datetime = self._connection.execute(_SETTLED).scalar_one()
        return settled - SETTLING

    def take_due(self, now: datetime, until: datetime, limit: int) -> list[Subscription]:
        """Return confirmed subscriptions that are due, locked against other workers."""
        day = news_day(now)
        values = {"until": until, "day": day, "week_ago": day - timedelta(days=7), "limit": limit}
        due = list(self._connection.execute(_DUE, values).scalars())
        rows = self._connection.execute(_ROWS.where(subscriptions.c.id.in_(due)).order_by(subscriptions.c.id))
        return [_subscription(row) for row in rows]

    def news(self, area_id: UUID, since: datetime, until: datetime) -> list[News]:
        """Return what happened in an area and its parts, the oldest first; `since` included, `until` not."""
        rows = self._connection.execute(_NEWS, {"area": area_id, "since": since, "until": until})
        return [News(**row._asdict()) for row in rows]

    def told(self, subscription_id: UUID, until: datetime, on: date, token_hash: str) -> None:
        """Note that everything before `until` was told, and under which token the mail's link is found."""
        query = update(subscriptions).where(subscriptions.c.id == subscription_id)
        self._connection.execute(query.values(told_until=until, told_on=on, token_hash=token_hash))

    def begin_anew(self) -> int:
        """Tell subscribers only what happens from now on; return how many there are."""
        return self._connection.execute(update(subscriptions).values(told_until=func.clock_timestamp())).rowcount

    def _one(self, query: Any) -> Subscription | None:
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _subscription(row)


def _subscription(row: Any) -> Subscription:
    values = dict(row._mapping)
    return Subscription(**values | {"rhythm": Rhythm(values["rhythm"])})
