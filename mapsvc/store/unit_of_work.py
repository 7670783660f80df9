"""One transaction with every repository on it; a use case commits it once."""

from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine

from mapsvc.domain.freshness_policy import DEFAULT, FreshnessPolicy
from mapsvc.store.admissibility import AdmissibilityRepository
from mapsvc.store.appeals import AppealRepository
from mapsvc.store.applications import ApplicationRepository
from mapsvc.store.area_policies import AreaPolicyRepository
from mapsvc.store.areas import AreaRepository
from mapsvc.store.audit import AuditRepository
from mapsvc.store.awards import AwardRepository
from mapsvc.store.call_market import CallMarketRepository
from mapsvc.store.call_observations import CallObservationRepository
from mapsvc.store.calls import CallRepository
from mapsvc.store.collectives import CollectiveRepository
from mapsvc.store.committees import CommitteeRepository
from mapsvc.store.erasures import ErasureRepository
from mapsvc.store.evidence_parts import EvidencePartRepository
from mapsvc.store.fit_alerts import FitAlertRepository
from mapsvc.store.flags import FlagRepository
from mapsvc.store.follow_links import FollowLinkRepository
from mapsvc.store.groups import GroupRepository
from mapsvc.store.holds import HoldRepository
from mapsvc.store.idempotency import IdempotencyRepository
from mapsvc.store.imports import ImportRepository
from mapsvc.store.indicators import IndicatorRepository
from mapsvc.store.jobs import JobRepository
from mapsvc.store.loading import LoadingRepository
from mapsvc.store.maps import MapRepository
from mapsvc.store.match_locks import MatchLockRepository
from mapsvc.store.match_runs import MatchRunRepository
from mapsvc.store.merges import MergeRepository
from mapsvc.store.observations import ObservationRepository
from mapsvc.store.offers import OfferRepository
from mapsvc.store.office_messages import OfficeMessageRepository
from mapsvc.store.outbox import OutboxRepository
from mapsvc.store.owner_claims import OwnerClaimRepository
from mapsvc.store.owner_ranks import OwnerRankRepository
from mapsvc.store.pacts import PactRepository
from mapsvc.store.people import PeopleRepository
from mapsvc.store.personal_data import PersonalDataRepository
from mapsvc.store.personal_values import PersonalValueRepository
from mapsvc.store.photos import PhotoRepository
from mapsvc.store.reminders import ReminderRepository
from mapsvc.store.reporters import ReporterRepository
from mapsvc.store.reports import ReportRepository
from mapsvc.store.results import ResultRepository
from mapsvc.store.rulings import RulingRepository
from mapsvc.store.scores import ScoreRepository
from mapsvc.store.seals import SealRepository
from mapsvc.store.source_runs import SourceRunRepository
from mapsvc.store.sources import SourceRepository
from mapsvc.store.spaces import SpaceRepository
from mapsvc.store.subscriptions import SubscriptionRepository
from mapsvc.store.upkeep import UpkeepRepository


