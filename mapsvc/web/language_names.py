"""Names of languages in the language of the request."""

from babel import Locale, UnknownLocaleError

from mapsvc.web.i18n import language


def language_name(code: str) -> str:
    """Return the name of a language, with a capital as at the start of a line; the code for an unknown one."""
    try:
        name = Locale.parse(code).get_display_name(language()) or code
    except (UnknownLocaleError, ValueError):
        return code
    return name[:1].upper() + name[1:]
