"""The rules of moderation as a table: each looks at one contribution and says what is to be done, and why (5.2).

A rule is a small pure function; whoever stores a contribution asks all of them with ``judge`` and does what they say.
The numbers are in ``ModerationPolicy``. M13 to M16 are no rules about a contribution and are not here: who may decide
is in ``moderation``, and licences and languages are asked where photos and texts are taken in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from mapsvc.domain.flags import FlagKind
from mapsvc.domain.observations import Claim, SourceKind
from mapsvc.domain.screening import Finding, screen


class What(StrEnum):
    """What kind of contribution it is."""

    PLACE = "place"
    ANSWER = "answer"
    EDIT = "edit"
    FLAG = "flag"
    OBJECTION = "objection"


class Part(StrEnum):
    """Which part of a contribution, or of the record it is about, an outcome concerns."""

    PLACE = "place"
    ANSWER = "answer"
    TEXT = "text"
    PHOTO = "photo"
    FACTS = "facts"
    RECORD = "record"


class Do(StrEnum):
    """What is done."""

    COUNT = "count"
    PUBLISH = "publish"
    SAMPLE = "sample"
    HOLD = "hold"
    REDACT = "redact"
    HIDE = "hide"
    ASK = "ask"
    SLOW_DOWN = "slow_down"
    FREEZE = "freeze"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one rule says: its code, what to do with which part, and the code of the reason."""

    rule: str
    do: Do
    part: Part
    reason: str


@dataclass(frozen=True, slots=True)
class ModerationPolicy:
    """The numbers of the rules; units are in the names, the reasons in the comments."""

    # M4: GPS between tall houses errs by up to 20 m; farther is another door.
    far_move_m: float = 30.0
    # M5: how somebody writes shows within a few texts.
    new_contributions: int = 3
    # M6: enough to have been judged, and recent enough to still hold.
    trusted_published: int = 10
    trusted_reliability: float = 1.1
    trusted_days: int = 180
    sample_one_in: int = 10
    # M7: somebody who walks a street marks a place every few minutes.
    places_an_hour: int = 10
    places_a_day: int = 30
    anonymous_places_an_hour: int = 5
    # M7: seconds to wait before one more place, growing with each, up to the longest anybody sits through.
    wait_s: int = 20
    longest_wait_s: int = 120
    # M8: nobody sees three places with the same words in ten minutes.
    same_reports: int = 3
    same_report_minutes: int = 10
    # M9
    flips: int = 3
    flip_hours: int = 24
    # M10: reports are made from the pavement.
    building_m: float = 15.0
    # M11: flags of one network or account that hide at once, in 24 hours; further ones wait like any other.
    hidings_a_day: int = 3
    # M11: what a moderator found harmless is not hidden at once again for so many days.
    settled_days: int = 30


@dataclass(frozen=True, slots=True)
class Contributor:
    """Whoever contributes, as the rules see them; all counts are of before this contribution.

    ``office`` has an officer's right at the place, ``desk`` may publish there; ``published`` and ``rejected_lately``
    count places of the account; ``waited`` says that a wait was served; ``same_reports`` counts reports of the network
    with the same words on the same street; ``hidings`` counts records hidden at once today.
    """

    named: bool = False
    office: bool = False
    desk: bool = False
    contributions: int = 0
    published: int = 0
    rejected_lately: int = 0
    reliability: float = 1.0
    places_last_hour: int = 0
    places_last_day: int = 0
    waited: bool = False
    same_reports: int = 0
    hidings: int = 0


@dataclass(frozen=True, slots=True)
class Site:
    """What the rules know about the place and its record.

    ``building_m`` is the distance to the next building, None without such a layer; ``confirmed`` says that the
    contributor was asked again and said yes; ``contradicting`` counts reporters of the last 24 hours whose claim
    contradicts the evidence, this one included; ``settled`` that a flag of this kind was dismissed lately.
    """

    in_territory: bool = True
    building_m: float | None = None
    confirmed: bool = False
    call_open: bool = False
    frozen: bool = False
    contradicting: int = 0
    settled: bool = False


_NO_ID = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Contribution:
    """One contribution on its way in; ``moved_m`` is in metres, ``fields`` names the facts that an edit changes."""

    what: What
    by: Contributor = field(default_factory=Contributor)
    site: Site = field(default_factory=Site)
    id: UUID = _NO_ID
    claim: Claim | None = None
    source_kind: SourceKind = SourceKind.ANONYMOUS
    text: str = ""
    address: str = ""
    photo: bool = False
    moved_m: float = 0.0
    fields: frozenset[str] = frozenset()
    flag: FlagKind | None = None


Outcomes = tuple[Outcome, ...]
RuleFunction = Callable[[Contribution, ModerationPolicy], Outcomes]

