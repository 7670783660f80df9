"""Languages, dates and numbers: `?lang=`, then the account, then an earlier choice, then the browser."""

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import Flask, Response, request
from flask_babel import Babel, format_date, format_datetime, format_decimal, get_locale, gettext, ngettext
from flask_security import current_user

from mapsvc.web.current import city, now

COOKIE = "lang"
_YEAR_SECONDS = 365 * 24 * 3600


def install(app: Flask) -> None:
    """Choose the language of each request and give templates their words for dates and numbers."""
    Babel(app, locale_selector=choose, default_translation_directories="translations")
    app.after_request(_remember)
    app.jinja_env.globals.update(_=gettext, ngettext=ngettext, ago=ago, date_text=date_text, number_text=number_text,
                                 instant_text=instant_text, lang_url=lang_url, text_in=text_in)  # fmt: skip


def choose() -> str:
    """Return the language of this request."""
    offered = city().languages
    wanted = [request.args.get("lang")]
    if request.blueprint != "embed":
        if current_user and current_user.is_authenticated:
            wanted.append(current_user.lang)
        wanted.append(request.cookies.get(COOKIE))
    for code in wanted:
        if code in offered:
            return code
    return request.accept_languages.best_match(offered) or offered[0]


def _remember(response: Response) -> Response:
    # The next page in the chosen language needs the choice; the cookie holds nothing but the code.
    code = request.args.get("lang")
    if code and request.blueprint != "embed" and response.status_code == 200 and code in city().languages:
        response.set_cookie(
            COOKIE, code, max_age=_YEAR_SECONDS, samesite="Lax", httponly=True, secure=request.is_secure
        )
    return response


def language() -> str:
    """Return the code of the request's language."""
    return str(get_locale() or "en")


def lang_url(code: str) -> str:
    """Return the address of this page in another language."""
    pairs = [(name, value) for name, values in request.args.lists() if name != "lang" for value in values]
    from urllib.parse import urlencode

    return f"{request.path}?{urlencode([*pairs, ('lang', code)])}"


def ago(day: date | datetime | None) -> str:
    """Return how long ago a day was, in whole days, weeks or months: `12 days ago`; empty for None."""
    if day is None:
        return ""
    day = day.date() if isinstance(day, datetime) else day
    days = (now().date() - day).days
    if days <= 0:
        return gettext("today")
    if days == 1:
        return gettext("yesterday")
    if days < 60:
        return ngettext("%(num)s day ago", "%(num)s days ago", days)
    if days < 730:
        return ngettext("%(num)s month ago", "%(num)s months ago", round(days / 30.44))
    return ngettext("%(num)s year ago", "%(num)s years ago", days // 365)


def date_text(day: date | None) -> str:
    """Return a day in words, such as `22 Nov 2026`."""
    return format_date(day, "d MMM y") if day else ""


def instant_text(instant: datetime | None, zone: str = "UTC") -> str:
    """Return an instant in words in the time of a zone, such as `22 Nov 2026, 14:00`."""
    if instant is None:
        return ""
    local = instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return str(format_datetime(local, "d MMM y, HH:mm", rebase=False))


def number_text(number: float) -> str:
    """Return a number with the language's separators."""
    return str(format_decimal(number))


def text_in(texts: Mapping[str, str] | None, original: str = "") -> tuple[str, str]:
    """Return the text in the request's language, else the original or any, with the language it is in."""
    texts = texts or {}
    for code in (language(), original, *texts):
        if texts.get(code):
            return texts[code], code
    return "", ""
