"""From the environment to settings that are complete: a private cluster and drawn secrets where none were given.

The settings themselves stand in `mapsvc.config`; processes are started in `processes`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, fields, replace
from pathlib import Path

from mapsvc.config import Settings
from mapsvc.operations.cluster import PrivateCluster
from mapsvc.operations.installation import Installation


@dataclass(frozen=True)
class Deployment:
    """One installation with its complete settings.

    `cluster` is None where the city runs its own database; `draws_salt` says that the password salt is kept in the
    installation's own file and not given by the environment.
    """

    settings: Settings
    installation: Installation
    cluster: PrivateCluster | None
    draws_salt: bool

    @classmethod
    def here(cls) -> Deployment:
        """Read the environment; an already set MAPSVC_DATABASE_URL always wins over the private cluster."""
        return cls.of(Settings.from_environment())

    @classmethod
    def of(cls, settings: Settings) -> Deployment:
        """Complete `settings`; nothing is started and nothing but the secrets file is written."""
        installation = Installation(settings.var.expanduser().resolve())
        settings = replace(settings, var=installation.var)
        if settings.public_url == Settings.public_url:
            # Nobody named the public address: then it is the one on this machine, whichever port was chosen.
            settings = replace(settings, public_url=f"http://{settings.host}:{settings.port}")
        draws_salt = not settings.password_salt
        if not (settings.secret_key and settings.password_salt):
            drawn = installation.secrets()
            settings = replace(
                settings,
                secret_key=settings.secret_key or drawn.secret_key,
                password_salt=settings.password_salt or drawn.password_salt,
            )
        if settings.database_url:
            owner = settings.owner_url or settings.database_url
            return cls(replace(settings, owner_url=owner), installation, None, draws_salt)
        cluster = PrivateCluster(installation)
        urls = cluster.urls()
        return cls(replace(settings, database_url=urls.app, owner_url=urls.owner), installation, cluster, draws_salt)

    @property
    def address(self) -> str:
        """The address on this machine."""
        return f"http://{self.settings.host}:{self.settings.port}"

    def ensure_database(self) -> None:
        """Start the private cluster and create its database when that is needed."""
        if self.cluster is not None:
            self.cluster.ensure_running()
            self.cluster.ensure_database()

    def environment(self, *, with_owner: bool = False) -> dict[str, str]:
        """Return the environment for a child process; the serving processes never learn the owner's address."""
        child = {name: value for name, value in os.environ.items() if not name.startswith("MAPSVC_")}
        for item in fields(self.settings):
            if item.name == "owner_url" and not with_owner:
                continue
            value = getattr(self.settings, item.name)
            child[f"MAPSVC_{item.name.upper()}"] = _text(value)
        return child


def _text(value: str | int | bool | Path) -> str:
    """Return a setting as `Settings.from_environment` reads it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
