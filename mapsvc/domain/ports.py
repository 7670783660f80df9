"""What the use cases need from the outside, as protocols; the store and the tests provide them.

One unit of work is one transaction: a use case enters it, works, and commits once.
"""

from contextlib import AbstractContextManager
from typing import Any, Protocol
from uuid import UUID

from mapsvc.domain.admissibility import Admissibility
from mapsvc.domain.appeals import Appeals
from mapsvc.domain.applications import Applications
from mapsvc.domain.area_policies import AreaPolicies
from mapsvc.domain.awards import Awards
from mapsvc.domain.call_market import CallMarkets
from mapsvc.domain.call_observations import CallObservations
from mapsvc.domain.calls import Calls
from mapsvc.domain.collectives import Collectives
from mapsvc.domain.committees import Committees
from mapsvc.domain.erasures import Erasures, PersonalData
from mapsvc.domain.evidence_parts import EvidenceParts
from mapsvc.domain.fit_alerts import FitAlerts
from mapsvc.domain.flags import Flags
from mapsvc.domain.freshness_policy import FreshnessPolicy
from mapsvc.domain.groups import Groups
from mapsvc.domain.history import PersonalValues
from mapsvc.domain.holds import Holds
from mapsvc.domain.imports import Loading
from mapsvc.domain.indicators import Indicators
from mapsvc.domain.jobs import Jobs
from mapsvc.domain.maps import CuratedMaps
from mapsvc.domain.match_locks import MatchLocks
from mapsvc.domain.match_runs import MatchRuns
from mapsvc.domain.merges import Merges
from mapsvc.domain.office_messages import OfficeMessages
from mapsvc.domain.owner_claims import OwnerClaims
from mapsvc.domain.owner_ranks import OwnerRanks
from mapsvc.domain.pacts import Pacts
from mapsvc.domain.people import People
from mapsvc.domain.photos import CheckedPhoto
from mapsvc.domain.reminders import Reminders
from mapsvc.domain.reporters import Reporters
from mapsvc.domain.reports import Reports
from mapsvc.domain.repositories import (
    Areas,
    Audit,
    FollowLinks,
    Idempotency,
    Imports,
    Observations,
    Offers,
    Outbox,
    Photos,
    Spaces,
)
from mapsvc.domain.results import CallResults
from mapsvc.domain.rulings import Rulings
from mapsvc.domain.scores import Scores
from mapsvc.domain.source_runs import SourceRuns
from mapsvc.domain.sources import Sources
from mapsvc.domain.subscriptions import Subscriptions

Json = dict[str, Any]


class PhotoFiles(Protocol):
    """The files of photos."""

    def save(self, photo_id: UUID, photo: CheckedPhoto) -> None:
        """Keep picture and thumbnail under the id."""
        ...

    def read(self, photo_id: UUID) -> bytes | None:
        """Return the picture; None when its file is away."""
        ...


