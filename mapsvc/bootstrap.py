"""The one place that knows every part: from settings to the services that web, jobs, CLI and tests use."""

import base64
import hashlib
import hmac
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from argon2 import PasswordHasher
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DataError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from mapsvc.config import SettingError, Settings
from mapsvc.domain.applications import CheckedDocument, application_token
from mapsvc.domain.blurs import Marks
from mapsvc.domain.collectives import collective_of_token, collective_token
from mapsvc.domain.erasures import Erased, Erasure
from mapsvc.domain.errors import Invalid
from mapsvc.domain.freshness_policy import DEFAULT, FreshnessPolicy, read_policy
from mapsvc.domain.imports import Upload
from mapsvc.domain.indicators import IndicatorFile
from mapsvc.domain.owner_claims import CheckedProof
from mapsvc.domain.people import Grant
from mapsvc.domain.photos import CheckedPhoto
from mapsvc.domain.spaces import Space
from mapsvc.domain.subscriptions import subscription_token
from mapsvc.exchange.blurs import blur
from mapsvc.exchange.decision_workbook import sheets_to_xlsx
from mapsvc.exchange.documents import check_document
from mapsvc.exchange.export import register_row, to_csv, to_xlsx
from mapsvc.exchange.fetching import Fetcher
from mapsvc.exchange.history import to_csv as history_to_csv
from mapsvc.exchange.indicators import read_indicators
from mapsvc.exchange.personal_archive import personal_archive
from mapsvc.exchange.photos import check_photo
from mapsvc.exchange.proofs import check_proof
from mapsvc.exchange.register import RegisterReader
from mapsvc.exchange.sources import SourceReader
from mapsvc.exchange.stickers import QrCode, qr_code
from mapsvc.notify.mailers import Mailer, make_mailer
from mapsvc.notify.messages import compose
from mapsvc.notify.rulings import said as ruling_words
from mapsvc.spatial.city import city
from mapsvc.store.applications import DocumentFolder
from mapsvc.store.committees import CommitteeRepository
from mapsvc.store.engine import make_engine
from mapsvc.store.erasure_list import NAME as ERASURE_LIST
from mapsvc.store.erasure_list import ErasureList
from mapsvc.store.kept_files import KeptFiles
from mapsvc.store.owner_claims import ProofFolder
from mapsvc.store.people import PeopleRepository
from mapsvc.store.photos import PhotoFolder
from mapsvc.store.rate_limits import SCHEME as RATE_LIMIT_SCHEME
from mapsvc.store.unit_of_work import SqlUnitOfWork
from mapsvc.usecases.personal_data import PersonalExport

__all__ = [
    "DATABASE_AWAY",
    "DATABASE_ERRORS",
    "DATABASE_REFUSED",
    "RATE_LIMIT_SCHEME",
    "Clock",
    "Connection",
    "Services",
    "build",
    "ruling_words",
]

#: What a database that is away, restarting or overloaded raises; the web answers 503 and loses nothing.
DATABASE_AWAY = (OperationalError, InterfaceError, PoolTimeoutError)
#: What it raises for a value that no column takes; the web answers 422.
DATABASE_REFUSED = DataError
DATABASE_ERRORS = SQLAlchemyError

#: A space of the register with its status, how old that is, and when it was last confirmed.
RegisterRow = tuple[Space, str, str, date | None]


class Clock:
    """The time of the service; a test or a demonstration may set its day."""

    def __init__(self, day: date | None = None) -> None:
        self.day = day

    def now(self) -> datetime:
        """Return the present instant in UTC, on the set day where one is set."""
        real = datetime.now(UTC)
        return real if self.day is None else datetime.combine(self.day, time(12), UTC)

    def today(self) -> date:
        """Return the present UTC day."""
        return self.now().date()


