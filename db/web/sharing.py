"""Who may see and write what, as it was set; a request in, from where it comes and whom a proxy names out."""

import ipaddress
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from db.model.reviews import name_of

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Scope = MutableMapping[str, Any]
LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))
_RESERVED = {"root"}  # Datasette gives this name more rights than others


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """How the site is shared: who has a password (name and hash), in which header a proxy names who asks.

    ``proxies``: from where such headers are believed. ``require_login``: pages are for signed-in people only.
    ``secret`` signs cookies; without one they end with the server. ``reviews``: the file of reviews. ``contact``: the
    address or page to which visitors may write.
    """

    people: Mapping[str, str] = field(default_factory=dict)
    header: str = ""
    proxies: tuple[Network, ...] = LOOPBACK
    require_login: bool = False
    secret: str = ""
    reviews: Path | None = None
    contact: str = ""

    @property
    def has_people(self) -> bool:
        """Whether anybody can sign in."""
        return bool(self.people or self.header)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """From where a request comes: the visitor's address, whether by https, and whom a believed proxy names."""

    address: str
    https: bool
    named: str


def caller(scope: Scope, sharing: Sharing) -> Caller:
    """What is known of who asks; what a header says counts only where a proxy that is believed has sent the request."""
    peer = str((scope.get("client") or ("", 0))[0])
    if not _is_among(peer, sharing.proxies):
        return Caller(address=peer, https=scope.get("scheme") == "https", named="")
    return Caller(
        address=_before(_values(scope, "x-forwarded-for"), sharing.proxies) or peer,
        https=scope.get("scheme") == "https" or _values(scope, "x-forwarded-proto")[-1:] == ["https"],
        named=_named(_values(scope, sharing.header.lower())) if sharing.header else "",
    )


def may_be_called(name: str) -> bool:
    """Whether a person may have this name here."""
    return name_of(name) == name and name.lower() not in _RESERVED


def _named(values: list[str]) -> str:
    """The one name; none where a header came twice, since only one of the two can be the proxy's."""
    name = name_of(values[0]) if len(values) == 1 else ""
    return name if name and may_be_called(name) else ""


def _before(chain: list[str], proxies: tuple[Network, ...]) -> str:
    """The last address of the chain that is no proxy of ours: what stands before it, anyone may have written."""
    addresses = [part.strip() for each in chain for part in each.split(",") if part.strip()]
    return next((each for each in reversed(addresses) if not _is_among(each, proxies)), "")


def _values(scope: Scope, name: str) -> list[str]:
    wanted = name.encode("latin-1", "ignore")
    return [value.decode("utf-8", "replace") for key, value in scope.get("headers", ()) if key.lower() == wanted]


def _is_among(address: str, networks: tuple[Network, ...]) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    plain = getattr(found, "ipv4_mapped", None) or found
    return any(plain.version == network.version and plain in network for network in networks)
