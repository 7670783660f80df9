"""Sentences for what can go wrong in checks, committees and scores, by the code of the error."""

from flask_babel import gettext as _

from mapsvc.domain.errors import DomainError


def known(error: DomainError) -> dict[str, str]:
    """Return the sentences, filled with what the error carries."""
    most = error.params.get("most", "")
    return {
        "call_unknown": _("There is no such call, or it is not yours to see."),
        "application_unknown": _("There is no such application, or it is not yours to see."),
        "application_decided": _("Somebody has decided about this application already. Nothing was changed."),
        "eligibility_fail": _("A rule fails: it cannot be admitted. Refuse it with reason and norm."),
        "eligibility_unknown": _("Not every rule is known to hold. Find out, or ask the group to complete it."),
        "completion_open": _("The group still has time to complete its application."),
        "completion_days": _("A group has at least 10 days to complete, and at most 60."),
        "not_curable": _("A rule fails that nobody can complete. Refuse the application with reason and norm."),
        "call_step": _("The call is at another step by now. Nothing was changed."),
        "reason_required": _("Write a reason."),
        "norm_required": _("Name the norm, or the article of the notice."),
        "finding_note_required": _("Say how you found out."),
        "member_decides": _("You score in this committee, so you decide nothing for the office in this call."),
        "member_unknown": _("There is no open account with this address. Ask the administrator to invite them first."),
        "member_runs_call": _("Whoever wrote, approved or runs the call cannot score in it."),
        "member_directs": _("A director adopts the result, and so cannot score."),
        "member_twice": _("This person is a member already."),
        "member_signed": _("This member has signed sheets, which stay. They cannot be taken out any more."),
        "email_required": _("Write the address of the account."),
        "sheet_signed": _("This sheet is signed and cannot change any more."),
        "sign_sure": _("Tick the box above the button first: a signed sheet cannot change."),
        "conflict_declared": _("You declared a conflict of interest: you do not score this application."),
        "conflict_twice": _("You have declared this already."),
        "points_range": _("Give whole points from 0 to %(most)s.", most=most),
        "mark_points_required": _("Give points for every criterion before you sign."),
        "mark_reason_required": _("Give a reason for every criterion before you sign."),
        "scores_unsigned": _("Not every score is signed yet. Until then nobody sees points, and nobody sees a match."),
        "scores_known": _("The scores are known by now. Nothing was changed."),
        "rank_foreign": _("An application in this order did not list the lot."),
        "rank_twice": _("An application stands twice in this order."),
        "rank_missing": _("The order has to name every application for this lot."),
    }  # fmt: skip
