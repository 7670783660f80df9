"""What has to be there before a call is approved, and what is missing: the check list of an officer (domain.md 2.4).

Lots are looked at as the rules H16 to H18 of the matching look at them, so that a group is not asked to rank premises
that nobody could be given.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from mapsvc.domain.calls import Call, Lot
from mapsvc.domain.offers import OfferRow
from mapsvc.domain.spaces import AvailabilityState, RecordState

CHECK_VALID = timedelta(days=180)
"""An officer's, owner's or broker's look at the premises counts for half a year (matching 3.2, H17)."""


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the list: `code` names the sentence, `problems` what is missing, empty where all is well.

    `lot` is the number of the lot that the line is about, None for the call as a whole.
    """

    code: str
    problems: tuple[str, ...] = ()
    lot: int | None = None
    params: Mapping[str, object] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Tell whether nothing is missing."""
        return not self.problems


def call_checks(call: Call, lots: Sequence[Lot], offers: Mapping[str, OfferRow], today: date) -> tuple[Check, ...]:
    """Return the list for a call with its lots; `offers` are the premises by slug as the matching reads them."""
    standing = [lot for lot in lots if lot.withdrawn_at is None]
    return (
        Check("texts", _texts(call)),
        Check("timeline", call.timeline.missing()),
        Check("criteria", ()),
        Check("weights", ()),
        Check("draw", () if call.draw_description else ("draw_description",)),
        Check("frameworks", () if call.definition.frameworks else ("frameworks",)),
        Check("legal", () if call.legal_checked_at is not None else ("legal_check",)),
        Check("lots", () if standing else ("no_lots",)),
        *(
            Check("lot", lot_problems(lot, offers.get(lot.slug), today), lot.number, {"name": lot.name})
            for lot in standing
        ),
    )


def _texts(call: Call) -> tuple[str, ...]:
    missing = [name for name, there in (("title", call.title), ("summary", call.summary)) if not there]
    if not call.office:
        missing.append("office")
    if not call.definition.officer:
        missing.append("officer")
    return tuple(missing)


def lot_problems(lot: Lot, offer: OfferRow | None, today: date) -> tuple[str, ...]:
    """Return why the premises of a lot cannot be awarded yet, as codes in the order of H16, H17, H18."""
    if offer is None:
        return ("not_public",)
    return premises_problems(offer, lot.overrides, today)


def premises_problems(offer: OfferRow, overrides: Mapping[str, object], today: date) -> tuple[str, ...]:
    """Return the same of premises whose facts `overrides` stand for those of a lot; empty where they are ready."""
    if offer.space.record_state != RecordState.PUBLISHED:
        return ("not_public",)
    space, facts = offer.space, {**offer.space.features, **overrides}
    found = []
    if facts.get("condition") == "unsafe":
        found.append("unsafe")
    if facts.get("hazards") is None:
        found.append("hazards_unknown")
    elif facts["hazards"]:
        found.append("hazards_open")
    if facts.get("usable_area_m2") is None:
        found.append("area_unknown")
    if offer.status != "confirmed_vacant":
        found.append("not_confirmed")
    if offer.band == "stale":
        found.append("stale")
    if offer.last_official_check_on is None or offer.last_official_check_on < today - CHECK_VALID:
        found.append("not_visited")
    if space.owner_objection:
        found.append("owner_objects")
    if not space.owner_consent:
        found.append("no_consent")
    if space.availability_state not in (AvailabilityState.OFFERED, AvailabilityState.IN_CALL):
        found.append("not_offered")
    return tuple(found)