@dataclass(frozen=True)
class Services:
    """Everything that an entry point needs; made once per process."""

    settings: Settings
    engine: Engine
    clock: Clock
    photos: PhotoFolder
    mailer: Mailer
    register_files: RegisterReader
    source_files: SourceReader
    fetch_file: Fetcher
    freshness_policy: FreshnessPolicy

    @property
    def kept_files(self) -> KeptFiles:
        """Return the files with a person behind them."""
        return KeptFiles(self.photos, self.settings.proof_folder, self.settings.document_folder)

    @property
    def erasure_list(self) -> ErasureList:
        """Return the list of erasures that no backup overwrites."""
        return ErasureList(self.settings.var / ERASURE_LIST)

    def forget(self, erased: Erased) -> None:
        """Delete what lay outside of the database of somebody who was erased."""
        self.kept_files.delete(erased.photo_ids, erased.proof_files, erased.document_ids)
        self.mailer.forget(erased.emails)

    def note(self, erasures: Sequence[Erasure]) -> None:
        """Add erasures to the list beside the backups."""
        self.erasure_list.note(erasures)

    def personal_archive(self, export: PersonalExport) -> BinaryIO:
        """Return a ZIP file with everything that is held about somebody."""
        about = {"service": self.settings.public_url}
        return personal_archive(about, export.kind, export.made_at, export.rows, self._pictures(export.photo_ids))

    def _pictures(self, photo_ids: Sequence[UUID]) -> Iterator[tuple[str, Path]]:
        for photo_id in photo_ids:
            path = self.photos.path(photo_id, small=False)
            if path.is_file():
                yield f"{photo_id}.jpg", path

    def unit_of_work(self) -> SqlUnitOfWork:
        """Return a new transaction for a use case."""
        return SqlUnitOfWork(self.engine, self.freshness_policy)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection for reads; nothing is written on it."""
        with self.engine.connect() as connection:
            yield connection

    def send_mail(self, recipient: str, template: str, lang: str, params: Mapping[str, Any]) -> None:
        """Compose and send one mail; raise OSError when it cannot leave, KeyError for an unknown template."""
        with self.reading() as connection:
            row = city(connection)
        if "application" in params:
            # The secret of the private link stands nowhere; it follows from the id.
            params = {**params, "token": self.application_token(UUID(str(params["application"])))}
        self.mailer.send(
            compose(
                recipient,
                template,
                lang,
                params,
                public_url=self.settings.public_url,
                city=row["name"] if row else "mapsvc",
            )
        )

    def application_token(self, application_id: UUID) -> str:
        """Return the secret of the private link of an application."""
        return application_token(self.settings.secret_key, application_id)

    @property
    def documents(self) -> DocumentFolder:
        """Return the folder of the documents of applications."""
        return DocumentFolder(self.settings.document_folder)

    @staticmethod
    def check_document(data: bytes, name: str) -> CheckedDocument:
        """Return what may be kept of a document; see `exchange.documents`."""
        return check_document(data, name)

    @property
    def proofs(self) -> ProofFolder:
        """Return the folder of what owners sent as proof."""
        return ProofFolder(self.settings.proof_folder)

    def check_proof(self, data: bytes) -> CheckedProof:
        """Return what may be kept of a proof; raise TooLarge, UnsupportedType or Invalid for any other file."""
        return check_proof(data)

    def read_indicators(self, upload: Upload) -> IndicatorFile:
        """Return the indicators and values of an uploaded table; raise Invalid and others for one that is none."""
        return read_indicators(upload)

    def check_photo(self, data: bytes) -> CheckedPhoto:
        """Return the clean picture of an uploaded file; raise TooLarge, UnsupportedType or Invalid for any other."""
        return check_photo(data)

    def blur_photo(self, data: bytes, marks: Marks) -> CheckedPhoto:
        """Return a kept picture with what is marked made unreadable for good."""
        return blur(data, marks)

    def grants_of(self, connection: Connection, user_id: int) -> tuple[Grant, ...]:
        """Return what an account may do, read on the caller's connection."""
        return PeopleRepository(connection).grants_of(user_id)

    def on_committee(self, connection: Connection, user_id: int) -> bool:
        """Tell whether an account scores in any call, read on the caller's connection."""
        return CommitteeRepository(connection).seated(user_id)

    def collective_token(self, collective_id: UUID) -> str:
        """Return the secret in the links of mails to a collective."""
        return collective_token(self.settings.secret_key, collective_id)

    def collective_of_token(self, token: str) -> UUID | None:
        """Return the collective whose token this is."""
        return collective_of_token(self.settings.secret_key, token)

    def subscription_token(self, subscription_id: UUID) -> str:
        """Return the secret of a subscription's private page."""
        return subscription_token(self.settings.secret_key, subscription_id)

    def qr_code(self, text: str) -> QrCode:
        """Return the squares of a QR code, for a sticker."""
        return qr_code(text)

    def hash_password(self, password: str) -> str:
        """Return the stored form of a password, as Flask-Security-Too checks it: HMAC with the salt, then argon2id."""
        mixed = hmac.new(self.settings.password_salt.encode(), password.encode(), hashlib.sha512).digest()
        return PasswordHasher().hash(base64.b64encode(mixed))

    def register_csv(self, rows: Iterable[RegisterRow]) -> Iterator[bytes]:
        """Yield the register of premises as CSV, line by line; the positions are exact, so it is for the desk only."""
        return to_csv(register_row(*row) for row in rows)

    def register_xlsx(self, rows: Iterable[RegisterRow]) -> bytes:
        """Return the register of premises as an Excel workbook; for the desk only."""
        return to_xlsx(register_row(*row) for row in rows)

    def sheets_xlsx(self, sheets: Mapping[str, Sequence[Sequence[object]]]) -> bytes:
        """Return tables as an Excel workbook with a sheet for each."""
        return sheets_to_xlsx(sheets)

    def history_csv(self, rows: Iterable[Mapping[str, object]]) -> Iterator[bytes]:
        """Yield entries of the history as CSV, line by line."""
        return history_to_csv(rows)

    def account_store(self) -> tuple[Any, Any]:
        """Return the accounts of Flask-Security-Too and their session."""
        from mapsvc.store.accounts import account_store  # the jobs and the CLI do not load Flask for it

        return account_store(self.engine)


def build(settings: Settings | None = None) -> Services:
    """Join the parts for `settings` (default: the environment's); nothing is connected before it is used."""
    settings = settings or Settings.from_environment()
    clock = Clock(date.fromisoformat(settings.today) if settings.today else None)
    engine = make_engine(settings, lambda: clock.day)
    return Services(
        settings,
        engine,
        clock,
        PhotoFolder(settings.photo_folder),
        make_mailer(settings),
        RegisterReader(),
        SourceReader(),
        Fetcher(),
        freshness_policy(settings),
    )


def freshness_policy(settings: Settings) -> FreshnessPolicy:
    """Return the deployment's numbers of the evidence rule; raise SettingError naming what is wrong in its file."""
    name = settings.freshness_policy
    if not name:
        return DEFAULT
    try:
        with Path(name).expanduser().open("rb") as file:
            return read_policy(tomllib.load(file))
    except OSError as error:
        raise SettingError(f"MAPSVC_FRESHNESS_POLICY: {name} cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingError(f"MAPSVC_FRESHNESS_POLICY: {name} is not TOML: {error}.") from None
    except Invalid as error:
        raise SettingError(f"MAPSVC_FRESHNESS_POLICY: {name}: {error}") from None
