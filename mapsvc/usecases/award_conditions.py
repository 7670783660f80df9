"""What an award still waits for: somebody looks, and the offer stands or is void (matching 3.2)."""

from datetime import datetime
from uuid import UUID

from mapsvc.domain.application_states import ApplicationState, By
from mapsvc.domain.awards import LIVING, Assignment, Condition, Ending, OfferState, open_conditions
from mapsvc.domain.calls import Call
from mapsvc.domain.errors import Conflict, Invalid, NotFound
from mapsvc.domain.people import Action, Actor, require
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.texts import clean_text
from mapsvc.usecases.award_spaces import settle_spaces
from mapsvc.usecases.awards import LONGEST_REASON, application_of, case_of, end, lot_of, mail, set_state


def note_condition(
    uow: UnitOfWork, actor: Actor, assignment_id: UUID, rule: str, met: bool, note: str, now: datetime
) -> Condition:
    """Note whether a rule that an assignment waits for is met; one that is not voids the offer at once.

    The group then competes again in the next run, without this lot. Raises Forbidden, NotFound for a rule that the
    assignment does not wait for, Invalid when a refusal has no words, Conflict when it was noted or signed before.
    """
    words = clean_text(note, "/note", LONGEST_REASON, several_lines=True)
    if not met and not words:
        raise Invalid("say what was found", "/note", code="required")
    with uow:
        assignment = uow.awards.assignment(assignment_id)
        call = uow.calls.get(assignment.call_id) if assignment is not None else None
        if assignment is None or call is None:
            raise NotFound("there is no such assignment")
        require(actor, Action.RUN_CALL, uow.areas.path(call.area_id))
        uow.awards.lock_call(call.id)
        if rule not in assignment.conditional_on or assignment not in uow.awards.standing_assignments(call.id):
            raise NotFound("there is no such condition")
        if rule not in open_conditions(assignment, uow.awards.conditions_of(call.id)):
            raise Conflict("this was noted before", code="condition_noted")
        found = Condition(
            assignment.application_id, assignment.lot_id, rule, met, words, decided_at=now, decided_by=actor.user_id
        )
        if not uow.awards.add_condition(found):
            raise Conflict("this was noted before", code="condition_noted")
        after = {"lot_id": str(found.lot_id), "rule": rule, "met": met, "call_id": str(call.id)}
        uow.audit.add(actor, "condition_noted", "award", assignment.id, after=after, reason=words or None, at=now)
        if not met:
            _void(uow, actor, call, assignment, words, now)
            settle_spaces(uow, actor, call, now)
        uow.commit()
    return found


def _void(uow: UnitOfWork, actor: Actor, call: Call, assignment: Assignment, words: str, now: datetime) -> None:
    """Take the lot from the group, which waits for the next run; an offer that it has ends."""
    application = application_of(uow, assignment.application_id)
    living = [
        one for one in uow.awards.offers_to(application.id) if one.state in LIVING and one.lot_id == assignment.lot_id
    ]
    if any(one.state == OfferState.SIGNED for one in living):
        raise Conflict("the contract is signed", code="offer_signed")
    for offer in living:
        end(uow, actor, case_of(uow, offer), Ending.CONDITION, words, now)
    if not living:
        lot = lot_of(uow, assignment.lot_id)
        mail(uow, application, call, lot, "award_ended", now, ending=str(Ending.CONDITION), reason=words)
    set_state(uow, application, ApplicationState.WAITING, By.SYSTEM, now)
