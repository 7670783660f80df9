"""Fetching a register's file from an address that an officer set: public addresses only, within limits.

The name is resolved once for each step, every address that it has must be public, and the connection goes to the very
address that was checked: a name that answers otherwise a moment later (DNS rebinding) changes nothing. Every redirect
is a new step and checked like the first. Nothing that a visitor types comes here.
"""

import http.client
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from urllib.parse import SplitResult, unquote, urljoin

from mapsvc.domain.errors import Invalid, TooLarge, Unavailable
from mapsvc.domain.public_addresses import checked_address, is_public
from mapsvc.domain.uploads import Told, nobody
from mapsvc.exchange.uploads import MAX_BYTES

MOST_REDIRECTS = 5
SILENCE_S = 15.0
"""A server that says nothing for so long is away."""
WHOLE_S = 180.0
"""20 MB over a slow line take about two minutes; whoever sends a byte a second does not hold the worker for hours."""
_PART = 65_536
_MOVED = frozenset({301, 302, 303, 307, 308})

Resolve = Callable[[str, int], list[str]]


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a name; raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Fetches files; tests hand in how names are resolved and which addresses count as public."""

    resolve: Resolve = resolve
    public: Callable[[str], bool] = is_public
    most_bytes: int = MAX_BYTES
    silence_s: float = SILENCE_S
    whole_s: float = WHOLE_S
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def __call__(self, url: str, told: Told = nobody) -> tuple[str, bytes]:
        """Return the name and the bytes of the file at an address.

        Raises `Invalid` for an address that may not be fetched (`address`, `address_private`, `address_downgrade`,
        `address_redirects`) or an answer that is no file (`address_status`), `TooLarge` beyond the limit, `Unavailable`
        where nobody answers in time.
        """
        deadline = monotonic() + self.whole_s
        parts = self._checked(url)
        for _ in range(MOST_REDIRECTS + 1):
            try:
                found = self._once(parts, deadline, told)
            except (OSError, http.client.HTTPException) as fault:
                raise _away(parts, fault) from None
            if isinstance(found, bytes):
                return file_name(parts), found
            following = self._checked(urljoin(parts.geturl(), found))
            if parts.scheme == "https" and following.scheme != "https":
                raise Invalid("The address leads to one that is not encrypted.", "/url", code="address_downgrade")
            parts = following
        raise Invalid("The address leads on too often.", "/url", code="address_redirects", limit=MOST_REDIRECTS)

    def _checked(self, url: str) -> SplitResult:
        return checked_address(url)

    def _once(self, parts: SplitResult, deadline: float, told: Told) -> bytes | str:
        """Return the file, or the address that the server leads on to."""
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        addresses = self.resolve(host, port)
        if not addresses or not all(self.public(one) for one in addresses):
            raise Invalid("The address is not public.", "/url", code="address_private", host=host[:80])
        connection = _Connection(host, port, addresses[0], self, secure=parts.scheme == "https")
        try:
            path = parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
            connection.request("GET", path, headers={"User-Agent": "mapsvc", "Accept-Encoding": "identity"})
            response = connection.getresponse()
            if response.status in _MOVED:
                return response.getheader("Location") or ""
            if response.status != http.client.OK:
                raise Invalid(
                    f"The address answers {response.status}.", "/url", code="address_status", status=response.status
                )
            if response.getheader("Content-Encoding", "identity").lower() != "identity":
                raise Invalid("The address sends a packed file.", "/url", code="address_packed")
            return self._body(response, deadline, told)
        finally:
            connection.close()

    def _body(self, response: http.client.HTTPResponse, deadline: float, told: Told) -> bytes:
        said = response.getheader("Content-Length") or ""
        total = int(said) if said.isdecimal() and len(said) < 16 else 0
        data = bytearray()
        while total <= self.most_bytes and (part := response.read1(_PART)):
            data += part
            if len(data) > self.most_bytes:
                break
            if monotonic() > deadline:
                raise Unavailable("The address sends too slowly.", code="address_slow", seconds=round(self.whole_s))
            told(len(data), max(total, len(data)))
        if total > self.most_bytes or len(data) > self.most_bytes:
            limit = self.most_bytes
            raise TooLarge(f"The file is larger than {limit // 1_000_000} MB.", code="file_size", limit=limit)
        if len(data) < total:
            raise Unavailable("The address broke off.", code="address_broke_off")
        return bytes(data)


class _Connection(http.client.HTTPConnection):
    """A connection to an address that was checked, under the name that was asked for."""

    def __init__(self, host: str, port: int, address: str, fetcher: Fetcher, *, secure: bool) -> None:
        super().__init__(host, port, timeout=fetcher.silence_s)
        self._address = address
        self._context = fetcher.context if secure else None

    def connect(self) -> None:
        """Connect to the checked address; the certificate must be that of the name."""
        self.sock = socket.create_connection((self._address, self.port), self.timeout)
        if self._context is not None:
            self.sock = self._context.wrap_socket(self.sock, server_hostname=self.host)


def file_name(parts: SplitResult) -> str:
    """Return what a file is called by its address."""
    return unquote(parts.path.rsplit("/", 1)[-1]) or parts.hostname or "file"


def _away(parts: SplitResult, fault: Exception) -> Invalid | Unavailable:
    host = (parts.hostname or "")[:80]
    if isinstance(fault, ssl.SSLError):
        return Invalid("The certificate of the address does not hold.", "/url", code="address_certificate", host=host)
    return Unavailable("Nobody answers at the address.", code="address_away", host=host)
