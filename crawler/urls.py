"""An address in, its canonical form and its identity out; pure text, no network.

Three forms are kept apart: the address as offered, the final one after redirects, and the canonical one. ``canonical``
is idempotent. Rules: RFC 3986 section 6 normal forms by way of w3lib, then what publishers add to one page's address:
trackers, fragments, amp and mobile forms. A path is never cut, so a section page never becomes the home page.
"""

import re
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from tldextract import TLDExtract
from w3lib.url import canonicalize_url

_TRACKERS = re.compile(
    r"""^(?: utm_.* | at_(?:medium|campaign|custom\d?|link.*|ptr_name|format|bbc_team|ios.*) | pk_.* | mtm_.*
      | piwik_.* | fbclid | gclid | dclid | gbraid | wbraid | yclid | ysclid | msclkid | twclid | igshid | igsh
      | mc_[ce]id | _openstat | _ga | _gl | ns_(?:source|mchannel|campaign|linkname|fee) | cmpid? | cmp | wt_zmc | wt_mc
      | xtor | ito | ocid | ncid | smid | smtyp | partner | rss | from_rss | traffic_source | taid | maca | sref
      | __twitter_impression | __cf_.* | guccounter | guce_.* | ref_?(?:src|url)? | amp )$""",
    re.VERBOSE | re.IGNORECASE,
)
_AMP_VALUES = {"outputtype": "amp", "output": "amp", "view": "amp", "format": "amp", "mode": "amp"}
_AMP_PATH = re.compile(r"(?:/amp/?$|(?<=/)amp/(?=.)|\.amp(?=\.html?$|$))", re.IGNORECASE)
_MOBILE_LABEL = re.compile(r"^(?:m|mobile|amp|touch)\.", re.IGNORECASE)

_TELEGRAM = frozenset({"t.me", "telegram.me", "telegram.dog"})
_POST = re.compile(r"(?:/s)?/(\w+/\d+)/?")  # a post has one address for its preview, its widget and itself

_BYTES = "surrogateescape"  # bytes of a query that are no UTF-8 (windows-1251 is common) stay what they are

_suffixes = TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


@lru_cache(maxsize=4096)
def registrable(host: str) -> str:
    """Registrable domain of ``host`` by the Public Suffix List; an IP address or a bare name is its own."""
    host = host.lower().strip(".")
    return host if is_address(host) else (_suffixes(host).top_domain_under_public_suffix or host)


def is_address(host: str) -> bool:
    """Whether ``host`` is an IP address and not a name."""
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def is_web(url: str) -> bool:
    """Whether ``url`` is an absolute http or https address with a host."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


def absolute(base: str, link: str) -> str:
    """``link`` as it stands on ``base``; empty where there is no link, or the two make no web address."""
    try:
        url = urljoin(base, link.strip()) if link.strip() else ""
    except ValueError:
        return ""
    return url if is_web(url) else ""


@lru_cache(maxsize=8192)
def canonical(url: str) -> str:
    """Canonical form of ``url`` by our own rules alone.

    Raises:
        ValueError: ``url`` is no absolute http or https address.
    """
    if not is_web(url):
        raise ValueError(f"{url!r} is no http or https address")
    parts = urlsplit(canonicalize_url(url, keep_fragments=False))
    host = _host(parts.hostname or "")
    port = f":{parts.port}" if parts.port and (parts.scheme, parts.port) not in {("http", 80), ("https", 443)} else ""
    told = parse_qsl(parts.query, keep_blank_values=True, errors=_BYTES)
    query = urlencode([(k, v) for k, v in told if not _noise(k, v)], errors=_BYTES)
    post = _POST.fullmatch(parts.path) if host in _TELEGRAM else None
    if post:
        return f"https://t.me/{post[1]}"
    return urlunsplit((parts.scheme, host + port, _path(parts.path), query, ""))


def canonical_of(url: str, declared: str) -> str:
    """Canonical form of the page at ``url`` which declares ``declared`` (rel=canonical; may be empty or relative).

    The declaration counts only within the same registrable domain, and never sends a page to the home page.
    """
    told = absolute(url, declared) if declared.strip() else ""
    if told and same_site(url, told) and not (_is_home(told) and not _is_home(url)):
        return canonical(told)
    return canonical(url)


def key(url: str) -> str:
    """Identity of a page: its canonical form without scheme, ``www.`` and closing slash."""
    parts = urlsplit(canonical(url))
    return urlunsplit(("", parts.netloc.removeprefix("www."), parts.path.rstrip("/"), parts.query, "")).removeprefix(
        "//"
    )


def _host(host: str) -> str:
    if is_address(host):
        return f"[{host}]" if ":" in host else host
    while (bare := _MOBILE_LABEL.sub("", host)) != host and "." in bare and registrable(bare) == registrable(host):
        host = bare
    return host


def _path(path: str) -> str:
    before = None
    while path != before:
        before, path = path, _AMP_PATH.sub("", path) or "/"
    return path


def _noise(name: str, value: str) -> bool:
    return bool(_TRACKERS.match(name)) or _AMP_VALUES.get(name.lower()) == value.lower()


def same_site(one: str, other: str) -> bool:
    """Whether two addresses belong to one registrable domain; of bare IP addresses, to one port too."""
    a, b = urlsplit(one), urlsplit(other)
    if registrable(a.hostname or "") != registrable(b.hostname or ""):
        return False
    return a.port == b.port or not is_address(a.hostname or "")


def _is_home(url: str) -> bool:
    parts = urlsplit(url)
    return parts.path.strip("/") == "" and not parts.query
