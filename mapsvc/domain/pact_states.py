"""The states of a pact as a table: who moves it from where to where, and what has to be true (domain.md 2.8)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from mapsvc.domain.errors import Conflict


class PactState(StrEnum):
    """Where a pact stands; the Italian names of a published register are its import mapping."""

    PROPOSAL = "proposal"
    TRIAGE = "triage"
    INTEGRATION = "integration"
    REJECTED = "rejected"
    PUBLISHED = "published"
    CO_DESIGN = "co_design"
    DRAFT = "draft"
    APPROVED = "approved"
    SIGNED = "signed"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    RENEWAL = "renewal"
    ENDED = "ended"
    TERMINATED_EARLY = "terminated_early"
    ARCHIVED = "archived"


class Who(StrEnum):
    """Who asks: an officer of the area, its director, whoever proposed it (or a keeper), or the service by itself."""

    OFFICER = "officer"
    DIRECTOR = "director"
    PROPOSER = "proposer"
    SYSTEM = "system"


COMMENT_DAYS = 15
"""A published proposal is open for comments so long unless the office says otherwise."""
SILENCE_DAYS = 90
"""A proposal that waits for its proposer is archived after so long."""
LEAST_INDICATORS = 3
"""A pact is signed with at least so many indicators (domain.md 2.8)."""
RENEWAL_DAYS = 90
"""So long before the end of the term, both sides are asked whether to renew it."""

_S = PactState
#: The usual way of a pact.
WAY: tuple[PactState, ...] = (
    _S.PROPOSAL, _S.TRIAGE, _S.PUBLISHED, _S.CO_DESIGN, _S.DRAFT, _S.APPROVED, _S.SIGNED, _S.ACTIVE, _S.ENDED,
)  # fmt: skip
#: Everybody sees these; before them only the office and the proposer do.
PUBLIC = frozenset(set(_S) - {_S.PROPOSAL, _S.TRIAGE, _S.INTEGRATION, _S.REJECTED, _S.ARCHIVED})
#: Duties count and reports are written.
RUNNING = frozenset({_S.ACTIVE, _S.RENEWAL, _S.SUSPENDED})
BEFORE_SIGNATURE = frozenset(WAY[: WAY.index(_S.SIGNED)]) | {_S.INTEGRATION}


@dataclass(frozen=True, slots=True)
class Facts:
    """What a guard may ask of a pact and of the clock."""

    today: date
    missing_clauses: tuple[str, ...] = ()
    city_party: bool = False
    civic_party: bool = False
    commitments_of_city: int = 0
    commitments_of_civic: int = 0
    indicators: int = 0
    places: int = 0
    starts_on: date | None = None
    ends_on: date | None = None
    comments_until: date | None = None
    unanswered_comments: int = 0
    act: bool = False
    signatures_missing: int = 0
    unsent_final_report: bool = False
    handed_back: bool = False
    silent_days: int = 0


Guard = Callable[[Facts], str]
"""Returns the code of what is missing, empty where nothing is."""


@dataclass(frozen=True, slots=True)
class Transition:
    """One change of state: who may ask for it, whether it needs a reason, and its guards."""

    start: PactState
    end: PactState
    by: frozenset[Who]
    guards: tuple[Guard, ...] = ()
    reason: bool = False


def _both_sides(facts: Facts) -> str:
    return "" if facts.city_party and facts.civic_party else "pact_one_side"


def _clauses(facts: Facts) -> str:
    return "pact_clauses_missing" if facts.missing_clauses else ""


def _both_commit(facts: Facts) -> str:
    return "" if facts.commitments_of_city and facts.commitments_of_civic else "pact_one_sided_duties"


def _indicators(facts: Facts) -> str:
    return "" if facts.indicators >= LEAST_INDICATORS else "pact_few_indicators"


def _term(facts: Facts) -> str:
    return "" if facts.starts_on is not None and facts.ends_on is not None else "pact_no_term"


def _place(facts: Facts) -> str:
    return "" if facts.places else "pact_no_place"


def _comments_over(facts: Facts) -> str:
    return "pact_comments_open" if facts.comments_until is not None and facts.today <= facts.comments_until else ""


def _answered(facts: Facts) -> str:
    return "pact_comments_unanswered" if facts.unanswered_comments else ""


def _act(facts: Facts) -> str:
    return "" if facts.act else "pact_no_act"


def _signed_by_all(facts: Facts) -> str:
    return "pact_signatures_missing" if facts.signatures_missing else ""


def _begun(facts: Facts) -> str:
    return "" if facts.starts_on is not None and facts.starts_on <= facts.today else "pact_not_begun"


def _near_its_end(facts: Facts) -> str:
    left = None if facts.ends_on is None else (facts.ends_on - facts.today).days
    return "" if left is not None and left <= RENEWAL_DAYS else "pact_far_from_end"


def _over(facts: Facts) -> str:
    return "" if facts.ends_on is not None and facts.ends_on <= facts.today else "pact_term_runs"


def _final_report(facts: Facts) -> str:
    return "pact_no_final_report" if facts.unsent_final_report else ""


def _handed_back(facts: Facts) -> str:
    return "" if facts.handed_back else "pact_not_handed_back"


def _silent(facts: Facts) -> str:
    return "" if facts.silent_days >= SILENCE_DAYS else "pact_not_silent"


_OFFICER = frozenset({Who.OFFICER})
_DIRECTOR = frozenset({Who.DIRECTOR})
_BOTH = frozenset({Who.OFFICER, Who.PROPOSER})
_SYSTEM = frozenset({Who.OFFICER, Who.SYSTEM})

TRANSITIONS: tuple[Transition, ...] = (
    Transition(_S.PROPOSAL, _S.TRIAGE, _OFFICER),
    Transition(_S.TRIAGE, _S.INTEGRATION, _OFFICER, reason=True),
    Transition(_S.INTEGRATION, _S.TRIAGE, _BOTH),
    Transition(_S.TRIAGE, _S.REJECTED, _DIRECTOR, reason=True),
    # What was refused may be proposed again, with what was missing.
    Transition(_S.REJECTED, _S.PROPOSAL, frozenset({Who.PROPOSER})),
    Transition(_S.TRIAGE, _S.PUBLISHED, _OFFICER, (_place,)),
    Transition(_S.PUBLISHED, _S.CO_DESIGN, _OFFICER, (_comments_over, _answered)),
    Transition(_S.CO_DESIGN, _S.DRAFT, _OFFICER, (_both_sides,)),
    Transition(_S.DRAFT, _S.CO_DESIGN, _OFFICER, reason=True),
    Transition(_S.DRAFT, _S.APPROVED, _DIRECTOR, (_both_sides, _clauses, _both_commit, _indicators, _term)),
    Transition(_S.APPROVED, _S.DRAFT, _DIRECTOR, reason=True),
    Transition(_S.APPROVED, _S.SIGNED, _DIRECTOR, (_indicators, _signed_by_all, _act)),
    Transition(_S.SIGNED, _S.ACTIVE, _SYSTEM, (_begun,)),
    Transition(_S.ACTIVE, _S.SUSPENDED, _OFFICER, reason=True),
    Transition(_S.SUSPENDED, _S.ACTIVE, _OFFICER, reason=True),
    Transition(_S.ACTIVE, _S.RENEWAL, _SYSTEM, (_near_its_end,)),
    # A renewal has a later end; the use case sets it in the same step.
    Transition(_S.RENEWAL, _S.ACTIVE, _DIRECTOR, reason=True),
    *(Transition(state, _S.ENDED, _OFFICER, (_over, _final_report, _handed_back)) for state in (_S.ACTIVE, _S.RENEWAL)),
    *(Transition(state, _S.TERMINATED_EARLY, frozenset({Who.OFFICER, Who.PROPOSER}), (), reason=True)
      for state in (_S.ACTIVE, _S.RENEWAL, _S.SUSPENDED)),
    *(Transition(state, _S.ARCHIVED, _OFFICER, (), reason=True)
      for state in (*sorted(BEFORE_SIGNATURE), _S.REJECTED)),
    Transition(_S.INTEGRATION, _S.ARCHIVED, frozenset({Who.SYSTEM}), (_silent,)),
)  # fmt: skip


def transition(start: str, end: str, who: Who) -> Transition:
    """Return the change of the table that this person may ask for; raise Conflict where there is none.

    The code is `pact_step` where nobody may make this step, and `pact_step_of_others` where somebody else may.
    """
    known = [one for one in TRANSITIONS if one.start == start and one.end == end]
    if not known:
        raise Conflict("the pact cannot change like this", code="pact_step", state=start, wanted=end)
    for one in known:
        if who in one.by:
            return one
    raise Conflict("somebody else decides this", code="pact_step_of_others", state=start, wanted=end)


def missing_for(found: Transition, facts: Facts) -> tuple[str, ...]:
    """Return the codes of the guards that do not hold, in their order."""
    return tuple(code for guard in found.guards if (code := guard(facts)))


def next_steps(state: str, who: Who) -> tuple[Transition, ...]:
    """Return every change that the table knows from a state for this person, guards aside, the usual one first."""
    return tuple(one for one in TRANSITIONS if one.start == state and who in one.by)
