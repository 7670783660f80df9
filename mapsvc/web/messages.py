"""Sentences for errors of the domain: the code of an error is its key, its parameters fill the sentence."""

from flask_babel import gettext as _

from mapsvc.domain.errors import DomainError, Forbidden, NotFound, Stale, TooMany
from mapsvc.web import application_messages, award_messages, collective_messages, evaluation_messages, run_messages


def sentence(error: DomainError) -> str:
    """Return what went wrong, in one plain sentence of the request's language."""
    if isinstance(error, Stale):
        return _("Somebody else changed it in between. Nothing was saved; look at it again before you decide.")
    if isinstance(error, NotFound):
        return _("The address may be old or mistyped, or the record is not public.")
    if isinstance(error, TooMany):
        return _("Too many at once. Nothing was saved; wait a little and send again.")
    value = str(error.params.get("value", ""))[:80]
    known = (
        _known(value)
        | run_messages.run_messages()
        | application_messages.known(error)
        | evaluation_messages.known(error)
        | award_messages.known(error)
        | collective_messages.known()
    )
    if isinstance(error, Forbidden):
        return known.get(error.code) or _("Your account may not do this. Nothing was changed.")
    return known.get(error.code) or error.message


def _known(value: str) -> dict[str, str]:
    return {
        "place_range": _("The position lies outside the map."),
        "place_swapped": _("The position lies outside the map. Are longitude and latitude swapped?"),
        "place_zero": _("The position 0, 0 stands for a missing one. Give a real position."),
        "unknown_value": _("“%(value)s” is not one of the listed values.", value=value),
        "unknown_field": _("The field “%(value)s” does not exist here.", value=value),
        "not_a_number": _("“%(value)s” is not a number.", value=value),
        "bbox": _("The box must be west, south, east, north in degrees."),
        "no_tile": _("There is no such tile."),
        "nul": _("The text holds a character that cannot be stored."),
        "required": _("Something needed is missing."),
        "no_such_space": _("Choose a published space."),
        "key_reused": _("This form was already used for something else. Open it again."),
        "state": _("The record is no longer in that state. Look at it again."),
        "reason": _("Choose a reason."),
        "target": _("Say which record it is the same as."),
        "too_late": _("The time for taking this back is over."),
        "second_person": _("A second person has to decide this."),
        "own_decision": _("You took the decision yourself. Another moderator decides about the appeal."),
        "appeal_over": _("The 30 days in which you could object are over."),
        "appealed_before": _("Somebody has already objected to this decision. It is looked at once."),
        "blur_marks": _("What was painted cannot be read. Nothing was saved; paint it again."),
        "blur_nothing": _("Nothing is painted over yet. Paint over faces and number plates first."),
        "blur_too_much": _("Too much is painted at once. Save a part of it first."),
        "several_spaces": _("Several records have this name. Give the address of the right one."),
        "version_required": _("The form does not say which version it is about. Open the page again."),
        "collective_state": _("The collective is in another state now. Look at it again."),
        "own_collective": _("You speak for this group yourself; somebody else decides about it."),
        "reason_required": _("Write the reason; the group reads it."),
        "scope": _("This role is for something else: choose an area for the desk, a group or a collective for theirs."),
        "own_account": _("Nobody can close their own account."),
        "last_administrator": _("This is the last administrator; make another one first."),
        "account_open": _("This account is open already."),
        "invitation_over": _("This link no longer works. Ask for a new invitation."),
        "not_an_email": _("“%(value)s” is not a mail address.", value=value),
        "not_an_address": _("“%(value)s” is no web address; it begins with https://.", value=value),
        "personal_data": _("Leave out telephone numbers, mail addresses and the like. Nothing was saved."),
        "proof_required": _("Say how the office can see that it is yours, or add a file."),
        "proof_too_large": _("The file is larger than 10 MB."),
        "proof_damaged": _("The file is cut off. Choose it again."),
        "proof_type": _("The file is neither a picture nor a PDF."),
        "owner_objected": _("The owner objects to the exact place. Two people lift an objection, in the queue."),
        "objection_stands": _("Another objection to this place stands."),
        "frozen": _("An officer has to go and look before anything counts here."),
        "outside": _("The place lies outside the area of this map."),
        "slow_down": _("That is a lot in a short time. Wait a little and send again."),
        "decided_before": _("This was already decided."),
        "text_type": _("A text is needed."),
        "text_length": _("The text is too long."),
        "text_character": _("The text holds a character that cannot be stored."),
        "changed_in_between": _("Somebody else changed it in between. Nothing was saved."),
        "too_large": _("The file is too large."),
        "form_too_large": _("The file or the text is too large. Nothing was saved."),
        "too_many_pixels": _("The picture has too many pixels. 25 million is the most."),
        "not_an_image": _("The file is no picture that can be read. JPEG, PNG and WebP are accepted."),
    }
