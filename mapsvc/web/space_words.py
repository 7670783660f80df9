"""A space in words: its name, status line, the steps of its life, its facts with their source."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from mapsvc.domain import freshness
from mapsvc.domain.errors import Invalid
from mapsvc.domain.features import FIELDS, Features
from mapsvc.domain.fields import read_value
from mapsvc.domain.freshness_policy import FreshnessPolicy
from mapsvc.domain.observations import Claim, Observation
from mapsvc.web.field_words import field_label, group_label, value_text
from mapsvc.web.i18n import ago, date_text
from mapsvc.web.labels import label, source_words
from mapsvc.web.place_words import place_name

#: What everybody asks first; said even when it is not known yet.
_FIRST = ("usable_area_m2", "frontage_m", "step_free")
#: What groups ask of a place that is offered.
_FIRST_OFFERED = ("noise_tolerance_day", "windows")
#: Not known because a coarse place does not tell it, which is not the same as not known yet.
_TELL_THE_PLACE = frozenset({"frontage_m", "shop_windows", "former_use", "former_use_code", "vacant_since"})
_PARTS_OF_COST = frozenset({"rent_cents", "service_charges_cents", "utilities_cents", "subsidy_cents"})
_OFFERED = ("offered", "in_call", "reserved", "assigned", "in_use")
_AWARDED = ("reserved", "assigned", "in_use")


def title(row: Mapping[str, Any]) -> str:
    """Return the public name with its floor; a coarse space is called by its area."""
    name = place_name(row)
    return f"{name}, {_floor(row['floor'])}" if row["name"] and row["floor"] else name


def _floor(text: str) -> str:
    """Return a floor in words; a register may say it as a number, a code or a text of its own."""
    if text.lower() in ("0", "ground", "pt"):
        return _("ground floor")
    if text.lstrip("-").isdigit():
        return _("floor %(number)s", number=text)
    return str(text)


def in_sentence(words: str) -> str:
    """Return a label as it stands inside a sentence."""
    return words[:1].lower() + words[1:]


def status_text(
    row: Mapping[str, Any], observations: Sequence[Observation], today: date, policy: FreshnessPolicy
) -> str:
    """Return what stands below the status: when and by which kind of source, how many observations, how recent."""
    count = ngettext("%(num)s observation", "%(num)s observations", len(observations))
    parts = [*_who_says(row, observations, today, policy), count]
    if row["last_confirmed_on"] is not None:
        parts.append(in_sentence(label("band", row["band"])))
    return " · ".join(parts)


def _who_says(
    row: Mapping[str, Any], observations: Sequence[Observation], today: date, policy: FreshnessPolicy
) -> list[str]:
    if row["last_confirmed_on"] is None and not observations:
        return [_("Nobody has looked yet")]
    if row["last_confirmed_on"] is None:
        # Somebody did, though what they said weighs too little to count as a look.
        newest = max(observations, key=lambda one: one.counted_at)
        words = {"when": ago(newest.counted_on), "who": label("confirmed_by", newest.source_kind.value)}
        return [_("Last seen %(when)s %(who)s", **words)]
    words = {"when": ago(row["last_confirmed_on"]), "who": label("confirmed_by", row["last_source_kind"])}
    if row["status"] == "disputed":
        weights = dict(freshness.assess(observations, today, policy).weights)
        claims = [one.claim for one in observations if weights.get(one.id, 0) > 0]
        vacant, occupied, gone = (claims.count(one) for one in (Claim.VACANT, Claim.OCCUPIED, Claim.GONE))
        said = (
            (vacant, ngettext("%(num)s says vacant", "%(num)s say vacant", vacant)),
            (occupied, ngettext("%(num)s says in use", "%(num)s say in use", occupied)),
            (gone, ngettext("%(num)s says gone", "%(num)s say gone", gone)),
        )
        return [
            *(text for count, text in said if count),
            _("last seen %(when)s %(who)s", **words),
        ]
    if row["status"] == "unverified":
        return [_("Last seen %(when)s %(who)s", **words)]
    return [_("Last confirmed %(when)s %(who)s", **words)]


def check_text(row: Mapping[str, Any], today: date) -> str:
    """Return when somebody has to look again, empty where nobody has to."""
    due = row["next_check_due"]
    if due is None or not row["listed"]:
        return ""
    if due <= today:
        return _("A check is due since %(day)s.", day=date_text(due))
    return _("The next check is due on %(day)s. Then this would be less sure or older.", day=date_text(due))


def life(
    row: Mapping[str, Any],
    lot: Mapping[str, Any] | None,
    observations: Sequence[Observation],
    today: date,
    policy: FreshnessPolicy,
) -> list[dict[str, str]]:
    """Return the steps from spotted to results, each done, now or to come, from what is stored."""
    spotted = min((one.counted_on for one in observations), default=row["created_at"].date())
    confirmed = freshness.VacancyStatus.CONFIRMED_VACANT
    seen = freshness.history(observations, today, policy=policy)
    verified = next((p.on for p in seen if p.status is confirmed), None)
    state = row["availability_state"]
    by_city = row["owner_type"] == "municipality"
    steps = [
        (_("Spotted"), date_text(spotted), True),
        (_("Verified"), date_text(verified), verified is not None),
        (_("Offered"), _("by the City") if by_city and state in _OFFERED else "", state in _OFFERED or lot is not None),
        (_("In a call"), _call_note(lot, today), lot is not None),
        (_("Awarded"), "", state in _AWARDED),
        (_("Pact"), "", False),
        (_("Results"), "", False),
    ]
    furthest = max(place for place, step in enumerate(steps) if step[2])
    return [
        {"name": name, "note": note, "state": "now" if place == furthest else "done" if reached else "todo"}
        for place, (name, note, reached) in enumerate(steps)
    ]


def _call_note(lot: Mapping[str, Any] | None, today: date) -> str:
    if lot is None:
        return ""
    if lot["opens_on"] and lot["opens_on"] > today:
        return _("opens %(day)s", day=date_text(lot["opens_on"]))
    if lot["closes_on"] and lot["closes_on"] >= today:
        return _("open until %(day)s", day=date_text(lot["closes_on"]))
    return _("closed %(day)s", day=date_text(lot["closes_on"])) if lot["closes_on"] else ""


def facts(row: Mapping[str, Any], lot: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the first facts, the other known ones by group, and their source; a gap says `not known yet`."""
    known = _known(row["features"])
    coarse = row["precision_code"] != "exact"
    offered = row["availability_state"] != "not_offered"
    first = [
        _fact(_("Kind of place"), label("asset_kind", row["asset_kind"])),
        *(_field(code, known) for code in _FIRST if not (coarse and code in _TELL_THE_PLACE)),
        _fact(_("Owner"), "" if row["owner_type"] == "unknown" else label("owner_type", row["owner_type"])),
    ]
    if offered or _PARTS_OF_COST & known.keys():
        first += [_fact(_("All-in cost"), _cost(known)), *(_field(code, known) for code in _FIRST_OFFERED)]
    if lot is not None and "windows" not in known:
        call = _("call %(code)s", code=lot["code"])
        period = _("%(first)s to %(last)s", first=date_text(lot["starts_on"]), last=date_text(lot["ends_on"]))
        first[-1] = _fact(field_label("windows"), period) | {"source": call, "url": f"/calls/{lot['code']}"}
    more: dict[str, list[dict[str, Any]]] = {}
    for spec in FIELDS:
        if spec.code in known and spec.code not in (*_FIRST, *_FIRST_OFFERED, "former_use_code"):
            more.setdefault(group_label(spec.group), []).append(_field(spec.code, known))
    title, _attribution = source_words(row["source_code"], row["source_title"], row["source_attribution"])
    source = f"{title}, {row['updated_at'].year}"
    return {"first": first, "more": list(more.items()), "source": source}