class SqlUnitOfWork:
    """A transaction on the service's engine; leaving it without `commit` undoes everything."""

    connection: Connection
    areas: AreaRepository
    area_policies: AreaPolicyRepository
    owner_claims: OwnerClaimRepository
    office_messages: OfficeMessageRepository
    spaces: SpaceRepository
    observations: ObservationRepository
    photos: PhotoRepository
    follow_links: FollowLinkRepository
    reporters: ReporterRepository
    evidence_parts: EvidencePartRepository
    reports: ReportRepository
    rulings: RulingRepository
    appeals: AppealRepository
    audit: AuditRepository
    personal_values: PersonalValueRepository
    seals: SealRepository
    outbox: OutboxRepository
    idempotency: IdempotencyRepository
    groups: GroupRepository
    holds: HoldRepository
    flags: FlagRepository
    maps: MapRepository
    merges: MergeRepository
    people: PeopleRepository
    imports: ImportRepository
    collectives: CollectiveRepository
    fit_alerts: FitAlertRepository
    applications: ApplicationRepository
    offers: OfferRepository
    jobs: JobRepository
    loading: LoadingRepository
    upkeep: UpkeepRepository
    personal_data: PersonalDataRepository
    erasures: ErasureRepository
    subscriptions: SubscriptionRepository
    reminders: ReminderRepository
    pacts: PactRepository
    sources: SourceRepository
    source_runs: SourceRunRepository
    calls: CallRepository
    call_market: CallMarketRepository
    match_runs: MatchRunRepository
    match_locks: MatchLockRepository
    indicators: IndicatorRepository
    awards: AwardRepository
    admissibility: AdmissibilityRepository
    committees: CommitteeRepository
    scores: ScoreRepository
    owner_ranks: OwnerRankRepository
    results: ResultRepository
    call_observations: CallObservationRepository

    def __init__(self, engine: Engine, freshness_policy: FreshnessPolicy = DEFAULT, isolation: str = "") -> None:
        """Take connections from `engine`; `freshness_policy` holds the deployment's numbers of the evidence rule.

        `isolation` names PostgreSQL's level of isolation where it is not the usual one.
        """
        self._engine = engine
        self._isolation = isolation
        self.freshness_policy = freshness_policy

    def __enter__(self) -> Self:
        """Open a connection and begin the transaction."""
        connection = self._engine.connect()
        if self._isolation:
            connection = connection.execution_options(isolation_level=self._isolation)
        self.connection = connection
        self.areas = AreaRepository(connection)
        self.area_policies = AreaPolicyRepository(connection)
        self.owner_claims = OwnerClaimRepository(connection)
        self.office_messages = OfficeMessageRepository(connection)
        self.spaces = SpaceRepository(connection)
        self.observations = ObservationRepository(connection)
        self.photos = PhotoRepository(connection)
        self.follow_links = FollowLinkRepository(connection)
        self.reporters = ReporterRepository(connection)
        self.evidence_parts = EvidencePartRepository(connection)
        self.reports = ReportRepository(connection)
        self.rulings = RulingRepository(connection)
        self.appeals = AppealRepository(connection)
        self.audit = AuditRepository(connection)
        self.personal_values = PersonalValueRepository(connection)
        self.seals = SealRepository(connection)
        self.outbox = OutboxRepository(connection)
        self.idempotency = IdempotencyRepository(connection)
        self.groups = GroupRepository(connection)
        self.holds = HoldRepository(connection)
        self.flags = FlagRepository(connection)
        self.maps = MapRepository(connection)
        self.merges = MergeRepository(connection)
        self.people = PeopleRepository(connection)
        self.imports = ImportRepository(connection)
        self.collectives = CollectiveRepository(connection)
        self.fit_alerts = FitAlertRepository(connection)
        self.offers = OfferRepository(connection)
        self.jobs = JobRepository(connection)
        self.loading = LoadingRepository(connection)
        self.upkeep = UpkeepRepository(connection)
        self.personal_data = PersonalDataRepository(connection)
        self.erasures = ErasureRepository(connection)
        self.subscriptions = SubscriptionRepository(connection)
        self.reminders = ReminderRepository(connection)
        self.pacts = PactRepository(connection)
        self.sources = SourceRepository(connection)
        self.source_runs = SourceRunRepository(connection)
        self.calls = CallRepository(connection)
        self._open_calls(connection)
        return self

    def _open_calls(self, connection: Connection) -> None:
        """Make the repositories of calls, which came later and are many."""
        self.applications = ApplicationRepository(connection)
        self.call_market = CallMarketRepository(connection)
        self.match_runs = MatchRunRepository(connection)
        self.match_locks = MatchLockRepository(connection)
        self.indicators = IndicatorRepository(connection)
        self.awards = AwardRepository(connection)
        self.admissibility = AdmissibilityRepository(connection)
        self.committees = CommitteeRepository(connection)
        self.scores = ScoreRepository(connection)
        self.owner_ranks = OwnerRankRepository(connection)
        self.results = ResultRepository(connection)
        self.call_observations = CallObservationRepository(connection)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Undo what was not committed and give the connection back."""
        self.connection.close()

    def steady(self) -> "SqlUnitOfWork":
        """Return a unit of work whose reads all see one and the same moment."""
        return SqlUnitOfWork(self._engine, self.freshness_policy, "REPEATABLE READ")

    def commit(self) -> None:
        """Make everything since the beginning lasting."""
        self.connection.commit()
