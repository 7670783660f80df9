"""Neutral records that readers of files yield and the store takes; no table and no file format belongs here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from mapsvc.domain.people import Role
from mapsvc.domain.spaces import Evidence, Space

LonLat = tuple[float, float]
GeoJSON = Mapping[str, object]
Text = Mapping[str, str]
T = TypeVar("T")

#: Kinds of theme that initiatives are found by; the readers map the words of their sources onto them.
THEMES = (
    "art",
    "community",
    "education",
    "energy",
    "environment",
    "fair_trade",
    "finance",
    "food",
    "governance",
    "inclusion",
    "mobility",
    "repair",
    "space",
    "work",
)


class Precision(StrEnum):
    """How much of a partial date is known."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date of which only year, or year and month, may be known; `value` is the first day of what is known."""

    value: date
    precision: Precision = Precision.DAY

    def end(self) -> date:
        """Return the first day after what is known, so that intervals stay half-open."""
        if self.precision is Precision.YEAR:
            return date(self.value.year + 1, 1, 1)
        if self.precision is Precision.MONTH:
            return date(self.value.year + self.value.month // 12, self.value.month % 12 + 1, 1)
        return date.fromordinal(self.value.toordinal() + 1)

    def iso(self) -> str:
        """Return `YYYY`, `YYYY-MM` or `YYYY-MM-DD`, as much as is known."""
        return self.value.isoformat()[: {Precision.YEAR: 4, Precision.MONTH: 7, Precision.DAY: 10}[self.precision]]


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """Where records come from; `code` is unique and never changes, `licence` is an SPDX identifier where one exists."""

    code: str
    title: str
    licence: str
    attribution: str
    url: str
    demonstration: bool = False


@dataclass(frozen=True, slots=True)
class AreaRecord:
    """A country, city or neighbourhood with its boundary (Polygon or MultiPolygon); `parent_key` is a source key."""

    source_key: str
    name: str
    level: str
    code: str
    geometry: GeoJSON
    parent_key: str | None = None


@dataclass(frozen=True, slots=True)
class StreetRecord:
    """A named street of the gazetteer as lines of lon/lat pairs; there are no house numbers."""

    source_key: str
    name: str
    lines: tuple[tuple[LonLat, ...], ...]


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of an address; `civic_number` keeps whatever the source says, such as `12/B` or `3311-3313`."""

    street: str = ""
    civic_number: str = ""
    floor: str = ""
    postcode: str = ""
    municipality: str = ""


@dataclass(frozen=True, slots=True)
class ObservationRecord:
    """One dated claim about a space; `reporter_key` groups what one reporter said (a source counts as one reporter)."""

    source_key: str
    claim: str
    observed_at: datetime
    source_kind: str
    quality: str
    reporter_key: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class SpaceRecord:
    """A premises from a source.

    `features` holds the fields of domain.md 2.1 under the keys of `mapsvc.domain.features`; an absent key means not
    known.
    `footprint` is a Polygon or MultiPolygon; `external_ids` are pairs of scheme and value.
    """

    source_key: str
    name: str
    point: LonLat
    address: Address = Address()
    footprint: GeoJSON | None = None
    asset_kind: str = "commercial_unit"
    owner_type: str = "unknown"
    features: Mapping[str, object] = field(default_factory=dict)
    external_ids: tuple[tuple[str, str], ...] = ()
    observations: tuple[ObservationRecord, ...] = ()
    record_state: str = "published"
    publication_precision: str = "exact"
    geocode_precision: str = "entrance"
    availability_state: str = "not_offered"
    owner_consent: bool | None = None
    description: Text = field(default_factory=dict)
    reported_at: datetime | None = None
    source_url: str = ""


@dataclass(frozen=True, slots=True)
class InitiativePlace:
    """Where and when an initiative is or was; `point` is None where the source gives no usable position.

    Flags: `transformed` (from a national grid), `far_from_grid` (two positions of the source differ by more than 1 km),
    `no_position`, `end_before_start` (the stated end was dropped).
    """

    source_key: str
    point: LonLat | None
    title: str = ""
    address: Address = Address()
    start: PartialDate | None = None
    until: PartialDate | None = None
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InitiativeRecord:
    """People who do something somewhere; `stage` is idea, starting, active, paused, ended or unknown.

    `summary` maps languages to text, `confirmed_on` is the day the source itself was last sure of the entry, and
    `external_ids` are pairs of scheme and value (wikidata, transformap).
    """

    source_key: str
    name: str
    kind: str
    themes: tuple[str, ...] = ()
    summary: Text = field(default_factory=dict)
    original_lang: str = "en"
    links: tuple[str, ...] = ()
    places: tuple[InitiativePlace, ...] = ()
    stage: str = "unknown"
    start: PartialDate | None = None
    until: PartialDate | None = None
    confirmed_on: date | None = None
    legal_form: str = ""
    activities: tuple[str, ...] = ()
    profile_scores: tuple[int, ...] = ()
    external_ids: tuple[tuple[str, str], ...] = ()
    source_url: str = ""


@dataclass(frozen=True, slots=True)
class PactRecord:
    """A pact of collaboration or a proposal for one.

    `status` is a state of domain.md 2.8, `status_label` the words of the source.
    When `representative_is_person` is true the representative is a natural person and must not be shown to the public.
    """

    source_key: str
    title: str
    status: str
    status_label: str
    point: LonLat | None
    as_of: date | None = None
    city: str = ""
    place: str = ""
    district: str = ""
    neighbourhood: str = ""
    unit: str = ""
    fields_of_action: tuple[str, ...] = ()
    proposer_kind: str = ""
    representative: str = ""
    representative_is_person: bool = False
    note: str = ""
    document_url: str = ""
    summary: Text = field(default_factory=dict)
    original_lang: str = "it"
    kind: str | None = None
    source_url: str = ""


@dataclass(frozen=True, slots=True)
class CollectiveRecord:
    """A group that looks for a place; `needs` holds its needs profile under the keys of `mapsvc.domain.needs`."""

    source_key: str
    name: str
    form: str
    story: str
    original_lang: str
    members_count: int
    disciplines: tuple[str, ...]
    needs: Mapping[str, object]
    anchor: LonLat | None = None
    state: str = "active"


@dataclass(frozen=True, slots=True)
class LotRecord:
    """A space offered in a call for a half-open period; `space_key` names a space of the same source."""

    source_key: str
    number: int
    space_key: str
    start: date
    until: date


@dataclass(frozen=True, slots=True)
class CallRecord:
    """A public call with its lots; titles and summaries are texts per language."""

    source_key: str
    code: str
    title: Text
    summary: Text
    state: str
    opens_on: date
    closes_on: date
    lots: tuple[LotRecord, ...]


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why one row was refused, or what is odd about it; `row` counts from 1 without the header, 0 means the whole file.

    `code` names the sentence (the web owns the words), `params` fill it.
    """

    row: int
    column: str
    code: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Batch:
    """Everything that one reader found in one source, with what it could not use.

    `unattached_places` point to an initiative that the source does not describe; they are reported, not shown.
    """

    source: SourceInfo
    areas: tuple[AreaRecord, ...] = ()
    streets: tuple[StreetRecord, ...] = ()
    spaces: tuple[SpaceRecord, ...] = ()
    initiatives: tuple[InitiativeRecord, ...] = ()
    pacts: tuple[PactRecord, ...] = ()
    collectives: tuple[CollectiveRecord, ...] = ()
    calls: tuple[CallRecord, ...] = ()
    unattached_places: tuple[InitiativePlace, ...] = ()
    problems: tuple[RowProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class NewSpace:
    """A space on its way into the store, with the id and slug it gets and what follows from its observations."""

    id: UUID
    slug: str
    record: SpaceRecord
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Named(Generic[T]):
    """A record with the slug it gets."""

    slug: str
    record: T


@dataclass(frozen=True, slots=True)
class CityRecord:
    """The deployment itself: the name on every page, its languages, and where the map opens (lon/lat)."""

    name: str
    languages: tuple[str, ...]
    centre: LonLat
    zoom: int = 14
    accent: str | None = None
    demonstration: bool = False


@dataclass(frozen=True, slots=True)
class DemonstrationAccount:
    """An account for a first look; `purpose` says in one line what its holder can do.

    Without a role it may do what anybody with an account may, such as sit on a committee.
    """

    email: str
    name: str
    password: str
    role: Role | None
    purpose: str


class Loading(Protocol):
    """Writing many records of one source at once; every method adds rows and changes none."""

    def begin(self, source: SourceInfo, at: datetime) -> None:
        """Name the source of everything that follows in this transaction, and lift the time limit of statements."""
        ...

    def set_city(self, city: CityRecord) -> None:
        """Write the deployment's own row unless there is one."""
        ...

    def region(self) -> tuple[float, float, float, float] | None:
        """Return west, south, east and north of all areas, None where there are none."""
        ...

    def street_point(self, name: str) -> LonLat | None:
        """Return a point on the only street with this name, None where there is none or more than one."""
        ...

    def candidates(self, records: Sequence[SpaceRecord], slugs: Sequence[str], source_code: str) -> list[Space]:
        """Return every stored space with one of the slugs, or that one of the records of a source could mean."""
        ...

    def known_keys(self, noun: str) -> set[str]:
        """Return the keys that the source already has among areas, streets, spaces, initiatives, pacts, and so on."""
        ...

    def slugs(self, noun: str) -> set[str]:
        """Return every slug that the noun ever used, whatever the source."""
        ...

    def observation_known(self, source_key: str) -> bool:
        """Tell whether the source has an observation with this key."""
        ...

    def known_observations(self, source_keys: Sequence[str]) -> set[str]:
        """Return those of the keys that the source has an observation with."""
        ...

    def add_observations(self, observations: Sequence[tuple[UUID, ObservationRecord]]) -> None:
        """Add published observations of spaces that are there, leaving those alone whose keys are known."""
        ...

    def add_areas(self, areas: Sequence[Named[AreaRecord]]) -> None:
        """Add areas; parents come first or are there already."""
        ...

    def add_streets(self, streets: Sequence[StreetRecord]) -> None:
        """Add streets of the gazetteer."""
        ...

    def add_spaces(self, spaces: Sequence[NewSpace], at: datetime) -> None:
        """Add spaces with their observations."""
        ...

    def add_initiatives(self, initiatives: Sequence[Named[InitiativeRecord]], at: datetime) -> None:
        """Add initiatives with their places."""
        ...

    def add_pacts(self, pacts: Sequence[Named[PactRecord]], at: datetime) -> None:
        """Add pacts and proposals."""
        ...

    def add_collectives(self, collectives: Sequence[Named[CollectiveRecord]], at: datetime) -> None:
        """Add collectives with their needs."""
        ...

    def add_calls(self, calls: Sequence[CallRecord], at: datetime) -> None:
        """Add calls with their lots; the spaces of the lots are of the same source and there already."""
        ...


@dataclass(frozen=True, slots=True)
class Upload:
    """A register that an officer sends: the file, what it is called and under which licence it may be shown.

    `as_of` is the date of the file, used for what was seen where a row has no date of its own. Files with one title are
    one source: their keys belong together, so that sending the next edition finds its rows again.
    """

    file_name: str
    data: bytes
    title: str = ""
    licence: str = ""
    attribution: str = ""
    as_of: date | None = None