def _known(features: Mapping[str, Any]) -> dict[str, Any]:
    """Return the readable public values; a stored value that the table does not allow any more is left out."""
    known = {}
    for spec in FIELDS:
        raw = features.get(spec.code)
        if raw is None or spec.visibility != "public":
            continue
        try:
            read_value(spec, raw)
        except Invalid:
            continue
        known[spec.code] = raw
    return known


def _fact(name: str, value: str) -> dict[str, Any]:
    return {"label": name, "value": value or _("not known yet"), "known": bool(value)}


def _field(code: str, known: Mapping[str, Any]) -> dict[str, Any]:
    value = value_text(code, known[code]) if known.get(code) not in (None, []) else ""
    return _fact(field_label(code), value)


def _cost(known: Mapping[str, Any]) -> str:
    cents = Features(**{code: known[code] for code in _PARTS_OF_COST if code in known}).all_in_cents
    return "" if cents is None else value_text("rent_cents", cents)


def summary(row: Mapping[str, Any], line: str) -> str:
    """Return the page in one sentence of public words, for search engines and shared links."""
    place = row["area_name"] or row["city_name"] or ""
    parts = [
        f"{label('asset_kind', row['asset_kind'])}: {in_sentence(label('vacancy_status', row['status']))}",
        line,
        place,
    ]
    return " · ".join(part for part in parts if part)
