"""The call that somebody works on: officers and directors are checked by area, members of a committee by call."""

from mapsvc.domain.calls import Call
from mapsvc.domain.committees import CommitteeMember
from mapsvc.domain.errors import Conflict, Forbidden, NotFound
from mapsvc.domain.people import Action, Actor, require
from mapsvc.domain.ports import UnitOfWork

#: A call that was stopped for a while shows what its last step before showed.
_STOPPED = frozenset({"suspended", "cancelled"})


def call_for(uow: UnitOfWork, actor: Actor, code: str, action: Action, *, lock: bool = False) -> Call:
    """Return the call with this code for an actor who may do `action` in its area; raises NotFound, Forbidden.

    With `lock` nobody else decides about the call before the transaction ends.
    """
    call = uow.calls.by_code(code, lock=lock)
    if call is None:
        raise NotFound("there is no such call", code="call_unknown")
    require(actor, action, uow.areas.path(call.area_id))
    return call


def call_of_member(
    uow: UnitOfWork, actor: Actor, code: str, *, lock: bool = False, share: bool = False
) -> tuple[Call, CommitteeMember]:
    """Return the call with this code and the actor's seat in its committee; `share` keeps both as they are.

    Raises NotFound for everybody else: whoever is not a member learns nothing from the answer.
    """
    call = uow.calls.by_code(code, lock=lock, share=share)
    seats = uow.committees.members(call.id) if call is not None and actor.user_id is not None else []
    seat = next((one for one in seats if one.user_id == actor.user_id), None)
    if call is None or seat is None:
        raise NotFound("there is no such call", code="call_unknown")
    return call, seat


def stage(call: Call) -> str:
    """Return the step that a call is at, or was at when it was stopped."""
    return call.state_before or call.state if call.state in _STOPPED else call.state


def check_state(call: Call, *states: str) -> None:
    """Raise Conflict unless the call is at one of these steps; a call that is stopped is at none."""
    if call.state not in states:
        raise Conflict("the call is at another step", code="call_step", state=call.state)


def check_not_member(uow: UnitOfWork, actor: Actor, call: Call) -> None:
    """Raise Forbidden for a member of the committee: whoever scores does not decide for the office."""
    if any(one.user_id == actor.user_id for one in uow.committees.members(call.id)):
        raise Forbidden("members of the committee do not decide for the office", code="member_decides")
