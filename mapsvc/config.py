"""Settings, read once from the environment; the defaults are the documented example."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_PREFIX = "MAPSVC_"


@cache
def built_from() -> str | None:
    """Return the commit that this code was checked out at; None where it was installed otherwise."""
    git = ROOT / ".git"
    try:
        head = (git / "HEAD").read_text(encoding="ascii").strip()
        if not head.startswith("ref: "):
            return head
        name = head.removeprefix("ref: ")
        loose = git / name
        if loose.is_file():
            return loose.read_text(encoding="ascii").strip()
        packed = (git / "packed-refs").read_text(encoding="ascii").splitlines()
        return next((line.split()[0] for line in packed if line.endswith(f" {name}")), None)
    except (OSError, UnicodeDecodeError):
        return None


class SettingError(ValueError):
    """A variable of the environment cannot be read; the message names it."""


@dataclass(frozen=True)
class Settings:
    """All settings of a deployment: each field is the variable MAPSVC_<NAME> and stands in docs/configuration.md."""

    database_url: str = field(default="", repr=False)
    owner_url: str = field(default="", repr=False)
    secret_key: str = field(default="", repr=False)
    password_salt: str = field(default="", repr=False)
    host: str = "127.0.0.1"
    port: int = 8000
    var: Path = ROOT / "var"
    public_url: str = "http://127.0.0.1:8000"
    basemap_url: str = ""
    basemap_attribution: str = ""
    mail: str = "console"
    mail_host: str = "127.0.0.1"
    mail_port: int = 25
    mail_from: str = "mapsvc@localhost"
    trusted_proxies: int = 0
    pool_size: int = 8
    web_workers: int = 2
    rate_limits: bool = True
    freshness_policy: str = ""
    today: str = ""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read settings from `environment` (default: the process's); raise SettingError naming what cannot be read."""
        environment = os.environ if environment is None else environment
        values: dict[str, object] = {}
        for item in fields(cls):
            name = _PREFIX + item.name.upper()
            raw = environment.get(name)
            if raw is None or raw == "":
                continue
            values[item.name] = _read(name, raw, item.default)
        return cls(**values)  # type: ignore[arg-type]  # the loop above gives each field the type of its default

    @property
    def photo_folder(self) -> Path:
        """Return the folder that holds the photos."""
        return self.var / "photos"

    @property
    def proof_folder(self) -> Path:
        """Return the folder that holds what owners sent as proof."""
        return self.var / "proofs"

    @property
    def document_folder(self) -> Path:
        """Return the folder that holds the documents of applications."""
        return self.var / "documents"


def _read(name: str, raw: str, default: object) -> object:
    if isinstance(default, bool):
        if raw.lower() in {"1", "true", "yes", "on"}:
            return True
        if raw.lower() in {"0", "false", "no", "off"}:
            return False
        raise SettingError(f"{name} must be yes or no, not {raw!r}")
    if isinstance(default, int):
        try:
            return int(raw)
        except ValueError:
            raise SettingError(f"{name} must be a whole number, not {raw!r}") from None
    if isinstance(default, Path):
        return Path(raw)
    return raw


def sqlalchemy_url(url: str) -> str:
    """Return `url` with the driver named, whichever of the usual PostgreSQL spellings it has."""
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg2://" + url.removeprefix(prefix)
    return url
