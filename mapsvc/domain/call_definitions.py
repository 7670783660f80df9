"""What the rules of a call are: who may apply, how it is scored, how it is matched (domain.md 2.4, matching 3).

The definition is written as JSON, published in canonical form when the call opens, and never changes afterwards. How
its JSON is read is in `call_definition_files`; dates are in `call_timelines`, lots in `calls`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from mapsvc.domain.eligibility import EligibilityRule, RuleKind
from mapsvc.domain.errors import Invalid

Text = Mapping[str, str]
"""A text by language."""

#: Without a cap groups can rank truthfully; a call may not go below this (domain.md 2.4).
LEAST_PREFERENCES = 10
MOST_PREFERENCES = 300
#: Hard rules of matching 3.2 whose unknown may block or condition; H01, H20 and H21 are always known.
UNKNOWN_RULES = tuple(f"H{number:02d}" for number in range(2, 20))
#: Ties are broken in this order in every call (matching 3.8).
TIE_BREAK = ("merit", "impact", "lottery")


class Mechanism(StrEnum):
    """How seats are given (matching 3.6, 3.7)."""

    STABLE = "stable"
    OPTIMAL = "optimal"


class Measure(StrEnum):
    """The measure of Torino's Co-City under which a call runs."""

    NONE = "none"
    A = "co_city_a"
    B = "co_city_b"
    C = "co_city_c"


class SiteVisit(StrEnum):
    """Whether groups have to see a lot before they apply for it."""

    MANDATORY = "mandatory"
    OPTIONAL = "optional"
    NONE = "none"


class UnknownEffect(StrEnum):
    """What a fact that nobody knows does to a pair."""

    BLOCK = "block"
    CONDITIONAL = "conditional"


@dataclass(frozen=True, slots=True)
class Weights:
    """The published weights of a call, whole numbers that add to 100 (matching 3.4)."""

    merit: int = 50
    impact: int = 20
    fit: int = 20
    owner: int = 10

    def __post_init__(self) -> None:
        """Refuse weights that are negative or do not add to 100."""
        if min(self.merit, self.impact, self.fit, self.owner) < 0:
            raise Invalid("A weight cannot be negative.", "/weights", code="weights_negative")
        total = self.merit + self.impact + self.fit + self.owner
        if total != 100:
            raise Invalid("The weights must add to 100.", "/weights", code="weights_sum", total=total)
        if self.owner == 100:
            raise Invalid("The owner's word alone cannot decide.", "/weights/owner", code="weights_owner")

    def applicable(self, *, owner: bool) -> int:
        """Return W, the sum of the weights that apply at a lot; the owner's does only where the owner graded all."""
        return self.merit + self.impact + self.fit + (self.owner if owner else 0)


@dataclass(frozen=True, slots=True)
class Criterion:
    """What the committee gives points for; below `least` points an application is out, 0 for none."""

    code: str
    label: Text
    max_points: int
    least: int = 0
    description: Text = field(default_factory=dict)
    evidence: Text = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Grant:
    """Money that goes with an assignment, in cents, and what it may be spent on."""

    max_cents: int
    costs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Framework:
    """A norm that the call rests on, in the version that held when it opened."""

    norm: str
    version: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class WantedDocument:
    """A document that an application has to, or may, bring."""

    code: str
    label: Text
    required: bool = True


@dataclass(frozen=True, slots=True)
class WantedDeclaration:
    """A sentence that whoever applies declares to be true."""

    code: str
    label: Text
    required: bool = True


@dataclass(frozen=True, slots=True)
class LotReserve:
    """Seats of a lot that go first to applications which meet a rule; soft, whoever comes takes what they leave."""

    seats: int
    rule: EligibilityRule
    label: Text