class UnitOfWork(AbstractContextManager["UnitOfWork"], Protocol):
    """One transaction with every repository on it."""

    @property
    def areas(self) -> Areas:
        """Return the repository of areas."""
        ...

    @property
    def area_policies(self) -> AreaPolicies:
        """Return the repository of what areas decide about publication."""
        ...

    @property
    def owner_claims(self) -> OwnerClaims:
        """Return the repository of owners' claims."""
        ...

    @property
    def office_messages(self) -> OfficeMessages:
        """Return the repository of messages to the office."""
        ...

    @property
    def spaces(self) -> Spaces:
        """Return the repository of spaces."""
        ...

    @property
    def observations(self) -> Observations:
        """Return the repository of observations."""
        ...

    @property
    def photos(self) -> Photos:
        """Return the repository of photos."""
        ...

    @property
    def follow_links(self) -> FollowLinks:
        """Return the repository of private links."""
        ...

    @property
    def reporters(self) -> Reporters:
        """Return the repository of what is known about reporters."""
        ...

    @property
    def evidence_parts(self) -> EvidenceParts:
        """Return the repository of the evidence of many spaces at once."""
        ...

    @property
    def freshness_policy(self) -> FreshnessPolicy:
        """Return the deployment's numbers of the evidence rule."""
        ...

    @property
    def reports(self) -> Reports:
        """Return the repository of reports as their reporters follow them."""
        ...

    @property
    def rulings(self) -> Rulings:
        """Return the repository of decisions as their contributors read them."""
        ...

    @property
    def appeals(self) -> Appeals:
        """Return the repository of appeals."""
        ...

    @property
    def audit(self) -> Audit:
        """Return the repository of the history."""
        ...

    @property
    def personal_values(self) -> PersonalValues:
        """Return the repository of the erasable values behind the history."""
        ...

    @property
    def outbox(self) -> Outbox:
        """Return the repository of waiting mail."""
        ...

    @property
    def idempotency(self) -> Idempotency:
        """Return the repository of answers already given."""
        ...

    @property
    def groups(self) -> Groups:
        """Return the repository of groups."""
        ...

    @property
    def maps(self) -> CuratedMaps:
        """Return the repository of maps of groups."""
        ...

    @property
    def people(self) -> People:
        """Return the repository of accounts."""
        ...

    @property
    def imports(self) -> Imports:
        """Return the repository of previews of files."""
        ...

    @property
    def collectives(self) -> Collectives:
        """Return the repository of collectives."""
        ...

    @property
    def applications(self) -> Applications:
        """Return the repository of applications to calls."""
        ...

    @property
    def fit_alerts(self) -> FitAlerts:
        """Return the repository of what collectives were told of."""
        ...

    @property
    def offers(self) -> Offers:
        """Return the repository of spaces as matching reads them."""
        ...

    @property
    def holds(self) -> Holds:
        """Return the repository of what the rules of moderation hold."""
        ...

    @property
    def flags(self) -> Flags:
        """Return the repository of flags."""
        ...

    @property
    def personal_data(self) -> PersonalData:
        """Return the repository of what is held about one person."""
        ...

    @property
    def erasures(self) -> Erasures:
        """Return the repository of erasures."""
        ...

    @property
    def loading(self) -> Loading:
        """Return the repository of bulk loading."""
        ...

    @property
    def subscriptions(self) -> Subscriptions:
        """Return the repository of subscriptions and of the news they tell."""
        ...

    @property
    def reminders(self) -> Reminders:
        """Return the repository of reminders."""
        ...

    @property
    def pacts(self) -> Pacts:
        """Return the repository of pacts."""
        ...

    @property
    def sources(self) -> Sources:
        """Return the repository of registers that are kept in step."""
        ...

    @property
    def jobs(self) -> Jobs:
        """Return the repository of due jobs."""
        ...

    @property
    def source_runs(self) -> SourceRuns:
        """Return the repository of runs of registers that somebody follows."""
        ...

    @property
    def indicators(self) -> Indicators:
        """Return the repository of indicators of areas."""
        ...

    @property
    def merges(self) -> Merges:
        """Return the repository of merges."""
        ...

    @property
    def awards(self) -> Awards:
        """Return the repository of assignments and offers of lots."""
        ...

    @property
    def call_market(self) -> CallMarkets:
        """Return the repository of calls as runs read them."""
        ...

    @property
    def match_runs(self) -> MatchRuns:
        """Return the repository of runs of the matching."""
        ...

    @property
    def match_locks(self) -> MatchLocks:
        """Return the repository of what officers decided before a run."""
        ...

    def steady(self) -> "UnitOfWork":
        """Return a unit of work whose reads all see one and the same moment."""
        ...

    @property
    def admissibility(self) -> Admissibility:
        """Return the repository of officers' findings about applications."""
        ...

    @property
    def committees(self) -> Committees:
        """Return the repository of committees."""
        ...

    @property
    def scores(self) -> Scores:
        """Return the repository of score sheets."""
        ...

    @property
    def results(self) -> CallResults:
        """Return the repository of published lists."""
        ...

    @property
    def call_observations(self) -> CallObservations:
        """Return the repository of what groups say about a provisional list."""
        ...

    @property
    def owner_ranks(self) -> OwnerRanks:
        """Return the repository of owners' orders."""
        ...

    @property
    def calls(self) -> Calls:
        """Return the repository of calls and their lots."""
        ...

    def commit(self) -> None:
        """Make everything since the beginning lasting; without it all is undone."""
        ...
