"""The words that the map's modules put into the page. Labels of records come with the records, not from here."""

from __future__ import annotations

from flask_babel import gettext as _


def map_texts() -> dict[str, str]:
    """Return the words of ``static/js/map`` in the language of the request, by key.

    Placeholders such as ``%(count)s`` are filled in the browser; a key that ends in ``_one`` is the singular.
    """
    return _list_texts() | _search_texts() | _control_texts() | _legend_texts() | _pick_texts()


def _list_texts() -> dict[str, str]:
    """Return the words of the list and of its answers."""
    return {
        "map": _("Map of places"),
        "in_view_one": _("%(count)s place in view"),
        "in_view": _("%(count)s places in view"),
        "and_a_few": _("%(count)s, and a few shown roughly"),
        "loading": _("Loading places"),
        "nearest_only": _("The %(count)s nearest are listed. Zoom in to list the others."),
        "empty": _("No spaces here yet. Seen a closed shutter?"),
        "empty_filtered": _("Nothing here with these filters."),
        "show_all": _("Show everything"),
        "mark": _("Mark a space"),
        "load_failed": _("The places could not be loaded. Nothing was lost."),
        "try_again": _("Try again"),
        "data_of": _("Data of %(date)s"),
        "from_middle": _("from the middle of the map"),
        "from_you": _("from you"),
        "approximate": _("Position shown within 100 m"),
        "there_now": _("Are you there now?"),
        "still_empty": _("Still empty"),
        "now_in_use": _("Now in use"),
        "empty_now": _("Empty now"),
        "still_in_use": _("Still in use"),
        "answer_saved": _("Saved. Thank you for looking."),
        "answer_failed": _("Not confirmed as saved. Send again."),
        "undo": _("Undo"),
        "undone": _("Undone."),
    }


def _search_texts() -> dict[str, str]:
    """Return the words of search and filters."""
    return {
        "results_one": _("%(count)s result"),
        "results": _("%(count)s results"),
        "no_results": _("Nothing found. Try a street or a name."),
        "search_failed": _("The search did not answer. Try again."),
        "type_street": _("Street"),
        "type_area": _("Area"),
        "type_space": _("Space"),
        "type_initiative": _("Initiative"),
        "type_pact": _("Pact"),
        "filters": _("Filters"),
        "filters_on": _("Filters: %(count)s"),
    }


def _control_texts() -> dict[str, str]:
    """Return the words of the controls, the sheet and the position."""
    return {
        "zoom_in": _("Zoom in"),
        "zoom_out": _("Zoom out"),
        "position": _("My position"),
        "you_are_here": _("You are here, to about %(metres)s m"),
        "position_denied": _("Your browser does not share your position. Search for a street instead."),
        "position_failed": _("Your position was not found. Search for a street instead."),
        "layers": _("Layers"),
        "layer_areas": _("Areas and their names"),
        "layer_tiles": _("Street map"),
        "close": _("Close"),
        "sheet_more": _("Show more of the list"),
        "sheet_less": _("Show more of the map"),
        "tiles_failed": _("The street map does not answer. Our own map is shown."),
    }


def _legend_texts() -> dict[str, str]:
    """Return the words of the legend."""
    return {
        "legend": _("Legend"),
        "how_sure": _("How sure"),
        "confirmed": _("Confirmed"),
        "probable": _("Probable"),
        "disputed": _("Disputed"),
        "unverified": _("Unverified"),
        "in_use": _("In use"),
        "last_check": _("Last check"),
        "fresh": _("Recent"),
        "ageing": _("Getting old"),
        "stale": _("Not updated"),
    }


def _pick_texts() -> dict[str, str]:
    """Return the words of picking a point."""
    return {
        "pick_map": _("Move the map so that the point is on the door"),
        "accurate_to": _("accurate to about %(metres)s m"),
        "use_position": _("Use my position"),
    }
