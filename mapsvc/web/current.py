"""What the present request knows: the services, the city, the actor. Blueprints ask here and nowhere else."""

import hashlib
import hmac
import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import current_app, g, request
from flask_security import current_user

from mapsvc.bootstrap import DATABASE_ERRORS, Connection, Services
from mapsvc.domain.freshness_policy import FreshnessPolicy
from mapsvc.domain.people import Actor
from mapsvc.spatial import city as spatial_city


@dataclass(frozen=True)
class City:
    """The deployment: its name, languages, accent colours and where its map begins (degrees)."""

    name: str
    languages: tuple[str, ...]
    accent: str | None
    accent_dark: str | None
    lon: float
    lat: float
    zoom: int
    demonstration: bool


_NOWHERE = City("mapsvc", ("en", "it"), None, None, 7.6869, 45.0703, 13, False)


def services() -> Services:
    """Return the services of this app."""
    found: Services = current_app.extensions["mapsvc"]
    return found


def freshness_policy() -> FreshnessPolicy:
    """Return the deployment's numbers of the evidence rule."""
    return services().freshness_policy


def now() -> datetime:
    """Return the present instant of the service, in UTC."""
    return services().clock.now()


def connection() -> Connection:
    """Return the request's connection for reads; it goes back to the pool with the request."""
    if "reading" not in g:
        g.reading = services().engine.connect()
    reading: Connection = g.reading
    return reading


def city() -> City:
    """Return the deployment's row, read once per request."""
    if "city" not in g:
        try:
            row = spatial_city.city(connection())
        except DATABASE_ERRORS:
            # The page that says so must stand when the database is away.
            forget()
            row = None
        g.city = _NOWHERE if row is None else City(**dict(row) | {"languages": tuple(row["languages"])})
    found: City = g.city
    return found


def actor() -> Actor:
    """Return who asks: the account with its grants, else a visitor known by a rotating hash of network and browser."""
    if "actor" not in g:
        g.actor = (
            _account()
            if current_user and current_user.is_authenticated
            else Actor(device=device_key(), network=network_key())
        )
    found: Actor = g.actor
    return found


def _account() -> Actor:
    found = Actor(
        user_id=current_user.id,
        name=current_user.name or current_user.email,
        device=device_key(),
        network=network_key(),
        grants=services().grants_of(connection(), current_user.id),
        demonstration=current_user.demonstration,
        on_committee=services().on_committee(connection(), current_user.id),
    )
    # Flask-Security's session gives its connection back, so that a request never holds more than two.
    current_app.extensions["mapsvc_account_session"].remove()
    return found


def device_key() -> str:
    """Return a salted hash of network and browser that changes every day; never an address."""
    return _daily_hash(f"{network()}|{request.headers.get('User-Agent', '')}")


def network_key() -> str:
    """Return a salted hash of the network that changes every day: whoever only changes the browser counts once."""
    return _daily_hash(network())


def network() -> str:
    """Return the network that asks: an IPv4 address, or the first 64 bits of an IPv6 one; never to be stored.

    One subscriber gets at least 64 bits of IPv6 addresses to choose from, so that a single one limits nobody.
    """
    raw = request.remote_addr or ""
    try:
        address = ipaddress.ip_address(raw.partition("%")[0])
    except ValueError:
        return raw
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    return str(address.ipv4_mapped or ipaddress.ip_network((address, 64), strict=False))


def _daily_hash(seen: str) -> str:
    day = datetime.now(UTC).date()
    salt = f"{services().settings.secret_key}|{day.year}-{(day.month - 1) // 3}"
    return hmac.new(salt.encode(), f"{day}|{seen}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:32]


def forget(_error: BaseException | None = None) -> None:
    """Give the request's connection back."""
    reading = g.pop("reading", None)
    if reading is not None:
        reading.close()
