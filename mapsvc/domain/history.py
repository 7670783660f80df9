"""What the history keeps of a change: which values stand in it, and which only as references that can be erased.

The history itself is never edited (safety.md). A value that could name a person is kept apart, in an erasable store,
and the entry holds `{"$personal": "<id>"}` in its place. How a record is put back is `rollback`.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from mapsvc.domain.people import Actor, Role
from mapsvc.domain.three_way import same

REFERENCE = "$personal"
#: What a reader gets for a value that was erased.
ERASED = "$erased"
#: What stands in an entry for a value that must never be kept anywhere else.
WITHHELD = "$withheld"
_CODE = re.compile(r"[a-z0-9_]{1,60}")
_STAFF = frozenset(
    {Role.ADMINISTRATOR.value, Role.OFFICER.value, Role.DIRECTOR.value, Role.MODERATOR.value, "operator", "system"}
)


class Kept(StrEnum):
    """How a value of a field is kept: in the entry, apart where it can be erased, or not at all."""

    PLAIN = "plain"
    PERSONAL = "personal"
    NEVER = "never"


def _fields(plain: str = "", personal: str = "", never: str = "") -> dict[str, Kept]:
    return (
        dict.fromkeys(plain.split(), Kept.PLAIN)
        | dict.fromkeys(personal.split(), Kept.PERSONAL)
        | dict.fromkeys(never.split(), Kept.NEVER)
    )


#: Fields that every noun may have: numbers, times and references that name nobody.
_COMMON = _fields(
    "id version created_at updated_at state record_state state_reason demonstration source_id source_key source_code"
    " source_url original_lang area_id space_id group_id collective_id observation_id user_id role kind merged_into"
    " decided_at decided_by hold_rules rules reason count counts rows status"
)
#: Free text can name a person wherever somebody types it: it is personal, whoever wrote it. `features.x` and the like
#: are looked up under their own name first and then under what stands before the dot.
FIELDS: Mapping[str, Mapping[str, Kept]] = {
    "space": _fields(
        "slug asset_kind owner_type street number floor postcode city_name lon lat point footprint geocode_precision"
        " publication_precision features external_ids availability_state owner_consent reported_by claim adjudication"
        " survivor_id loser_id target choices same_as frozen_at owner_objection office_precision wish entry put_back"
        " source_row source other public_area_id published_point published_3857 published_street"
        " status_from status_codes band_codes"
        " last_confirmed_on last_source_kind observation_count next_check_due"
        " last_official_check_on area_m2 moved source_kind"
        " quality note_state photo photo_id subject verdict ruling undone_at",
        "name description owner_note features.former_use features.house_rules features.renewal search_text note",
    ),
    "observation": _fields(
        "claim source_kind quality observed_at submitted_at note_state note_at accuracy_m adjudication adjudicated_on",
        "reporter cluster_key note device_point",
    ),
    "photo": _fields("sha256 image_hash width height licence blurred boxes", "alt"),
    "area": _fields(
        "slug name level level_rank parent_id geom geom_3857 label_point commercial_precision moderation precision"
    ),
    "group": _fields("requested_by", "slug name about website"),
    "map": _fields("filters view created_by", "slug title intro filters.q"),
    "collective": _fields(
        "form disciplines members_count members_under_30 members_under_35 trust alerts heard_at noticed_at created_by"
        " endorsement",
        "slug name story needs anchor search_text legal_id website organisation text",
    ),
    "import": _fields(
        "created_by applied_at summary new changed unchanged refused applied_new applied_changed source",
        "file_name",
    ),
    "source": _fields(
        "code title licence attribution url loaded_at areas streets spaces initiatives pacts collectives calls noun"
        " indicators values"
        " mapping rhythm removal_share columns new changed moved vanished reused_ids conflicts refused file_as_of"
        " returned reused conflict fetch_url format accepts grid known_columns paused fetched_at run by_address kinds"
    ),
    "indicators": _fields(
        "weights code name about theme unit higher_is_need weight min_group_size method source"
    ),
    "city": _fields("name languages accent accent_dark centre zoom only_row"),
    "user": _fields("lang active confirmed_at erased_at create_datetime update_datetime granted_by", "email name",
                    "password fs_uniquifier"),
    "initiative": _fields(
        "slug name themes starts ends links facts last_confirmed_on outcome activities challenges online created_by"
        " reminded_on",
        "summary search_text outcome_note replication contact_function contact_id",
        "token_hash",
    ),
    "pact": _fields(
        "slug title fields_of_action representative_is_person place_text district_text neighbourhood_text city_name"
        " document_url point point_3857 state_as_of source_row other call_id lot_id application_id starts_on ends_on"
        " signed_on act initiative_form level proposed_on comments_until handed_back_on draft_number created_by"
        " state_before",
        "ceilings commitments summary proposer representative note search_text clauses governance contact_id",
        "token_hash",
    ),
    "call": _fields(
        "sha256 observation"
        " code timeline definition_sha256 closes_at legal_checked_at lottery_seed copied_from number unit capacity"
        " starts_on ends_on opens_on closes_on frozen frozen_sha256 seed_commitment state_before created_by approved_by"
        " legal_checked_by chair lot order",
        "title summary office definition draw_description",
    ),
    "flag": _fields("noun record_id hid_from settled_at settled_by", "note reporter cluster_key"),
    "appeal": _fields("first_decided_by ruling_id", "text answer"),
    "owner_claim": _fields("wish unhide_asked_by unhide_agreed_by unhide_refused_by precision_before",
                           "public_note proof_text proof_file contact_id reporter", "token_hash"),
    "office_message": _fields("closed_at closed_by", "point note reporter"),
    "subscription": _fields("rhythm confirmed_at told_until told_on", "contact_id email", "token_hash"),
    "contact": _fields("lang", "email"),
    "reminder": _fields("due_on sent_at", "contact_id"),
    "application": _fields(
        "call_id code lang filed_by on_behalf step receipt receipt_sha256 sha256 documents request_id run_id"
        " accepts_other_lots accepts_upgrade declarations lots submitted_at decision_norm merit_micro due_on"
        " rule finding signed_sha256",
        "needs project facts working content contact_id decision_reason asked answer",
        "token_hash",
    ),
    "award": _fields(
        "call_id lot_id application_id assignment_id seat sent_at expires_at answered_at ending rule met done_on keys",
        "report meters",
    ),
    "match_run": _fields(
        "call call_id changes snapshot input_sha256 result_sha256 engine_version git_commit python_version ids trace"
        " pair_details diagnostics previous_id started_by started_at duration_ms frozen_by frozen_at"
        " reviewed_by reviewed_at adopted_by adopted_at act ended_at",
        "review_note ended_reason",
    ),
    "match_lock": _fields(
        "call call_id application application_id lot lot_id reason_code author_id signed_by signed_at lifted_at"
        " lifted_by norm",
        "text",
    ),
    "merge": _fields(
        "loser_id survivor_id choices memory asked_by asked_at agreed_by done_at undone_by undone_at refused_by",
        "swap_reason",
    ),
}  # fmt: skip


def kept_as(noun: str, name: str) -> Kept:
    """Return how a field of a noun is kept; what nobody classified counts as personal."""
    fields = FIELDS.get(noun, {})
    for candidate in (name, name.split(".", 1)[0]):
        known = fields.get(candidate) or _COMMON.get(candidate)
        if known is not None:
            return known
    return Kept.PERSONAL


def is_classified(noun: str, name: str) -> bool:
    """Tell whether somebody decided how the field is kept."""
    head = name.split(".", 1)[0]
    return noun in FIELDS and any(one in FIELDS[noun] or one in _COMMON for one in (name, head))


@dataclass(frozen=True, slots=True)
class PersonalValue:
    """A value that an entry only refers to; `user_id` is the account that it belongs to, if one does."""

    id: UUID
    noun: str
    record_id: str
    user_id: int | None
    value: object


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to one of many records that are told of together."""

    record_id: UUID
    before: Mapping[str, object] | None = None
    after: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class Sifted:
    """An entry's values as they may stand in the history, and what is kept apart."""

    before: dict[str, object] | None
    after: dict[str, object] | None
    reason: str | None
    apart: tuple[PersonalValue, ...]


