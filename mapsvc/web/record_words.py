"""What every record page says beside its own facts: where it comes from, its licence, its history, safe links."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from babel import Locale
from babel.core import UnknownLocaleError
from flask import request
from flask_babel import get_locale
from flask_babel import gettext as _

from mapsvc.web.current import services
from mapsvc.web.i18n import date_text, language, number_text, text_in
from mapsvc.web.labels import label, source_words
from mapsvc.web.place_words import place

_LICENCES = {
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC BY 4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC-PDDC": "https://creativecommons.org/licenses/publicdomain/",
    "ODbL-1.0": "https://opendatacommons.org/licenses/odbl/1-0/",
    "MIT": "https://spdx.org/licenses/MIT.html",
}
_KILOMETRE_M = 1_000
_LONGEST_DESCRIPTION = 200


def safe_link(url: str | None) -> str:
    """Return a web address that may stand in a link, empty for every other scheme and for what cannot be read."""
    try:
        parts = urlsplit(url or "")
        return (url or "") if parts.scheme in ("http", "https") and parts.hostname else ""
    except ValueError:
        return ""


def link_text(url: str) -> str:
    """Return a web address as it is read: the host, and the path where there is one."""
    parts = urlsplit(url)
    return ((parts.hostname or "").removeprefix("www.") + parts.path).rstrip("/")


def licence_url(licence: str) -> str:
    """Return where a licence stands, empty for an unknown one."""
    return _LICENCES.get(licence, "")


def sourced(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return where a record comes from, for the macro `source` of records/parts.html."""
    title, attribution = source_words(row["source_code"], row["source_title"], row["source_attribution"])
    return {
        "title": title,
        "attribution": attribution,
        "licence": row["source_licence"],
        "licence_url": licence_url(row["source_licence"]),
        "url": safe_link(row["source_url"]) or safe_link(row["source_home"]),
        "exact": bool(safe_link(row["source_url"])),
        "updated": date_text(row["updated_at"]),
        "demonstration": row["demonstration"],
    }


def places(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return rows of public places as list rows, with their distance where the row has one."""
    return [place(row) | {"distance": distance_text(row.get("distance_m"))} for row in rows]


def distance_text(metres: float | None) -> str:
    """Return a distance rounded to what an eye can tell: `120 m`, `1.4 km`; empty for None."""
    if metres is None:
        return ""
    if metres < _KILOMETRE_M:
        return f"{max(10, round(metres / 10) * 10)} m"
    return f"{number_text(round(metres / _KILOMETRE_M, 1))} km"


def spoken(texts: Mapping[str, str] | None, original: str = "") -> dict[str, str]:
    """Return a text, its language, and that language's name where it is not the reader's."""
    text, lang = text_in(dict(texts or {}), original)
    return {"text": text, "lang": lang, "language": "" if lang in ("", language()) else language_name(lang)}


def language_name(code: str) -> str:
    """Return the name of a language in the language of the request; the code itself for an unknown one."""
    try:
        return Locale.parse(code).get_language_name(get_locale()) or code
    except (UnknownLocaleError, ValueError):
        return code


def page_address() -> str:
    """Return the public address of this page, without what was searched or filtered."""
    return services().settings.public_url.rstrip("/") + request.path


def described(text: str) -> str:
    """Return a text as the description of a page: one line, cut at a word."""
    line = " ".join(text.split())
    if len(line) <= _LONGEST_DESCRIPTION:
        return line
    return line[:_LONGEST_DESCRIPTION].rsplit(" ", 1)[0] + " …"


def history_entries(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return the public history as entries: what happened, which kind of actor did it, when."""
    return [
        {
            "what": _happened(row["action"]),
            "who": label("actor_kind", row["actor_kind"]),
            "date": row["at"].date().isoformat(),
            "date_text": date_text(row["at"]),
        }
        for row in rows
    ]


def _happened(action: str) -> str:
    return {
        "reported": _("Marked on the map"),
        "added": _("Added to the register"),
        "imported": _("Taken over from its source"),
        "vanished": _("No longer in its register"),
        "returned": _("In its register again"),
        "number_reused": _("Its register gave its number to something else"),
        "publish": _("Published"),
        "hide": _("Taken out of sight"),
        "edited": _("Facts changed"),
        "observed": _("Somebody said what they saw"),
        "observation_withdrawn": _("An answer was taken back"),
        "same_as": _("Joined with another record of the same place"),
        "merge_undone": _("Separated again from another record"),
        "rolled_back": _("Facts put back to an earlier state"),
        "archive": _("Archived"),
        "note_shown": _("A text was shown"),
        "photo_shown": _("A photo was shown"),
        "owner_verified": _("The owner gave their word"),
        "precision_by_policy": _("Shown as the rules of the area say"),
        "decision_taken_back": _("A decision was taken back after an objection"),
    }.get(action, action)
