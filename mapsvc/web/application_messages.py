"""Sentences for what can go wrong with an application, by the code of the error."""

from flask_babel import gettext as _

from mapsvc.domain.errors import DomainError


def known(error: DomainError) -> dict[str, str]:
    """Return the sentences, filled with what the error carries."""
    value = str(error.params.get("value", ""))[:20]
    most = error.params.get("maximum", "")
    return {
        "lot_foreign": _("A place in your order is not, or no longer, part of this call. Nothing was saved."),
        "lot_repeated": _("A place stands twice in your order. Nothing was saved; name each once."),
        "lots_same_place": _("Two places have the same number. Nothing was saved; give each its own."),
        "lots_many": _("This call takes at most %(most)s places in an order. Nothing was saved.", most=most),
        "not_a_place": _("“%(value)s” is no place in an order. Write 1, 2, 3 and so on.", value=value),
        "members_part": _("This is more than the whole group."),
        "themes_many": _("Choose at most %(most)s themes.", most=most),
        "lines_many": _("At most %(most)s lines.", most=most),
        "call_closed": _("The time for applications is over. What you wrote is kept, and was not sent."),
        "applied_before": _("This group has an application in this call already. Open that one, or withdraw it first."),
        "collective_closed": _("This collective cannot apply at present. Write to the office."),
        "application_state": _("The application is in another state by now. Look at it again."),
        "withdraw_late": _("The final list is out. You can decline an offer instead."),
        "request_over": _("The time to answer is over. The office decides on what it has."),
        "no_request": _("The office has not asked for anything at present."),
        "incomplete": _("Something is still missing. Nothing was sent."),
        "document_too_large": _("The file is larger than 25 MB."),
        "document_none": _("Choose a file first."),
        "document_empty": _("The file is empty. Choose it again."),
        "document_damaged": _("The file is cut off or damaged. Choose it again."),
        "document_type": _("This kind of file is not accepted. PDF, pictures and office files are."),
        "document_macros": _("Office files with macros are not accepted. Save it without them, or as PDF."),
        "documents_many": _("That is as many documents as one application can have. Take one out first."),
        "document_sent": _("The office has this document already; it stays."),
    }  # fmt: skip