#: The grid of domain.md 2.4 that a new call begins with.
DEFAULT_CRITERIA = (
    Criterion("quality", {"en": "Quality of the project", "it": "Qualità del progetto"}, 30),
    Criterion(
        "neighbourhood",
        {"en": "Benefit for the quarter and public opening", "it": "Beneficio per il quartiere e apertura al pubblico"},
        25,
    ),
    Criterion("feasibility", {"en": "Feasibility and sustainability", "it": "Fattibilità e sostenibilità"}, 20),
    Criterion("network", {"en": "Local network", "it": "Rete locale"}, 15),
    Criterion("inclusion", {"en": "Inclusion and accessibility", "it": "Inclusione e accessibilità"}, 10),
)
#: What an unknown does where the call says nothing else (matching 3.2).
DEFAULT_UNKNOWN: Mapping[str, UnknownEffect] = {
    rule: UnknownEffect.CONDITIONAL
    if rule in ("H03", "H09", "H11", "H12", "H13", "H14", "H15")
    else UnknownEffect.BLOCK
    for rule in UNKNOWN_RULES
}


@dataclass(frozen=True, slots=True)
class CallDefinition:
    """The rules of a call; everything here is frozen at the opening.

    Thresholds in points of 100; `prior_micro` stands for a missing criterion in millionths of one; `unknown_policy`
    names only the rules that differ from matching 3.2; the life of an offer and the windows are in days; `officer` is
    the procedure officer as the notice names them.
    """

    officer: str = ""
    measure: Measure = Measure.NONE
    frameworks: tuple[Framework, ...] = ()
    eligibility: tuple[EligibilityRule, ...] = ()
    criteria: tuple[Criterion, ...] = DEFAULT_CRITERIA
    threshold_total: int = 60
    weights: Weights = field(default_factory=Weights)
    mechanism: Mechanism = Mechanism.STABLE
    max_preferences: int = 20
    unknown_policy: Mapping[str, UnknownEffect] = field(default_factory=dict)
    prior_micro: int = 500_000
    site_visit: SiteVisit = SiteVisit.OPTIONAL
    grant: Grant | None = None
    documents: tuple[WantedDocument, ...] = ()
    declarations: tuple[WantedDeclaration, ...] = ()
    offer_life_days: int = 10
    observation_days: int = 10
    integration_days: int = 10

    def __post_init__(self) -> None:
        """Refuse what could never be scored or matched."""
        check_criteria(self.criteria)
        check_codes("/documents", self.documents)
        check_codes("/declarations", self.declarations)
        asked = {
            RuleKind.DECLARATION: {one.code for one in self.declarations},
            RuleKind.DOCUMENT: {one.code for one in self.documents},
        }
        for index, rule in enumerate(self.eligibility):
            if rule.kind in asked and rule.codes[0] not in asked[rule.kind]:
                at = f"/eligibility/{index}/codes/0"
                raise Invalid("The call asks for no such paper.", at, code="rule_unasked", value=rule.codes[0])

    def unknown_of(self, rule: str) -> UnknownEffect:
        """Return what an unknown of a hard rule does in this call."""
        return self.unknown_policy.get(rule, DEFAULT_UNKNOWN[rule])


def check_criteria(criteria: Sequence[Criterion]) -> None:
    """Raise Invalid unless the criteria have different codes and their points add to 100."""
    check_codes("/criteria", criteria)
    total = sum(one.max_points for one in criteria)
    if total != 100:
        raise Invalid("The points of the criteria must add to 100.", "/criteria", code="criteria_sum", total=total)
    for index, one in enumerate(criteria):
        if one.least > one.max_points:
            raise Invalid(
                "The threshold is higher than the points.", f"/criteria/{index}/least", code="criterion_threshold"
            )


def check_codes(pointer: str, items: Sequence[Criterion | WantedDocument | WantedDeclaration]) -> None:
    """Raise Invalid where a code comes twice."""
    seen: set[str] = set()
    for index, one in enumerate(items):
        if one.code in seen:
            raise Invalid("This code comes twice.", f"{pointer}/{index}/code", code="code_twice", value=one.code)
        seen.add(one.code)
