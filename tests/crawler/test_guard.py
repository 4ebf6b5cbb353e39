"""Nothing private is asked, however its address is written, and the public web is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy import Request
from scrapy.utils.test import get_crawler
from twisted.internet.defer import Deferred, succeed
from twisted.internet.error import DNSLookupError
from twisted.python.failure import Failure

from crawler.spiders.guard import GuardedResolver, GuardMiddleware, RefusedAddressError, is_private

strict, lax = GuardMiddleware(allow_private=False), GuardMiddleware(allow_private=True)

PRIVATE = [
    "127.0.0.1", "127.255.255.254", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",  # loopback and private
    "169.254.169.254", "169.254.0.1", "100.100.100.200",  # link-local, metadata services
    "100.64.0.1", "100.127.255.255", "192.0.0.1", "198.18.0.1", "192.0.2.1", "203.0.113.7",  # shared, special, examples
    "0.0.0.0", "255.255.255.255", "240.0.0.1", "224.0.0.1", "239.255.255.250",  # this, broadcast, reserved, multicast
    "[::1]", "[::]", "[fe80::1]", "[fc00::1]", "[fd00:ec2::254]", "[ff02::1]", "[2001:db8::1]",
    "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "[::ffff:a9fe:a9fe]", "[2002:7f00:1::]",
    "[::127.0.0.1]", "[64:ff9b::7f00:1]",
]  # fmt: skip
DISGUISED = [
    "127.1", "127.0.1", "0", "2130706433", "0x7f000001", "0x7f.1", "0x7f.0x0.0x0.0x1", "0177.0.0.1", "017700000001",
    "0x7F.0.0.1", "127.0.0.01", "192.168.257", "10.1", "0xa9fea9fe", "2852039166", "00000177.1", "127.0.0.1.",
    "１２７.0.0.1", "①②⑦.0.0.1", "127。0。0。1",
]  # fmt: skip
PUBLIC = [
    "blatt.example.com", "93.184.215.14", "8.8.8.8", "[2606:4700::1111]", "172.32.0.1", "192.169.1.1", "100.128.0.1",
    "9.255.255.255",
    "134744072", "xn--e1afmkfd.xn--p1ai", "127.example.com", "0x7f.example.com", "1.1", "10.com", "[::ffff:8.8.8.8]",
]  # fmt: skip


@pytest.mark.parametrize("host", [*PRIVATE, *DISGUISED])
def test_a_private_address_is_refused_in_every_way_to_write_it(host: str) -> None:
    with pytest.raises(RefusedAddressError, match="private address"):
        strict.process_request(Request(f"http://{host}/x"))


@pytest.mark.parametrize("host", [*PRIVATE[:6], *DISGUISED[:8], "[::1]", "[fd00::1]", "[::ffff:10.0.0.1]"])
def test_a_private_address_passes_where_that_is_allowed(host: str) -> None:
    lax.process_request(Request(f"http://{host}:8600/x"))


@pytest.mark.parametrize(
    "host", ["169.254.169.254", "0xa9fea9fe", "[fe80::1]", "[::ffff:a9fe:a9fe]", "[64:ff9b::a9fe:a9fe]"]
)
def test_a_metadata_service_is_refused_whatever_is_allowed(host: str) -> None:
    with pytest.raises(RefusedAddressError):
        lax.process_request(Request(f"http://{host}/latest/meta-data"))


@pytest.mark.parametrize("host", PUBLIC)
def test_the_public_web_passes(host: str) -> None:
    strict.process_request(Request(f"https://{host}/x"))


@pytest.mark.parametrize(
    "url", ["ftp://blatt.example.com/x", "file:///etc/passwd", "data:text/html,x", "s3://bucket/x"]
)
@pytest.mark.parametrize("guard", [strict, lax])
def test_other_schemes_are_refused_whatever_is_allowed(url: str, guard: GuardMiddleware) -> None:
    with pytest.raises(RefusedAddressError, match="no http or https"):
        guard.process_request(Request(url))


def test_user_names_and_ports_hide_nothing() -> None:
    for url in ("http://blatt.example.com@127.0.0.1/x", "http://127.0.0.1:80/x", "http://a:b@[::1]:8080/x"):
        with pytest.raises(RefusedAddressError):
            strict.process_request(Request(url))


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_as_private_as_its_mapped_form(address: object) -> None:
    assert is_private(f"::ffff:{address}") == is_private(str(address))


class Known(GuardedResolver):
    """The guarded resolver with a book of names instead of the network."""

    book = {"inward.example": "192.168.0.7", "meta.example": "169.254.169.254", "public.example": "93.184.215.14"}  # noqa: RUF012  # never changed


def resolved(name: str, monkeypatch: pytest.MonkeyPatch, *, allow_private: bool) -> object:
    found: list[object] = []

    def look_up(_: object, asked: str, __: object = ()) -> "Deferred[str]":
        return succeed(Known.book[asked])

    monkeypatch.setattr("scrapy.resolver.CachingThreadedResolver.getHostByName", look_up)
    crawler = get_crawler(settings_dict={"ALLOW_PRIVATE": allow_private})
    resolver = GuardedResolver.from_crawler(crawler, None)  # type: ignore[arg-type]  # no reactor runs here
    resolver.getHostByName(name).addBoth(found.append)
    return found[0]


@pytest.mark.parametrize("name", ["inward.example", "meta.example"])
def test_a_name_that_points_inwards_is_refused_when_it_is_resolved(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    failure = resolved(name, monkeypatch, allow_private=False)
    assert isinstance(failure, Failure)
    assert isinstance(failure.value, DNSLookupError)
    assert Known.book[name] in str(failure.value)
    assert "private address" in str(failure.value)


def test_a_name_that_points_to_the_public_web_is_resolved(monkeypatch: pytest.MonkeyPatch) -> None:
    assert resolved("public.example", monkeypatch, allow_private=False) == "93.184.215.14"


def test_a_name_that_points_inwards_is_resolved_where_that_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert resolved("inward.example", monkeypatch, allow_private=True) == "192.168.0.7"
    assert isinstance(resolved("meta.example", monkeypatch, allow_private=True), Failure)


def test_the_guard_reads_its_permission_from_the_crawls_settings() -> None:
    open_guard = GuardMiddleware.from_crawler(get_crawler(settings_dict={"ALLOW_PRIVATE": True}))
    open_guard.process_request(Request("http://127.0.0.1/"))
    with pytest.raises(RefusedAddressError):
        GuardMiddleware.from_crawler(get_crawler()).process_request(Request("http://127.0.0.1/"))