@dataclass(slots=True)
class _Sieve:
    noun: str
    record_id: str
    user_id: int | None
    new_id: Callable[[], UUID]
    apart: list[PersonalValue] = field(default_factory=list)

    def refer(self, value: object) -> dict[str, object]:
        one = PersonalValue(self.new_id(), self.noun, self.record_id, self.user_id, value)
        self.apart.append(one)
        return {REFERENCE: str(one.id)}

    def values(self, values: Mapping[str, object] | None) -> dict[str, object] | None:
        return None if values is None else {name: self.one(name, value) for name, value in values.items()}

    def one(self, name: str, value: object) -> object:
        if value is None or value == "":
            return value
        kept = kept_as(self.noun, name)
        if kept is Kept.NEVER:
            return {WITHHELD: True}
        if kept is Kept.PERSONAL:
            return self.refer(value)
        # A member of a JSON field can be personal although the field is not.
        if isinstance(value, Mapping):
            return {member: self.one(f"{name}.{member}", item) for member, item in value.items()}
        return value


def sift(
    actor: Actor,
    noun: str,
    record_id: str,
    before: Mapping[str, object] | None,
    after: Mapping[str, object] | None,
    reason: str | None,
    new_id: Callable[[], UUID],
) -> Sifted:
    """Return the values of an entry without anything personal, and the personal values with new ids.

    A reason that is a code of a list stays; one in words is kept apart as well.
    """
    sieve = _Sieve(noun, record_id, owner_of(actor, noun, record_id), new_id)
    left, right = sieve.values(before), sieve.values(after)
    kept = reason if not reason or _CODE.fullmatch(reason) else json.dumps(sieve.refer(reason))
    return Sifted(left, right, kept or None, tuple(sieve.apart))


