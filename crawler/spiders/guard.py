"""Keeps the crawl on the public web: addresses of other schemes and of private networks are refused unasked.

Literal addresses are refused in the middleware, names at the moment they are resolved, so a redirect or a name that
points inwards gets no further. Ranges: what IANA's special-purpose registries do not call globally reachable.
"""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.resolver import CachingThreadedResolver
from scrapy.utils.httpobj import urlparse_cached
from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError

from crawler.urls import is_address, is_web

PRIVATE = "private address"
_CARRIERS = (IPv6Network("::/96"), IPv6Network("64:ff9b::/96"))  # RFC 4291 section 2.5.5.1, RFC 6052 section 2.1


class RefusedAddressError(IgnoreRequest):
    """The request leads off the public web."""


def is_private(host: str) -> bool:
    """Whether the IP address ``host`` is private, loopback, link-local, multicast, a metadata service, or reserved."""
    address = _reached(host)
    return not address.is_global or address.is_multicast


def is_refused(host: str, *, allow_private: bool) -> bool:
    """Whether the IP address ``host`` is not to be asked; link-local ones, where metadata services live, never are."""
    return _reached(host).is_link_local or (not allow_private and is_private(host))


def _reached(host: str) -> IPv4Address | IPv6Address:
    """The address where a packet to ``host`` ends: mapped, compatible, 6to4 and NAT64 ones carry an IPv4 address."""
    address = ip_address(host.strip("[]"))
    if isinstance(address, IPv4Address):
        return address
    carried = IPv4Address(int(address) & 0xFFFFFFFF) if any(address in carrier for carrier in _CARRIERS) else None
    return address.ipv4_mapped or address.sixtofour or carried or address


class GuardMiddleware:
    """Refuses every request, also a redirected one, that is no http or https or names a private IP address."""

    def __init__(self, *, allow_private: bool) -> None:
        self._allow_private = allow_private

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "GuardMiddleware":
        """Build from the crawl's settings."""
        return cls(allow_private=crawler.settings.getbool("ALLOW_PRIVATE"))

    def process_request(self, request: Request) -> None:
        """Let ``request`` pass or raise ``RefusedAddressError``."""
        if not is_web(request.url):
            raise RefusedAddressError(f"{request.url[:200]} is no http or https address")
        host = urlparse_cached(request).hostname or ""
        literal = _literal(host)
        if is_address(literal) and is_refused(literal, allow_private=self._allow_private):
            raise RefusedAddressError(f"{host} is a {PRIVATE}")


class GuardedResolver(CachingThreadedResolver):
    """Scrapy's resolver, which refuses names that resolve to a private address."""

    def __init__(self, reactor: ReactorBase, cache_size: int, timeout: float, *, allow_private: bool) -> None:
        super().__init__(reactor, cache_size, timeout)
        self._allow_private = allow_private

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> "GuardedResolver":
        """Build from the crawl's settings."""
        settings = crawler.settings
        return cls(
            reactor,
            settings.getint("DNSCACHE_SIZE"),
            settings.getfloat("DNS_TIMEOUT"),
            allow_private=settings.getbool("ALLOW_PRIVATE"),
        )

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> "Deferred[str]":  # noqa: N802  # Twisted's name
        """Resolve ``name``; fails where its address is private."""
        return super().getHostByName(name, timeout).addCallback(self._checked, name)

    def _checked(self, address: str, name: str) -> str:
        if is_refused(address, allow_private=self._allow_private):
            raise DNSLookupError(f"{name} resolves to {address}, a {PRIVATE}")
        return address


def _literal(host: str) -> str:
    """``host`` as the system would read it: forms like 127.1, 0x7f.1 and 2130706433 are IPv4 addresses too."""
    pieces = host.removesuffix(".").split(".")
    try:
        numbers = [
            int(piece, 8 if piece.startswith("0") and piece.isdigit() and piece != "0" else 0) for piece in pieces
        ]
        *front, last = numbers
        value = last + sum(number << (8 * (3 - place)) for place, number in enumerate(front))
        return str(ip_address(value)) if len(pieces) <= 4 and 0 <= value < 2**32 else host
    except ValueError:
        return host
