"""Sentences for errors about collectives; `messages` includes them."""

from flask_babel import gettext as _


def known() -> dict[str, str]:
    """Return the sentences by the code of the error."""
    return {
        "collective_state": _("The collective is in another state now. Look at it again."),
        "own_collective": _("You speak for this group yourself; somebody else decides about it."),
        "members_range": _("Count at least one person, at most 100,000."),
        "members_part": _("These cannot be more than the number of which they are a part."),
    }
