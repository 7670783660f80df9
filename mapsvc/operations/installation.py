"""Where one installation keeps what it must not lose: the `var` folder and the secrets made for it.

Nothing here knows PostgreSQL or processes; see `cluster` and `processes`.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path


@dataclass(frozen=True)
class Secrets:
    """Passwords and keys of a private installation, drawn once and kept in a file only its owner can read."""

    owner_password: str
    app_password: str
    secret_key: str
    password_salt: str


@dataclass(frozen=True)
class Installation:
    """The folders of one installation, all below `var`."""

    var: Path

    @property
    def postgres(self) -> Path:
        """The folder of the private cluster."""
        return self.var / "pg"

    @property
    def run(self) -> Path:
        """The folder of process files."""
        return self.var / "run"

    @property
    def log(self) -> Path:
        """The folder of logs."""
        return self.var / "log"

    @property
    def photos(self) -> Path:
        """The folder of stored pictures."""
        return self.var / "photos"

    @property
    def short_name(self) -> str:
        """Twelve characters that stand for this folder where a path must be short."""
        return hashlib.sha256(str(self.var).encode()).hexdigest()[:12]

    def create(self) -> None:
        """Make the folders that are missing."""
        for folder in (self.var, self.run, self.log, self.photos):
            folder.mkdir(parents=True, exist_ok=True)

    def secrets(self) -> Secrets:
        """Return the secrets of this installation, drawing them on the first call."""
        path = self._secrets_file
        if not path.exists():
            self.create()
            self._write_secrets(Secrets(*(secrets.token_urlsafe(32) for _ in fields(Secrets))))
        return Secrets(**json.loads(path.read_text()))

    def adopt_password_salt(self, salt: str) -> None:
        """Take over the salt of an installation whose accounts were restored here, so that their passwords hold."""
        self._write_secrets(replace(self.secrets(), password_salt=salt))

    @property
    def _secrets_file(self) -> Path:
        return self.var / "secrets.json"

    def _write_secrets(self, values: Secrets) -> None:
        """Write the file whole under another name first: a crash in between must not leave half a password."""
        draft = self._secrets_file.with_suffix(f".{os.getpid()}.new")
        draft.unlink(missing_ok=True)
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(asdict(values), indent=2) + "\n")
        draft.replace(self._secrets_file)
