"""Sentences for what can go wrong with offers of lots, contracts and handovers."""

from __future__ import annotations

from flask_babel import gettext as _

from mapsvc.domain.errors import DomainError


def known(error: DomainError) -> dict[str, str]:
    """Return the sentences by the code of the error, filled in with its figures."""
    params = error.params
    return {
        "observations_closed": _("The list is not open for observations now."),
        "observations_many": _("You have sent %(most)s observations, the most that one group can send.",
                               most=params.get("most", "")),
        "observation_answered": _("Somebody answered this before. Nothing was changed."),
        "offers_not_yet": _("Offers are sent once the final list stands, and until the call is concluded."),
        "offers_sent": _("There is nothing left to send: every group that was given a lot has its offer."),
        "offer_days": _("The time for an answer is between %(least)s and %(most)s days.", least=params.get("least", ""),
                        most=params.get("most", "")),
        "offer_over": _("The time for an answer is over, so the offer cannot be accepted any more."),
        "offer_runs": _("The time for an answer is not over yet."),
        "offer_pending": _("The group has not answered this offer yet."),
        "offer_accepted": _("This offer is accepted already. Nothing was changed."),
        "offer_declined": _("This offer was declined before. Nothing was changed."),
        "offer_expired": _("This offer ended without an answer. Nothing was changed."),
        "offer_revoked": _("The office took this offer back before. Nothing was changed."),
        "offer_signed": _("The contract is signed, so the offer cannot change any more."),
        "offer_changed": _("Somebody else was faster. Nothing of yours was saved; look at it again."),
        "lot_taken": _("Lot %(lot)s is offered to somebody already. Nothing was sent.", lot=params.get("lot", "")),
        "lot_signed": _("The contract of this lot is signed, so it cannot be taken out of the call."),
        "conditions_open": _("Something is still to be verified at this lot. Note it first, then sign."),
        "condition_noted": _("Somebody has noted this already. Nothing was changed."),
        "handover_unsigned": _("The contract comes first, then the keys."),
        "handover_written": _("This report was written before. Nothing was changed."),
        "return_without_handover": _("Nobody took these premises over yet."),
        "run_moves_signed": _("This run would move a group whose contract is signed. Discard it and freeze again."),
        "award_sure": _("Tick the box to say that you are sure. Nothing was changed."),
        "day_to_come": _("This day has not come yet."),
        "not_a_day": _("Give a day."),
        "keys": _("Give the number of keys, from 0 to %(most)s.", most=params.get("most", "")),
        "availability_by_call": _("The premises are a lot of a call: their availability moves with it, not by hand."),
        "availability_step": _("The premises are in a state from which this is not possible."),
    }  # fmt: skip
