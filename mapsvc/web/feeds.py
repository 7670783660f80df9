"""Atom feeds (RFC 4287) of what happens on the map: of each area, and of everything; public words only.

An entry is one thing that happened; it also says what the place counts as today, so a feed may change every day.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5
from xml.etree import ElementTree as ET

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from mapsvc.domain.errors import Invalid, NotFound
from mapsvc.spatial import areas, news
from mapsvc.web.current import city, connection, now, services
from mapsvc.web.i18n import language
from mapsvc.web.labels import label
from mapsvc.web.place_words import place_name
from mapsvc.web.space_words import in_sentence

bp = Blueprint("feeds", __name__)
_ATOM = "http://www.w3.org/2005/Atom"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_PAGE, _LAST_PAGE = 50, 20
#: What may not stand in XML 1.0 at all, escaped or not.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
ET.register_namespace("", _ATOM)


@bp.get("/feed.atom")
def everywhere() -> Response:
    """Answer what happened anywhere on the map."""
    title = _("Vacant spaces of %(city)s", city=city().name)
    rows = news.everywhere(connection(), _PAGE + 1, _offset())
    return _answer(uuid5(NAMESPACE_URL, f"{_home()}/feed.atom"), title, "/", rows)


@bp.get("/areas/<slug>/feed.atom")
def of_area(slug: str) -> Response:
    """Answer what happened in an area and its parts."""
    area = areas.one(connection(), slug)
    if area is None:
        raise NotFound("there is no such area")
    title = _("Vacant spaces in %(area)s", area=area["name"])
    rows = news.of_area(connection(), slug, _PAGE + 1, _offset())
    return _answer(area["id"], title, f"/areas/{slug}", rows)


def _offset() -> int:
    return (_page() - 1) * _PAGE


def _page() -> int:
    raw = request.args.get("page") or "1"
    if not (raw.isascii() and raw.isdigit() and len(raw) < 4 and 1 <= int(raw) <= _LAST_PAGE):
        raise Invalid("page is a small number", "/page", code="not_a_number", value=raw)
    return int(raw)


def _home() -> str:
    return services().settings.public_url.rstrip("/")


def _answer(feed_id: UUID, title: str, page: str, rows: Sequence[Mapping[str, Any]]) -> Response:
    """Return the feed, or 304 when the reader has it as it is today."""
    changed = _changed(rows)
    body = _feed(feed_id, title, page, rows, changed)
    response = Response(body, mimetype="application/atom+xml")
    response.set_etag(hashlib.sha256(body).hexdigest()[:32])
    response.last_modified = changed
    response.headers["Cache-Control"] = "no-cache"
    response.vary.add("Accept-Language")
    response.make_conditional(request)
    return response


def _changed(rows: Sequence[Mapping[str, Any]]) -> datetime:
    """Return when the feed changed last: the day alone may change what a place counts as."""
    midnight = datetime.combine(now().date(), time(), UTC)
    return max([midnight, *(row["noted_at"].astimezone(UTC) for row in rows[:_PAGE])])


def _feed(feed_id: UUID, title: str, page: str, rows: Sequence[Mapping[str, Any]], changed: datetime) -> bytes:
    feed = ET.Element(f"{{{_ATOM}}}feed", {_XML_LANG: language()})
    _text(feed, "id", f"urn:uuid:{feed_id}")
    _text(feed, "title", title)
    _text(feed, "updated", _instant(changed))
    author = ET.SubElement(feed, f"{{{_ATOM}}}author")
    _text(author, "name", city().name)
    _link(feed, "alternate", f"{_home()}{page}", "text/html")
    _link(feed, "self", _address(_page()), "application/atom+xml")
    if len(rows) > _PAGE and _page() < _LAST_PAGE:
        _link(feed, "next", _address(_page() + 1), "application/atom+xml")
    if _page() > 1:
        _link(feed, "previous", _address(_page() - 1), "application/atom+xml")
    _text(feed, "rights", "CC BY 4.0")
    for row in rows[:_PAGE]:
        _entry(feed, row)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(feed, encoding="utf-8") + b"\n"


def _entry(feed: ET.Element, row: Mapping[str, Any]) -> None:
    entry = ET.SubElement(feed, f"{{{_ATOM}}}entry")
    name = place_name(row)
    _text(entry, "id", f"urn:uuid:{row['id']}")
    _text(entry, "title", f"{name}: {happened(row)}")
    _text(entry, "updated", _instant(row["noted_at"]))
    _text(entry, "published", _instant(row["noted_at"]))
    _link(entry, "alternate", f"{_home()}/spaces/{row['slug']}", "text/html")
    ET.SubElement(entry, f"{{{_ATOM}}}category", {"term": row["happened"]})
    today = _("It is archived.") if not row["listed"] else _(
        "Today it counts as: %(status)s.", status=in_sentence(label("vacancy_status", row["status"]))
    )  # fmt: skip
    words = [f"{name} ({row['area_name']})." if row["name"] and row["area_name"] else f"{name}.", today]
    _text(entry, "summary", " ".join(words))


def happened(row: Mapping[str, Any]) -> str:
    """Return what happened, in a few words: the same as in the mails."""
    after = in_sentence(label("vacancy_status", row["status_after"]))
    if row["happened"] == "new":
        return _("new on the map (%(status)s)", status=after)
    if row["happened"] == "archived":
        return _("closed; its page stays as history")
    if row["status_after"] == "disputed":
        return _("the answers differ")
    before = in_sentence(label("vacancy_status", row["status_before"]))
    return _("now %(status)s, before %(before)s", status=after, before=before)


def _address(page: int) -> str:
    values = [f"lang={language()}"] if request.args.get("lang") else []
    values += [f"page={page}"] if page > 1 else []
    return f"{_home()}{request.path}" + ("?" + "&".join(values) if values else "")


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _text(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, f"{{{_ATOM}}}{name}").text = _NOT_XML.sub("", text)


def _link(parent: ET.Element, rel: str, address: str, kind: str) -> None:
    ET.SubElement(parent, f"{{{_ATOM}}}link", {"rel": rel, "href": address, "type": kind})