def owner_of(actor: Actor, noun: str, record_id: str) -> int | None:
    """Return the account that the personal values of an entry belong to: its own, or that of whoever wrote them.

    What somebody of the office writes belongs to the office.
    """
    if noun == "user" and record_id.isdecimal():
        return int(record_id)
    return None if actor.kind in _STAFF else actor.user_id


def reference_in(value: object) -> UUID | None:
    """Return the id that a stored value refers to, None for a value that stands there itself."""
    if isinstance(value, str) and value.startswith('{"' + REFERENCE):
        try:
            value = json.loads(value)
        except ValueError:
            return None
    if isinstance(value, Mapping) and set(value) == {REFERENCE}:
        try:
            return UUID(str(value[REFERENCE]))
        except ValueError:
            return None
    return None


def references(values: Iterable[object]) -> set[UUID]:
    """Return every id that stored values refer to, at any depth."""
    found: set[UUID] = set()
    for value in values:
        one = reference_in(value)
        if one is not None:
            found.add(one)
        elif isinstance(value, Mapping):
            found |= references(value.values())
        elif isinstance(value, list | tuple):
            found |= references(value)
    return found


def resolved(value: Any, known: Mapping[UUID, object]) -> Any:
    """Return a stored value with its references filled in; one that is not in `known` reads `ERASED`."""
    one = reference_in(value)
    if one is not None:
        found = known.get(one)
        return ERASED if found is None else found
    if isinstance(value, Mapping):
        return {name: resolved(item, known) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [resolved(item, known) for item in value]
    return value


#: JSON fields whose members are compared one by one.
NESTED = frozenset({"features", "description", "external_ids", "filters", "view"})


def flat(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values with members of JSON fields as `features.x` and a position as `point`, [lon, lat] in degrees."""
    result: dict[str, Any] = {}
    for name, value in values.items():
        if name == "lon" and "lat" in values:
            result["point"] = [value, values["lat"]]
        elif name in NESTED and isinstance(value, Mapping) and reference_in(value) is None:
            result.update({f"{name}.{member}": item for member, item in value.items()})
        elif name != "lat" or "lon" not in values:
            result[name] = value
    return result


def whole(values: Mapping[str, Any], onto: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `flat` took apart as changes of the record `onto`; a member without a value leaves its JSON field."""
    result: dict[str, Any] = {}
    for name, value in values.items():
        head, dot, member = name.partition(".")
        if name == "point":
            result["lon"], result["lat"] = value
        elif dot and head in NESTED:
            members = result.setdefault(head, dict(onto.get(head) or {}))
            if value is None:
                members.pop(member, None)
            else:
                members[member] = value
        else:
            result[name] = value
    return result


def difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what changed, before and after, with the members of JSON fields one by one; not there is None.

    An empty text says no more than none, and is no change.
    """
    left, right = flat(old), flat(new)
    names = [name for name in dict.fromkeys([*left, *right]) if not same(left.get(name), right.get(name))]
    return {name: left.get(name) for name in names}, {name: right.get(name) for name in names}


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the history as it is read back, its references filled in."""

    id: int
    at: datetime
    action: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


class PersonalValues(Protocol):
    """The erasable store behind the history."""

    def known(self, ids: Iterable[UUID]) -> dict[UUID, object]:
        """Return the values that were not erased, by id."""
        ...

    def of_user(self, user_id: int) -> list[tuple[str, str, object, datetime]]:
        """Return noun, record id, value and time of every value that belongs to an account and was not erased."""
        ...

    def erase(
        self, at: datetime, *, user_id: int | None = None, noun: str | None = None, record_id: str | None = None
    ) -> int:
        """Erase the values of an account, or those of one record; return how many there were."""
        ...
