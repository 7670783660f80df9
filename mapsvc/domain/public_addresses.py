"""Which addresses on the network may be fetched: web addresses of the public internet, and nothing else."""

import ipaddress
from urllib.parse import SplitResult, urlsplit

from mapsvc.domain.errors import Invalid

LONGEST = 2_000
#: Addresses that lead to others: what they lead to is looked at.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def is_public(address: str) -> bool:
    """Tell whether an address belongs to the public internet, whatever it is wrapped in."""
    try:
        found: _Address = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is None and found in _NAT64:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            found = inner
    return found.is_global and not (found.is_multicast or found.is_reserved or found.is_unspecified)


def checked_address(url: str, pointer: str = "/url") -> SplitResult:
    """Return the parts of a web address; raise `Invalid` for anything else, and for one that carries a password."""
    fault = Invalid("The address begins with https:// or http://.", pointer, code="address")
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        host = (parts.hostname or "").encode("idna")
    except (ValueError, UnicodeError):
        raise fault from None
    plain = url.isascii() and url.isprintable() and " " not in url and len(url) <= LONGEST
    if not usable or not host or not plain or parts.username is not None or parts.password is not None:
        raise fault
    # A name that is an address already can be refused before anybody looks it up.
    if _is_address(parts.hostname or "") and not is_public(parts.hostname or ""):
        raise Invalid("The address is not public.", pointer, code="address_private", host=str(parts.hostname))
    return parts


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