DEFAULT = ModerationPolicy()
# For measuring: the switch that takes away the limits of rate takes this one away too.
_NO_LIMIT = 10**9
UNLIMITED = ModerationPolicy(
    places_an_hour=_NO_LIMIT, places_a_day=_NO_LIMIT, anonymous_places_an_hour=_NO_LIMIT, same_reports=_NO_LIMIT
)
# Facts that decide what becomes of somebody's property.
_SENSITIVE = frozenset({"owner_type", "owner_consent", "availability_state"})
# Whose observations count while a call is open on the lot (M17).
_COUNT_IN_A_CALL = frozenset({SourceKind.OFFICER_VISIT, SourceKind.OWNER_STATEMENT, SourceKind.TRUST_BROKER})


def personal_data(said: Contribution, _policy: ModerationPolicy) -> Outcomes:
    """M1: a text with personal data is held and redacted before it is published; in an address it holds the place."""
    outcomes: list[Outcome] = []
    for finding in sorted(screen(said.text) - {Finding.ACCUSATION}):
        outcomes += [
            Outcome("M1", Do.HOLD, Part.TEXT, finding.value),
            Outcome("M1", Do.REDACT, Part.TEXT, finding.value),
        ]
    for finding in sorted(screen(said.address) - {Finding.ACCUSATION}):
        outcomes.append(Outcome("M1", Do.HOLD, Part.PLACE, finding.value))
    return tuple(outcomes)


def photos_wait(said: Contribution, _policy: ModerationPolicy) -> Outcomes:
    """M2: every photo waits for a moderator, since no machine here sees faces, plates and people inside."""
    return (Outcome("M2", Do.HOLD, Part.PHOTO, "photo"),) if said.photo else ()


def accusations(said: Contribution, _policy: ModerationPolicy) -> Outcomes:
    """M3: a text that accuses somebody or names an owner is held; the fact is kept, the accusation dropped."""
    outcomes: list[Outcome] = []
    if Finding.ACCUSATION in screen(said.text):
        outcomes += [Outcome("M3", Do.HOLD, Part.TEXT, "accusation"), Outcome("M3", Do.REDACT, Part.TEXT, "accusation")]
    if Finding.ACCUSATION in screen(said.address):
        outcomes.append(Outcome("M3", Do.HOLD, Part.PLACE, "accusation"))
    return tuple(outcomes)


def grave_changes(said: Contribution, policy: ModerationPolicy) -> Outcomes:
    """M4: "gone", a move over 30 m, and edits of owner, consent and availability wait, unless the office makes them."""
    if said.by.office:
        return ()
    outcomes = []
    if said.claim is Claim.GONE:
        outcomes.append(Outcome("M4", Do.HOLD, Part.ANSWER, "gone"))
    if said.moved_m > policy.far_move_m:
        outcomes.append(Outcome("M4", Do.HOLD, Part.FACTS, "moved"))
    for name in sorted(said.fields & _SENSITIVE):
        outcomes.append(Outcome("M4", Do.HOLD, Part.FACTS, name))
    return tuple(outcomes)


def newcomers(said: Contribution, policy: ModerationPolicy) -> Outcomes:
    """M5: of an account's first three contributions, and all anonymous ones, the answer counts and the text waits."""
    if said.by.desk or said.what not in (What.PLACE, What.ANSWER):
        return ()
    if said.by.named and said.by.contributions >= policy.new_contributions:
        return ()
    reason = "new_account" if said.by.named else "anonymous"
    outcomes = [Outcome("M5", Do.COUNT, Part.ANSWER, reason)]
    if said.text:
        outcomes.append(Outcome("M5", Do.HOLD, Part.TEXT, reason))
    return tuple(outcomes)


def trusted(said: Contribution, policy: ModerationPolicy) -> Outcomes:
    """M6: a trusted contributor's place is published at once where the map knows the area; one in ten is looked at."""
    by = said.by
    earned = by.published >= policy.trusted_published and by.rejected_lately == 0
    if said.what is not What.PLACE or not by.named or not earned or by.reliability < policy.trusted_reliability:
        return ()
    if not said.site.in_territory:
        return ()
    published = Outcome("M6", Do.PUBLISH, Part.PLACE, "trusted")
    if sampled(said.id, policy.sample_one_in):
        return published, Outcome("M6", Do.SAMPLE, Part.PLACE, "sample")
    return (published,)


def rates(said: Contribution, policy: ModerationPolicy) -> Outcomes:
    """M7: too many new places slow the contributor down; after the wait they are taken, and held."""
    by = said.by
    if said.what is not What.PLACE or by.desk:
        return ()
    if by.named:
        over = by.places_last_hour >= policy.places_an_hour or by.places_last_day >= policy.places_a_day
    else:
        over = by.places_last_hour >= policy.anonymous_places_an_hour
    if not over:
        return ()
    return (Outcome("M7", Do.HOLD if by.waited else Do.SLOW_DOWN, Part.PLACE, "rate"),)


