"""Assignments, offers, conditions and handovers in the database."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, case, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from mapsvc.domain.awards import Assignment, Condition, Handover, Offer
from mapsvc.store.call_tables import (
    applications,
    assignments,
    award_conditions,
    award_offers,
    calls,
    handovers,
    lots,
    match_runs,
)
from mapsvc.store.tables import spaces

_ASSIGNMENT = tuple(field.name for field in fields(Assignment))
_OFFER = tuple(field.name for field in fields(Offer))


class AwardRepository:
    """Reads and writes awards on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def lock_call(self, call_id: UUID) -> None:
        """Let nobody else change awards of the call before this transaction ends."""
        # Rows that refer to the call can still be added by whoever applies or scores.
        self._connection.execute(select(calls.c.id).where(calls.c.id == call_id).with_for_update(key_share=True))

    def add_assignments(self, given: Sequence[Assignment]) -> None:
        """Add what a run gave."""
        if given:
            rows = [{**asdict(one), "conditional_on": list(one.conditional_on)} for one in given]
            self._connection.execute(insert(assignments), rows)

    def assignments_of(self, run_id: UUID) -> list[Assignment]:
        """Return what a run gave, by lot and the highest priority first."""
        return self._assignments(assignments.c.run_id == run_id)

    def standing_assignments(self, call_id: UUID) -> list[Assignment]:
        """Return what the adopted run of a call gave, by lot; nothing where none is adopted."""
        adopted = select(match_runs.c.id).where(match_runs.c.call_id == call_id, match_runs.c.state == "adopted")
        return self._assignments(assignments.c.run_id.in_(adopted))

    def assignment(self, assignment_id: UUID) -> Assignment | None:
        """Return one assignment."""
        return next(iter(self._assignments(assignments.c.id == assignment_id)), None)

    def _assignments(self, condition: ColumnElement[bool]) -> list[Assignment]:
        query = (
            select(*(assignments.c[name] for name in _ASSIGNMENT))
            .join(lots, lots.c.id == assignments.c.lot_id)
            .where(condition)
            .order_by(lots.c.number, assignments.c.priority_micro.desc(), assignments.c.id)
        )
        return [_assignment(row) for row in self._connection.execute(query)]

    def set_verify_by(self, run_id: UUID, day: date) -> None:
        """Note by when the conditional assignments of a run are verified."""
        self._connection.execute(
            update(assignments)
            .where(assignments.c.run_id == run_id, assignments.c.conditional_on != [])
            .values(verify_by=day)
        )

    def add_offer(self, offer: Offer) -> bool:
        """Add an offer; tell whether the seat and the group were free."""
        done = self._connection.execute(upsert(award_offers).values(**asdict(offer)).on_conflict_do_nothing())
        return done.rowcount == 1

    def offer(self, offer_id: UUID) -> Offer | None:
        """Return one offer."""
        return next(iter(self._offers(award_offers.c.id == offer_id)), None)

    def offers_of(self, call_id: UUID) -> list[Offer]:
        """Return all offers of a call, the oldest first."""
        return self._offers(award_offers.c.call_id == call_id)

    def offers_to(self, application_id: UUID) -> list[Offer]:
        """Return all offers to an application, the oldest first."""
        return self._offers(award_offers.c.application_id == application_id)

    def _offers(self, condition: ColumnElement[bool]) -> list[Offer]:
        query = (
            select(*(award_offers.c[name] for name in _OFFER))
            .where(condition)
            .order_by(award_offers.c.sent_at, award_offers.c.id)
        )
        return [Offer(**row._mapping) for row in self._connection.execute(query)]

    def move(self, offer: Offer, to: Offer) -> bool:
        """Write state, answer and reason of `to` if the stored offer is still as `offer` was; tell whether it was."""
        done = self._connection.execute(
            update(award_offers)
            .where(
                award_offers.c.id == offer.id,
                award_offers.c.state == offer.state,
                award_offers.c.version == offer.version,
            )
            .values(
                state=to.state, answered_at=to.answered_at, ending=to.ending, reason=to.reason,
                decided_by=to.decided_by, version=award_offers.c.version + 1,
            )
        )  # fmt: skip
        return done.rowcount == 1

    def overdue(self, now: datetime, limit: int) -> list[Offer]:
        """Return unanswered offers whose time is over, the longest first."""
        query = (
            select(*(award_offers.c[name] for name in _OFFER))
            .where(award_offers.c.state == "pending", award_offers.c.expires_at <= now)
            .order_by(award_offers.c.expires_at, award_offers.c.id)
            .limit(limit)
        )
        return [Offer(**row._mapping) for row in self._connection.execute(query)]

    def ending(self, today: date, days: int, limit: int) -> list[UUID]:
        """Return the signed offers whose group is inside premises in use, and whose lot ends within `days`."""
        inside = select(handovers.c.offer_id).where(handovers.c.kind == "handover")
        back = select(handovers.c.offer_id).where(handovers.c.kind == "return")
        # Shared premises are on their way back when the last of their groups is.
        last = func.max(lots.c.ends_on).over(partition_by=lots.c.space_id).label("last")
        within = (
            select(award_offers.c.id, lots.c.ends_on, last)
            .join(lots, lots.c.id == award_offers.c.lot_id)
            .join(spaces, spaces.c.id == lots.c.space_id)
            .where(
                award_offers.c.state == "signed",
                award_offers.c.id.in_(inside),
                award_offers.c.id.not_in(back),
                spaces.c.availability_state == "in_use",
            )
            .subquery()
        )
        query = (
            select(within.c.id)
            .where(within.c.last <= today + timedelta(days=days))
            .order_by(within.c.ends_on, within.c.id)
            .limit(limit)
        )
        return list(self._connection.execute(query).scalars())

    def troubles(self, call_id: UUID) -> dict[UUID, str]:
        """Return what is wrong with premises of a call by space: gone, unsafe, occupied, or withdrawn."""
        status = func.mapsvc_current(spaces.c.status_from, spaces.c.status_codes)
        trouble = case(
            (spaces.c.record_state != "published", "gone"),
            (status.in_(["gone", "gone_pending"]), "gone"),
            (spaces.c.features["condition"].astext == "unsafe", "unsafe"),
            (spaces.c.availability_state == "withdrawn", "withdrawn"),
            (spaces.c.availability_state.in_(["in_use", "returning"]), None),
            (status.in_(["probable_occupied", "confirmed_occupied"]), "occupied"),
        )
        query = (
            select(spaces.c.id, trouble.label("trouble"))
            .join(lots, lots.c.space_id == spaces.c.id)
            .where(lots.c.call_id == call_id, trouble.is_not(None))
        )
        return {row.id: row.trouble for row in self._connection.execute(query)}

    def upgradable(self, call_id: UUID) -> set[UUID]:
        """Return the applications of a call that accept an upgrade."""
        query = select(applications.c.id).where(applications.c.call_id == call_id, applications.c.accepts_upgrade)
        return set(self._connection.execute(query).scalars())

    def conditions_of(self, call_id: UUID) -> list[Condition]:
        """Return what was found about conditions in a call."""
        query = (
            select(award_conditions)
            .join(lots, lots.c.id == award_conditions.c.lot_id)
            .where(lots.c.call_id == call_id)
            .order_by(award_conditions.c.decided_at, award_conditions.c.rule)
        )
        return [Condition(**row._mapping) for row in self._connection.execute(query)]

    def add_condition(self, condition: Condition) -> bool:
        """Note what was found; tell whether nobody had noted it before."""
        done = self._connection.execute(upsert(award_conditions).values(**asdict(condition)).on_conflict_do_nothing())
        return done.rowcount == 1

    def handovers_of(self, call_id: UUID) -> list[Handover]:
        """Return the handovers and returns of a call."""
        query = (
            select(handovers)
            .join(award_offers, award_offers.c.id == handovers.c.offer_id)
            .where(award_offers.c.call_id == call_id)
            .order_by(handovers.c.noted_at)
        )
        return [Handover(**row._mapping) for row in self._connection.execute(query)]

    def add_handover(self, handover: Handover) -> bool:
        """Add a report; tell whether there was none of the kind yet."""
        done = self._connection.execute(upsert(handovers).values(**asdict(handover)).on_conflict_do_nothing())
        return done.rowcount == 1


def _assignment(row: Row[Any]) -> Assignment:
    return Assignment(**{**row._mapping, "conditional_on": tuple(row.conditional_on)})