def repeated(said: Contribution, policy: ModerationPolicy) -> Outcomes:
    """M8: the third report of one network with the same words on one street within ten minutes: all count as one."""
    if said.by.desk or said.by.same_reports + 1 < policy.same_reports:
        return ()
    parts = (Part.ANSWER, Part.PLACE) if said.what is What.PLACE else (Part.ANSWER,)
    return tuple(Outcome("M8", Do.HOLD, part, "repeated") for part in parts)


def flips(said: Contribution, policy: ModerationPolicy) -> Outcomes:
    """M9: three contradicting claims within 24 hours in an open call freeze the evidence until an officer looks."""
    if said.source_kind is SourceKind.OFFICER_VISIT or said.what is not What.ANSWER:
        return ()
    outcomes = []
    if said.site.call_open and said.site.contradicting >= policy.flips and not said.site.frozen:
        outcomes.append(Outcome("M9", Do.FREEZE, Part.RECORD, "flip"))
    if outcomes or said.site.frozen:
        outcomes.append(Outcome("M9", Do.HOLD, Part.ANSWER, "frozen"))
    return tuple(outcomes)


def off_the_map(said: Contribution, policy: ModerationPolicy) -> Outcomes:
    """M10: a place outside the territory, or far from any known building, is asked about again, then held."""
    if said.what is not What.PLACE or said.by.desk:
        return ()
    far = said.site.building_m is not None and said.site.building_m > policy.building_m
    if said.site.in_territory and not far:
        return ()
    reason = "far_from_buildings" if said.site.in_territory else "outside"
    return (Outcome("M10", Do.HOLD if said.site.confirmed else Do.ASK, Part.PLACE, reason),)


def flagged(said: Contribution, policy: ModerationPolicy) -> Outcomes:
    """M11: one flag puts the record into the queue; private or dangerous hides it at once, within limits."""
    if said.what is not What.FLAG or said.flag is None:
        return ()
    queue = Outcome("M11", Do.HOLD, Part.RECORD, said.flag.value)
    grave = said.flag in (FlagKind.PRIVATE, FlagKind.DANGEROUS)
    if grave and not said.site.settled and (said.by.desk or said.by.hidings < policy.hidings_a_day):
        return queue, Outcome("M11", Do.HIDE, Part.RECORD, said.flag.value)
    return (queue,)


def objection(said: Contribution, _policy: ModerationPolicy) -> Outcomes:
    """M12: an owner's objection hides the exact place at once and asks the office for a decision."""
    return (Outcome("M12", Do.HIDE, Part.PLACE, "owner_objection"),) if said.what is What.OBJECTION else ()


def campaign(said: Contribution, _policy: ModerationPolicy) -> Outcomes:
    """M17: while a call is open on the lot, only officers, owners and brokers change the status; others wait."""
    if said.what is not What.ANSWER or not said.site.call_open or said.source_kind in _COUNT_IN_A_CALL:
        return ()
    return (Outcome("M17", Do.HOLD, Part.ANSWER, "call_open"),)


RULES: Mapping[str, RuleFunction] = {
    "M1": personal_data,
    "M2": photos_wait,
    "M3": accusations,
    "M4": grave_changes,
    "M5": newcomers,
    "M6": trusted,
    "M7": rates,
    "M8": repeated,
    "M9": flips,
    "M10": off_the_map,
    "M11": flagged,
    "M12": objection,
    "M17": campaign,
}


def sampled(record_id: UUID, one_in: int) -> bool:
    """Whether this record is among those picked for a look: by its id, so that asking again picks the same."""
    return int.from_bytes(hashlib.sha256(record_id.bytes).digest()[:8]) % one_in == 0


def wait_seconds(places: int, allowed: int, policy: ModerationPolicy = DEFAULT) -> int:
    """The seconds before one more place after ``places`` in the hour where ``allowed`` are free of waiting (M7)."""
    return min(policy.wait_s * max(1, places - allowed + 1), policy.longest_wait_s)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What all rules say about one contribution."""

    outcomes: Outcomes

    def rules(self, do: Do, part: Part | None = None) -> tuple[str, ...]:
        """Return the codes of the rules that want this done, to this part if one is named, each once."""
        found = [one.rule for one in self.outcomes if one.do is do and part in (None, one.part)]
        return tuple(dict.fromkeys(found))


def judge(said: Contribution, policy: ModerationPolicy = DEFAULT) -> Judgement:
    """Ask every rule of the table about the contribution."""
    return Judgement(tuple(outcome for rule in RULES.values() for outcome in rule(said, policy)))
